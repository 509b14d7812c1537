"""The figure of the notebook's printed numbers among the replicates."""

import matplotlib.pyplot as plt

from ...analysis.reproduction import MODELS
from . import lines, notes, style
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
        for axis, metric in zip(row, PANELS, strict=True):
            _panel(axis, results, model, metric, line)
        row[0].set_ylabel(model, color=line["color"], fontweight="bold")
        row[0].legend(frameon=False)
    if not models:
        for axis, (title, _) in zip(axes[0], PANELS.values(), strict=True):
            style.bare(axis.xaxis)
            style.bare(axis.yaxis)
            notes.write(axis, title, [_nothing(results)], placed=False)
    for axis in axes[-1]:
        axis.set_xlabel("passes")
    return figure


def _panel(axis, results, model, metric, line):
    """Draw the replicates of one model and metric, and the notebook's numbers."""
    title, log = PANELS[metric]
    if log:
        axis.set_yscale("log")
    replicates = select(results.replicates, model, metric)
    replicates = replicates[replicates["pass"] >= 1]
    passes, values = lines.runs(replicates)
    lines.thin(axis, passes, values, linewidth=0.9, alpha=0.5, **line)
    printed = select(results.reproduction, model, metric)
    axis.plot(printed["pass"], printed["notebook"], "D", color="black", markersize=4, label="notebook")
    style.passes(axis.xaxis)
    placed = style.settle(axis.yaxis)
    lines.beyond(axis, passes, values, line["color"])
    if log:
        style.number(axis.yaxis)
    words = notes.unplaced(replicates["value"], log) if len(replicates) else notes.NOTHING
    notes.write(axis, title, [words] if words else [], placed)


def _nothing(results):
    """Return why no number of the notebook's stands beside one of the replicates."""
    if not set(results.models) & set(MODELS):
        return "the notebook printed nothing of these models"
    return notes.absent_at_base(results, *MODELS)
