"""How many replicates, and replicates or probes: against published tables and by simulation."""

import math

import numpy as np
import pytest
from normscape.analysis import power, statistics
from normscape.analysis.power import Needed, Spread


@pytest.mark.parametrize("effect, n", [(0.2, 199), (0.5, 34), (0.8, 15)])
def test_numbers_of_the_published_tables(effect, n):
    """Two-sided paired t-test at 0.05 with power 0.8: as G*Power and R's pwr have it."""
    assert power.needed(effect, 1.0, 10, 0.05).estimate == n
    assert power.needed(-effect, 1.0, 10, 0.05).estimate == n


def test_the_range_carries_the_uncertainty_of_the_spread():
    found = power.needed(math.log(0.82), 0.38, 8, 0.05)
    assert found == Needed(31, 19, 74)
    better_known = power.needed(math.log(0.82), 0.38, 80, 0.05)
    assert found.low < better_known.low < 31 < better_known.high < found.high


def test_a_stricter_level_more_power_and_more_looks_take_more():
    plain = power.needed(0.5, 1.0, 8, 0.05).estimate
    for other in ({"level": 0.005}, {"power": 0.9}, {"looks": "any"}):
        assert power.needed(**({"effect": 0.5, "sd": 1.0, "n": 8, "level": 0.05} | other)).estimate > plain


def test_what_no_number_of_replicates_reaches():
    assert power.needed(0.0, 1.0, 8, 0.05) == Needed(None, None, None)
    few = power.needed(0.009, 1.0, 3, 0.05)
    assert few.estimate == pytest.approx(0.009**-2 * (1.96 + 0.8416) ** 2, rel=1e-3)
    assert few.low is not None and few.high is None


def test_no_fewer_than_a_verdict_takes():
    assert power.needed(5.0, 1.0, 8, 0.05).estimate < 6
    assert power.needed(5.0, 1.0, 8, 0.05, least=6) == Needed(6, 6, 6)
    assert power.needed(1.0, 0.0, 8, 0.05, least=6) == Needed(6, 6, 6)
    assert power.needed(1.0, 1e-12, 8, 0.05, least=6) == Needed(6, 6, 6)
    assert power.needed(1.0, 0.0, 8, 0.05, looks="any").estimate == 5  # with fewer the interval is the whole line


@pytest.mark.parametrize("looks", ["once", "any"])
def test_the_number_needed_has_the_power(looks):
    n = power.needed(0.6, 1.0, 8, 0.05, looks=looks).estimate
    values = np.random.default_rng(0).normal(0.6, 1, (20_000, n))
    found = values.mean(axis=1) > statistics.critical(n, 0.95, looks) * values.std(axis=1, ddof=1) / math.sqrt(n)
    assert 0.79 < found.mean() < 0.84
    assert power.power_at(n - 1, 0.6, 1.0, 0.05, looks) < 0.8 <= power.power_at(n, 0.6, 1.0, 0.05, looks)


@pytest.mark.parametrize("n, share", [(32, 0.01), (128, 0.76)])
def test_power_to_show_that_there_is_no_relevant_difference(n, share):
    margin = math.log(1.1)
    found = power.negligible_power(0.38, n, margin, 0.05)
    assert found == pytest.approx(share, abs=0.005)
    values = np.random.default_rng(1).normal(0, 0.38, (20_000, n))
    half = statistics.critical(n, 0.9) * values.std(axis=1, ddof=1) / math.sqrt(n)
    simulated = (np.abs(values.mean(axis=1)) + half < margin).mean()
    assert found == pytest.approx(simulated, abs=3.5 * math.sqrt(share * (1 - share) / 20_000))


def test_few_replicates_show_no_absence_at_any_look():
    assert power.negligible_power(0.38, 4, math.log(1.1), 0.025, "any") == 0
    assert power.negligible_power(0.38, 256, math.log(1.1), 0.05, "any") < power.negligible_power(
        0.38, 256, math.log(1.1), 0.05
    )


def test_the_spread_is_split_into_what_was_put_in():
    replicates, probes, directions = 0.04, 0.3, 4
    draw = np.random.default_rng(2)
    noise = draw.normal(0, math.sqrt(probes), (20_000, directions))
    differences = draw.normal(0, math.sqrt(replicates), 20_000) + noise.mean(axis=1)
    measured = (noise.var(axis=1, ddof=1) / directions).mean()
    found = power.spread(differences.var(ddof=1), measured, directions)
    assert found == pytest.approx((replicates, probes), rel=0.05)


def test_probes_that_scatter_more_than_all_leave_nothing_to_replicates():
    assert power.spread(0.1, 0.2, 3) == Spread(0.0, pytest.approx(0.6))
    with pytest.raises(ValueError, match="one direction"):
        power.spread(0.1, 0.0, 1)


def test_noise_of_a_mean_over_checkpoints():
    assert power.noise_of_mean([[1.0, 3.0], [0.0, 8.0]]) == pytest.approx([1.0, 2.0])


@pytest.mark.parametrize(
    "parts, best",
    [
        (Spread(0.1, 0.2), 4),  # √(2 · 8)
        (Spread(0.1, 0.0), 1),
        (Spread(0.1, 0.001), 1),
        (Spread(0.1, 1e3), 283),
        (Spread(0.0, 1.0), math.inf),
        (Spread(0.0, 0.0), 1),
    ],
)
def test_the_best_number_of_directions(parts, best):
    found = power.allocation(parts, 2, replicate=8.0, direction=1.0)
    assert found.directions == best
    assert found.on == ("directions" if best > 2 else "replicates")
    assert 0 <= found.saved < 1


def test_no_other_number_of_directions_gives_more_for_a_minute():
    parts = Spread(0.07, 0.4)
    best = power.allocation(parts, 2, 30.0, 5.0)
    variance = {d: (parts.replicates + parts.probes / d) * (30 + 5 * d) for d in range(1, 50)}  # of an hour's mean
    assert best.directions == min(variance, key=variance.get)
    assert best.saved == pytest.approx(1 - variance[best.directions] / variance[2])
    assert power.allocation(parts, best.directions, 30.0, 5.0).saved == 0
