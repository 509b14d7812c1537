"""How often do intervals miss? Simulated experiments whose true mean difference is 0, as Markdown tables.

    python benchmarks/looks.py [--experiments 20000]

First, looking again: a look at every number of replicates from 4 to 64, and the share of experiments in which any look
finds a difference that isn't there, with the t-interval and with the confidence sequence of `comparison.looks: any`.
Then, one look: other intervals for few and skewed differences, held against the t-interval. Takes a minute or two.
"""

import argparse
import itertools
import math

import numpy as np
from normscape.analysis import statistics

LAWS = {  # of differences, with mean 0
    "normal": lambda draw, shape: draw.normal(size=shape),
    "t, 3 degrees of freedom": lambda draw, shape: draw.standard_t(3, size=shape),
    "lognormal, σ = 1": lambda draw, shape: draw.lognormal(size=shape) - math.exp(0.5),
}
CONFIDENCE = 0.95
FIRST, LAST = 4, 64  # looks
NUMBERS = (6, 8, 20)  # of replicates, for one look
RESAMPLES = 999
CHUNK = 1000  # experiments resampled at a time


def main(arguments):
    print("Looking again: share of experiments in which any look, from the first on, finds a difference.\n")
    starts = (FIRST, statistics.fewest(CONFIDENCE), 16, LAST)
    print("| differences | looks | " + " | ".join(f"first at {n}" for n in starts) + " | equivalence, wrongly |")
    print("|---|---|" + "---|" * (len(starts) + 1))
    for law, looks in itertools.product(LAWS, (statistics.ONCE, statistics.ANY)):
        values = LAWS[law](np.random.default_rng(0), (arguments.experiments, LAST))
        shares = [f"{false_verdicts(values, looks, first):.3f}" for first in starts]
        print(f"| {law} | {looks} | " + " | ".join([*shares, f"{false_equivalence(values, looks):.3f}"]) + " |")
    print("\nOne look: share of intervals that cover (lie below, above); width over the t-interval's.\n")
    print("| interval | differences | " + " | ".join(f"n = {n}" for n in NUMBERS) + " |")
    print("|---|---|" + "---|" * len(NUMBERS))
    for name, law in itertools.product(INTERVALS, LAWS):
        cells = [
            cell(INTERVALS[name], LAWS[law](np.random.default_rng(n), (arguments.experiments, n))) for n in NUMBERS
        ]
        print(f"| {name} | {law} | " + " | ".join(cells) + " |", flush=True)


def running(values):
    """Return (n, mean, standard error) after each number of replicates from FIRST on. values: shape (…, LAST)."""
    n = np.arange(1, values.shape[-1] + 1)
    mean = np.cumsum(values, axis=-1) / n
    squares = np.cumsum(values**2, axis=-1) - n * mean**2
    error = np.sqrt(np.maximum(squares, 0) / np.maximum(n - 1, 1) / n)
    return n[FIRST - 1 :], mean[..., FIRST - 1 :], error[..., FIRST - 1 :]


def false_verdicts(values, looks, first):
    """Return the share of experiments in which the interval leaves out 0 at any look from `first` replicates on."""
    n, mean, error = running(values)
    outside = np.abs(mean) > statistics.critical(n, CONFIDENCE, looks) * error
    return outside[:, n >= first].any(axis=1).mean()


def false_equivalence(values, looks):
    """Return the share in which, the true mean at the upper margin, the inner interval lies below it at any look.

    The other margin is far away. Verdicts begin at the fewest replicates.
    """
    n, mean, error = running(values)
    below = mean < -statistics.critical(n, 2 * CONFIDENCE - 1, looks) * error
    return below[:, n >= statistics.fewest(CONFIDENCE)].any(axis=1).mean()


def cell(interval, values):
    ends, plain = interval(values), student(values)
    if ends is None:
        return "–"
    low, high = ends
    shares = ((low <= 0) & (high >= 0)).mean(), (high < 0).mean(), (low > 0).mean()
    width = (high - low).mean() / (plain[1] - plain[0]).mean()
    return "{:.3f} ({:.3f}, {:.3f}); {:.2f}".format(*shares, width)


def student(values):
    """The t-interval, as `paired` takes it."""
    mean, error = values.mean(axis=1), values.std(axis=1, ddof=1) / math.sqrt(values.shape[1])
    half = statistics.critical(values.shape[1], CONFIDENCE) * error
    return mean - half, mean + half


def skewness(values):
    centred = values - values.mean(axis=1, keepdims=True)
    return (centred**3).mean(axis=1) / (centred**2).mean(axis=1) ** 1.5


def johnson(values):
    """Johnson 1978, Modified t tests and confidence intervals for asymmetrical populations: the t-interval, moved."""
    move = values.std(axis=1, ddof=1) * skewness(values) / (6 * values.shape[1])
    low, high = student(values)
    return low + move, high + move


def hall(values, share=1.0):
    """Hall 1992, On the removal of skewness by transformation: the cubic one, inverted, with the t law's quantile.

    share: of the sample's skewness that is taken out.
    """
    n, skew = values.shape[1], share * skewness(values)
    sd, bound = values.std(axis=1, ddof=1), statistics.critical(n, CONFIDENCE) / math.sqrt(n)

    def back(y):
        return 3 / skew * (np.cbrt(1 + skew * (y - skew / (6 * n))) - 1)

    return values.mean(axis=1) - sd * back(bound), values.mean(axis=1) - sd * back(-bound)


def half_hall(values):
    """Hall's, with half of the sample's skewness: a made-up compromise, tuned to these very tables."""
    return hall(values, 0.5)


def bootstrap_t(values):
    """Efron 1982, Hall 1988: the t statistic's own law from resampled differences."""
    n = values.shape[1]
    counts = np.random.default_rng(1).multinomial(n, np.full(n, 1 / n), RESAMPLES).T / n
    ends = []
    for start in range(0, len(values), CHUNK):
        chunk = values[start : start + CHUNK]
        mean = chunk.mean(axis=1)
        centred = chunk - mean[:, None]
        means = centred @ counts
        spread = np.sqrt(np.maximum(centred**2 @ counts - means**2, 0))
        t = means / np.maximum(spread, 1e-9)  # a resample of one value, repeated, is far out
        upper, lower = np.quantile(t, [(1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2], axis=1)
        ends.append((mean - upper * chunk.std(axis=1), mean - lower * chunk.std(axis=1)))
    return tuple(np.concatenate(each) for each in zip(*ends, strict=True))


def sign_flips(values):
    """The means that the exact sign-flip test doesn't refuse: between two order statistics of the subsets' means.

    Hartigan 1969, Using subsample values as typical values. None for more than a dozen: they have too many subsets.
    """
    n = values.shape[1]
    if n > 12:
        return None
    subsets = np.array(list(itertools.product((0, 1), repeat=n))[1:])
    subsets = (subsets / subsets.sum(axis=1, keepdims=True)).T
    refused = math.floor((1 - CONFIDENCE) / 2 * 2**n)  # on either side
    chunks = np.array_split(values, math.ceil(len(values) / CHUNK))
    means = [np.partition(chunk @ subsets, (refused - 1, -refused), axis=1) for chunk in chunks]
    return tuple(np.concatenate([chunk[:, at] for chunk in means]) for at in (refused - 1, -refused))


INTERVALS = {
    "t": student,
    "Johnson 1978": johnson,
    "Hall 1992": hall,
    "Hall, half the skewness": half_hall,
    "bootstrap-t": bootstrap_t,
    "sign flips, inverted": sign_flips,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=20_000)
    main(parser.parse_args())
