"""Intervals, sign flips and Holm's adjustment on numbers small enough for paper."""

import math

import numpy as np
import pytest
from normscape.analysis import statistics
from normscape.analysis.statistics import Paired


def test_nothing_can_be_said_of_no_differences():
    assert statistics.paired([], 0.95) == Paired(0, None, None, None, None, None, 0, 0, 0, 0)


def test_one_difference_is_an_estimate_only():
    assert statistics.paired([-0.5], 0.95) == Paired(1, -0.5, None, None, None, None, 1, 0, 0, 0)


def test_two_differences_give_the_t_interval_of_the_tables():
    # mean 2, standard error 1; the 0.975 quantile of t with one degree of freedom is tan(0.475 π)
    half = math.tan(0.475 * math.pi)
    result = statistics.paired([1.0, 3.0], 0.95)
    assert (result.low, result.estimate, result.high) == pytest.approx((2 - half, 2, 2 + half))
    assert result.p == pytest.approx(1 - 2 * math.atan(2) / math.pi)  # the Cauchy law's two tails beyond t = 2
    assert result.p_sign_flip is None
    assert sides(result) == (0, 0, 2, 0)


def test_three_differences():
    # mean 1, SD 1, t = √3 with 2 degrees of freedom, whose two-sided p is 1 − t/√(2 + t²)
    result = statistics.paired([0.0, 1.0, 2.0], 0.95)
    assert result.p == pytest.approx(1 - math.sqrt(3 / 5))
    assert result.high - 1 == pytest.approx(4.302653 / math.sqrt(3))
    assert sides(result) == (0, 1, 2, 0)


def sides(result):
    return result.lower, result.equal, result.higher, result.undecided


@pytest.mark.parametrize(
    "differences, counts",
    [
        ([-3.0, -1.0, -math.inf], (3, 0, 0, 0)),
        ([math.inf, 0.0, -1.0, math.nan], (1, 1, 1, 1)),
        ([math.nan], (0, 0, 0, 1)),
    ],
)
def test_of_differences_that_are_not_all_finite_nothing_is_said_but_their_sides(differences, counts):
    result = statistics.paired(differences, 0.95)
    assert result == Paired(len(differences), None, None, None, None, None, *counts)
    finite = [each for each in differences if math.isfinite(each)]
    assert not finite or statistics.paired(finite, 0.95).estimate is not None


@pytest.mark.parametrize(
    "confidence, fewest", [(0.1, 2), (0.5, 2), (0.51, 3), (0.9, 5), (0.95, 6), (0.99, 8), (0.9999, 15)]
)
def test_a_verdict_takes_as_many_as_let_sign_flips_reject(confidence, fewest):
    assert statistics.fewest(confidence) == fewest
    assert statistics.sign_flip([1.0] * fewest) <= 1 - confidence < statistics.sign_flip([1.0] * (fewest - 1))


def test_the_most_confident_of_all_numbers_takes_a_finite_number():
    assert statistics.fewest(math.nextafter(1, 0)) == 54


def test_sign_flips_are_reported_from_six():
    assert statistics.paired([1.0, 2, 3, 4, 5], 0.95).p_sign_flip is None
    assert statistics.paired([1.0, 2, 3, 4, 5, 6], 0.95).p_sign_flip == 2 / 2**6


@pytest.mark.parametrize(
    "differences, p",
    [
        ([1.0, 2, 4], 2 / 8),  # only all plus, all minus reach 7
        ([1.0, 2, -4], 8 / 8),  # sums ±1 ±2 ±4 are all of ±1, ±3, ±5, ±7: none is below |−1|
        ([1.0, 1, 2], 2 / 8),
        ([1.0, 1, -2], 1.0),
        ([0.1, 0.2, -0.3], 1.0),  # 0.1 + 0.2 − 0.3 isn't 0 in floating point
        ([0.1, 0.2, 0.3, -0.6, 0.6], 20 / 32),  # 16 with ±1.2 from the last two, 4 with 0
        ([0.0, 0.0], 1.0),
    ],
)
def test_sign_flip_by_hand(differences, p):
    assert statistics.sign_flip(differences) == p


def test_sign_flip_is_sampled_reproducibly_where_it_can_not_be_enumerated():
    differences = np.random.default_rng(5).normal(0.2, 1, statistics.ENUMERATED_TO + 1)
    p = statistics.sign_flip(differences)
    assert p == statistics.sign_flip(differences)
    exact = statistics.sign_flip(differences[:-1])
    assert p == pytest.approx(statistics.paired(differences, 0.95).p, abs=0.02)
    assert 0 < exact < 1


@pytest.mark.parametrize("n, p", [(2, 0.5), (3, 0.25), (5, 0.0625), (6, 0.03125), (10, 2 / 1024)])
def test_identical_differences_are_judged_by_sign_flips(n, p):
    result = statistics.paired([0.7] * n, 0.95)
    assert result.p == p
    assert result.estimate == 0.7
    assert (result.low, result.high) == ((0.7, 0.7) if n >= 6 else (None, None))


