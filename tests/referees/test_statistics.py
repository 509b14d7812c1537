"""Statistics against scipy, against brute force, and by simulated coverage through the whole of verdicts.evaluate."""

import itertools
import math

import numpy as np
import pandas
import pytest
from normscape.analysis import claims, estimates, statistics, verdicts
from normscape.analysis.claims.claim import PRIMARY
from normscape.analysis.comparisons import pooled_log_ratio
from normscape.analysis.design import Design
from normscape.analysis.measured import Measured
from scipy import stats

SETS = 1200  # simulated experiments for each law and n
TRUTH = -0.3


def test_interval_and_p_are_scipys():
    draw = np.random.default_rng(0)
    for n in (2, 3, 8, 50):
        treatment, baseline = draw.lognormal(size=(2, n))
        result = statistics.paired(treatment - baseline, 0.9)
        reference = stats.ttest_rel(treatment, baseline)
        assert result.p == pytest.approx(reference.pvalue)
        assert (result.low, result.high) == pytest.approx(tuple(reference.confidence_interval(0.9)))


@pytest.mark.parametrize("n", [2, 5, 8, 40])
def test_the_p_of_any_look_is_the_inverse_of_a_likelihood_ratio_of_scipys_t_laws(n):
    for t in (0.0, 0.7, 2.5, 6.0):
        effects, step = np.linspace(-12, 12, 40_001, retstep=True)
        prior = stats.norm.pdf(effects, scale=statistics.sequences.EFFECT)
        ratio = (prior * stats.nct.pdf(t, n - 1, effects * math.sqrt(n))).sum() * step / stats.t.pdf(t, n - 1)
        spread = np.linspace(-1, 1, n) / np.linspace(-1, 1, n).std(ddof=1)
        p = statistics.paired(spread + t / math.sqrt(n), 0.95, "any").p
        assert p == pytest.approx(min(1, 1 / ratio), rel=1e-6)


@pytest.mark.parametrize("effect, ratios", [(1.0, [math.inf, 3.0, 1.8, 1.65]), (2.0, [2.3, 1.9, 1.8, 1.7])])
def test_how_much_longer_the_interval_of_any_look_is(effect, ratios, monkeypatch):
    monkeypatch.setattr(statistics.sequences, "EFFECT", effect)
    n = np.array([4, 5, 8, 16])
    found = statistics.critical(n, 0.95, "any") / statistics.critical(n, 0.95)
    assert found == pytest.approx(ratios, abs=0.05)


@pytest.mark.parametrize("n", [6, 7])
def test_sign_flips_are_all_counted(n):
    draw = np.random.default_rng(n)
    for differences in (draw.normal(0.5, 1, n), draw.integers(-3, 4, n).astype(float)):  # the latter with many ties
        sums = [abs(np.dot(signs, differences)) for signs in itertools.product((-1, 1), repeat=n)]
        assert statistics.sign_flip(differences) == np.mean(np.array(sums) >= abs(differences.sum()) - 1e-9)


