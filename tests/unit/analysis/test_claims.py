"""Each claim's estimate by hand on a few numbers; and what is said of it follows the settings."""

import math

import pytest
from metric_rows import estimate, evaluate, probe, rows
from normscape.analysis.claims import CLAIMS, quotes
from normscape.analysis.claims.claim import PRIMARY, Asked


def test_c1_is_the_mean_log_ratio_without_pass_0():
    table = rows("plain", "train_loss", [9, 4, 4], first=0) + rows("batch", "train_loss", [1, 2, 1], first=0)
    assert estimate("C1", table) == pytest.approx((math.log(1 / 2) + math.log(1 / 4)) / 2)


def test_c2_looks_at_the_last_pass():
    table = rows("plain", "test_accuracy", [0.2, 0.8]) + rows("batch", "test_accuracy", [0.9, 0.85])
    table += rows("plain", "test_loss", [1, 0.5]) + rows("batch", "test_loss", [1, 0.6])
    found = evaluate(table)
    assert found["C2a", "batch"]["estimate"] == pytest.approx(0.05)
    assert found["C2b", "batch"]["estimate"] == pytest.approx(math.log(1.2))


def test_c3_averages_directions_as_logarithms_and_takes_the_training_step_only():
    table = probe("plain", "smoothness", [4, 4]) + probe("plain", "smoothness", [16, 1], direction=1)
    table += probe("batch", "smoothness", [2, 1]) + probe("batch", "smoothness", [2, 1], direction=1)
    table += probe("batch", "smoothness", [99, 99], step_multiple=2.0) + probe(
        "batch", "smoothness", [7, 7], mode="eval"
    )
    assert estimate("C3", table) == pytest.approx((math.log(2 / 8) + math.log(1 / 2)) / 2)


def test_c4_integrates_the_difference_over_the_losses_that_both_visit():
    e = math.exp
    # log L̂ against log loss: plain (0, 0) (2, 2) (4, 2), batch (1, 0) (3, 0) (5, 4); both visit 1…4
    table = probe("plain", "loss", [e(4), e(2), e(0)]) + probe("plain", "smoothness", [e(2), e(2), e(0)])
    table += probe("batch", "loss", [e(5), e(1), e(3)]) + probe("batch", "smoothness", [e(4), e(0), e(0)])
    # plain: 1…2 rises from 1 to 2, then 2 to 4; area 1.5 + 4. batch: 0 to 3, then rises to 2 at 4; area 1
    assert estimate("C4", table) == pytest.approx((1 - 5.5) / 3)


def test_c4_takes_losses_that_both_visit():
    table = probe("plain", "loss", [8, 4, 2]) + probe("plain", "smoothness", [1, 1, 1])
    apart = probe("batch", "loss", [2, 1, 0.5]) + probe("batch", "smoothness", [3, 3, 3])
    row = evaluate(table + apart)["C4", "batch"]
    assert (row["n"], row["undecided"], row["estimate"], row["verdict"]) == (1, 1, None, "not decidable")
    meeting = probe("batch", "loss", [3, 1, 0.5]) + probe("batch", "smoothness", [3, 3, 3])
    assert estimate("C4", table + meeting) == pytest.approx(math.log(3))


def test_c5_and_c8_average_over_the_passes_that_they_have():
    table = []
    for model, values in (("plain", [4, None, 9]), ("batch", [1, None, 3])):
        table += probe(model, "scale_normalised_smoothness", values)
        table += probe(model, "smoothness", values, mode="eval")
        table += probe(model, "smoothness", [1, 1, 1])
    found = evaluate(table)
    for claim in "C5", "C8":
        assert found[claim, "batch"]["estimate"] == pytest.approx((math.log(1 / 4) + math.log(1 / 3)) / 2)
    assert found["C3", "batch"]["estimate"] == 0


def test_c6_compares_the_spread_of_increments_after_pass_1():
    e = math.exp
    # increments of the logarithm 1, 3 (SD √2) and 0, 1 (SD √½)
    table = rows("plain", "train_loss", [e(7), e(0), e(1), e(4)], first=0)
    table += rows("batch", "train_loss", [e(9), e(0), e(0), e(1)], first=0)
    table += probe("plain", "smoothness", [e(0), e(1), e(4)]) + probe("batch", "smoothness", [e(0), e(0), e(1)])
    table += rows("plain", "test_accuracy", [0, 0.1, 0.4]) + rows("batch", "test_accuracy", [0, 0, 0.1])
    found = evaluate(table)
    for claim in "C6a", "C6b", "C6c":
        assert found[claim, "batch"]["estimate"] == pytest.approx(-math.log(2)), claim


