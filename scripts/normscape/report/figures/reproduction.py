"""The figure of the notebook's printed numbers among the replicates."""

import matplotlib.pyplot as plt
from matplotlib.ticker import MaxNLocator

from . import style
from .panels import select

PANELS = {  # metric: title, log scale?
    "train_loss": ("Train loss", True),
    "test_loss": ("Test loss", True),
    "train_accuracy": ("Train accuracy", False),
    "test_accuracy": ("Test accuracy", False),
    "notebook_estimator": ("Its smoothness", True),
}


@style.ours()
def draw(results, size):
    """Return a figure of the notebook's printed numbers among the replicates, a row of panels for each model.

    results: its `replicates` and `reproduction` are shown; those of `models` that the notebook didn't have are left
        out. size: inches; the width is taken.
    """
    models = [model for model in results.models if (results.reproduction["model"] == model).any()]
    rows = max(len(models), 1)
    figure, axes = plt.subplots(
        rows, len(PANELS), figsize=(1.3 * size[0], 0.6 + 2.6 * rows), layout="constrained", squeeze=False
    )
    for row, model in zip(axes, models, strict=False):
        line = style.line(results.models.index(model))
        for axis, (metric, (title, log)) in zip(row, PANELS.items(), strict=True):
            replicates = select(results.replicates, model, metric)
            style.thin_lines(axis, *style.runs(replicates[replicates["pass"] >= 1]), linewidth=0.9, alpha=0.5, **line)
            printed = select(results.reproduction, model, metric)
            axis.plot(printed["pass"], printed["notebook"], "D", color="black", markersize=4, label="notebook")
            axis.set_title(title)
            axis.xaxis.set_major_locator(MaxNLocator(integer=True))
            if log:
                axis.set_yscale("log")
                style.number(axis.yaxis)
        row[0].set_ylabel(model, color=line["color"], fontweight="bold")
        row[0].legend(frameon=False)
    for axis in axes[-1]:
        axis.set_xlabel("passes")
    return figure
