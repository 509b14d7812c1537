"""The figure of the models compared: loss, smoothness and accuracy along training."""

from collections.abc import Callable
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np

from . import first_pass, lines, notes, style
from .limits import LABELLED, VECTORS
from .panels import PANELS, Panel, select

FIRST_PASS = (
    Panel("full_batch_loss", "Full-batch loss, first pass", "cross-entropy (nats), log scale", True),
    PANELS[1]._replace(title="Local smoothness L̂, first pass"),
)
THREE = 11.5  # inches that the words of three panels in a row need
THIN = {"linewidth": 0.7, "alpha": 0.4}
DOTS = {"marker": "o", "markersize": 3.5}  # where a mean's line was measured
BEFORE = {"linestyle": "", "marker": "o", "markerfacecolor": "white"}  # of the weights before training


class Along(NamedTuple):
    """The x axis of training: passes, or the updates of the first one."""

    state: str  # the column that tells checkpoints apart
    shown: Callable  # from rows and their Panel to the rows that have a place on it
    place: Callable  # from an array of `state` to the places
    look: dict  # of a mean's line


PASSES = Along("pass", lambda rows, panel: rows[(rows["pass"] >= panel.first).fillna(False)], np.asarray, {})
UPDATES = Along("update", lambda rows, panel: first_pass.shown(rows), first_pass.place, DOTS)


@style.ours()
def draw(results, size):
    """Return a figure of train loss, smoothness and test accuracy against passes, and of smoothness against loss.

    With probes before the first pass ends, two panels more have loss and smoothness against the updates of that pass.
    results: its `replicates`, `curves`, `outcomes` and `models` are shown. size: inches, (width, height); six
        panels take a fifth more of both.
    Every replicate is a thin line; mean and t-interval of the mean, as `curves` has them, a thick line and a band. More
    than LABELLED models have no bands, which would cover each other.
    """
    early = first_pass.probed(results.replicates)
    named = len(results.models) <= LABELLED and not early  # beside the lines; three panels in a row have no room there
    size = (max(1.2 * size[0], THREE), 1.2 * size[1]) if early else size
    figure, axes = plt.subplots(2, 3 if early else 2, figsize=size, layout="constrained")
    for axis, panel in zip(axes.flat, PANELS, strict=False):
        _along(axis, results, panel, PASSES, named)
        axis.set_xlabel("passes")
        style.passes(axis.xaxis)
    if early:
        for axis, panel in zip(axes[1], FIRST_PASS, strict=False):
            first_pass.mark(axis, _along(axis, results, panel, UPDATES, named))
    _against_loss(axes[-1, -1], results, named)
    if not named:
        style.legend(figure, results.models)
    if early:
        first_pass.thin_out(axes[1, : len(FIRST_PASS)])
    return figure


def _along(axis, results, panel, along, named):
    """Draw one panel along training, with the models' names beside their lines if `named`.

    Returns the states that it shows, a set of numbers of `along.state`.
    """
    if panel.log:
        axis.set_yscale("log")
    drawn, words, states = [], {}, set()
    for index, model in enumerate(results.models):
        rows = along.shown(select(results.replicates, model, panel.metric), panel)
        numbers, values = lines.runs(rows, at=along.state)
        states.update(numbers.flat)
        places, values = along.place(numbers), panel.factor * values
        lines.thin(axis, places, values, **THIN, **style.line(index))
        mean = along.shown(select(results.curves, model, panel.metric), panel).sort_values("update")
        mean = mean.assign(place=along.place(mean[along.state].astype(float)))
        if len(mean):
            lines.mean(axis, mean["place"], panel.factor * mean["mean"], **along.look, **style.line(index))
        drawn.append((places, values, mean))
        words[model] = notes.unplaced(rows["value"], panel.log) if len(rows) else notes.absent_at_base(results, model)
    if not panel.log:  # training starts from chance: with pass 0 in view, all that follows would be one line
        rows = results.replicates
        trained = panel.factor * rows.loc[(rows["metric"] == panel.metric) & (rows["update"] > 0), "value"].dropna()
        if len(trained):
            axis.set_ylim(trained.min() - 1, trained.max() + 1)
    placed = style.settle(axis.yaxis)  # by the lines: with few replicates the bands would flatten them
    ends = []
    for index, (model, (places, values, mean)) in enumerate(zip(results.models, drawn, strict=True)):
        colour = style.line(index)["color"]
        if len(results.models) <= LABELLED:
            edges = panel.factor * mean["low"], panel.factor * mean["high"]
            lines.band(axis, mean["place"], *edges, color=colour, alpha=0.2, linewidth=0)
        lines.beyond(axis, places, values, colour)
        curve = mean["place"], lines.on_axis(axis.yaxis, panel.factor * mean["mean"])
        ends.append((lines.end((places, lines.on_axis(axis.yaxis, values)), curve), model, colour))
    if named:
        style.label_ends(axis, ends)
    axis.set_ylabel(panel.unit)
    if panel.log:
        style.number(axis.yaxis)
    notes.write(axis, panel.title, notes.by_model(words), placed)
    return states


