"""What the tests of the figures draw from, and what they look for in a figure."""

from itertools import combinations
from types import SimpleNamespace

import numpy
import pandas
from matplotlib.collections import LineCollection
from normscape.analysis import curves
from normscape.analysis.design import Design
from normscape.analysis.sweep import Outcome
from normscape.report.figures import comparison

SIZE = (11, 7)
EARLY = (0, 1, 2, 8, 50)  # updates: before training, and within the first pass
UPDATES = 100  # a pass


def design(models, rate=0.04, seeds=(0, 1, 2)):
    """The first of `models` against all others."""
    return Design(models[0], list(models[1:]), 0.95, rate, list(seeds))


def measured(models=("Plain", "Normed"), seeds=(0, 1, 2), passes=3, apart=0.1, early=()):
    """What a figure needs of the Results: replicates, each 0.01 above the one before, and mean curves.

    early: updates before the end of the first pass after which there are probes, 0 being before training.
    """
    rows, means = [], []
    for i, model in enumerate(models):
        for metric, curve in curves.CURVES.items():
            whole = [UPDATES * number for number in range(passes + 1)]
            for update in whole if curve.mode == "eval" else [*early, *whole[1:]]:
                base = (0.5 if "accuracy" in metric else 1.0) + apart * i + 0.05 * update / UPDATES
                mean = {"mean": base, "low": base * 0.9, "high": base * 1.1}
                key = {"model": model, "learning_rate": 0.04, "pass": whole_pass(update), "update": update}
                means.append({**key, "metric": metric, **mean})
                rows += [{**key, "seed": seed, "metric": metric, "value": base + 0.01 * seed} for seed in seeds]
    return SimpleNamespace(
        models=list(models),
        design=design(models),
        outcomes=[Outcome(model, 0.04, len(seeds), 0, ()) for model in models],
        replicates=pandas.DataFrame(rows).astype({"pass": "Int64"}),
        curves=pandas.DataFrame(means).astype({"pass": "Int64"}),
    )


def whole_pass(update):
    """The number of the pass that ends with an update, NA within one."""
    number, within = divmod(update, UPDATES)
    return pandas.NA if within else number


def without(results, model, metric, number, seed=None, value=numpy.nan):
    """Give `value` to a model's replicate at one pass, or where `seed` is None to all, and take their mean away."""
    without_update(results, model, metric, UPDATES * number, seed, value)


def without_update(results, model, metric, update, seed=None, value=numpy.nan):
    """The same after an update."""
    of = [
        (table["model"] == model) & (table["metric"] == metric) & (table["update"] == update)
        for table in (results.replicates, results.curves)
    ]
    results.replicates.loc[of[0] & ((results.replicates["seed"] == seed) | (seed is None)), "value"] = value
    results.curves.loc[of[1], ["mean", "low", "high"]] = numpy.nan


def lost(results, model, outcome):
    """Take all that was measured of a model, whose runs became what the Outcome says."""
    for name in ("replicates", "curves"):
        table = getattr(results, name)
        setattr(results, name, table[table["model"] != model])
    results.outcomes = [outcome if each.model == model else each for each in results.outcomes]


def points(axis, marker):
    """The places of all marks of a kind, in the order drawn."""
    return [point for line in axis.lines if line.get_marker() == marker for point in zip(*line.get_data(), strict=True)]


def words(axis):
    """All texts in a panel but its title."""
    return [text.get_text() for text in axis.texts]


def compared(models=("Plain", "Normed"), **options):
    """The comparison of what was `measured`: the figure on which the tests of what all share look."""
    return comparison.draw(measured(models, **options), SIZE)


def thin_lines(axis):
    """The replicates' lines, a list for each model."""
    return [
        [path.vertices for path in drawn.get_paths()] for drawn in axis.collections if isinstance(drawn, LineCollection)
    ]


def overlapping(figure, artists):
    """The pairs of artists whose boxes overlap, or that stand out of the figure."""
    figure.draw_without_rendering()
    boxes = [artist.get_window_extent() for artist in artists]
    whole = figure.bbox.padded(1)
    outside = [box for box in boxes if not (whole.containsx(box.x0) and whole.containsx(box.x1))]
    return outside + [pair for pair in combinations(boxes, 2) if pair[0].padded(-1).overlaps(pair[1].padded(-1))]
