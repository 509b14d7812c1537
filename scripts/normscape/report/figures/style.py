"""What the figures share: colours, line styles, axes with plain numbers, saving."""

import matplotlib

matplotlib.use("Agg")  # before pyplot: no window, no display needed

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ... import atomic
from .limits import VECTORS

# A colour and a line style each, so that the models stay apart in grey and for colour-blind readers.
COLOURS = matplotlib.color_sequences["okabe_ito"]
# Of COLOURS: vermilion, blue, green, purple, black, orange, sky blue; grey in the place of yellow, which is too pale.
PALETTE = [*(COLOURS[i] for i in (6, 5, 3, 7, 0, 1, 2)), "0.55"]
STYLES = (
    *("-", (0, (5, 1.5)), "-.", ":", (0, (3, 1, 1, 1, 1, 1)), (0, (8, 2))),
    *((0, (1, 3)), (0, (8, 1.5, 2, 1.5, 2, 1.5))),
)

# An inch, of what an SVG holds as pixels: a page with all figures must stay below 1.5 MB, for Chromium shows no larger
# one within a report.
PIXELS = 100

STYLE = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "grid.color": "0.9",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "svg.fonttype": "none",  # real text
    "svg.hashsalt": "normscape",  # with no date in the file, the same bytes from run to run
}


def ours():
    """Return the context to draw and save in: STYLE on matplotlib's own defaults, whatever a matplotlibrc says."""
    return plt.style.context(["default", STYLE])


def save(figure, *paths, dpi=None):
    """Write `figure` to each of `paths`, PNG (of `dpi`) or SVG by its suffix, whole or not at all.

    The same bytes each time. The figure's layout is fixed from then on.
    """
    with ours():
        if dpi:  # fitted to whole dots, a text's width depends on their size
            figure.set_dpi(dpi)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # else each savefig would lay it out again, which takes longer than drawing
        for path in paths:
            vector = path.suffix == ".svg"
            metadata = {"Date": None} if vector else {"Software": None}
            with atomic.replacing(path) as temporary:
                figure.savefig(temporary, dpi=PIXELS if vector else dpi, metadata=metadata)


def line(index):
    """Return colour and line style of the model that is `index`-th, from 0, in the order of colours."""
    turn, place = divmod(index, len(PALETTE))  # after a turn of the colours each comes with another style
    return {"color": PALETTE[place], "linestyle": STYLES[(place + turn) % len(STYLES)]}


def legend(figure, models):
    """Put the models' names above all panels, each beside its line."""
    lines = [Line2D([], [], linewidth=2.2, label=model, **line(i)) for i, model in enumerate(models)]
    figure.legend(handles=lines, loc="outside upper center", ncols=min(len(lines), 4), handlelength=3.5, frameon=False)


def runs(rows, column="value"):
    """Return the passes and the `column` of `rows`, each as an array (seed, pass) with NaN for what isn't there."""
    values = rows.pivot(index="seed", columns="pass", values=column)
    return np.broadcast_to(values.columns.to_numpy(dtype=float), values.shape), values.to_numpy(dtype=float)


def thin_lines(axis, x, y, **look):
    """Draw a line for each row of x and y, arrays (replicate, pass), below the means of all models."""
    if not x.size:
        return
    lines = LineCollection(
        np.stack([x, y], axis=2),
        zorder=1.9,
        capstyle="projecting",
        joinstyle="round",
        rasterized=x.size > 10 * VECTORS,
        **look,
    )
    axis.add_collection(lines)
    axis.autoscale_view()


def number(axis):
    """Put plain numbers on a logarithmic axis, and enough of them where it spans less than a decade or two."""
    if not axis.axes.lines:
        return  # nothing was measured
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    low, high = sorted(axis.get_view_interval())
    axis.set_major_formatter(plain)
    axis.set_minor_formatter(plain if high / low < 500 else NullFormatter())
    axis.set_minor_locator(LogLocator(subs=(2, 5) if high / low >= 20 else (1.5, 2, 3, 4, 5, 6, 8)))


def label_ends(axis, ends, reached=None):
    """Write each model's name beside the end of its line, moved apart where two would overlap.

    ends: (height, name, colour). reached: {name: x} where lines end within the panel; else names stand beside it.
    """
    gap = 1.5 * plt.rcParams["font.size"] / (axis.figure.get_size_inches()[1] * 72 / 2)  # a line in half the height
    below = -float("inf")
    for value, model, colour in sorted(ends):
        height = axis.transAxes.inverted().transform(axis.transData.transform((0, value)))[1]
        below = max(height, below + gap)
        axis.annotate(
            model,
            (reached[model] if reached else 1, below),
            xytext=(10 if reached else 4, 0),
            xycoords=("data", "axes fraction") if reached else "axes fraction",
            textcoords="offset points",
            color=colour,
            va="center",
        )
