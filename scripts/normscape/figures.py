"""Pictures of numbers that are computed elsewhere."""

import matplotlib

matplotlib.use("Agg")  # before pyplot: no window, no display needed

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from . import files

# A colour and a line style each, so that the models stay apart in grey and for colour-blind readers.
COLOURS = matplotlib.color_sequences["okabe_ito"]
# Of COLOURS: vermilion, blue, green, purple, black, orange, sky blue; grey in the place of yellow, which is too pale.
PALETTE = [*(COLOURS[i] for i in (6, 5, 3, 7, 0, 1, 2)), "0.55"]
STYLES = (
    *("-", (0, (5, 1.5)), "-.", ":", (0, (3, 1, 1, 1, 1, 1)), (0, (8, 2))),
    *((0, (1, 3)), (0, (8, 1.5, 2, 1.5, 2, 1.5))),
)
LABELLED = 3  # so many models have room for their names beside the lines

VECTORS = 50  # replicates that an SVG holds as dots, and of ten passes as lines; more are pixels: else it would grow
PIXELS = 100  # an inch, of those: all pictures in a page must stay below the 1.5 MB that Chromium shows in a report

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


def save(figure, *paths, dpi=None):
    """Write `figure` to each of `paths`, PNG (of `dpi`) or SVG by its suffix, whole or not at all.

    The same bytes each time. The figure's layout is fixed from then on.
    """
    with plt.rc_context(STYLE):
        if dpi:  # fitted to whole dots, a text's width depends on their size
            figure.set_dpi(dpi)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # else each savefig would lay it out again, which takes longer than drawing
        for path in paths:
            vector = path.suffix == ".svg"
            metadata = {"Date": None} if vector else {"Software": None}
            with files.replacing(path) as temporary:
                figure.savefig(temporary, dpi=PIXELS if vector else dpi, metadata=metadata)


def samples(images, names):
    """Return a figure of `images`, uint8 (n, channels, height, width), in a row, each under its name.

    One channel is drawn in greys, three as red, green and blue.
    """
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(1, len(images), figsize=(2 * len(images), 2.4), layout="constrained", squeeze=False)
        for axis, image, name in zip(axes[0], images, names, strict=True):
            axis.imshow(np.moveaxis(image, 0, -1), cmap="gray", vmin=0, vmax=255)
            axis.set_title(name, fontweight="normal", loc="center")
            axis.set_axis_off()
    return figure


PANELS = (  # measure, title, what the y axis is, log scale?
    ("train_loss", "Train loss", "cross-entropy (nats), log scale", True),
    ("smoothness", "Local smoothness L̂", "loss per squared weight, log scale", True),
    ("test_accuracy", "Test accuracy", "per cent of the test images", False),
)


def comparison(replicates, curves, models, size):
    """Return a figure of train loss, smoothness and test accuracy against passes, and of smoothness against loss.

    replicates: DataFrame with model, seed, pass, metric, value. curves: table of claims.CURVE_ROWS; both of one rate.
    models: in the order of their colours. size: inches, (width, height).
    Every replicate is a thin line; mean and t-interval of the mean, as `curves` has them, a thick line and a band. More
    than LABELLED models have a legend, and no bands, which would cover each other.
    """
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
            xlabel="population train loss (nats), log scale",
        )
        _number(against_loss.xaxis)
        _number(against_loss.yaxis)
        if len(models) > LABELLED:
            _legend(figure, models)
    return figure


MARKERS = {"supported": "o", "contradicted": "X", "inconclusive": "o"}  # an inconclusive one is hollow


