"""The figure of the models compared: loss, smoothness and accuracy along training."""

import matplotlib.pyplot as plt
from matplotlib.ticker import MaxNLocator

from . import style
from .limits import LABELLED
from .panels import PANELS, select


@style.ours()
def draw(results, size):
    """Return a figure of train loss, smoothness and test accuracy against passes, and of smoothness against loss.

    results: its `replicates`, `curves` and `models` are shown. size: inches, (width, height).
    Every replicate is a thin line; mean and t-interval of the mean, as `curves` has them, a thick line and a band. More
    than LABELLED models have a legend, and no bands, which would cover each other.
    """
    figure, axes = plt.subplots(2, 2, figsize=size, layout="constrained")
    *against_passes, against_loss = axes.flat
    for axis, panel in zip(against_passes, PANELS, strict=True):
        if panel.log:
            axis.set_yscale("log")
        _against_passes(axis, results, panel)
        axis.set(title=panel.title, ylabel=panel.unit, xlabel="passes")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        if panel.log:
            style.number(axis.yaxis)
    _against_loss(against_loss, results)
    against_loss.set(
        title="Local smoothness at equal loss",
        ylabel="L̂, log scale",
        xlabel="full-batch train loss (nats), log scale",
    )
    style.number(against_loss.xaxis)
    style.number(against_loss.yaxis)
    if len(results.models) > LABELLED:
        style.legend(figure, results.models)
    return figure


def _against_passes(axis, results, panel):
    """Draw one panel against passes."""
    means = []
    for index, model in enumerate(results.models):
        passes, values = style.runs(select(results.replicates, model, panel.metric))
        style.thin_lines(axis, passes, panel.factor * values, linewidth=0.7, alpha=0.4, **style.line(index))
        mean = select(results.curves, model, panel.metric).sort_values("pass")
        if len(mean):
            axis.plot(mean["pass"], panel.factor * mean["mean"], linewidth=2.2, **style.line(index))
        means.append(mean)
    if not panel.log:  # training starts from chance: with pass 0 in view, all that follows would be one line
        rows = results.replicates
        trained = panel.factor * rows.loc[(rows["metric"] == panel.metric) & (rows["pass"] >= 1), "value"]
        if len(trained):
            axis.set_ylim(trained.min() - 1, trained.max() + 1)
    axis.set_ylim(axis.get_ylim())  # set by the lines: with few replicates the bands would flatten them
    ends = []
    for index, (model, mean) in enumerate(zip(results.models, means, strict=True)):
        colour = style.line(index)["color"]
        if len(results.models) <= LABELLED:
            edges = panel.factor * mean["low"], panel.factor * mean["high"]
            axis.fill_between(mean["pass"], *edges, color=colour, alpha=0.2, linewidth=0)
        if len(mean):
            ends.append((panel.factor * mean["mean"].iloc[-1], model, colour))
    if len(results.models) <= LABELLED:
        style.label_ends(axis, ends)


def _against_loss(axis, results):
    """Draw smoothness against the full-batch loss, both measured at the same weights, one point a pass."""
    replicates, curves, ends = results.replicates, results.curves, []
    for index, model in enumerate(results.models):
        line = style.line(index)
        x, y = (style.runs(select(replicates, model, metric))[1] for metric in ("full_batch_loss", "smoothness"))
        style.thin_lines(axis, x, y, linewidth=0.7, alpha=0.4, **line)
        mean = curves[curves["model"] == model].pivot(index="pass", columns="metric", values="mean")
        if not {"full_batch_loss", "smoothness"} <= set(mean.columns):
            continue  # all its runs diverged
        axis.plot(mean["full_batch_loss"], mean["smoothness"], linewidth=2.2, marker="o", markersize=3.5, **line)
        ends.append((mean["smoothness"].iloc[-1], model, line["color"]))
    axis.set(xscale="log", yscale="log")
    axis.invert_xaxis()  # so that training runs to the right, as in the other panels
    if len(results.models) <= LABELLED:
        style.label_ends(axis, ends)
