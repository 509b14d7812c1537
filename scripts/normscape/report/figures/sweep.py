"""The figure of the learning rates: where training ends at each, and what diverges."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator, NullLocator

from . import style
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
    rates = sorted({outcome.learning_rate for outcome in results.outcomes})
    base = results.design.learning_rate
    figure, axes = plt.subplots(2, 2, figsize=size, layout="constrained")
    *against_rate, count = axes.flat
    for axis, panel in zip(against_rate, PANELS, strict=True):
        axis.set_yscale("log" if panel.log else "linear")
        _against_rate(axis, results, panel)
        axis.set(title=panel.title, ylabel=panel.unit)
        if panel.log:
            style.number(axis.yaxis)
    _count(count, results)
    if len(results.models) > LABELLED:
        style.legend(figure, results.models)
    for axis in axes.flat:
        axis.axvline(base, color="0.4", linewidth=1, linestyle=":", zorder=0)
        axis.set(xscale="log", xlabel="learning rate η, log scale", xlim=(rates[0] / 1.4, rates[-1] * 1.4))
        axis.set_xticks(rates, [f"{rate:g}" + "\nbase" * (rate == base) for rate in rates])
        axis.xaxis.set_minor_locator(NullLocator())
    return figure


def _aside(rates, index, count):
    """Return `rates` a little to the side, so that the marks of several models don't hide one another."""
    return np.asarray(rates, dtype=float) * 1.05 ** ((2 * index - count + 1) * min(1, LABELLED / count))


def _count(axis, results):
    """Draw how many replicates diverged."""
    most = max(outcome.trained for outcome in results.outcomes)
    axis.set(title="Replicates that diverged", ylabel=f"number, of {most}", ylim=(-0.05 * most, 1.05 * most))
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    ends = []
    for index, model in enumerate(results.models):
        own = [outcome for outcome in results.outcomes if outcome.model == model]
        diverged, line = np.array([outcome.diverged for outcome in own]), style.line(index)
        places = _aside([outcome.learning_rate for outcome in own], index, len(results.models))
        axis.plot(places, diverged, linewidth=1.2, marker="X", markersize=8, markevery=diverged > 0, **line)
        ends.append((diverged[-1], model, line["color"]))
    if len(results.models) <= LABELLED:
        style.label_ends(axis, ends)


def _against_rate(axis, results, panel):
    """Draw one panel; where replicates diverged, a cross at the edge of failure and how many."""
    models, outcomes = results.models, results.outcomes
    means = _replicates_and_means(axis, results, panel)
    low, high = axis.get_ylim()  # set by dots and means: with few replicates the bands would flatten them
    failing = [model for model in models if any(outcome.diverged for outcome in outcomes if outcome.model == model)]
    step = min(0.09, 0.36 / max(len(failing), 1))  # of the panel's height, from one model's crosses to the next's
    depth = 0.1 + step * len(failing) if failing else 0.02  # what they take of it
    margin = depth / (1 - depth)
    if panel.log:
        axis.set_ylim(low, high * (high / low) ** margin)
    else:
        axis.set_ylim(low - margin * (high - low), high)
    if len(models) <= LABELLED:
        for index, mean in means:
            edges = panel.factor * mean["low"], panel.factor * mean["high"]
            colour = style.line(index)["color"]
            axis.fill_between(mean["learning_rate"], *edges, color=colour, alpha=0.2, linewidth=0)
    _crosses(axis, results, panel, failing, step)
    if len(models) <= LABELLED:
        ends = [
            (panel.factor * mean["mean"].iloc[-1], models[index], style.line(index)["color"]) for index, mean in means
        ]
        style.label_ends(axis, ends, {models[index]: mean["learning_rate"].iloc[-1] for index, mean in means})


def _replicates_and_means(axis, results, panel):
    """Draw dots and lines; return (index of the model, rows of its mean) for those that have one."""
    means = []
    for index, model in enumerate(results.models):
        line = style.line(index)
        replicates = select(results.last_replicates, model, panel.metric)
        replicates = replicates[np.isfinite(replicates["value"])]
        places = _aside(replicates["learning_rate"], index, len(results.models))
        many = replicates["seed"].nunique() > VECTORS
        look = {"color": line["color"], "alpha": 0.5, "markersize": 4, "markeredgewidth": 0, "rasterized": many}
        axis.plot(places, panel.factor * replicates["value"], "o", **look)
        own = [outcome for outcome in results.outcomes if outcome.model == model]
        whole = [outcome.learning_rate for outcome in own if not outcome.diverged]
        mean = select(results.last_curves, model, panel.metric)
        mean = mean[mean["learning_rate"].isin(whole)].sort_values("learning_rate")
        axis.plot(mean["learning_rate"], panel.factor * mean["mean"], linewidth=2.2, **line)
        if len(mean):
            means.append((index, mean))
    return means


def _crosses(axis, results, panel, failing, step):
    """Draw a cross, with numbers, for each model and rate of which replicates diverged, on the side of failure.

    failing: names of the models that have any. step: from one model's crosses to the next's, of the panel's height.
    """

    def height(depth):
        return 1 - depth if panel.log else depth

    for outcome in results.outcomes:
        if outcome.diverged:
            where = (outcome.learning_rate, height(0.05 + step * failing.index(outcome.model)))
            colour = style.line(results.models.index(outcome.model))["color"]
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