@pytest.mark.parametrize(
    "passes, unmeasured", [(1, {"C4", "C6a", "C6b", "C6c"}), (2, {"C6a", "C6b", "C6c"}), (3, set())]
)
def test_what_takes_more_passes_is_not_measured(passes, unmeasured):
    table, values = [], [4, 2, 0.5][:passes]
    for model in "plain", "batch":
        table += rows(model, "train_loss", [9, *values], first=0) + rows(model, "test_accuracy", values)
        table += probe(model, "smoothness", values) + probe(model, "loss", values)
    found = evaluate(table)
    claims = [claim for claim in CLAIMS if claim.id in ("C1", "C3", "C4", "C6a", "C6b", "C6c")]
    assert {claim.id for claim in claims if found[claim.id, "batch"]["verdict"] == "not measured"} == unmeasured
    asked = Asked(directions=1, swept=True, passes=passes)
    assert {claim.id for claim in CLAIMS if claim.unmeasured(asked)} == unmeasured


def test_c6_does_not_take_rounding_for_volatility():
    accuracies = [0.1, 0.2, 0.3, 0.4]  # 0.3 − 0.2 isn't 0.2 − 0.1 in floating point
    table = rows("plain", "test_accuracy", [0.1, 0.3, 0.4, 0.4]) + rows("batch", "test_accuracy", accuracies)
    row = evaluate(table)["C6c", "batch"]
    assert (row["verdict"], row["lower"], row["undecided"]) == ("not decidable", 1, 0)
    table = rows("plain", "test_accuracy", [0.1, 0.3, 0.4, 0.4]) + rows("batch", "test_accuracy", [0.1, 0.2, 0.3, 0.41])
    assert evaluate(table)["C6c", "batch"]["verdict"] == "inconclusive"


def test_c6_tells_tiny_volatilities_apart():
    table = []
    for model, size in (("plain", 1e-8), ("batch", 1e-9)):
        table += rows(model, "train_loss", [math.exp(size * y) for y in (0, 1, 4, 4)])
        table += probe(model, "smoothness", [math.exp(size * y) for y in (0, 1, 4, 4)])
    found = evaluate(table)
    for claim in "C6a", "C6b":
        assert found[claim, "batch"]["estimate"] == pytest.approx(-math.log(10), rel=1e-5)


def test_c6a_subtracts_the_noise_of_two_directions():
    # log L̂ of the two directions: means 0, 1, 4 for both nets, ±½ on the plain one: variance ½, of their mean ¼.
    # Three independent errors of variance ¼ add (¼ + ¼) · 3/2 to the variance of two increments, 2.
    table = []
    for direction, sign in enumerate((-0.5, 0.5)):
        table += probe("plain", "smoothness", [math.exp(y + sign) for y in (0, 1, 4)], direction=direction)
        table += probe("batch", "smoothness", [math.exp(y) for y in (0, 1, 4)], direction=direction)
    assert estimate("C6a", table) == pytest.approx(math.log(2 / (2 - 0.75)) / 2)


def test_c9_compares_the_largest_layer_with_the_smallest():
    table = []
    for metric in "layer_gradient_norm", "activation_sd":
        for layer, values in {"conv1": [8, 4], "conv2": [2, 1], "linear": [1, 2]}.items():
            table += rows("plain", metric, values, mode="full_batch", layer=layer)
            table += rows("batch", metric, [5, 5] if layer == "conv2" else [10, 10], mode="full_batch", layer=layer)
    found = evaluate(table)
    for claim in "C9a", "C9b":
        assert found[claim, "batch"]["estimate"] == pytest.approx(math.log(2) - (math.log(8) + math.log(4)) / 2)


# What is said of them


def test_claims_have_ids_of_their_own_and_one_is_primary():
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)
    assert [claim.id for claim in CLAIMS if claim.family == PRIMARY] == ["C3"]


def test_every_sentence_of_the_notebook_is_tested():
    assert {quote for claim in CLAIMS for quote in claim.quotes} == set(quotes.QUOTES)
    assert len(set(quotes.QUOTES)) == len(quotes.QUOTES)


@pytest.mark.parametrize(
    ("asked", "noted", "lacking"),
    [
        (Asked(1, swept=False, passes=3), {"C4", "C5", "C6a", "C8"}, {"C7": "a sweep over learning rates"}),
        (Asked(2, swept=True, passes=3), {"C4", "C5", "C7", "C8"}, {}),
        (
            Asked(2, swept=True, passes=1),
            {"C4", "C5", "C7", "C8"},
            {"C4": "at least two passes", **dict.fromkeys(("C6a", "C6b", "C6c"), "at least three passes")},
        ),
    ],
)
def test_notes_and_what_is_lacking_follow_the_settings(asked, noted, lacking):
    assert {claim.id for claim in CLAIMS if claim.note and claim.note_if(asked)} == noted
    assert {claim.id: claim.unmeasured(asked) for claim in CLAIMS if claim.unmeasured(asked)} == lacking
