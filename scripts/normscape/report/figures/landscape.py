"""The figure of Santurkar's bands, over the lengths of the step."""

import matplotlib.pyplot as plt

from . import lines, notes, style
from .limits import LARGEST, LEAST

PANELS = (  # measure of `analysis.landscape`, title, what the y axis is
    ("loss", "Loss", "f(w + αu), nats, log scale"),
    ("gradient_change", "Gradient change", "‖∇f(w + αu) − ∇f(w)‖, log scale"),
    ("smoothness", "Effective β", "L̂ of the step αu, log scale"),
)


@style.ours()
def draw(results, size):
    """Return a figure of Santurkar's bands along training: a row of panels for each of the models compared.

    results: its `bands`, `band_means` and `outcomes` are shown, of the models of `design`. size: inches; the width is
        taken.
    The bands are hatched, and their edges lines with the step multiples that make them, so that nobody takes them for
    uncertainty. Thin lines: the same edges of each replicate.
    """
    models = results.design.models
    figure, axes = plt.subplots(
        len(models),
        len(PANELS),
        figsize=(1.2 * size[0], 0.9 + 3.2 * len(models)),
        layout="constrained",
        squeeze=False,
        sharex=True,
        sharey="col",
    )
    panels = [
        (axis, panel, model, *(_select(table, model, panel[0]) for table in (results.bands, results.band_means)))
        for model, row in zip(models, axes, strict=True)
        for axis, panel in zip(row, PANELS, strict=True)
    ]
    for axis, (_, _, unit), model, own, mean in panels:
        _draw(axis, own, mean, style.line(models.index(model))["color"])
        axis.set_ylabel(unit)
    for column in axes.T:
        _settle(column)
    for axis, (_, title, _), model, own, mean in panels:
        words = notes.unplaced(own[["low", "high"]], many="edges") if len(own) else notes.absent_at_base(results, model)
        raised = notes.write(axis, title, [words] if words else [], style.placed(axis.yaxis))
        _finish(axis, own, mean, style.line(models.index(model))["color"])
        if axis in axes[:, 0]:
            axis.annotate(
                model, (0, 1), xytext=(0, 22 + raised), xycoords="axes fraction",
                textcoords="offset points", color=style.line(models.index(model))["color"], fontweight="bold",
                fontsize=12,
            )  # fmt: skip
    return figure


def _select(table, model, measure):
    return table[(table["model"] == model) & (table["measure"] == measure)]


def _draw(axis, own, mean, colour):
    """Draw the bands of one model and measure. own, mean: the replicates' and their means."""
    axis.set_yscale("log")
    for edge in ("low", "high"):
        lines.thin(axis, *lines.runs(own, edge), color=colour, linewidth=0.6, alpha=0.4)
    lines.band(
        axis, mean["pass"], mean["low"], mean["high"], facecolor="none", edgecolor=colour, hatch="///", alpha=0.35,
        linewidth=0,
    )  # fmt: skip
    for edge, dashes in (("low", "--"), ("high", "-")):
        lines.mean(axis, mean["pass"], mean[edge], color=colour, linewidth=2, linestyle=dashes)


def _settle(column):
    """Fix the limits that the panels of a column share, and write what is below their last one."""
    column[-1].set_xlabel("passes")
    filled = [axis for axis in column if style.placed(axis.yaxis)]
    first = (filled or column)[0]
    if style.settle(first.yaxis):
        low, high = first.get_ylim()
        first.set_ylim(low, style.raised(low, high, 0.15))  # room for the words
    style.passes(first.xaxis)
    for axis in column:
        if axis not in filled:
            style.bare(axis.yaxis)
        if not filled:
            style.bare(axis.xaxis)


def _finish(axis, own, mean, colour):
    """Mark and label what a panel shows, now that its limits are set."""
    for edge in ("low", "high"):
        lines.beyond(axis, *lines.runs(own, edge), colour)
    if style.placed(axis.yaxis):
        _explain(axis)
        style.number(axis.yaxis)
        style.label_ends(axis, _edges(mean.tail(1), colour))


def _explain(axis):
    """Say in the panel what is easily misread."""
    axis.annotate(
        "hatched: step lengths α, not seeds\nthin lines: the seeds", (0.98, 0.98), xycoords="axes fraction",
        ha="right", va="top", fontsize=9, color="0.2",
    )  # fmt: skip


def _edges(mean, colour):
    """Return what `label_ends` takes: the step multiples at those edges of the one row of `mean` that have a place."""
    return [
        (row[edge], "α = " + ", ".join(f"{multiple:g}" for multiple in row[f"{edge}_multiples"]), colour)
        for _, row in mean.iterrows()
        for edge in ("low", "high")
        if LEAST <= row[edge] <= LARGEST
    ]