def forest(rows, differences, models, size):
    """Return a figure of the claims: each estimate with its interval, and the replicates as dots.

    rows: of claims.csv, dicts with None for empty cells. differences: {(claim, treatment): paired differences}.
    models: the baseline and the treatments, in the order of their colours. size: inches; the width is taken.
    """
    baseline, *treatments = models
    measured = [row for row in rows if row["estimate"] is not None]
    kinds = [
        ("log ratio", f"ratio to {baseline}, log scale", np.exp, 1.0),
        ("accuracy difference", f"difference from {baseline}, percentage points", lambda values: 100 * values, 0.0),
    ]
    claims = [list(dict.fromkeys(row["claim"] for row in measured if row["unit"] == unit)) for unit, *_ in kinds]
    heights = [max(len(ids), 1) for ids in claims]
    line = max(0.45, 0.15 + 0.2 * len(treatments))  # inches a claim
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            2, 1, figsize=(size[0], 1.8 + line * sum(heights)), layout="constrained", height_ratios=heights
        )
        for axis, (unit, label, scale, none), ids in zip(axes, kinds, claims, strict=True):
            if unit == "log ratio" and ids:
                axis.set_xscale("log")
            axis.axvline(none, color="0.4", linewidth=1)
            for row in measured:
                if row["unit"] == unit:
                    index = treatments.index(row["treatment"])
                    place = ids.index(row["claim"]) + (index + 0.5 - len(treatments) / 2) * 0.2 / line
                    dots = differences.get((row["claim"], row["treatment"]))
                    words = row["verdict"] if len(treatments) == 1 else f"{row['treatment']}: {row['verdict']}"
                    _interval(axis, row, dots, scale, place, 0.07 / line, _line(1 + index)["color"], words)
            words = {row["claim"]: f"{row['claim']}  {row['estimand']}" for row in measured}
            axis.set(xlabel=label, ylim=(len(ids) - 0.5, -0.5))
            axis.set_yticks(range(len(ids)), [words[id] for id in ids])
            axis.grid(visible=False, axis="y")
            if len(treatments) > 1:
                axis.hlines(
                    np.arange(1, len(ids)) - 0.5, 0, 1, "0.8", transform=axis.get_yaxis_transform(), linewidth=0.8
                )
            if unit == "log ratio":
                _number(axis.xaxis)
        if len(treatments) == 1:
            name = Line2D([], [], color=_line(1)["color"], linewidth=2, label=treatments[0])
            figure.legend(handles=[name], loc="outside upper right", frameon=False)
    return figure


