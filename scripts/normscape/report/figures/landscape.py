"""The figure of Santurkar's bands, over the lengths of the step."""

import matplotlib.pyplot as plt
from matplotlib.ticker import MaxNLocator

from . import style

PANELS = (  # measure of `analysis.landscape`, title, what the y axis is
    ("loss", "Loss", "f(w + αu), nats, log scale"),
    ("gradient_change", "Gradient change", "‖∇f(w + αu) − ∇f(w)‖, log scale"),
    ("smoothness", "Effective β", "L̂ of the step αu, log scale"),
)


@style.ours()
def draw(results, size):
    """Return a figure of Santurkar's bands along training: a row of panels for each of the models compared.

    results: its `bands` and `band_means` are shown, of the models of `design`. size: inches; the width is taken.
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
    last = []
    for index, (model, row) in enumerate(zip(models, axes, strict=True)):
        colour = style.line(index)["color"]
        for axis, (measure, title, unit) in zip(row, PANELS, strict=True):
            mean = _panel(axis, results, model, measure, colour)
            axis.set_title(title)
            axis.set_ylabel(unit)
            _explain(axis)
            last.append((axis, mean.tail(1), colour))
        row[0].annotate(
            model, (0, 1), xytext=(0, 22), xycoords="axes fraction", textcoords="offset points",
            color=colour, fontweight="bold", fontsize=12,
        )  # fmt: skip
    for axis in axes[-1]:
        axis.set_xlabel("passes")
        low, high = axis.get_ylim()
        axis.set_ylim(low, high * (high / low) ** 0.15)  # of all panels of the column: room for the words
    for axis, mean, colour in last:  # now that the panels of a column have the limits they share
        style.number(axis.yaxis)
        style.label_ends(axis, _edges(mean, colour))
    return figure


def _panel(axis, results, model, measure, colour):
    """Draw the bands of one model and measure; return their means."""
    axis.set_yscale("log")
    own, mean = (
        table[(table["model"] == model) & (table["measure"] == measure)]
        for table in (results.bands, results.band_means)
    )
    for edge in ("low", "high"):
        style.thin_lines(axis, *style.runs(own, edge), color=colour, linewidth=0.6, alpha=0.4)
    axis.fill_between(
        mean["pass"], mean["low"], mean["high"], facecolor="none", edgecolor=colour, hatch="///", alpha=0.35,
        linewidth=0,
    )  # fmt: skip
    for edge, dashes in (("low", "--"), ("high", "-")):
        axis.plot(mean["pass"], mean[edge], color=colour, linewidth=2, linestyle=dashes)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    return mean


def _explain(axis):
    """Say in the panel what is easily misread."""
    axis.annotate(
        "hatched: step lengths α, not seeds\nthin lines: the seeds", (0.98, 0.98), xycoords="axes fraction",
        ha="right", va="top", fontsize=9, color="0.2",
    )  # fmt: skip


def _edges(mean, colour):
    """Return what `label_ends` takes: the step multiples at both edges of the one row of `mean`, or nothing."""
    return [
        (row[edge], "α = " + ", ".join(f"{multiple:g}" for multiple in row[f"{edge}_multiples"]), colour)
        for _, row in mean.iterrows()
        for edge in ("low", "high")
    ]
