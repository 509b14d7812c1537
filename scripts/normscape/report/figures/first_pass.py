"""The axis of the first pass: updates on a logarithmic scale, what was before training apart at their left."""

import numpy as np
from matplotlib.ticker import NullLocator

from . import style

BEFORE = -1.0  # the place of update 0: where half an update would be
BREAK = {"marker": [(-1, -2), (1, 2)], "markersize": 8, "color": "0.2", "linestyle": "", "clip_on": False}


def shown(rows):
    """Return those `rows`, with pass and update, that are of the first pass: from before training on to its end."""
    return rows[(rows["pass"].isna() | (rows["pass"] <= 1)).to_numpy(dtype=bool)]


def probed(replicates):
    """Return whether any of `replicates` is of a probe before the first pass ends, which these panels are for."""
    smoothness = replicates[replicates["metric"] == "smoothness"]
    return bool((smoothness["pass"].isna() | (smoothness["pass"] == 0)).any())


def place(updates):
    """Return the places on the axis of `updates`, whole numbers ≥ 0: their log₂, and BEFORE for 0."""
    updates = np.asarray(updates, dtype=float)
    return np.where(updates > 0, np.log2(np.maximum(updates, 1)), BEFORE)


def mark(axes, updates):
    """Put ticks at the `updates` of a panel, a set, and a break behind 0. An axis without a number becomes bare."""
    axes.set_xlabel("updates, log scale" + (" (0: before training)" if 0 in updates else ""))
    if not style.placed(axes.xaxis):
        style.bare(axes.xaxis)
        return
    updates = sorted(map(int, updates))
    places = place(updates)
    axes.set_xlim(places[0] - 0.4, places[-1] + 0.4)
    axes.set_xticks(places, updates)
    axes.xaxis.set_minor_locator(NullLocator())
    if 0 in updates and len(updates) > 1:
        axes.plot([BEFORE + 0.44, BEFORE + 0.56], [0, 0], transform=axes.get_xaxis_transform(), **BREAK)


def thin_out(panels):
    """Take the labels of ticks that would touch in `panels`, a list of Axes: the first and the last label stay."""
    panels[0].figure.draw_without_rendering()  # to know how wide they are
    for axes in filter(lambda axes: style.placed(axes.xaxis), panels):
        ticks = axes.get_xticklabels()
        labels = style.that_fit(
            [tick.get_text() for tick in ticks], [tick.get_window_extent() for tick in ticks], (0, len(ticks) - 1)
        )
        axes.set_xticks(axes.get_xticks(), labels)