def _interval(axis, row, dots, scale, place, below, colour, words):
    """Draw one row of the forest plot at the height `place`, its dots a little `below`, with `words` at the right."""
    if dots is not None:
        values = scale(dots[np.isfinite(dots)])
        axis.plot(
            values,
            [place + below] * len(values),
            "o",
            color=colour,
            alpha=0.35,
            markersize=3.5,
            markeredgewidth=0,
            rasterized=len(values) > VECTORS,
        )
    if row["low"] is not None:
        # An end that is open, ±inf, is an arrow from the estimate on.
        ends = [end if np.isfinite(end) else row["estimate"] for end in (row["low"], row["high"])]
        axis.plot(scale(np.array(ends)), [place, place], color=colour, linewidth=2)
        for end, way in ((row["low"], -1), (row["high"], 1)):
            if not np.isfinite(end):
                axis.annotate(
                    "", (scale(np.float64(row["estimate"])), place), xytext=(32 * way, 0), textcoords="offset points",
                    arrowprops={"arrowstyle": "<-", "color": colour, "linewidth": 2},
                )  # fmt: skip
    axis.plot(
        scale(np.float64(row["estimate"])),
        place,
        MARKERS[row["verdict"]],
        color=colour,
        markersize=8,
        markerfacecolor="white" if row["verdict"] == "inconclusive" else colour,
    )
    axis.annotate(
        words,
        (1, place),
        xytext=(6, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
    )


REPRODUCED = {  # measure: title, log scale?
    "train_loss": ("Train loss", True),
    "test_loss": ("Test loss", True),
    "train_accuracy": ("Train accuracy", False),
    "test_accuracy": ("Test accuracy", False),
    "notebook_estimator": ("Its smoothness", True),
}


def reproduction(replicates, printed, models, size):
    """Return a figure of the notebook's printed numbers among the replicates, a row of panels for each model.

    replicates: DataFrame with model, seed, pass, metric, value. printed: table of reproduction.REPRODUCTION. models: in
    the order of their colours; those that the notebook didn't have are left out. size: inches; the width is taken.
    """
    shown = [model for model in models if (printed["model"] == model).any()]
    with plt.rc_context(STYLE):
        rows = max(len(shown), 1)
        figure, axes = plt.subplots(
            rows, len(REPRODUCED), figsize=(1.3 * size[0], 0.6 + 2.6 * rows), layout="constrained", squeeze=False
        )
        for row, model in zip(axes, shown, strict=False):
            line = _line(models.index(model))
            for axis, (metric, (title, log)) in zip(row, REPRODUCED.items(), strict=True):
                mine = replicates[(replicates["model"] == model) & (replicates["metric"] == metric)]
                _thin_lines(axis, *_runs(mine[mine["pass"] >= 1]), linewidth=0.9, alpha=0.5, **line)
                notebook = printed[(printed["model"] == model) & (printed["metric"] == metric)]
                axis.plot(notebook["pass"], notebook["notebook"], "D", color="black", markersize=4, label="notebook")
                axis.set_title(title)
                axis.xaxis.set_major_locator(MaxNLocator(integer=True))
                if log:
                    axis.set_yscale("log")
                    _number(axis.yaxis)
            row[0].set_ylabel(model, color=line["color"], fontweight="bold")
            row[0].legend(frameon=False)
        for axis in axes[-1]:
            axis.set_xlabel("passes")
    return figure


def sweep(replicates, curves, outcomes, models, base, size):
    """Return a figure of where training ends against the learning rate, and of how many replicates diverge.

    replicates: DataFrame with model, learning_rate, seed, metric, value. curves: table of claims.CURVE_ROWS. Both of
    the last pass. outcomes: the claims.Outcome of each model and rate. models: in the order of their colours.
    base: the base rate. size: inches, (width, height).
    Dots are the replicates. Means stand at the rates at which none diverged: of the others, outcome would have chosen.
    More than LABELLED models have a legend, and no bands, as in `comparison`.
    """
    rates = sorted({outcome.learning_rate for outcome in outcomes})
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(2, 2, figsize=size, layout="constrained")
        *against_rate, count = axes.flat
        for axis, (metric, title, unit, log) in zip(against_rate, PANELS, strict=True):
            axis.set_yscale("log" if log else "linear")
            _against_rate(axis, replicates, curves, outcomes, models, metric, 1 if log else 100)
            axis.set(title=title, ylabel=unit)
            if log:
                _number(axis.yaxis)
        most = max(outcome.trained for outcome in outcomes)
        count.set(title="Replicates that diverged", ylabel=f"number, of {most}", ylim=(-0.05 * most, 1.05 * most))
        count.yaxis.set_major_locator(MaxNLocator(integer=True))
        ends = []
        for index, model in enumerate(models):
            own = [outcome for outcome in outcomes if outcome.model == model]
            diverged = np.array([outcome.diverged for outcome in own])
            places = _aside([outcome.learning_rate for outcome in own], index, len(models))
            count.plot(
                places, diverged, linewidth=1.2, marker="X", markersize=8, markevery=diverged > 0, **_line(index)
            )
            ends.append((diverged[-1], model, _line(index)["color"]))
        if len(models) <= LABELLED:
            _label_ends(count, ends)
        else:
            _legend(figure, models)
        for axis in axes.flat:
            axis.axvline(base, color="0.4", linewidth=1, linestyle=":", zorder=0)
            axis.set(xscale="log", xlabel="learning rate η, log scale", xlim=(rates[0] / 1.4, rates[-1] * 1.4))
            axis.set_xticks(rates, [f"{rate:g}" + "\nbase" * (rate == base) for rate in rates])
            axis.xaxis.set_minor_locator(NullLocator())
    return figure


def _aside(rates, index, count):
    """Return `rates` a little to the side, so that the marks of several models don't hide one another."""
    return np.asarray(rates, dtype=float) * 1.05 ** ((2 * index - count + 1) * min(1, LABELLED / count))


def _against_rate(axis, replicates, curves, outcomes, models, metric, factor):
    """Draw one panel of the sweep; where replicates diverged, a cross at the edge of failure and how many."""
    bands, ends, reached = [], [], {}
    for index, model in enumerate(models):
        line = _line(index)
        mine = replicates[(replicates["model"] == model) & (replicates["metric"] == metric)]
        mine = mine[np.isfinite(mine["value"])]
        places = _aside(mine["learning_rate"], index, len(models))
        many = mine["seed"].nunique() > VECTORS
        dots = {"color": line["color"], "alpha": 0.5, "markersize": 4, "markeredgewidth": 0, "rasterized": many}
        axis.plot(places, factor * mine["value"], "o", **dots)
        whole = [outcome.learning_rate for outcome in outcomes if outcome.model == model and not outcome.diverged]
        mean = curves[(curves["model"] == model) & (curves["metric"] == metric) & curves["learning_rate"].isin(whole)]
        mean = mean.sort_values("learning_rate")
        axis.plot(mean["learning_rate"], factor * mean["mean"], linewidth=2.2, **line)
        if len(mean):
            bands.append((mean, line["color"]))
            ends.append((factor * mean["mean"].iloc[-1], model, line["color"]))
            reached[model] = mean["learning_rate"].iloc[-1]
    low, high = axis.get_ylim()  # set by dots and means: with few replicates the bands would flatten them
    failing = [model for model in models if any(outcome.diverged for outcome in outcomes if outcome.model == model)]
    step = min(0.09, 0.36 / max(len(failing), 1))  # of the panel's height, from one model's crosses to the next's
    depth = 0.1 + step * len(failing) if failing else 0.02  # what they take of it
    room = depth / (1 - depth)
    if factor == 100:
        axis.set_ylim(low - room * (high - low), high)
    else:
        axis.set_ylim(low, high * (high / low) ** room)
    for mean, colour in bands if len(models) <= LABELLED else ():
        edges = factor * mean["low"], factor * mean["high"]
        axis.fill_between(mean["learning_rate"], *edges, color=colour, alpha=0.2, linewidth=0)
    for outcome in outcomes:
        if outcome.diverged:
            depth = 0.05 + step * failing.index(outcome.model)
            where = (outcome.learning_rate, depth if factor == 100 else 1 - depth)
            colour = _line(models.index(outcome.model))["color"]
            axis.plot(*where, "X", color=colour, markersize=8, transform=axis.get_xaxis_transform(), clip_on=False)
            axis.annotate(
                f"{outcome.diverged}/{outcome.trained}",
                where,
                xytext=(6, 0),
                xycoords=axis.get_xaxis_transform(),
                textcoords="offset points",
                color=colour,
                fontsize=9,
                va="center",
            )
    if failing:
        depth = 0.05 + step * (len(failing) - 1) / 2
        axis.annotate(
            "diverged", (1, depth if factor == 100 else 1 - depth), xytext=(14, 0), xycoords="axes fraction",
            textcoords="offset points", va="center", fontsize=9, color="0.3",
        )  # fmt: skip
    if len(models) <= LABELLED:
        _label_ends(axis, ends, reached)


LANDSCAPE = (  # measure, title, what the y axis is
    ("loss", "Loss", "f(w + αu), nats, log scale"),
    ("gradient_change", "Gradient change", "‖∇f(w + αu) − ∇f(w)‖, log scale"),
    ("smoothness", "Effective β", "L̂ of the step αu, log scale"),
)


def landscape(bands, means, models, size):
    """Return a figure of Santurkar's bands, over the lengths of the step, along training: a row of panels a model.

    bands, means: tables of `landscape.bands` and `landscape.means`. models: in the order of their colours.
    size: inches; the width is taken.
    The bands are hatched, and their edges lines with the step multiples that make them, so that nobody takes them for
    uncertainty. Thin lines: the same edges of each replicate.
    """
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            len(models),
            len(LANDSCAPE),
            figsize=(1.2 * size[0], 0.9 + 3.2 * len(models)),
            layout="constrained",
            squeeze=False,
            sharex=True,
            sharey="col",
        )
        ends = []
        for index, (model, row) in enumerate(zip(models, axes, strict=True)):
            colour = _line(index)["color"]
            for axis, (measure, title, unit) in zip(row, LANDSCAPE, strict=True):
                axis.set_yscale("log")
                own = bands[(bands["model"] == model) & (bands["measure"] == measure)]
                mean = means[(means["model"] == model) & (means["measure"] == measure)]
                for edge in ("low", "high"):
                    _thin_lines(axis, *_runs(own, edge), color=colour, linewidth=0.6, alpha=0.4)
                axis.fill_between(
                    mean["pass"], mean["low"], mean["high"], facecolor="none", edgecolor=colour, hatch="///",
                    alpha=0.35, linewidth=0,
                )  # fmt: skip
                for edge, style in (("low", "--"), ("high", "-")):
                    axis.plot(mean["pass"], mean[edge], color=colour, linewidth=2, linestyle=style)
                ends.append((axis, mean.tail(1), colour))
                axis.xaxis.set_major_locator(MaxNLocator(integer=True))
                axis.set_title(title)
                axis.set_ylabel(unit)
                axis.annotate(
                    "hatched: step lengths α, not seeds\nthin lines: the seeds", (0.98, 0.98), xycoords="axes fraction",
                    ha="right", va="top", fontsize=9, color="0.2",
                )  # fmt: skip
            row[0].annotate(
                model, (0, 1), xytext=(0, 22), xycoords="axes fraction", textcoords="offset points",
                color=colour, fontweight="bold", fontsize=12,
            )  # fmt: skip
        for axis in axes[-1]:
            axis.set_xlabel("passes")
            low, high = axis.get_ylim()
            axis.set_ylim(low, high * (high / low) ** 0.15)  # of all panels of the column: room for the words
        for axis, last, colour in ends:  # now that the panels of a column have the limits they share
            _number(axis.yaxis)
            _label_ends(axis, [
                (mean[edge], "α = " + ", ".join(f"{multiple:g}" for multiple in mean[f"{edge}_multiples"]), colour)
                for _, mean in last.iterrows()
                for edge in ("low", "high")
            ])  # fmt: skip
    return figure


