"""How much of the curves of loss and smoothness two networks have in common, which C4 compares at equal loss."""

import numpy as np

from .claims import c4
from .comparisons import common_range
from .verdicts import measured_pairs


def points(metrics, design):
    """Return how many checkpoints C4 rests on: {(treatment, seed): (of the treatment, of the baseline)}.

    metrics: the rows of metrics.csv. Counted are those whose loss lies within the range that both networks visit: none
    where they visit none. Pairs that lack a number are left out.
    """
    found = {}
    for _, treatment, pairs in measured_pairs(metrics, design, (c4.CLAIM,)):
        for seed, *pair in zip(pairs.seeds, *pairs.values, strict=True) if pairs else ():
            if np.isfinite(pair).all():
                low, high = common_range(*pair)
                within = [int(((low <= curve[:, 0]) & (curve[:, 0] <= high)).sum()) for curve in pair]
                found[treatment, int(seed)] = tuple(within)
    return found