def _against_loss(axis, results, named):
    """Draw smoothness against the full-batch loss, both measured at the same weights, one point a checkpoint.

    What was before training is no part of the lines, but apart and hollow.
    """
    axis.set(xscale="log", yscale="log", xlabel="full-batch train loss (nats), log scale", ylabel="L̂, log scale")
    axis.invert_xaxis()  # so that training runs to the right, as in the other panels
    drawn, words = [], {}
    passes = results.curves.loc[(results.curves["pass"] > 0).fillna(False), "update"].unique()
    for index, model in enumerate(results.models):
        line = style.line(index)
        updates, x, y, words[model] = _points(results, model)
        trained = updates[:1].ravel() > 0
        lines.thin(axis, x[:, trained], y[:, trained], **THIN, **line)
        mean = results.curves[results.curves["model"] == model].pivot(index="update", columns="metric", values="mean")
        mean = mean.reindex(columns=["full_batch_loss", "smoothness"]).dropna(how="all")
        curve = mean["full_batch_loss"], mean["smoothness"]
        if len(mean):
            lines.mean(axis, *(each[mean.index > 0] for each in curve), **DOTS, **line)
            whole = mean.index.isin(passes)
            axis.plot(*_placed(axis, *(each[whole] for each in curve)), "o", markersize=6, color=line["color"])
        start = {**BEFORE, "color": line["color"]}
        many = len(x) > VECTORS
        axis.plot(*_placed(axis, x[:, ~trained], y[:, ~trained]), **start, markersize=3, alpha=0.5, rasterized=many)
        axis.plot(*_placed(axis, *(each[mean.index == 0] for each in curve)), **start, markersize=7)
        drawn.append(((updates, x, y), (mean.index, *curve)))
    placed = [style.settle(each) for each in (axis.xaxis, axis.yaxis)]
    ends = []
    for index, (model, both) in enumerate(zip(results.models, drawn, strict=True)):
        colour = style.line(index)["color"]
        _, x, y = both[0]
        lines.beyond(axis, x, y, colour)
        # a height only where the loss has a place, too
        heights = [(updates, lines.on_axis(axis.yaxis, y) + 0 * lines.on_axis(axis.xaxis, x)) for updates, x, y in both]
        ends.append((lines.end(*heights), model, colour))
    if named:
        style.label_ends(axis, ends)
    style.number(axis.xaxis)
    style.number(axis.yaxis)
    notes.write(axis, "Local smoothness at equal loss", notes.by_model(words), all(placed))


def _placed(axis, x, y):
    """Return the places of points that have one, from arrays of one shape."""
    x, y = (lines.on_axis(each, values) for each, values in ((axis.xaxis, x), (axis.yaxis, y)))
    return x[np.isfinite(x + y)], y[np.isfinite(x + y)]


def _points(results, model):
    """Return updates, losses and smoothness of a model's replicates, arrays (seed, update), and what they don't show.

    The last are words.
    """
    rows = [select(results.replicates, model, metric) for metric in ("full_batch_loss", "smoothness")]
    x, y = (lines.by_state(each, at="update") for each in rows)
    x, y = x.align(y)
    told = [
        notes.unplaced(rows[0]["value"], one="loss", many="losses", marks="▸◂"),
        notes.unplaced(rows[1]["value"], one="value of L̂", many="values of L̂"),
    ]
    words = "; ".join(filter(None, told)) if all(map(len, rows)) else notes.absent_at_base(results, model)
    updates = np.broadcast_to(x.columns.to_numpy(dtype=float), x.shape)
    return updates, x.to_numpy(), y.to_numpy(), words