def _line(index):
    turn, place = divmod(index, len(PALETTE))  # after a turn of the colours each comes with another style
    return {"color": PALETTE[place], "linestyle": STYLES[(place + turn) % len(STYLES)]}


def _runs(rows, column="value"):
    """Return the passes and the `column` of `rows`, each as an array (seed, pass) with NaN for what isn't there."""
    values = rows.pivot(index="seed", columns="pass", values=column)
    return np.broadcast_to(values.columns.to_numpy(dtype=float), values.shape), values.to_numpy(dtype=float)


def _legend(figure, models):
    lines = [Line2D([], [], linewidth=2.2, label=model, **_line(i)) for i, model in enumerate(models)]
    figure.legend(handles=lines, loc="outside upper center", ncols=min(len(lines), 4), handlelength=3.5, frameon=False)


def _thin_lines(axis, x, y, **style):
    """Draw a line for each row of x and y, arrays (replicate, pass), below the means of all models."""
    if not x.size:
        return
    lines = LineCollection(
        np.stack([x, y], axis=2),
        zorder=1.9,
        capstyle="projecting",
        joinstyle="round",
        rasterized=x.size > 10 * VECTORS,
        **style,
    )
    axis.add_collection(lines)
    axis.autoscale_view()


def _against_passes(axis, replicates, curves, models, metric, factor):
    """Draw one panel; `factor` 100 turns fractions into per cent."""
    means = []
    for index, model in enumerate(models):
        mine = replicates[(replicates["model"] == model) & (replicates["metric"] == metric)]
        passes, values = _runs(mine)
        _thin_lines(axis, passes, factor * values, linewidth=0.7, alpha=0.4, **_line(index))
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
        if len(models) <= LABELLED:
            axis.fill_between(
                mean["pass"], factor * mean["low"], factor * mean["high"], color=colour, alpha=0.2, linewidth=0
            )
        if len(mean):
            ends.append((factor * mean["mean"].iloc[-1], model, colour))
    if len(models) <= LABELLED:
        _label_ends(axis, ends)


