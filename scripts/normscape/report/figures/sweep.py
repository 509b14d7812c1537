"""The figure of the learning rates: where training ends at each, and what diverges."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator, NullLocator

from . import lines, notes, style
from .limits import LABELLED, VECTORS
from .panels import PANELS, select


@style.ours()
def draw(results, size):
    """Return a figure of where training ends against the learning rate, and of how many replicates diverge.

    results: its `last_replicates`, `last_curves` and `outcomes` are shown, of all `models`. size: inches, (width,
        height).
    Dots are the replicates. Means stand at the rates at which none diverged: of the others, outcome would have chosen.
    More than LABELLED models have a legend, and no bands, as in the comparison.
    """
    rates = sorted({outcome.learning_rate for outcome in results.outcomes} | {results.design.learning_rate})
    base = results.design.learning_rate
    figure, axes = plt.subplots(2, 2, figsize=size, layout="constrained")
    *against_rate, count = axes.flat
    counts = []
    for axis, panel in zip(against_rate, PANELS, strict=True):
        axis.set(xscale="log", yscale="log" if panel.log else "linear")
        counts.append(_against_rate(axis, results, panel))
        axis.set(ylabel=panel.unit)
        if panel.log:
            style.number(axis.yaxis)
    _count(count, results)
    if len(results.models) > LABELLED:
        style.legend(figure, results.models)
    labels = [f"{rate:g}" + ("\nbase" if rate == base else "") for rate in rates]
    for axis in axes.flat:
        axis.axvline(base, color="0.4", linewidth=1, linestyle=":", zorder=0)
        axis.set(xscale="log", xlabel="learning rate η, log scale", xlim=(rates[0] / 1.4, rates[-1] * 1.4))
        axis.set_xticks(rates, labels)
        axis.xaxis.set_minor_locator(NullLocator())
    figure.draw_without_rendering()  # to know how wide the labels are
    for axis in axes.flat:
        boxes = [label.get_window_extent() for label in axis.get_xticklabels()]
        axis.set_xticks(rates, style.that_fit(labels, boxes, [rates.index(base)]))
    for texts in counts:
        if _touch(texts):
            for text in texts:
                text.remove()  # the last panel has the numbers, too
    return figure


def _touch(texts):
    """Return whether any of `texts`, each with a cross 6 points to its left, touches the next one's cross."""
    boxes = [(text.xy[1], text.get_window_extent()) for text in texts]
    marks = sorted((height, box.x0, box.x1) for height, box in boxes)
    cross = 10 / 72 * texts[0].figure.dpi if texts else 0
    return any(this[0] == next[0] and this[2] > next[1] - cross for this, next in pairwise(marks))


def _aside(rates, index, count):
    """Return `rates` a little to the side, so that the marks of several models don't hide one another."""
    return np.asarray(rates, dtype=float) * 1.05 ** ((2 * index - count + 1) * min(1, LABELLED / count))


def _count(axis, results):
    """Draw how many replicates diverged."""
    most = max([1, *(outcome.trained for outcome in results.outcomes)])
    axis.set(title="Replicates that diverged", ylabel=f"number, of {most}", ylim=(-0.05 * most, 1.05 * most))
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    ends = []
    for index, model in enumerate(results.models):
        own = [outcome for outcome in results.outcomes if outcome.model == model]
        diverged, line = np.array([outcome.diverged for outcome in own]), style.line(index)
        places = _aside([outcome.learning_rate for outcome in own], index, len(results.models))
        axis.plot(places, diverged, linewidth=1.2, marker="X", markersize=8, markevery=diverged > 0, **line)
        if own:
            ends.append((diverged[-1], model, line["color"]))
    if len(results.models) <= LABELLED:
        style.label_ends(axis, ends)


