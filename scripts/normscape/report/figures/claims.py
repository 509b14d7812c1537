"""The figure of the claims: a forest plot."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from ...analysis.claims.claim import ACCURACY_DIFFERENCE, LOG_RATIO
from . import style
from .limits import VECTORS

MARKERS = {"supported": "o", "contradicted": "X", "inconclusive": "o"}  # an inconclusive one is hollow
SCALES = {  # unit: what the x axis is, from a number of claims.csv to its place, the place of no difference
    LOG_RATIO: ("ratio to {}, log scale", np.exp, 1.0),
    ACCURACY_DIFFERENCE: ("difference from {}, percentage points", lambda values: 100 * values, 0.0),
}
APART = 0.2  # inches from one treatment's line to the next


@style.ours()
def draw(results, size):
    """Return a figure of the claims that were measured: each estimate with its interval, and the replicates as dots.

    results: its `claims` and `differences` are shown, of the models of `design`. size: inches; the width is taken.
    """
    baseline, treatments = results.design.baseline, results.design.treatments
    measured = [row for row in results.claims if row["estimate"] is not None]
    claims = [list(dict.fromkeys(row["claim"] for row in measured if row["unit"] == unit)) for unit in SCALES]
    heights = [max(len(ids), 1) for ids in claims]
    tall = max(0.45, 0.15 + APART * len(treatments))  # inches a claim
    figure, axes = plt.subplots(
        len(SCALES), 1, figsize=(size[0], 1.8 + tall * sum(heights)), layout="constrained", height_ratios=heights
    )
    for axis, (unit, (label, scale, none)), ids in zip(axes, SCALES.items(), claims, strict=True):
        if unit == LOG_RATIO and ids:
            axis.set_xscale("log")
        axis.axvline(none, color="0.4", linewidth=1)
        rows = [row for row in measured if row["unit"] == unit]
        for row in rows:
            _one_row(axis, row, results, scale, ids.index(row["claim"]), tall)
        words = {row["claim"]: f"{row['claim']}  {row['estimand']}" for row in rows}
        axis.set(xlabel=label.format(baseline), ylim=(len(ids) - 0.5, -0.5))
        axis.set_yticks(range(len(ids)), [words[id] for id in ids])
        axis.grid(visible=False, axis="y")
        if len(treatments) > 1:
            between = np.arange(1, len(ids)) - 0.5
            axis.hlines(between, 0, 1, "0.8", transform=axis.get_yaxis_transform(), linewidth=0.8)
        if unit == LOG_RATIO:
            style.number(axis.xaxis)
    if len(treatments) == 1:
        name = Line2D([], [], color=style.line(1)["color"], linewidth=2, label=treatments[0])
        figure.legend(handles=[name], loc="outside upper right", frameon=False)
    return figure


def _one_row(axis, row, results, scale, place, tall):
    """Draw one row of claims.csv, a line for its treatment, around the height `place` of its claim.

    tall: inches a claim, so that lines stand APART.
    """
    treatments = results.design.treatments
    index = treatments.index(row["treatment"])
    place += (index + 0.5 - len(treatments) / 2) * APART / tall
    colour = style.line(1 + index)["color"]
    dots = results.differences.get((row["claim"], row["treatment"]))
    if dots is not None:
        _dots(axis, scale(dots[np.isfinite(dots)]), place + 0.07 / tall, colour)
    if row["low"] is not None:
        _interval(axis, row, scale, place, colour)
    axis.plot(
        scale(np.float64(row["estimate"])),
        place,
        MARKERS[row["verdict"]],
        color=colour,
        markersize=8,
        markerfacecolor="white" if row["verdict"] == "inconclusive" else colour,
    )
    axis.annotate(
        row["verdict"] if len(treatments) == 1 else f"{row['treatment']}: {row['verdict']}",
        (1, place),
        xytext=(6, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
    )


def _dots(axis, values, place, colour):
    """Draw the replicates."""
    axis.plot(
        values,
        [place] * len(values),
        "o",
        color=colour,
        alpha=0.35,
        markersize=3.5,
        markeredgewidth=0,
        rasterized=len(values) > VECTORS,
    )


def _interval(axis, row, scale, place, colour):
    """Draw the interval. An end that is open, ±inf, is an arrow from the estimate on."""
    ends = [end if np.isfinite(end) else row["estimate"] for end in (row["low"], row["high"])]
    axis.plot(scale(np.array(ends)), [place, place], color=colour, linewidth=2)
    for end, way in ((row["low"], -1), (row["high"], 1)):
        if not np.isfinite(end):
            axis.annotate(
                "",
                (scale(np.float64(row["estimate"])), place),
                xytext=(32 * way, 0),
                textcoords="offset points",
                arrowprops={"arrowstyle": "<-", "color": colour, "linewidth": 2},
            )