def _against_loss(axis, replicates, curves, models):
    """Smoothness against the population loss, both measured at the same weights, one point a pass."""
    ends = []
    for index, model in enumerate(models):
        line = _line(index)
        mine = replicates[replicates["model"] == model]
        (_, x), (_, y) = (_runs(mine[mine["metric"] == metric]) for metric in ("population_loss", "smoothness"))
        _thin_lines(axis, x, y, linewidth=0.7, alpha=0.4, **line)
        mean = curves[curves["model"] == model].pivot(index="pass", columns="metric", values="mean")
        if not {"population_loss", "smoothness"} <= set(mean.columns):
            continue  # all its runs diverged
        axis.plot(mean["population_loss"], mean["smoothness"], linewidth=2.2, marker="o", markersize=3.5, **line)
        ends.append((mean["smoothness"].iloc[-1], model, line["color"]))
    axis.set(xscale="log", yscale="log")
    axis.invert_xaxis()  # so that training runs to the right, as in the other panels
    if len(models) <= LABELLED:
        _label_ends(axis, ends)


def _number(axis):
    """Put plain numbers on a logarithmic axis, and enough of them where it spans less than a decade or two."""
    if not axis.axes.lines:
        return  # nothing was measured
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    low, high = sorted(axis.get_view_interval())
    axis.set_major_formatter(plain)
    axis.set_minor_formatter(plain if high / low < 500 else NullFormatter())
    axis.set_minor_locator(LogLocator(subs=(2, 5) if high / low >= 20 else (1.5, 2, 3, 4, 5, 6, 8)))


def _label_ends(axis, ends, reached=None):
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
