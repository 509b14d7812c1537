"""Intervals and p-values for paired differences. The numbers are scipy's; what is compared is the caller's matter."""

from itertools import count
from typing import NamedTuple

import numpy as np
from scipy import stats

ROUNDING = 1e-12  # that share of a number, or of 1, may be rounding
SIGN_FLIP_FROM = 6  # below, the smallest two-sided p that sign flips can reach, 2/2ⁿ, is above 0.05
ENUMERATED_TO = 32  # 2³² sums, counted from two halves of 2¹⁶ each; beyond, sign flips are sampled


class Paired(NamedTuple):
    """What paired differences say about their mean; None is what so few of them, or not all finite ones, can't say."""

    n: int
    estimate: float | None  # the mean; from n = 1
    low: float | None  # t-interval; from n = 2
    high: float | None
    p: float | None  # two-sided paired t-test of mean 0; from n = 2
    p_sign_flip: float | None  # exact two-sided; from n = SIGN_FLIP_FROM
    lower: int  # how many differences are below 0
    equal: int  # 0
    higher: int  # above 0
    undecided: int  # NaN


def rounding(*values):
    """Return how far apart numbers of the size of `values` may be and be the same but for rounding, entry by entry.

    values: numbers or arrays. It is ROUNDING of the largest of them, and of 1 at least: what is compared are logarithms
    and shares, whose own rounding doesn't shrink with them.
    """
    largest = 1.0
    for value in values:
        largest = np.maximum(largest, np.abs(value))
    return ROUNDING * largest


def fewest(confidence):
    """Return the least number of replicates from which a verdict is given at that `confidence`, within 0…1.

    A t-interval rests on normality, which so few numbers can't show. The exact sign-flip test doesn't, and with fewer
    it couldn't reject even if all agreed: its smallest p is 2/2ⁿ.
    """
    return next(n for n in count(1) if 2.0 ** (1 - n) <= 1 - confidence)


def paired(differences, confidence):
    """Return the Paired of `differences`, one a replicate: ±inf where only the sign is known, NaN where not even that.

    confidence: of the interval, within 0…1.
    If any isn't finite, there is nothing but the counts: a mean of the others would be one of survivors.
    The t-test knows nothing of differences that are all the same: they have no variance. Then the exact sign-flip test
    stands in for it, p = 2/2ⁿ (or 1 for zeros), and `mean_interval` says what becomes of the interval.
    """
    differences = np.asarray(differences, dtype=float)
    n = len(differences)
    sides = (differences < 0, differences == 0, differences > 0, np.isnan(differences))
    counts = [int(side.sum()) for side in sides]
    if n == 0 or not np.isfinite(differences).all():
        return Paired(n, None, None, None, None, None, *counts)
    p_sign_flip = sign_flip(differences) if n >= SIGN_FLIP_FROM else None
    return Paired(n, *_mean_interval_and_p(differences, confidence), p_sign_flip, *counts)


def mean_interval(values, confidence):
    """Return (mean, low, high) of `values`, the ends of the t-interval being None where there is none: for one value.

    Values that are all the same leave the t-interval without a width. Then it is the exact sign-flip test's: of all
    means but this one each is refused at 2/2ⁿ, so the interval is the point itself from `fewest` values on, and before
    that the whole line, which is None.
    """
    return _mean_interval_and_p(np.asarray(values, dtype=float), confidence)[:3]


def _mean_interval_and_p(values, confidence):
    n = len(values)
    if np.ptp(values) <= rounding(values).max():
        value = float(values[0])
        ends = (value, value) if n >= fewest(confidence) else (None, None)
        return value, *ends, sign_flip(values) if n > 1 else None
    test = stats.ttest_1samp(values, 0)
    interval = test.confidence_interval(confidence)
    return float(values.mean()), float(interval.low), float(interval.high), float(test.pvalue)


def sign_flip(differences):
    """Return the sign-flip test's two-sided p: the share of the 2ⁿ choices of signs whose |sum| reaches the observed.

    It is exact up to n = ENUMERATED_TO: each sum is one of the first half plus one of the second, and sorting the
    second half counts them. Beyond, it is scipy's Monte Carlo estimate from 9,999 choices of a fixed random stream.
    """
    differences = np.asarray(differences, dtype=float)
    n = len(differences)
    if n > ENUMERATED_TO:
        return float(
            stats.permutation_test(
                (differences,),
                np.mean,
                permutation_type="samples",
                batch=1000,
                rng=np.random.default_rng(0),
            ).pvalue
        )
    first, second = _signed_sums(differences[: n // 2]), np.sort(_signed_sums(differences[n // 2 :]))
    observed = abs(differences.sum()) - ROUNDING * np.abs(differences).sum()  # so that rounding breaks no tie
    reaching = len(first) * len(second) - np.searchsorted(second, observed - first).sum()
    return float(min(1.0, 2 * reaching / 2.0**n))  # as many reach it on the other side


def _signed_sums(values):
    """Return the sums of `values` under each choice of signs, shape (2^len(values),)."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums - value, sums + value])
    return sums


def holm(p_values):
    """Return Holm's adjusted p-values, in the order given: they control the family-wise error however dependent.

    The k-th smallest of m is multiplied by m − k + 1, made no smaller than the one before, and at most 1.
    Source: Holm 1979, A simple sequentially rejective multiple test procedure.
    """
    p_values = np.asarray(p_values, dtype=float)
    order = np.argsort(p_values, kind="stable")
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    return np.minimum(adjusted, 1).tolist()
