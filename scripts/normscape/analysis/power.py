"""How many replicates a verdict takes, and whether more of them or more probes narrow its interval for less.

Plans from an observed effect are optimistic: of many effects looked at, the ones noticed are the overestimated ones.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

from .statistics import ONCE, critical

LIMIT = 100_000  # replicates; what takes more is out of reach
SPREAD_RANGE = 0.8  # the confidence of the range of the spread that `needed` carries over to its numbers
POINTS = 4000  # of the law of the sample variance, at equal steps of probability


class Needed(NamedTuple):
    """How many replicates it takes; None is more than LIMIT."""

    estimate: int | None  # if the spread is as observed
    low: int | None  # at the lower end of its range
    high: int | None  # at the upper one


def needed(effect, sd, n, level, power=0.8, looks=ONCE, least=2):
    """Return the Needed for a two-sided paired test at `level` to find a mean difference of size `effect`.

    effect: of either sign, in the unit of the differences. sd: their standard deviation, observed on n ≥ 2 replicates.
    level: the significance level, corrected or not. power: the chance to find it, on its own side. least: no fewer.

    The power at each number is the noncentral t's, for normal differences. `low` and `high` are for the ends of the
    80 % interval that the n replicates give of the standard deviation (chi-square, n − 1 degrees of freedom); the
    uncertainty of the effect itself isn't in them. With looks = ANY it is the power of the one look at that number,
    against the confidence sequence's critical t there; earlier looks only add to it.
    """
    tails = stats.chi2.ppf([(1 + SPREAD_RANGE) / 2, (1 - SPREAD_RANGE) / 2], n - 1)
    spreads = [sd, *(sd * np.sqrt((n - 1) / tails))]
    return Needed(*(_fewest(abs(effect), spread, level, power, looks, max(2, least)) for spread in spreads))


def _fewest(effect, sd, level, power, looks, least):
    """Return the smallest number from `least` to LIMIT at which `effect` is found with `power`, or None, by halving."""
    if power_at(LIMIT, effect, sd, level, looks) < power:
        return None
    too_few, enough = least - 1, LIMIT
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if power_at(middle, effect, sd, level, looks) < power:
            too_few = middle
        else:
            enough = middle
    return enough


def power_at(n, effect, sd, level, looks=ONCE):
    """Return the chance that n ≥ 2 replicates find a mean difference of `effect` ≥ 0 at `level`, on its own side."""
    far = critical(n, 1 - level, looks)
    if not np.isfinite(far) or effect == 0:
        return 0.0 if not np.isfinite(far) else level / 2
    if sd == 0:
        return 1.0
    shift = min(effect / sd * math.sqrt(n), 1e6)  # far beyond doubt; scipy's law breaks down near 1e10
    return float(stats.nct.sf(far, n - 1, shift))


def negligible_power(sd, n, margin, level, looks=ONCE):
    """Return the chance that n ≥ 2 replicates show no relevant difference where there is none at all.

    sd: the standard deviation of the differences, above 0. margin: above 0, in their unit. level: of each of the two
    one-sided tests, so that the interval at 1 − 2·level must lie within ±margin.
    Given the sample's own standard deviation, the mean is normal and independent of it: averaged over its chi-square.
    """
    error = sd / math.sqrt(n)
    variance = stats.chi2.ppf((np.arange(POINTS) + 0.5) / POINTS, n - 1) / (n - 1)  # in units of sd²
    room = margin / error - critical(n, 1 - 2 * level, looks) * np.sqrt(variance)
    return float(np.mean(2 * stats.norm.cdf(np.maximum(room, 0)) - 1))


class Spread(NamedTuple):
    """Where the variance of a paired difference comes from."""

    replicates: float  # what it would be if smoothness were measured along all directions; 0 at least
    probes: float  # what a single direction at each checkpoint adds to it; d directions add a d-th of it


def spread(variance, noise, directions):
    """Return the Spread of paired differences, each measured along several `directions` at a checkpoint.

    variance: of the differences, over replicates (ddof = 1). noise: what of it the choice of directions makes, the mean
    over replicates of both networks' noise (`noise_of_mean`, added).
    Raises ValueError for fewer than two directions: those of one don't show how they scatter.
    """
    if directions < 2:
        raise ValueError("one direction doesn't show how directions scatter")
    return Spread(max(variance - noise, 0.0), noise * directions)


def noise_of_mean(noise):
    """Return the variance of the mean over T checkpoints with independent noise. noise: shape (…, T); returns (…,)."""
    noise = np.asarray(noise, dtype=float)
    return noise.mean(axis=-1) / noise.shape[-1]


class Allocation(NamedTuple):
    """How many directions at a checkpoint give the narrowest interval for the same time, and what that is worth."""

    directions: float  # a whole number from 1 on; inf: as many as can be had
    saved: float  # share of the time that this number saves, over the one in use, for the same interval
    on: str  # what a minute more is better spent on: "replicates" or "directions"


def allocation(parts, directions, replicate, direction):
    """Return the Allocation for a Spread, `parts`, where `directions` are in use.

    replicate: the cost of one without probes. direction: of probing it along one direction at every checkpoint; both
    above 0, in the same unit.
    The mean's variance times the cost, (R + P/d)(a + b·d), doesn't depend on the number of replicates. It is least at
    d = √(P/R · a/b), and the better of the whole numbers beside that is taken.
    Source: Cochran 1977, Sampling Techniques, §10.6, two-stage sampling.
    """

    def price(d):
        return (parts.replicates + parts.probes / d) * (replicate + direction * d)

    if parts.replicates == 0 and parts.probes > 0:
        best, least = math.inf, parts.probes * direction
    else:
        ideal = math.sqrt(parts.probes / parts.replicates * replicate / direction) if parts.probes else 1.0
        best = min({max(1, math.floor(ideal)), math.ceil(ideal)}, key=price)
        least = price(best)
    saved = 1 - least / price(directions) if price(directions) else 0.0
    return Allocation(best, saved, "directions" if best > directions else "replicates")
