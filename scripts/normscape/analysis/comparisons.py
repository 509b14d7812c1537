"""How a claim compares the networks of each replicate.

Each of these functions takes what was measured on the treatment and on the baseline, one entry a replicate, and returns
their differences, shape (n,): 0 where the two are the same but for their rounding, ±inf where only the sign is known,
NaN where not even that.
"""

import numpy as np

from .statistics import ROUNDING, rounding


def subtract(treatment, baseline):
    """The treatment's value minus the baseline's."""
    treatment, baseline = (np.asarray(values, dtype=float) for values in (treatment, baseline))
    return _unless_same(treatment - baseline, rounding(treatment, baseline))


def _unless_same(differences, within):
    return np.where(np.isfinite(differences) & (np.abs(differences) <= within), 0.0, differences)


def pooled_log_ratio(treatment, baseline):
    """Differences of variances, scaled so that their mean is the log ratio of the two SDs pooled over replicates.

    A variance corrected for noise may fall below 0 and then has no logarithm. To leave such replicates out would select
    by outcome, in favour of the net with the less noisy probes: two nets of equal volatility then came out different in
    20 % of simulated experiments, instead of 5 %. Here all share one scale, so that signs and t-test are those of the
    plain differences. Variances are the same within a share of themselves, for they may all be small.
    ±inf, the signs of the plain differences, where a pooled variance isn't positive.
    """
    treatment, baseline = (np.asarray(variances, dtype=float) for variances in (treatment, baseline))
    largest = np.maximum(np.abs(treatment), np.abs(baseline))
    difference = _unless_same(treatment - baseline, ROUNDING * largest)
    usable = np.isfinite(difference)
    if not usable.any():
        return difference
    pooled = treatment[usable].mean(), baseline[usable].mean()
    if min(pooled) <= 0:
        return np.where(usable & (difference != 0), np.copysign(np.inf, difference), difference)
    if pooled[0] == pooled[1]:
        return difference / (2 * pooled[0])
    return difference / (pooled[0] - pooled[1]) * np.log(pooled[0] / pooled[1]) / 2


def at_equal_x(treatment, baseline, low=-np.inf, high=np.inf):
    """Mean difference of two curves over the range of x that both visit, or the part of it between `low` and `high`.

    Entries are points (x, y), shape (T, 2). Sorted by x and interpolated linearly, each curve is piecewise linear, and
    so is the difference of two, with its knots at the points of either: trapezoids integrate it exactly.
    NaN where there is no such range, be it that one curve has but a single x.
    """
    return np.array([_at_equal_x(pair, low, high) for pair in zip(treatment, baseline, strict=True)], dtype=float)


def _at_equal_x(pair, low, high):
    if not np.isfinite(pair).all():
        return np.nan
    common = common_range(*pair)
    low, high = max(low, common[0]), min(high, common[1])
    if high - low <= rounding(low, high):
        return np.nan
    curves = [_sorted_points(points) for points in pair]
    knots = np.unique(np.concatenate([[low, high], *(x[(low < x) & (x < high)] for x, _ in curves)]))
    heights = [np.interp(knots, *curve) for curve in curves]
    mean = np.trapezoid(heights[0] - heights[1], knots) / (high - low)
    return _unless_same(mean, rounding(*heights).max())


def common_range(treatment, baseline):
    """Return (low, high), the range of x that two curves both visit; low > high where there is none.

    Curves are arrays of points (x, y), shape (T, 2).
    """
    sides = [(points[:, 0].min(), points[:, 0].max()) for points in (treatment, baseline)]
    return max(low for low, _ in sides), min(high for _, high in sides)


def _sorted_points(points):
    """Return x, rising, and y, each the mean of the points that share their x."""
    x, place, count = np.unique(points[:, 0], return_inverse=True, return_counts=True)
    return x, np.bincount(place, points[:, 1]) / count
