"""What the tests of the figures draw from, and what they look for in a figure."""

from itertools import combinations
from types import SimpleNamespace

import pandas
from matplotlib.collections import LineCollection
from normscape.analysis import curves
from normscape.analysis.design import Design
from normscape.report.figures import comparison

SIZE = (11, 7)


def design(models, rate=0.04, seeds=(0, 1, 2)):
    """The first of `models` against all others."""
    return Design(models[0], list(models[1:]), 0.95, rate, list(seeds))


def measured(models=("Plain", "Normed"), seeds=(0, 1, 2), passes=3, apart=0.1):
    """What a figure needs of the Results: replicates, each 0.01 above the one before, and mean curves."""
    rows, means = [], []
    for i, model in enumerate(models):
        for metric, curve in curves.CURVES.items():
            for number in range(0 if curve.mode == "eval" else 1, passes + 1):
                base = (0.5 if "accuracy" in metric else 1.0) + apart * i + 0.05 * number
                means.append((model, 0.04, number, metric, curve.scale, len(seeds), base, base * 0.9, base * 1.1))
                rows += [(model, 0.04, number, seed, metric, base + 0.01 * seed) for seed in seeds]
    return SimpleNamespace(
        models=list(models),
        design=design(models),
        replicates=pandas.DataFrame(rows, columns=["model", "learning_rate", "pass", "seed", "metric", "value"]),
        curves=pandas.DataFrame(means, columns=[column.name for column in curves.COLUMNS]),
    )


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
