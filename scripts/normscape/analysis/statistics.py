"""Intervals and p-values for paired differences. What is compared is the caller's matter."""

from itertools import count
from typing import NamedTuple

import numpy as np
from scipy import stats

from . import sequences

ROUNDING = 1e-12  # that share of a number, or of 1, may be rounding
SIGN_FLIP_FROM = 6  # below, the smallest two-sided p that sign flips can reach, 2/2ⁿ, is above 0.05
ENUMERATED_TO = 32  # 2³² sums, counted from two halves of 2¹⁶ each; beyond, sign flips are sampled
ONCE, ANY = "once", "any"  # how often one looks: at one number of replicates, fixed before, or at any, adding some


class Paired(NamedTuple):
    """What paired differences say about their mean; None is what so few of them, or not all finite ones, can't say."""

    n: int
    estimate: float | None  # the mean; from n = 1
    low: float | None  # t-interval, or the confidence sequence's; from n = 2
    high: float | None
    p: float | None  # of mean 0, two-sided: the paired t-test's, or the one that holds at any look; from n = 2
    p_sign_flip: float | None  # exact two-sided; from n = SIGN_FLIP_FROM; for one look only
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


def paired(differences, confidence, looks=ONCE):
    """Return the Paired of `differences`, one a replicate: ±inf where only the sign is known, NaN where not even that.

    confidence: of the interval, within 0…1. looks: ONCE, for the t-interval, or ANY, for what holds however often one
    looks and adds replicates (`sequences`): with few, its interval is the whole line, from −inf to inf.
    If any isn't finite, there is nothing but the counts: a mean of the others would be one of survivors.
    The t-test knows nothing of differences that are all the same: they have no variance. Then the exact sign-flip test
    stands in for it, p = 2/2ⁿ (or 1 for zeros), and `mean_interval` says what becomes of the interval. With ANY they
    are the limit of ever smaller variances: the interval is the point or still the whole line.
    """
    differences = np.asarray(differences, dtype=float)
    n = len(differences)
    sides = (differences < 0, differences == 0, differences > 0, np.isnan(differences))
    counts = [int(side.sum()) for side in sides]
    if n == 0 or not np.isfinite(differences).all():
        return Paired(n, None, None, None, None, None, *counts)
    p_sign_flip = sign_flip(differences) if n >= SIGN_FLIP_FROM and looks == ONCE else None
    return Paired(n, *_mean_interval_and_p(differences, confidence, looks), p_sign_flip, *counts)


def inner_interval(differences, confidence, looks=ONCE):
    """Return (low, high) of the interval at 1 − 2α where `paired` gives that at 1 − α: the one of equivalence tests.

    If it lies within margins about 0, two one-sided tests at α reject that the mean is at or beyond either margin.
    (None, None) where there is none: of fewer than two, of any that isn't finite, or with an α of half or more.
    Source: Schuirmann 1987, A comparison of the two one-sided tests procedure and the power approach.
    """
    differences = np.asarray(differences, dtype=float)
    inner = 2 * confidence - 1
    if len(differences) < 2 or not np.isfinite(differences).all() or inner <= 0:
        return None, None
    return _mean_interval_and_p(differences, inner, looks)[1:3]


def mean_interval(values, confidence):
    """Return (mean, low, high) of `values`, the ends of the t-interval being None where there is none: for one value.

    Values that are all the same leave the t-interval without a width. Then it is the exact sign-flip test's: of all
    means but this one each is refused at 2/2ⁿ, so the interval is the point itself from `fewest` values on, and before
    that the whole line, which is None.
    """
    return _mean_interval_and_p(np.asarray(values, dtype=float), confidence, ONCE)[:3]


def critical(n, confidence, looks=ONCE):
    """Return how many standard errors the interval of a mean of n values reaches to either side; inf: it has no ends.

    n: from 2 on, a number or an array. Raises KeyError where `looks` is neither ONCE nor ANY.
    """
    reach = {ONCE: lambda: stats.t.ppf((1 + confidence) / 2, n - 1), ANY: lambda: sequences.reach(n, 1 - confidence)}
    return reach[looks]()


def _mean_interval_and_p(values, confidence, looks):
    n = len(values)
    same = np.ptp(values) <= rounding(values).max()
    if n == 1 or (same and looks == ONCE):
        value = float(values[0])
        ends = (value, value) if n >= fewest(confidence) else (None, None)
        return value, *ends, sign_flip(values) if n > 1 else None
    if same:
        mean, error, t = values[0], 0.0, np.copysign(np.inf, values[0]) if values[0] else 0.0
    else:
        mean, error = values.mean(), values.std(ddof=1) / np.sqrt(n)
        t = mean / error
    far = critical(n, confidence, looks)
    half = far * error if np.isfinite(far) else np.inf
    p = sequences.p_value(t, n) if looks == ANY else 2 * stats.t.sf(abs(t), n - 1)
    return float(mean), float(mean - half), float(mean + half), float(p)


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