def test_identical_but_for_rounding_is_identical():
    tiny = 1 / 60000  # of an accuracy: the rounding of 0.9 is more than 1e-12 of it
    for differences in ([0.3, 0.1 + 0.2, 0.3], [0.9 + tiny - 0.9, 0.3 + tiny - 0.3, tiny]):
        assert len(set(differences)) > 1
        result = statistics.paired(differences, 0.95)
        assert (result.p, result.low) == (0.25, None)
    result = statistics.paired([0.3, 0.3 + 1e-9, 0.3], 0.95)
    assert result.p < 1e-9 and result.low is not None


def test_identical_zeros_say_nothing():
    result = statistics.paired([0.0] * 8, 0.95)
    assert result == Paired(8, 0, 0, 0, 1, 1, 0, 8, 0, 0)


def test_confidence_decides_when_identical_differences_have_an_interval():
    assert statistics.mean_interval([1.0] * 7, 0.99)[1] is None
    assert statistics.mean_interval([1.0] * 8, 0.99) == (1, 1, 1)


def test_looking_at_any_time_two_differences_leave_everything_open():
    result = statistics.paired([1.0, 3.0], 0.95, "any")
    assert result[:4] == (2, 2.0, -math.inf, math.inf)
    assert statistics.paired([1.0], 0.95, "any") == statistics.paired([1.0], 0.95)
    assert statistics.paired([], 0.95, "any") == statistics.paired([], 0.95)
    assert statistics.paired([math.inf, 1.0], 0.95, "any") == statistics.paired([math.inf, 1.0], 0.95)


def test_looking_at_any_time_by_hand(monkeypatch):
    # n = 5, c = 1: r = 1/6, α = 0.05, k = 2400^(1/5); mean 3, SD √2.5
    monkeypatch.setattr(statistics.sequences, "EFFECT", 1.0)
    k = 2400**0.2
    half = math.sqrt(2.5 / 5) * math.sqrt(4 * (k - 1) / (1 - k / 6))
    result = statistics.paired([1.0, 2, 3, 4, 5], 0.95, "any")
    assert (result.low, result.high) == pytest.approx((3 - half, 3 + half))
    t = 18  # squared: 3² / 0.5
    assert result.p == pytest.approx(math.sqrt(6) * ((t / 6 + 4) / (t + 4)) ** 2.5)
    assert statistics.paired([1.0, 2, 3, 4], 0.95, "any").low == -math.inf


def test_sign_flips_are_for_one_look():
    assert statistics.paired(np.arange(1.0, 9), 0.95, "any").p_sign_flip is None


def test_how_often_one_looks_is_one_of_two_words():
    with pytest.raises(KeyError):
        statistics.paired([1.0, 2, 3], 0.95, "sometimes")


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("looks", ["once", "any"])
def test_the_interval_leaves_out_0_just_where_p_is_small_enough(confidence, looks):
    draw = np.random.default_rng(3)
    decided = 0
    for n in (5, 6, 8, 24):
        for effect in np.linspace(0, 2.5, 40):
            result = statistics.paired(draw.normal(effect, 1, n), confidence, looks)
            assert (result.low > 0 or result.high < 0) == (result.p <= 1 - confidence)
            decided += result.low > 0
    assert 30 < decided < 150


@pytest.mark.parametrize("n, low", [(3, -math.inf), (4, -math.inf), (5, 0.7), (8, 0.7)])
def test_identical_differences_at_any_time_are_the_limit_of_small_spreads(n, low):
    result = statistics.paired([0.7] * n, 0.95, "any")
    nearly = statistics.paired(0.7 + 1e-9 * np.arange(n), 0.95, "any")
    assert result.low == low == -result.high + (1.4 if math.isfinite(low) else 0)
    assert nearly.low == pytest.approx(low, abs=1e-6)
    assert result.p == pytest.approx(nearly.p)
    assert (result.p <= 0.05) == math.isfinite(low)


def test_identical_zeros_at_any_time_say_nothing_against_zero():
    assert statistics.paired([0.0] * 8, 0.95, "any") == Paired(8, 0, 0, 0, 1, None, 0, 8, 0, 0)


@pytest.mark.parametrize("looks", ["once", "any"])
def test_the_inner_interval_is_that_of_two_one_sided_tests(looks):
    differences = np.random.default_rng(8).normal(0.1, 1, 12)
    inner = statistics.inner_interval(differences, 0.95, looks)
    assert inner == pytest.approx(statistics.paired(differences, 0.9, looks)[2:4])
    outer = statistics.paired(differences, 0.95, looks)
    assert outer.low < inner[0] < inner[1] < outer.high


@pytest.mark.parametrize(
    "differences, confidence",
    [([], 0.95), ([1.0], 0.95), ([1.0, math.nan, 2.0], 0.95), ([1.0, math.inf], 0.95), ([1.0, 2.0, 3.0], 0.5)],
)
def test_there_may_be_no_inner_interval(differences, confidence):
    assert statistics.inner_interval(differences, confidence) == (None, None)


def test_holm_by_hand():
    # sorted .01 .02 .03 .04 times 4 3 2 1 is .04 .06 .06 .04; made monotone .04 .06 .06 .06
    assert statistics.holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert statistics.holm([0.5, 0.9, 0.6]) == [1, 1, 1]
    assert statistics.holm([0.03]) == [0.03]
    assert statistics.holm([]) == []
    assert statistics.holm([0.01, 0.01]) == [0.02, 0.02]
