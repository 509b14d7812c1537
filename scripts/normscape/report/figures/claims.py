"""The figure of the claims: a forest plot."""

import math
from collections.abc import Callable
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ...analysis.claims.claim import ACCURACY_DIFFERENCE, BESIDE, LOG_RATIO
from . import notes, style
from .limits import VECTORS
from .lines import LEFT, RIGHT

MARKERS = {"supported": "o", "contradicted": "X", "no relevant difference": "s", "inconclusive": "o"}  # which is hollow
MARGIN = "0.87"  # the grey of the differences that don't matter
APART = 0.2  # inches from one treatment's line to the next
LETTER, PANEL = 0.085, 2.5  # inches that a letter takes, at most on average; and that the axis has at least


class Scale(NamedTuple):
    """The x axis of a unit."""

    label: str
    log: bool
    place: Callable  # from a number of claims.csv to its place
    none: float  # the place of no difference
    furthest: float  # the largest number that it shows, to either side
    room: float  # that it shows at least beyond what estimates and replicates need


def _points(values):
    return 100 * values


SCALES = {
    LOG_RATIO: Scale("ratio to {}, log scale", True, np.exp, 1.0, math.log(1e4), math.log(1.5)),
    ACCURACY_DIFFERENCE: Scale("difference from {}, percentage points", False, _points, 0.0, 1.0, 0.01),
}


@style.ours()
def draw(results, size):
    """Return a figure of the claims that were measured: each estimate with its interval, and the replicates as dots.

    results: its `claims` and `differences` are shown, of the models of `design`; but not what only stands beside a
        claim. size: inches; the width is taken, or more where the words need it.
    Grey: the margins, where the config has any.
    What lies beyond the axis, which ends not far from estimates and replicates, is a triangle at its edge. A claim that
    isn't decidable has replicates alone.
    """
    baseline, treatments = results.design.baseline, results.design.treatments
    claims = [row for row in results.claims if row["family"] != BESIDE]
    measured = [row for row in claims if row["estimate"] is not None or row["verdict"] == "not decidable"]
    claims = [list(dict.fromkeys(row["claim"] for row in measured if row["unit"] == unit)) for unit in SCALES]
    heights = [max(len(ids), 1) for ids in claims]
    tall = max(0.45, 0.15 + APART * len(treatments))  # inches a claim
    texts = [(_claim(row), _verdict(row, results)) for row in measured]
    width = max(size[0], PANEL + LETTER * sum(max(map(len, side)) for side in zip(*texts, strict=True)))
    figure, axes = plt.subplots(
        len(SCALES), 1, figsize=(width, 1.8 + tall * sum(heights)), layout="constrained", height_ratios=heights
    )
    for axis, (unit, scale), ids in zip(axes, SCALES.items(), claims, strict=True):
        axis.set_xlabel(scale.label.format(baseline))
        if ids:
            _one_unit(axis, [row for row in measured if row["unit"] == unit], results, scale, ids, tall)
        else:
            style.bare(axis.xaxis)
            style.bare(axis.yaxis)
            notes.write(axis, "", ["no pair of replicates was measured"], placed=False)
    known = [Patch(color=MARGIN, label="no relevant difference")] if any(_margin(row) for row in measured) else []
    if len(treatments) == 1:
        known.append(Line2D([], [], color=style.line(1)["color"], linewidth=2, label=treatments[0]))
    if known:
        figure.legend(handles=known, loc="outside upper right", ncols=2, frameon=False)
    return figure


def _one_unit(axis, rows, results, scale, ids, tall):
    """Draw the rows of one unit, those of a claim around its place among `ids`. tall: inches a claim."""
    if scale.log:
        axis.set_xscale("log")
    axis.axvline(scale.none, color="0.4", linewidth=1)
    limits = _limits(rows, results, scale)
    for row in rows:
        place = ids.index(row["claim"])
        _band(axis, row, scale, place)
        _one_row(axis, row, results, scale, limits, place, tall)
    words = {row["claim"]: _claim(row) for row in rows}
    axis.set(ylim=(len(ids) - 0.5, -0.5))
    axis.set_yticks(range(len(ids)), [words[id] for id in ids])
    axis.grid(visible=False, axis="y")
    if len(results.design.treatments) > 1:
        between = np.arange(1, len(ids)) - 0.5
        axis.hlines(between, 0, 1, "0.8", transform=axis.get_yaxis_transform(), linewidth=0.8)
    left, right = (scale.place(limit) if np.isfinite(limit) else None for limit in limits)
    axis.set_xlim(left, right)
    style.settle(axis.xaxis)
    if scale.log:
        style.number(axis.xaxis)


def _margin(row):
    """Return up to which number, to either side, the difference of a row doesn't matter; 0 where no margin is set."""
    return row["margin"] or 0


def _band(axis, row, scale, place):
    """Draw the margin of a row, over the height of its claim."""
    if _margin(row):
        margin = min(_margin(row), scale.furthest)
        ends = scale.place(np.array([-margin, margin]))
        axis.fill_between(ends, place - 0.5, place + 0.5, color=MARGIN, linewidth=0, zorder=0.5)


