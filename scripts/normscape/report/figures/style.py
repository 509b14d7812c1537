"""What the figures share: colours, line styles, axes with plain numbers, saving."""

import matplotlib

matplotlib.use("Agg")  # before pyplot: no window, no display needed

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from ... import atomic

# A colour and a line style each, so that the models stay apart in grey and for colour-blind readers.
COLOURS = matplotlib.color_sequences["okabe_ito"]
# Of COLOURS: vermilion, blue, green, purple, black, orange, sky blue; grey in the place of yellow, which is too pale.
PALETTE = [*(COLOURS[i] for i in (6, 5, 3, 7, 0, 1, 2)), "0.55"]
STYLES = (
    *("-", (0, (5, 1.5)), "-.", ":", (0, (3, 1, 1, 1, 1, 1)), (0, (8, 2))),
    *((0, (1, 3)), (0, (8, 1.5, 2, 1.5, 2, 1.5))),
)

# Across a figure, of what an SVG holds as pixels: a page with all figures must stay below 1.5 MB, for Chromium shows no
# larger one within a report.
PIXELS = 1000

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
                figure.savefig(temporary, dpi=PIXELS / figure.get_figwidth() if vector else dpi, metadata=metadata)


def line(index):
    """Return colour and line style of the model that is `index`-th, from 0, in the order of colours."""
    turn, place = divmod(index, len(PALETTE))  # after a turn of the colours each comes with another style
    return {"color": PALETTE[place], "linestyle": STYLES[(place + turn) % len(STYLES)]}


def legend(figure, models):
    """Put the models' names above all panels, each beside its line."""
    lines = [Line2D([], [], linewidth=2.2, label=model, **line(i)) for i, model in enumerate(models)]
    figure.legend(handles=lines, loc="outside upper center", ncols=min(len(lines), 4), handlelength=3.5, frameon=False)


def placed(axis):
    """Return whether any number has a place on a matplotlib Axis."""
    return np.isfinite(axis.get_data_interval()).all()


def bare(axis):
    """Take the ticks from an Axis that has no number."""
    axis.axes.tick_params(axis=axis.axis_name, which="both", length=0, labelbottom=False, labelleft=False)
    axis.axes.grid(visible=False, axis=axis.axis_name)


def settle(axis):
    """Fix the limits of an Axis as what is drawn has set them. Return whether it has a number.

    Limits that ticks couldn't tell apart are moved apart. An Axis without a number becomes bare.
    """
    limit = getattr(axis.axes, f"set_{axis.axis_name}lim")
    if not placed(axis):
        bare(axis)
        limit(*((10, 1) if axis.get_inverted() else (1, 10)))  # any will do
        return False
    low, high = sorted(axis.get_view_interval())
    if axis.get_scale() == "log":
        if high < 1.001 * low:
            low, high = low / 1.05, high * 1.05
    elif high - low < 0.001 * max(1, abs(low), abs(high)):
        margin = 0.005 * max(1, abs(low), abs(high))
        low, high = low - margin, high + margin
    limit(*((high, low) if axis.get_inverted() else (low, high)))
    return True


def passes(axis):
    """Put whole numbers on an x Axis, of passes; one alone stands in its middle, and none makes it bare."""
    axis.set_major_locator(MaxNLocator(integer=True))
    if not placed(axis):
        bare(axis)
        return
    low, high = axis.get_data_interval()
    if high - low < 1:
        alone = round((low + high) / 2)  # a bar may stand about it
        axis.axes.set_xlim(alone - 0.5, alone + 0.5)
        axis.set_ticks([alone])


def that_fit(labels, boxes, first):
    """Return `labels` of ticks with "" for those that would touch another.

    boxes: where each is. first: the places, in `labels`, of those that stay; then come the others from the left.
    """
    kept = []
    for place in [*first, *(place for place in range(len(labels)) if place not in first)]:
        if not any(boxes[place].padded(6).overlaps(boxes[other].padded(6)) for other in kept if other != place):
            kept.append(place)
    return [label if place in kept else "" for place, label in enumerate(labels)]


def raised(low, high, share):
    """Return `high`, the upper limit of a logarithmic axis, with room above it: a share of the axis's length."""
    low, high = np.log10([low, high])
    return 10 ** min(high + share * (high - low), 300)


def number(axis):
    """Put plain numbers on a logarithmic axis, and enough of them where it spans less than a decade or two."""
    if not placed(axis):
        return
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    low, high = sorted(axis.get_view_interval())
    long = axis.axis_name == "x" and "e" in f"{low:g}{high:g}"  # side by side, more of such numbers would touch
    axis.set_major_formatter(plain)
    axis.set_minor_formatter(plain if high < (20 if long else 500) * low else NullFormatter())
    if axis.axis_name == "x" and high < 1.5 * low:
        axis.set_minor_locator(MaxNLocator(5))
    else:
        few = long or high >= (5 if axis.axis_name == "x" else 20) * low
        axis.set_minor_locator(LogLocator(subs=(2, 5) if few else (1.5, 2, 3, 4, 5, 6, 8)))


def label_ends(axis, ends, reached=None):
    """Write each model's name beside the end of its line, moved apart where two would overlap.

    ends: (height, name, colour); what has no line has the height NaN, and no label. reached: {name: x} where lines end
        within the panel; else names stand beside it.
    """
    gap = 1.5 * plt.rcParams["font.size"] / (axis.figure.get_size_inches()[1] * 72 / 2)  # a line in half the height
    below = -float("inf")
    for value, model, colour in sorted(end for end in ends if np.isfinite(end[0])):
        height = axis.transAxes.inverted().transform(axis.transData.transform((0, value)))[1]
        height = min(max(height, 0), 1)
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