def _against_rate(axis, results, panel):
    """Draw one panel; where replicates diverged, a cross at the edge of failure and how many. Return these numbers."""
    models, outcomes = results.models, results.outcomes
    drawn, words = _replicates_and_means(axis, results, panel)
    placed = style.settle(axis.yaxis)  # by dots and means: with few replicates the bands would flatten them
    failing = [model for model in models if any(outcome.diverged for outcome in outcomes if outcome.model == model)]
    step = min(0.09, 0.36 / max(len(failing), 1))  # of the panel's height, from one model's crosses to the next's
    depth = 0.1 + step * len(failing) if failing else 0.02  # what they take of it
    margin = depth / (1 - depth)
    low, high = axis.get_ylim()
    if panel.log:
        axis.set_ylim(low, style.raised(low, high, margin))
    else:
        axis.set_ylim(low - margin * (high - low), high)
    ends, reached = [], {}
    for index, (model, (rates, values, mean)) in enumerate(zip(models, drawn, strict=True)):
        colour = style.line(index)["color"]
        if len(models) <= LABELLED:
            edges = panel.factor * mean["low"], panel.factor * mean["high"]
            lines.band(axis, mean["learning_rate"], *edges, color=colour, alpha=0.2, linewidth=0)
        lines.beyond(axis, rates, values, colour)
        mean = mean[mean["mean"].notna()]
        if len(mean):
            ends.append((panel.factor * mean["mean"].iloc[-1], model, colour))
            reached[model] = mean["learning_rate"].iloc[-1]
    counts = _crosses(axis, results, panel, failing, step)
    if len(models) <= LABELLED:
        style.label_ends(axis, ends, reached)
    notes.write(axis, panel.title, notes.by_model(words), placed, height=0.3 if panel.log else 0.7)
    return counts


def _replicates_and_means(axis, results, panel):
    """Draw dots and lines; return what they show, and {model: what they don't}.

    The former is (rates, values, rows of the mean) for each model.
    """
    drawn, words = [], {}
    for index, model in enumerate(results.models):
        line = style.line(index)
        replicates = select(results.last_replicates, model, panel.metric)
        rates = _aside(replicates["learning_rate"], index, len(results.models))
        values = panel.factor * replicates["value"].to_numpy(dtype=float)
        many = replicates["seed"].nunique() > VECTORS
        look = {"color": line["color"], "alpha": 0.5, "markersize": 4, "markeredgewidth": 0, "rasterized": many}
        shown = lines.on_axis(axis.yaxis, values)
        axis.plot(rates[np.isfinite(shown)], shown[np.isfinite(shown)], "o", **look)
        own = [outcome for outcome in results.outcomes if outcome.model == model]
        whole = [outcome.learning_rate for outcome in own if not outcome.diverged]
        mean = select(results.last_curves, model, panel.metric)
        mean = mean[mean["learning_rate"].isin(whole)].sort_values("learning_rate")
        lines.mean(axis, mean["learning_rate"], panel.factor * mean["mean"], **line)
        drawn.append((rates, values, mean))
        words[model] = notes.unplaced(replicates["value"], panel.log) if len(replicates) else notes.absent(own)
    return drawn, words


def _crosses(axis, results, panel, failing, step):
    """Draw a cross, with numbers, for each model and rate of which replicates diverged, on the side of failure.

    failing: names of the models that have any. step: from one model's crosses to the next's, of the panel's height.
    Returns the texts of the numbers.
    """
    texts = []

    def height(depth):
        return 1 - depth if panel.log else depth

    for outcome in results.outcomes:
        if outcome.diverged:
            where = (outcome.learning_rate, height(0.05 + step * failing.index(outcome.model)))
            colour = style.line(results.models.index(outcome.model))["color"]
            axis.plot(*where, "X", color=colour, markersize=8, transform=axis.get_xaxis_transform(), clip_on=False)
            text = axis.annotate(
                f"{outcome.diverged}/{outcome.trained}",
                where,
                xytext=(6, 0),
                xycoords=axis.get_xaxis_transform(),
                textcoords="offset points",
                color=colour,
                fontsize=9,
                va="center",
            )
            texts.append(text)
    if failing:
        axis.annotate(
            "diverged",
            (1, height(0.05 + step * (len(failing) - 1) / 2)),
            xytext=(14, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            fontsize=9,
            color="0.3",
        )
    return texts
