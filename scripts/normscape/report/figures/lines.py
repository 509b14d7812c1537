"""Lines, points and bands of numbers, and marks for those that have no place on their axis."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.markers import CARETDOWN, CARETLEFT, CARETRIGHT, CARETUP

from .limits import LARGEST, LEAST, VECTORS

LEFT, RIGHT, UP, DOWN = CARETLEFT, CARETRIGHT, CARETUP, CARETDOWN  # triangles whose tips touch the edge they point to
MARKERS = (LEFT, RIGHT), (DOWN, UP)  # of the numbers that lie below and above an x and a y axis


def by_state(rows, column="value", at="pass"):
    """Return the `column` of `rows`, a row for each seed and a column for each state; NaN for what isn't there.

    at: what tells the states apart: `pass`, which all `rows` must have then, or `update`.
    """
    return rows.pivot(index="seed", columns=at, values=column).astype(float)


def runs(rows, column="value", at="pass"):
    """Return the states and the `column` of `rows`, each as an array (seed, state) with NaN for what isn't there."""
    values = by_state(rows, column, at)
    return np.broadcast_to(values.columns.to_numpy(dtype=float), values.shape), values.to_numpy()


def on_axis(axis, values):
    """Return `values` as an array of floats, with NaN for those that have no place on the matplotlib Axis."""
    values = np.asarray(values, dtype=float)
    least = LEAST if axis.get_scale() == "log" else -LARGEST
    return np.where((values >= least) & (values <= LARGEST), values, np.nan)


def thin(axes, x, y, **look):
    """Draw a line for each row of x and y, arrays (replicate, state), below the means of all models.

    A number between two gaps, which no line shows, is a point.
    """
    x, y = on_axis(axes.xaxis, x), on_axis(axes.yaxis, y)
    there = np.isfinite(x + y)
    if not there.any():
        return
    lines = LineCollection(
        np.stack([x, y], axis=2),
        zorder=1.9,
        capstyle="projecting",
        joinstyle="round",
        rasterized=x.size > 10 * VECTORS,
        **look,
    )
    axes.add_collection(lines, autolim=False)  # matplotlib would take the limits from rounded numbers
    axes.update_datalim(np.column_stack([x[there], y[there]]))
    axes.autoscale_view()
    alone = _alone(x + y)
    if alone.any():
        look = {"color": look["color"], "alpha": look["alpha"], "rasterized": alone.sum() > VECTORS}
        axes.plot(x[alone], y[alone], "o", markersize=5, markeredgewidth=0, zorder=1.9, **look)


def mean(axes, x, y, **look):
    """Draw the thick line of a mean, arrays (state,) or (rate,). A number between two gaps is a point."""
    x, y = on_axis(axes.xaxis, x), on_axis(axes.yaxis, y)
    x, y = (np.where(np.isfinite(x + y), values, np.nan) for values in (x, y))
    axes.plot(x, y, **{"linewidth": 2.2, **look})
    alone = _alone(y)
    if alone.any():
        axes.plot(x[alone], y[alone], "o", color=look["color"], markersize=8)


def band(axes, x, low, high, **look):
    """Fill what lies between low and high, arrays like x. Between two gaps it is a bar."""
    x = np.asarray(x, dtype=float)
    logarithmic = axes.get_yscale() == "log"
    low, high = (np.clip(np.asarray(edge, float), LEAST if logarithmic else -LARGEST, LARGEST) for edge in (low, high))
    if not np.isfinite(low + high).any():
        return  # matplotlib would take its limits from nothing
    axes.fill_between(x, low, high, **look)
    for place in np.flatnonzero(_alone(low + high)):
        beside = np.array([-1, 1])
        beside = x[place] * 1.06**beside if axes.get_xscale() == "log" else x[place] + 0.1 * beside
        axes.fill_between(beside, low[place], high[place], **look)


def beyond(axes, x, y, colour):
    """Mark the points, arrays of one shape, that a logarithmic axis has no place for, at the edge they lie beyond.

    The limits of the axes must be set.
    """
    points = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    both = axes.xaxis, axes.yaxis
    logarithmic = [axis.get_scale() == "log" for axis in both]
    places = [
        np.clip(values, *sorted(axis.get_view_interval())) if log else values  # NaN stays NaN, and isn't drawn
        for axis, values, log in zip(both, points, logarithmic, strict=True)
    ]
    for axis, values, markers, log in zip(both, points, MARKERS, logarithmic, strict=True):
        less, more = markers[::-1] if axis.get_inverted() else markers
        for off, marker in ((values < LEAST, less), (values > LARGEST, more)) if log else ():
            if off.any():
                look = {"alpha": 0.6, "markersize": 8, "markeredgewidth": 0, "clip_on": False}
                axes.plot(places[0][off], places[1][off], marker=marker, linestyle="", color=colour, **look)


def end(replicates, curve):
    """Return the height at which a model's lines end, NaN where it has none.

    replicates: (states, values), arrays as of `runs`. curve: (states, means), arrays (state,). At the last state that
    has a number: the mean, and where it has none the median of the replicates.
    """
    heights = {}
    for states, values in (replicates, [np.asarray(each, dtype=float)[None] for each in curve]):
        for number, column in zip(states[:1].ravel(), values.T, strict=True):
            column = column[np.isfinite(column)]
            if column.size:
                heights[number] = np.median(column)
    return heights[max(heights)] if heights else np.nan


def _alone(values):
    """Return where, along the last axis of `values`, a number stands between two gaps."""
    there = np.isfinite(values)
    padded = np.pad(there, [(0, 0)] * (there.ndim - 1) + [(1, 1)])
    return there & ~padded[..., :-2] & ~padded[..., 2:]
