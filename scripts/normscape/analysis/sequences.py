"""An interval for a mean that holds at every number of values at once, and the p-value that goes with it.

The Gaussian-mixture t confidence sequence. Under normal differences of mean 0 and any spread, the likelihood ratio of
the t statistic, its standardised effect mean / SD drawn from a normal law of mean 0 and SD c, is

    E = √r · ((t² + n − 1) / (r t² + n − 1))^(n/2),   r = 1 / (1 + n c²),

a nonnegative martingale that starts at 1. So by Ville's inequality the chance that it ever reaches 1/α is at most α,
however often one looks and whatever makes one stop: the interval is where it hasn't, and 1/E is a p-value.
Sources: Lai 1976, On confidence sequences; Wang & Ramdas 2024, Anytime-valid t-tests and confidence sequences for
Gaussian means with unknown variance (arXiv 2310.03722), the scale-invariant test martingale.

c is fixed here, before any data. Any c is valid; it decides at which effect and n the interval is short. Its length at
95 %, over that of the t-interval of the same n, and the same at 95 % corrected for eleven claims (99.55 %):

    c      n = 6    8     16    32    64          n = 6    8     16    32    64
    0.5      inf  3.05   1.72  1.59  1.58           inf   inf   1.67  1.41  1.36
    1       2.12  1.80   1.65  1.64  1.66           inf  1.97   1.45  1.40  1.40
    1.25    1.93  1.76   1.67  1.67  1.70          3.44  1.72   1.45  1.41  1.42
    2       1.84  1.78   1.74  1.74  1.77          1.83  1.59   1.47  1.45  1.46

A small c, best for many replicates, has nothing to say at the few that most experiments have. With 1.25 the interval at
90 %, 95 % and the corrected level is at no n from 8 to 64 more than 11 % longer than with the best c for that n and
level; with 1 it is up to 24 %, with 1.5 up to 13 %, with 2 up to 16 %.
"""

import numpy as np

EFFECT = 1.25  # c


def reach(n, level):
    """Return how many standard errors the interval at 1 − level reaches to either side of the mean: infinite at first.

    n: how many values, from 2 on: a number or an array. level: α, within 0…1.
    """
    r = 1 / (1 + np.asarray(n) * EFFECT**2)
    k = (1 / (level**2 * r)) ** (1 / n)
    finite = k * r < 1
    square = (n - 1) * (k - 1) / np.where(finite, 1 - k * r, 1)
    return np.where(finite, np.sqrt(square), np.inf)[()]


def p_value(t, n):
    """Return min(1, 1/E), which is at most α just where 0 is outside the interval at 1 − α. ±inf is t without a spread.

    t: mean / standard error. n: how many values, from 2 on. Numbers or arrays.
    """
    r = 1 / (1 + np.asarray(n) * EFFECT**2)
    with np.errstate(invalid="ignore"):
        share = np.where(np.isinf(t), 1.0, np.square(t) / (np.square(t) + n - 1))
    return np.minimum(1.0, (1 - (1 - r) * share) ** (np.asarray(n) / 2) / np.sqrt(r))[()]