def _limits(rows, results, scale):
    """Return the numbers at which the axis is cut off, ∓inf for a side on which all has a place.

    An interval may be many times as wide as all that it rests on: were it all in view, one would see nothing else.
    """
    dots = np.concatenate([_replicates(results, row) for row in rows])
    estimates = [row["estimate"] for row in rows if row["estimate"] is not None]
    needed = np.array([0, *estimates, *dots])
    needed = np.clip(needed[np.isfinite(needed)], -scale.furthest, scale.furthest)
    room = max(np.ptp(needed), scale.room)
    low, high = max(needed.min() - room, -scale.furthest), min(needed.max() + room, scale.furthest)
    ends = [end for row in rows for end in (row["low"], row["high"]) if end is not None and np.isfinite(end)]
    drawn = np.array([*estimates, *dots, *ends])  # NaN lies beyond nothing
    return low if (drawn < low).any() else -np.inf, high if (drawn > high).any() else np.inf


def _replicates(results, row):
    """Return the differences of the replicates, an array: numbers, ±inf and NaN."""
    dots = results.differences.get((row["claim"], row["treatment"]))
    return np.array([] if dots is None else dots, dtype=float)


def _one_row(axis, row, results, scale, limits, place, tall):
    """Draw one row of claims.csv, a line for its treatment, around the height `place` of its claim.

    limits: of `_limits`. tall: inches a claim, so that lines stand APART.
    """
    treatments = results.design.treatments
    index = treatments.index(row["treatment"])
    place += (index + 0.5 - len(treatments) / 2) * APART / tall
    colour = style.line(1 + index)["color"]
    dots = _replicates(results, row)
    _dots(axis, dots, scale, limits, place + 0.07 / tall, colour)
    if row["estimate"] is not None:
        _interval(axis, row, scale, limits, place, colour)
        _estimate(axis, row, scale, limits, place, colour)
    axis.annotate(
        _verdict(row, results),
        (1, place),
        xytext=(6, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
    )


def _claim(row):
    return f"{row['claim']}  {row['estimand']}"


def _verdict(row, results):
    """Return what stands beside a row."""
    dots = _replicates(results, row)
    words = row["verdict"] if len(results.design.treatments) == 1 else f"{row['treatment']}: {row['verdict']}"
    unknown = np.isnan(dots).sum()
    return f"{words} ({unknown} of {len(dots)} missing)" if unknown else words


def _dots(axis, values, scale, limits, place, colour):
    """Draw the replicates. Those beyond a limit are one triangle, with their number."""
    inside = values[(values >= limits[0]) & (values <= limits[1])]
    axis.plot(
        scale.place(inside),
        [place] * len(inside),
        "o",
        color=colour,
        alpha=0.35,
        markersize=3.5,
        markeredgewidth=0,
        rasterized=len(inside) > VECTORS,
    )
    for limit, marker, way, side in zip(limits, (LEFT, RIGHT), (1, -1), ("left", "right"), strict=True):
        count = (way * values < way * limit).sum()
        if count:
            _triangle(axis, scale.place(limit), place, marker, colour, markersize=7, markeredgewidth=0, alpha=0.6)
        if count > 1:
            axis.annotate(
                f"{count}", (scale.place(limit), place), xytext=(12 * way, 0), textcoords="offset points", color=colour,
                fontsize=8, ha=side, va="center",
            )  # fmt: skip


def _interval(axis, row, scale, limits, place, colour):
    """Draw the interval. Where it leaves the axis, it ends in a triangle. Thick: the one held against the margin.

    An end that is open, ±inf, is an arrow from the estimate on, unless the axis is cut off on that side.
    """
    ends = (row["low"], row["high"])
    arrows = [end is not None and np.isinf(end) and np.isinf(limit) for end, limit in zip(ends, limits, strict=True)]
    drawn = [row["estimate"] if end is None or arrow else end for end, arrow in zip(ends, arrows, strict=True)]
    axis.plot(scale.place(np.clip(drawn, *limits)), [place, place], color=colour, linewidth=2)
    inner = row["inner_low"], row["inner_high"]
    if _margin(row) and None not in inner and np.isfinite(inner).all():
        inner = scale.place(np.clip(inner, *limits))
        axis.plot(inner, [place, place], color=colour, linewidth=4.5, solid_capstyle="butt")
    for end, limit, arrow, way, marker in zip(drawn, limits, arrows, (-1, 1), (LEFT, RIGHT), strict=True):
        if arrow:
            axis.annotate(
                "",
                (scale.place(np.clip(np.float64(row["estimate"]), *limits)), place),
                xytext=(32 * way, 0),
                textcoords="offset points",
                arrowprops={"arrowstyle": "<-", "color": colour, "linewidth": 2},
            )
        elif way * end > way * limit:
            _triangle(axis, scale.place(limit), place, marker, colour, markersize=10)


def _estimate(axis, row, scale, limits, place, colour):
    """Draw the estimate; beyond a limit, as a triangle there."""
    look = {"markerfacecolor": "white" if row["verdict"] == "inconclusive" else colour}
    estimate = np.float64(row["estimate"])
    if limits[0] <= estimate <= limits[1]:
        axis.plot(scale.place(estimate), place, MARKERS[row["verdict"]], color=colour, markersize=8, **look)
    else:
        marker = LEFT if estimate < limits[0] else RIGHT
        _triangle(axis, scale.place(np.clip(estimate, *limits)), place, marker, colour, markersize=11, **look)


def _triangle(axis, edge, place, marker, colour, **look):
    axis.plot(edge, place, marker=marker, linestyle="", color=colour, clip_on=False, **look)
