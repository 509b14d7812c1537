"""Pictures of numbers that are computed elsewhere."""

import matplotlib

matplotlib.use("Agg")  # before pyplot: no window, no display needed

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from . import files

# A colour and a line style each, so that the models stay apart in grey and for colour-blind readers.
COLOURS = matplotlib.color_sequences["okabe_ito"]
ORDER = (6, 5, 3, 7, 0, 1)  # of COLOURS: vermilion, blue, green, purple, black, orange; the pale ones are left out
STYLES = ("-", (0, (5, 1.5)), "-.", ":", (0, (3, 1, 1, 1, 1, 1)), (0, (8, 2)))

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


def save(figure, path, dpi=None):
    """Write `figure` to `path`, PNG (of `dpi`) or SVG by its suffix, whole or not at all, the same bytes each time."""
    metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
    with plt.rc_context(STYLE), files.replacing(path) as temporary:
        figure.savefig(temporary, dpi=dpi, metadata=metadata)


def samples(images, names):
    """Return a figure of `images`, uint8 (n, height, width), in a row, each under its name."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(1, len(images), figsize=(2 * len(images), 2.4), layout="constrained", squeeze=False)
        for axis, image, name in zip(axes[0], images, names, strict=True):
            axis.imshow(image, cmap="gray", vmin=0, vmax=255)
            axis.set_title(name, fontweight="normal", loc="center")
            axis.set_axis_off()
    return figure


PANELS = (  # measure, title, what the y axis is, log scale?
    ("train_loss", "Train loss", "cross-entropy (nats), log scale", True),
    ("smoothness", "Local smoothness L̂", "loss per squared weight, log scale", True),
    ("test_accuracy", "Test accuracy", "per cent of the test images", False),
)


def comparison(replicates, curves, models, learning_rate, size):
    """Return a figure of train loss, smoothness and test accuracy against passes, and of smoothness against loss.

    replicates: DataFrame with model, learning_rate, seed, pass, metric, value. curves: table of claims.CURVE_ROWS.
    models: in the order of their colours. size: inches, (width, height).
    Every replicate is a thin line; mean and t-interval of the mean, as `curves` has them, a thick line and a band.
    """
    replicates = replicates[replicates["learning_rate"] == learning_rate]
    curves = curves[curves["learning_rate"] == learning_rate]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(2, 2, figsize=size, layout="constrained")
        *against_passes, against_loss = axes.flat
        for axis, (metric, title, unit, log) in zip(against_passes, PANELS, strict=True):
            if log:
                axis.set_yscale("log")
            _against_passes(axis, replicates, curves, models, metric, factor=1 if log else 100)
            axis.set(title=title, ylabel=unit, xlabel="passes")
            axis.xaxis.set_major_locator(MaxNLocator(integer=True))
            if log:
                _number(axis.yaxis)
        _against_loss(against_loss, replicates, curves, models)
        against_loss.set(
            title="Local smoothness at equal loss",
            ylabel="L̂, log scale",
            xlabel="train loss in population mode (nats), log scale",
            xscale="log",
            yscale="log",
        )
        against_loss.invert_xaxis()  # so that training runs to the right, as in the other panels
        _number(against_loss.xaxis)
        _number(against_loss.yaxis)
    return figure


def _line(index):
    return {"color": COLOURS[ORDER[index % len(ORDER)]], "linestyle": STYLES[index % len(STYLES)]}


def _against_passes(axis, replicates, curves, models, metric, factor):
    """Draw one panel; `factor` 100 turns fractions into per cent."""
    means = []
    for index, model in enumerate(models):
        mine = replicates[(replicates["model"] == model) & (replicates["metric"] == metric)]
        for _, run in mine.groupby("seed"):
            axis.plot(run["pass"], factor * run["value"], linewidth=0.7, alpha=0.4, **_line(index))
        mean = curves[(curves["model"] == model) & (curves["metric"] == metric)].sort_values("pass")
        if len(mean):
            axis.plot(mean["pass"], factor * mean["mean"], linewidth=2.2, **_line(index))
        means.append(mean)
    if factor == 100:  # training starts from chance: with pass 0 in view, all that follows would be one line
        trained = factor * replicates.loc[(replicates["metric"] == metric) & (replicates["pass"] >= 1), "value"]
        if len(trained):
            axis.set_ylim(trained.min() - 1, trained.max() + 1)
    axis.set_ylim(axis.get_ylim())  # set by the lines: with few replicates the bands would flatten them
    ends = []
    for index, (model, mean) in enumerate(zip(models, means, strict=True)):
        colour = _line(index)["color"]
        axis.fill_between(
            mean["pass"], factor * mean["low"], factor * mean["high"], color=colour, alpha=0.2, linewidth=0
        )
        if len(mean):
            ends.append((factor * mean["mean"].iloc[-1], model, colour))
    _label_ends(axis, ends)


def _against_loss(axis, replicates, curves, models):
    """Smoothness against the population loss, both measured at the same weights, one point a pass."""
    for index, model in enumerate(models):
        line = _line(index)
        mine = replicates[replicates["model"] == model]
        x, y = (
            mine[mine["metric"] == metric].pivot(index="pass", columns="seed", values="value")
            for metric in ("population_loss", "smoothness")
        )
        for seed in x.columns:
            axis.plot(x[seed], y[seed], linewidth=0.7, alpha=0.4, **line)
        mean = curves[curves["model"] == model].pivot(index="pass", columns="metric", values="mean")
        if not {"population_loss", "smoothness"} <= set(mean.columns):
            continue  # all its runs diverged
        axis.plot(mean["population_loss"], mean["smoothness"], linewidth=2.2, marker="o", markersize=3.5, **line)


def _number(axis):
    """Put plain numbers on a logarithmic axis, and enough of them where it spans less than a decade or two."""
    if not axis.axes.lines:
        return  # nothing was measured
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    low, high = sorted(axis.get_view_interval())
    axis.set_major_formatter(plain)
    axis.set_minor_formatter(plain if high / low < 50 else NullFormatter())
    axis.set_minor_locator(LogLocator(subs=(2, 5) if high / low >= 8 else (1.5, 2, 3, 4, 5, 6, 8)))


def _label_ends(axis, ends):
    """Write each model's name beside the end of its line, moved apart where two would overlap."""
    gap = 1.5 * plt.rcParams["font.size"] / (axis.figure.get_size_inches()[1] * 72 / 2)  # a line in half the height
    below = -float("inf")
    for value, model, colour in sorted(ends):
        height = axis.transAxes.inverted().transform(axis.transData.transform((0, value)))[1]
        below = max(height, below + gap)
        axis.annotate(
            model,
            (1, below),
            xytext=(4, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            color=colour,
            va="center",
        )
