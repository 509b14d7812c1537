"""Looking again while replicates are added: how often a difference is found that isn't there."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from normscape.analysis import statistics

EXPERIMENTS, FIRST, LAST = 200, 4, 64


@pytest.fixture(scope="module")
def program():
    path = Path(__file__).parents[2] / "benchmarks" / "looks.py"
    spec = importlib.util.spec_from_file_location("looks", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def share_of_false_verdicts(values, looks, numbers):
    """Return the share of experiments, rows of `values` with mean 0, that `paired` decides at any of these numbers."""
    found = [any(excludes_0(statistics.paired(row[:n], 0.95, looks)) for n in numbers) for row in values]
    return np.mean(found)


def excludes_0(result):
    return result.n >= statistics.fewest(0.95) and (result.low > 0 or result.high < 0)


@pytest.mark.parametrize("law", ["normal", pytest.param("t, 3 degrees of freedom", marks=pytest.mark.slow)])
def test_verdicts_hold_at_any_look_and_those_of_one_look_do_not(law, program, monkeypatch):
    monkeypatch.setattr(statistics, "sign_flip", lambda values: 1.0)  # takes long, and isn't asked here
    values = program.LAWS[law](np.random.default_rng(1), (EXPERIMENTS, LAST))
    error = math.sqrt(0.05 * 0.95 / EXPERIMENTS)
    assert share_of_false_verdicts(values, "any", range(FIRST, LAST + 1)) <= 0.05 + 2 * error
    assert share_of_false_verdicts(values, "once", range(FIRST, LAST + 1, 4)) > 0.05 + 6 * error
    assert share_of_false_verdicts(values, "once", [LAST]) <= 0.05 + 2 * error  # the one look at the end


def test_the_program_finds_what_paired_finds(program):
    values = program.LAWS["normal"](np.random.default_rng(2), (3, LAST))
    n, mean, error = program.running(values)
    for looks in ("once", "any"):
        half = statistics.critical(n, 0.95, looks) * error
        for i in range(len(values)):
            for j in (0, 1, 4, 20):
                result = statistics.paired(values[i, : n[j]], 0.95, looks)
                assert (result.low, result.high) == pytest.approx((mean[i, j] - half[i, j], mean[i, j] + half[i, j]))


@pytest.mark.parametrize(
    "law, once, sequence",
    [("normal", 0.312, 0.026), ("t, 3 degrees of freedom", 0.272, 0.015), ("lognormal, σ = 1", 0.509, 0.231)],
)
def test_the_shares_that_the_readme_states(law, once, sequence, program):
    experiments = 4000
    values = program.LAWS[law](np.random.default_rng(3), (experiments, LAST))
    for looks, share in (("once", once), ("any", sequence)):
        error = math.sqrt(share * (1 - share) / experiments)
        assert program.false_verdicts(values, looks, FIRST) == pytest.approx(share, abs=3.5 * error + 0.003)


@pytest.mark.parametrize("law", ["normal", "t, 3 degrees of freedom"])
def test_equivalence_is_wrongly_found_at_most_at_the_level(law, program):
    values = program.LAWS[law](np.random.default_rng(4), (4000, LAST))
    assert program.false_equivalence(values, "any") <= 0.05
    assert program.false_equivalence(values, "once") > 0.15


def test_hall_s_interval_is_closer_for_skewed_differences_but_too_wide_for_six_normal_ones(program):
    draw = np.random.default_rng(5)

    def covered(ends):
        return ((ends[0] <= 0) & (ends[1] >= 0)).mean()

    skewed = program.LAWS["lognormal, σ = 1"](draw, (4000, 8))
    assert covered(program.hall(skewed)) > covered(program.student(skewed)) + 0.04
    normal = program.LAWS["normal"](draw, (4000, 6))
    (low, high), (plain_low, plain_high) = program.hall(normal), program.student(normal)
    assert (high - low).mean() > 1.15 * (plain_high - plain_low).mean()
    heavy = program.LAWS["t, 3 degrees of freedom"](draw, (4000, 20))
    assert covered(program.hall(heavy)) < 0.94 < covered(program.student(heavy))
