"""The figure of the models compared: loss, smoothness and accuracy along training."""

import matplotlib.pyplot as plt
import numpy as np

from . import lines, notes, style
from .limits import LABELLED
from .panels import PANELS, select


@style.ours()
def draw(results, size):
    """Return a figure of train loss, smoothness and test accuracy against passes, and of smoothness against loss.

    results: its `replicates`, `curves`, `outcomes` and `models` are shown. size: inches, (width, height).
    Every replicate is a thin line; mean and t-interval of the mean, as `curves` has them, a thick line and a band. More
    than LABELLED models have a legend, and no bands, which would cover each other.
    """
    figure, axes = plt.subplots(2, 2, figsize=size, layout="constrained")
    *against_passes, against_loss = axes.flat
    for axis, panel in zip(against_passes, PANELS, strict=True):
        if panel.log:
            axis.set_yscale("log")
        _against_passes(axis, results, panel)
        axis.set(ylabel=panel.unit, xlabel="passes")
        style.passes(axis.xaxis)
        if panel.log:
            style.number(axis.yaxis)
    _against_loss(against_loss, results)
    against_loss.set(ylabel="L̂, log scale", xlabel="full-batch train loss (nats), log scale")
    style.number(against_loss.xaxis)
    style.number(against_loss.yaxis)
    if len(results.models) > LABELLED:
        style.legend(figure, results.models)
    return figure


def _against_passes(axis, results, panel):
    """Draw one panel against passes."""
    drawn, words = [], {}
    for index, model in enumerate(results.models):
        rows = select(results.replicates, model, panel.metric)
        passes, values = lines.runs(rows)
        values = panel.factor * values
        lines.thin(axis, passes, values, linewidth=0.7, alpha=0.4, **style.line(index))
        mean = select(results.curves, model, panel.metric).sort_values("pass")
        if len(mean):
            lines.mean(axis, mean["pass"], panel.factor * mean["mean"], **style.line(index))
        drawn.append((passes, values, mean))
        words[model] = notes.unplaced(rows["value"], panel.log) if len(rows) else notes.absent_at_base(results, model)
    if not panel.log:  # training starts from chance: with pass 0 in view, all that follows would be one line
        rows = results.replicates
        trained = panel.factor * rows.loc[(rows["metric"] == panel.metric) & (rows["pass"] >= 1), "value"].dropna()
        if len(trained):
            axis.set_ylim(trained.min() - 1, trained.max() + 1)
    placed = style.settle(axis.yaxis)  # by the lines: with few replicates the bands would flatten them
    ends = []
    for index, (model, (passes, values, mean)) in enumerate(zip(results.models, drawn, strict=True)):
        colour = style.line(index)["color"]
        if len(results.models) <= LABELLED:
            edges = panel.factor * mean["low"], panel.factor * mean["high"]
            lines.band(axis, mean["pass"], *edges, color=colour, alpha=0.2, linewidth=0)
        lines.beyond(axis, passes, values, colour)
        curve = mean["pass"], lines.on_axis(axis.yaxis, panel.factor * mean["mean"])
        ends.append((lines.end((passes, lines.on_axis(axis.yaxis, values)), curve), model, colour))
    if len(results.models) <= LABELLED:
        style.label_ends(axis, ends)
    notes.write(axis, panel.title, notes.by_model(words), placed)


def _against_loss(axis, results):
    """Draw smoothness against the full-batch loss, both measured at the same weights, one point a pass."""
    axis.set(xscale="log", yscale="log")
    axis.invert_xaxis()  # so that training runs to the right, as in the other panels
    drawn, words = [], {}
    for index, model in enumerate(results.models):
        passes, x, y, words[model] = _points(results, model)
        lines.thin(axis, x, y, linewidth=0.7, alpha=0.4, **style.line(index))
        mean = results.curves[results.curves["model"] == model].pivot(index="pass", columns="metric", values="mean")
        mean = mean.reindex(columns=["full_batch_loss", "smoothness"]).dropna(how="all")
        curve = mean["full_batch_loss"], mean["smoothness"]
        if len(mean):
            lines.mean(axis, *curve, marker="o", markersize=3.5, **style.line(index))
        drawn.append(((passes, x, y), (mean.index, *curve)))
    placed = [style.settle(each) for each in (axis.xaxis, axis.yaxis)]
    ends = []
    for index, (model, both) in enumerate(zip(results.models, drawn, strict=True)):
        colour = style.line(index)["color"]
        _, x, y = both[0]
        lines.beyond(axis, x, y, colour)
        # a height only where the loss has a place, too
        heights = [(passes, lines.on_axis(axis.yaxis, y) + 0 * lines.on_axis(axis.xaxis, x)) for passes, x, y in both]
        ends.append((lines.end(*heights), model, colour))
    if len(results.models) <= LABELLED:
        style.label_ends(axis, ends)
    notes.write(axis, "Local smoothness at equal loss", notes.by_model(words), all(placed))


def _points(results, model):
    """Return passes, losses and smoothness of a model's replicates, arrays (seed, pass), and what they don't show."""
    rows = [select(results.replicates, model, metric) for metric in ("full_batch_loss", "smoothness")]
    x, y = lines.by_pass(rows[0]).align(lines.by_pass(rows[1]))
    told = [
        notes.unplaced(rows[0]["value"], one="loss", many="losses", marks="▸◂"),
        notes.unplaced(rows[1]["value"], one="value of L̂", many="values of L̂"),
    ]
    words = "; ".join(filter(None, told)) if all(map(len, rows)) else notes.absent_at_base(results, model)
    passes = np.broadcast_to(x.columns.to_numpy(dtype=float), x.shape)
    return passes, x.to_numpy(), y.to_numpy(), words