@pytest.mark.parametrize("n", [9, 12])
def test_sign_flips_agree_with_scipys_enumeration(n):
    differences = np.random.default_rng(n).normal(0.3, 1, n)
    reference = stats.permutation_test((differences,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert statistics.sign_flip(differences) == pytest.approx(reference.pvalue, rel=1e-12)


def test_sampled_sign_flips_agree_with_counted_ones(monkeypatch):
    differences = np.random.default_rng(1).normal(0.4, 1, 20)
    counted = statistics.sign_flip(differences)
    monkeypatch.setattr(statistics, "ENUMERATED_TO", 10)
    sampled = statistics.sign_flip(differences)
    assert sampled != counted
    assert sampled == pytest.approx(counted, abs=4 * math.sqrt(counted * (1 - counted) / 9999) + 1e-4)


@pytest.mark.parametrize("noise", [[1.0] * 4, [4.0, 0.0, 1.0, 9.0], [0.0, 5.0, 5.0]])
def test_noise_of_increments_is_what_noise_adds_to_their_variance(noise):
    draws = np.random.default_rng(2).normal(size=(200_000, len(noise))) * np.sqrt(noise)
    signal = np.array([0.0, 3.0, 1.0, 2.0])[: len(noise)]
    variance = np.diff(signal + draws).var(axis=1, ddof=1)
    added = variance.mean() - np.diff(signal).var(ddof=1)
    assert estimates.increment_noise(noise) == pytest.approx(added, abs=4 * variance.std() / math.sqrt(len(draws)))


# Simulated coverage. Each simulated experiment is one treatment, so that thousands go through one real call. Holm's
# correction, which would take them for one experiment, is left out: by itself each would have its own p.

LAWS = {  # differences with mean 0 and, but for the t law's √3, standard deviation 1
    "normal": lambda draw, shape: draw.normal(size=shape),
    "heavy-tailed": lambda draw, shape: draw.standard_t(3, size=shape),
    "skewed": lambda draw, shape: (draw.lognormal(size=shape) - math.exp(0.5)) / math.sqrt((math.e - 1) * math.e),
}


def simulate(law, n, truth, sets=SETS, seed=0):
    """Return the primary endpoint's rows of `sets` experiments of n replicates whose differences have mean `truth`.

    The replicates of the baseline differ much more than the two networks of a replicate: pairing must take that out.
    """
    draw = np.random.default_rng([seed, n])
    models = ["plain", *(f"set{i}" for i in range(sets))]
    level = np.where(np.arange(sets + 1)[:, None], truth + LAWS[law](draw, (sets + 1, n)), 0) + 5 * draw.normal(size=n)
    wobble = draw.normal(size=level.shape) / 3  # of passes about their mean
    keys = pandas.MultiIndex.from_product([models, range(n), [1, 2]], names=["model", "seed", "pass"])
    metrics = keys.to_frame(index=False).assign(
        update=keys.get_level_values("pass"),
        learning_rate=0.04,
        mode="full_batch",
        direction=0.0,
        step_multiple=1.0,
        layer="",
        filter=math.nan,
        metric="smoothness",
        value=np.exp(np.stack([level + wobble, level - wobble], axis=2).ravel()),
    )
    found = verdicts.evaluate(metrics, Design("plain", models[1:], 0.95, 0.04, range(n)))
    (primary,) = (claim.id for claim in claims.CLAIMS if claim.family == PRIMARY)
    rows = [row for row in found if row["claim"] == primary]
    alone = [verdicts.verdict({**row, "p_holm": row["p"]}, 0.95) for row in rows]
    return pandas.DataFrame(rows).assign(verdict=alone)


def coverage(rows, truth):
    return ((rows["low"] <= truth) & (truth <= rows["high"])).mean()


def within(share, expected, sets=SETS):
    """Tell whether a share of simulated sets is `expected` within 3.5 Monte Carlo standard errors."""
    return abs(share - expected) <= 3.5 * math.sqrt(expected * (1 - expected) / sets)


# The shares of 20,000 other sets (standard error at most 0.003) whose interval covers the truth, lies wholly below it,
# and wholly above. The README states them.
MEASURED = {
    ("normal", 6): (0.948, 0.025, 0.027),
    ("normal", 8): (0.952, 0.025, 0.024),
    ("normal", 20): (0.948, 0.027, 0.026),
    ("heavy-tailed", 6): (0.962, 0.019, 0.020),
    ("heavy-tailed", 8): (0.961, 0.020, 0.018),
    ("heavy-tailed", 20): (0.957, 0.023, 0.020),
    ("skewed", 6): (0.822, 0.176, 0.001),
    ("skewed", 8): (0.830, 0.170, 0.001),
    ("skewed", 20): (0.867, 0.132, 0.001),
}


@pytest.mark.parametrize("law, n", MEASURED)
def test_intervals_cover(law, n):
    found = simulate(law, n, TRUTH)
    assert (found["n"] == n).all()
    expected = 0.95 if law == "normal" else MEASURED[law, n][0]
    assert within(coverage(found, TRUTH), expected)


@pytest.mark.parametrize("law, n", [key for key in MEASURED if key[0] != "skewed"])
def test_the_primary_verdict_errs_at_its_nominal_rate_under_the_null(law, n):
    shares = simulate(law, n, 0.0, seed=1)["verdict"].value_counts(normalize=True)
    _, supported, contradicted = (0.95, 0.025, 0.025) if law == "normal" else MEASURED[law, n]
    assert within(shares["supported"], supported)
    assert within(shares["contradicted"], contradicted)


@pytest.mark.parametrize("probe_noise", [(0.3, 0.1), (0.1, 0.3), (0.1, 0.1)])
def test_noisier_probes_make_no_net_look_more_volatile(probe_noise):
    """C6a where both nets are equally volatile, SD 0.1, and the probes of one may be noisier."""
    sets, n, passes, directions = 500, 8, 10, 4
    draw = np.random.default_rng(4)
    shape = (2, sets * n, passes)
    signal = np.cumsum(draw.normal(0, 0.1, shape), axis=2)
    noise = draw.normal(size=(*shape, directions)) * np.reshape(probe_noise, (2, 1, 1, 1))
    levels = [["plain", "batch"], range(sets * n), range(1, passes + 1), map(float, range(directions))]
    keys = pandas.MultiIndex.from_product(levels, names=["model", "seed", "pass", "direction"])
    metrics = keys.to_frame(index=False).assign(
        update=keys.get_level_values("pass"),
        learning_rate=0.04,
        mode="full_batch",
        step_multiple=1.0,
        metric="smoothness",
        value=np.exp((signal[..., None] + noise).ravel()),
    )
    values = estimates.probed_volatility(Measured(metrics, 0.04), "smoothness", "full_batch")
    assert values.mean() == pytest.approx(0.01, rel=0.1)
    experiments = zip(*(values[model].to_numpy().reshape(sets, n) for model in ("batch", "plain")), strict=True)
    found = [pooled_log_ratio(*experiment) for experiment in experiments]
    found = [statistics.paired(differences, 0.95) for differences in found]
    limit = 0.05 + 3.5 * math.sqrt(0.05 * 0.95 / sets)  # leaving out what has no logarithm: 0.2
    assert sum(row.low is not None and (row.high < 0 or row.low > 0) for row in found) / sets <= limit
    assert sum(row.estimate is not None for row in found) / sets >= 0.7
