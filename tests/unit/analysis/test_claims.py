"""Each claim's estimate by hand on a few numbers; and what is said of it follows the settings."""

import copy
import math

import numpy as np
import pytest
import synthetic
from metric_rows import RATE, design, estimate, evaluate, frame, probe, rows, sweep
from normscape.analysis import claim_parts, claims, estimates, verdicts
from normscape.analysis.claims import CLAIMS, quotes
from normscape.analysis.claims.claim import BESIDE, EARLY, PRIMARY, SECONDARY, Asked
from normscape.analysis.overlap import points
from normscape.measurement.columns import PROBES
from normscape.training import history


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


def of_losses(model, losses, smoothness, **more):
    """Rows of probes at {update: loss} and {update: smoothness}."""
    return probe(model, "loss", losses, **more) + probe(model, "smoothness", smoothness, **more)


def test_c4_takes_early_updates_and_leaves_pass_0_to_what_stands_beside_it():
    plain = of_losses("plain", {0: 4, 1: 2, 100: 1}, {0: 7, 1: 1, 100: 1})
    # over losses 1 to 2 the ratio is 3 throughout; pass 0 adds losses from 2 to 4, where it rises in log from 1/3 to 5
    batch = of_losses("batch", {0: 4, 1: 2, 100: 1}, {0: 35, 1: 3, 100: 3})
    found = evaluate(plain + batch)
    assert found["C4", "batch"]["estimate"] == pytest.approx(math.log(3))
    assert found["C4-start", "batch"]["estimate"] == pytest.approx((math.log(3) + (math.log(3) + math.log(5)) / 2) / 2)
    unprobed = [row for row in plain + batch if row["update"]]
    assert evaluate(unprobed)["C4-start", "batch"]["verdict"] == "not measured"
    assert evaluate(unprobed)["C4", "batch"]["estimate"] == pytest.approx(math.log(3))


def test_c4_is_parted_at_a_loss_of_0_6():
    losses = {1: 2.4, 50: 0.6, 100: 0.3}
    table = of_losses("plain", losses, dict.fromkeys(losses, 1)) + of_losses("batch", losses, {1: 4, 50: 1, 100: 1 / 4})
    found = evaluate(table)
    assert found["C4-above", "batch"]["estimate"] == pytest.approx(math.log(2))  # the mean of log 4 and log 1
    assert found["C4-below", "batch"]["estimate"] == pytest.approx(-math.log(2))
    assert found["C4", "batch"]["estimate"] == pytest.approx(math.log(2) / 3)  # parts of length 2 and 1, in log 2
    early = [row for row in table if row["update"] < 100]
    assert evaluate(early)["C4-below", "batch"]["verdict"] == "not decidable"
    assert evaluate(early)["C4-above", "batch"]["estimate"] == pytest.approx(math.log(2))


def test_the_points_of_c4_are_those_within_the_common_range():
    table, ones = [], {0: 1, 1: 1, 2: 1, 100: 1}
    for seed, (plain, batch) in enumerate([((9, 3, 2, 1), (9, 4, 1.5, 0.5)), ((9, 6, 5, 4), (9, 3, 2, 1))]):
        table += of_losses("plain", dict(zip(ones, plain, strict=True)), ones, seed=seed)
        table += of_losses("batch", dict(zip(ones, batch, strict=True)), ones, seed=seed)
    table += of_losses("plain", ones, ones, seed=2) + of_losses("batch", ones, {**ones, 2: "the step is zero"}, seed=2)
    assert points(frame(table), design(range(4))) == {("batch", 0): (1, 3), ("batch", 1): (0, 0)}
    assert points(frame(table)[:0], design()) == {}


def test_c10_is_of_pass_0_and_c11_of_the_early_updates_up_to_eight():
    numbers = {0: 8, 1: 4, 8: 1, 9: 99, 100: 99}
    table = probe("plain", "smoothness", dict.fromkeys(numbers, 2)) + probe("batch", "smoothness", numbers)
    found = evaluate(table)
    assert found["C10", "batch"]["estimate"] == pytest.approx(math.log(4))
    assert found["C11", "batch"]["estimate"] == pytest.approx((math.log(2) + math.log(1 / 2)) / 2)
    assert found["C3", "batch"]["estimate"] == pytest.approx(math.log(99 / 2))  # pass 1 alone
    assert {found[claim, "batch"]["claimed"] for claim in ("C10", "C11")} == {"below 0"}
    late = [row for row in table if row["update"] > 8]
    assert {evaluate(late)[claim, "batch"]["verdict"] for claim in ("C10", "C11")} == {"not measured"}


def test_the_eighth_update_as_the_end_of_a_pass_is_no_early_one():
    table = []
    for model in "plain", "batch":
        for row in probe(model, "smoothness", {1: 2, 8: 4}):
            table.append({**row, "pass": 1} if row["update"] == 8 else row)
    found = evaluate(table)
    assert found["C3", "batch"]["n"] == found["C11", "batch"]["n"] == 1
    table[1]["value"] = 8.0
    assert (estimate("C3", table), estimate("C11", table)) == (pytest.approx(-math.log(2)), 0)


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
    # increments of the logarithm, or of the number itself, 1, 3 (SD √2) and 0, 1 (SD √½)
    table = rows("plain", "train_loss", [9, 4.5, 3.5, 0.5], first=0)
    table += rows("batch", "train_loss", [9, 1, 1, 2], first=0)
    table += probe("plain", "smoothness", [e(0), e(1), e(4)]) + probe("batch", "smoothness", [e(0), e(0), e(1)])
    table += rows("plain", "test_accuracy", [0, 0.1, 0.4]) + rows("batch", "test_accuracy", [0, 0, 0.1])
    found = evaluate(table)
    for claim in "C6a", "C6b", "C6c":
        assert found[claim, "batch"]["estimate"] == pytest.approx(-math.log(2)), claim


def test_beside_c6b_stands_the_volatility_of_the_logarithm():
    # the treatment's loss is a tenth of the baseline's: as volatile on the log scale, a tenth as volatile as it is
    table = rows("plain", "train_loss", [4, 2, 1.5]) + rows("batch", "train_loss", [0.4, 0.2, 0.15])
    found = evaluate(table)
    assert found["C6b", "batch"]["estimate"] == pytest.approx(-math.log(10))
    assert (found["C6b-log", "batch"]["estimate"], found["C6b-log", "batch"]["verdict"]) == (0, "beside")


@pytest.mark.parametrize("gap", [1, 2, 4])
def test_what_changes_from_pass_to_pass_takes_every_pass(gap):
    table = []
    for model in "plain", "batch":
        for metric in "train_loss", "test_accuracy":
            table += rows(model, metric, [0.9, 0.5, 0.2, 0.3])
        table += probe(model, "smoothness", [2, 5, 3, 4])
    volatile = ("C6a", "C6b", "C6b-log", "C6c")
    assert {evaluate(table)[claim, "batch"]["verdict"] for claim in volatile} == {"beside", "inconclusive"}
    lacking = [row for row in table if row["pass"] != gap or row["metric"] == "smoothness"]
    found = evaluate(lacking)
    assert {found[claim, "batch"]["verdict"] for claim in volatile[1:]} == {"not measured"}
    assert {found[claim, "batch"]["verdict"] for claim in ("C1", "C6a")} == {"inconclusive"}
    one = [row for row in table if (row["model"], row["metric"], row["pass"]) != ("plain", "smoothness", gap)]
    assert evaluate(one)["C6a", "batch"]["verdict"] == "not decidable"  # there are probes, but of one not


def test_the_last_pass_must_be_the_last():
    table = []
    for model in "plain", "batch":
        table += rows(model, "test_loss", [0.9, 0.5]) + probe(model, "smoothness", [2, 5, 3])
    assert evaluate(table)["C2b", "batch"]["verdict"] == "not measured"


@pytest.mark.parametrize("passes", [1, 2, 3])
def test_what_takes_more_passes_is_not_measured(passes):
    table, values = [], [4, 2, 0.5][:passes]
    for model in "plain", "batch":
        table += rows(model, "train_loss", [9, *values], first=0) + rows(model, "test_accuracy", values)
        table += probe(model, "smoothness", values) + probe(model, "loss", values)
    found = evaluate(table)
    of_passes = {1: {"C4"}, 2: set(), 3: set()}[passes] | ({"C6a", "C6b", "C6b-log", "C6c"} if passes < 3 else set())
    some = ("C1", "C3", "C4", "C6a", "C6b", "C6b-log", "C6c")
    assert {claim for claim in some if found[claim, "batch"]["verdict"] == "not measured"} == of_passes
    lacking = unmeasured(passes=passes, early_updates=[])
    assert {claim for claim in some if claim in lacking} == of_passes


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
    for claim in "C6a", "C6b", "C6b-log":
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
    assert [claim.id for claim in CLAIMS if claim.family == PRIMARY] == ["C3"] == [claim_parts.PRIMARY]
    assert [claim.title for claim in CLAIMS if claim.title != claim.heading] == [
        "Local smoothness: the primary endpoint"
    ]


def test_the_claims_of_the_start_have_a_family_of_their_own():
    assert [claim.id for claim in CLAIMS if claim.family == EARLY] == ["C10", "C11"]


def test_what_stands_beside_a_claim_stands_right_behind_it_and_tests_no_sentence():
    ids = [claim.id for claim in CLAIMS if claim.family != BESIDE]
    last = None
    for claim in CLAIMS:
        if claim.family == BESIDE:
            assert (claim.beside, claim.quotes, claim.also) == (last, (), "") and claim.beside in ids
        else:
            assert not claim.beside
            last = claim.id


def test_every_sentence_of_the_notebook_is_tested():
    assert {quote for claim in CLAIMS for quote in claim.quotes} == set(quotes.QUOTES)
    assert len(set(quotes.QUOTES)) == len(quotes.QUOTES)


def asked(swept=True, directions=1, passes=10, **changes):
    """The Asked of the default settings with these changes; `probed` for smoothness.passes."""
    settings = copy.deepcopy(synthetic.settings(["Plain", "Normed"], [0], passes))
    settings["smoothness"] |= {"directions": directions, "passes": changes.pop("probed", "all")}
    settings["smoothness"]["detailed_passes"] = changes.pop("detailed_passes", [1])
    settings["training"] |= changes
    return Asked.of(settings, swept)


def unmeasured(**changes):
    """{claim: what it takes} of those that take more than the settings."""
    of = asked(**changes)
    return {claim.id: claim.unmeasured(of) for claim in CLAIMS if claim.unmeasured(of)}


def test_the_default_settings_lack_a_sweep_alone():
    assert unmeasured(swept=False) == {"C7": "a sweep over learning rates"}
    assert unmeasured() == {}


VOLATILE = {"C6a": "a probe", **dict.fromkeys(("C6b", "C6b-log", "C6c"), "an evaluation")}


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({"passes": 2}, dict.fromkeys(VOLATILE, "at least three passes")),
        (
            {"passes": 1, "early_updates": []},
            {
                **dict.fromkeys(("C4", "C4-above", "C4-below"), "at least two probed checkpoints"),
                **dict.fromkeys(VOLATILE, "at least three passes"),
                "C11": "a probe after one of the updates up to 8",
            },
        ),
        ({"probed": [0, 1, 5]}, {"C6a": "a probe after every pass"}),
        (
            {"probed": [1, 5], "early_updates": [9]},
            {
                "C4-start": "a probe before training",
                "C6a": "a probe after every pass",
                "C10": "a probe before training",
                "C11": "a probe after one of the updates up to 8",
            },
        ),
        ({"evaluate_every": 2}, {id: f"{what} after every pass" for id, what in VOLATILE.items() if id != "C6a"}),
        ({"detailed_passes": []}, dict.fromkeys(("C5", "C8"), "a detailed probe after some pass")),
        (
            {"probed": [0, 5]},
            {"C6a": "a probe after every pass"} | dict.fromkeys(("C5", "C8"), "a detailed probe after some pass"),
        ),
        ({"early_updates": [1000]}, {"C11": "a probe after one of the updates up to 8"}),
    ],
)
def test_what_is_lacking_follows_the_settings(changes, lacking):
    assert unmeasured(**changes) == lacking


def test_evaluations_come_at_multiples_and_at_the_last_pass():
    of = asked(passes=5, evaluate_every=2, early_updates=[4, 300])
    assert [number for _, number in of.evaluated] == [0, 2, 4, 5]
    assert of.probed[:3] == ((0, 0), (4, None), (188, 1))  # a pass has 6000 / 32 updates, rounded


def test_notes_follow_the_settings():
    noted = [
        {claim.id for claim in CLAIMS if claim.note and claim.note_if(of)}
        for of in (asked(swept=False), asked(directions=2))
    ]
    assert noted[0] - noted[1] == {"C6a"} and noted[1] - noted[0] == {"C7"}
    assert noted[0] & noted[1] == {"C4", "C5", "C8", "C10", "C11"}


# Claims by config


def chosen(**section):
    return claims.chosen(design()._replace(claims=section))


def test_without_a_section_the_claims_are_those_that_come_along():
    assert chosen() == CLAIMS


def test_a_claim_by_config_is_told_and_tested_like_any_other():
    gradient = {"metric": "gradient_norm", "claimed": "below", "margin": 1.5}
    (*before, claim) = chosen(L1=gradient)
    assert tuple(before) == CLAIMS
    assert (claim.id, claim.estimand) == ("L1", "gradient norm, mean over passes")
    assert (claim.title, claim.family, claim.mode) == ("Gradient norm, mean over passes", SECONDARY, "full_batch")
    table = []
    for seed in range(6):
        table += probe("plain", "gradient_norm", [2, 4], seed) + probe("batch", "gradient_norm", [1, 2.1], seed)
        table += probe("plain", "smoothness", [1], seed) + probe("batch", "smoothness", [2 + seed], seed)
    of = design(range(6))._replace(claims={"L1": gradient})
    *_, row = verdicts.evaluate(frame(table), of)
    assert (row["claim"], row["estimate"]) == ("L1", pytest.approx((math.log(1 / 2) + math.log(2.1 / 4)) / 2))
    assert (row["verdict"], row["margin"]) == ("supported", pytest.approx(math.log(1.5)))
    twice = {"L1": {**gradient, "margin": 2.0}}
    assert verdicts.evaluate(frame(table), of._replace(claims=twice))[-1]["verdict"] == "no relevant difference"


def test_a_claim_with_the_id_of_another_takes_its_place_and_what_stood_beside_that_goes():
    ids = [
        claim.id for claim in chosen(C4={"metric": "effective_beta", "claimed": "below"}, A={**LOSS, "primary": True})
    ]
    assert ids == [claim.id for claim in CLAIMS if claim.beside != "C4"] + ["A"]
    assert [
        claim.estimand for claim in chosen(C4={"metric": "effective_beta", "claimed": "below"}) if claim.id == "C4"
    ] == ["effective beta, mean over passes"]


LOSS = {"metric": "test_loss", "claimed": "below"}


def test_a_primary_claim_by_config_makes_the_other_secondary_and_the_headline_its_own():
    found = {claim.id: claim for claim in chosen(B={**LOSS, "primary": True, "heading": "Loss on the test images"})}
    assert [id for id, claim in found.items() if claim.family == PRIMARY] == ["B"]
    assert found["B"].title == "Loss on the test images: the primary endpoint"
    assert (found["C3"].family, found["C3"].title) == (SECONDARY, "Local smoothness")
    assert not any(claim.also for claim in found.values())
    assert [found[id].family for id in ("C10", "C4-start")] == [EARLY, BESIDE]


def test_the_order_in_which_they_are_listed_means_nothing():
    ones = {"B": LOSS, "A": LOSS}
    assert chosen(**ones) == chosen(**dict(sorted(ones.items())))


@pytest.mark.parametrize(
    ("entry", "estimand"),
    [
        ({"metric": "smoothness", "states": "start"}, "smoothness before training"),
        ({"metric": "smoothness", "states": "early"}, "smoothness, mean over the early updates up to 8"),
        ({"metric": "smoothness", "states": "trained"}, "smoothness, mean over all checkpoints but pass 0"),
        ({"metric": "smoothness", "states": "all"}, "smoothness, mean over all checkpoints, pass 0 included"),
        ({"metric": "smoothness", "mode": "eval"}, "smoothness in eval mode, mean over its passes"),
        ({"metric": "scale_normalised_smoothness"}, "scale-normalised smoothness, mean over its passes"),
        ({"metric": "train_loss", "states": "start"}, "train loss before training"),
        ({"metric": "test_accuracy"}, "test accuracy, mean over passes"),
        ({"metric": "test_accuracy", "summary": "last"}, "test accuracy at the last pass"),
        ({"metric": "smoothness", "summary": "last"}, "smoothness at the last pass"),
        ({"metric": "test_loss", "summary": "volatility"}, "SD of the pass-to-pass change of test loss"),
        ({"metric": "test_loss", "summary": "log_volatility"}, "SD of the pass-to-pass change of log test loss"),
        (
            {"metric": "gradient_norm", "comparison": "pooled_ratio"},
            "SD of the pass-to-pass change of log gradient norm",
        ),
        ({"metric": "activation_sd"}, "activation SD, largest over smallest layer"),
        ({"metric": "gradient_norm", "comparison": "equal_loss"}, "gradient norm at equal train loss, from pass 1 on"),
        (
            {"metric": "gradient_norm", "comparison": "equal_loss", "states": "trained"},
            "gradient norm at equal train loss",
        ),
        (
            {"metric": "gradient_norm", "comparison": "equal_loss", "states": "all"},
            "gradient norm at equal train loss, pass 0 included",
        ),
        ({"metric": "loss"}, "loss over all images, mean over passes"),
    ],
)
def test_the_words_of_a_claim_by_config_are_made_from_its_parts(entry, estimand):
    assert not [*claim_parts.faults({**entry, "claimed": "below"})]
    (claim,) = (claim for claim in chosen(L1={**entry, "claimed": "above"}) if claim.id == "L1")
    assert (claim.estimand, claim.claimed) == (estimand, "above 0")
    assert claim.family == (EARLY if entry.get("states") in ("start", "early") else SECONDARY)


@pytest.mark.parametrize(
    "id",
    [
        "C1",
        "C2a",
        "C2b",
        "C3",
        "C4",
        "C4-start",
        "C5",
        "C6a",
        "C6b",
        "C6b-log",
        "C6c",
        "C8",
        "C9a",
        "C9b",
        "C10",
        "C11",
    ],
)
def test_the_claims_that_come_along_can_be_said_in_the_config(id):
    """Their parts, in the config's words, give the same numbers and the same words."""
    (claim,) = (claim for claim in CLAIMS if claim.id == id)
    summaries = {
        estimates.last: "last",
        estimates.log_last: "last",
        estimates.volatility: "volatility",
        estimates.log_volatility: "log_volatility",
        estimates.probed_volatility: "log_volatility",
        estimates.layer_spread: "layer_spread",
        estimates.log_mean: "mean",
    }
    entry = {"metric": claim.metric, "mode": claim.mode, "states": claim.states.name, "claimed": claim.claimed[:5]}
    if claim.measure in summaries:
        entry["summary"] = summaries[claim.measure]
    if id in ("C6a", "C4", "C4-start"):
        entry["comparison"] = "pooled_ratio" if id == "C6a" else "equal_loss"
    assert not [*claim_parts.faults(entry)]
    *_, own = chosen(L1=entry)
    same = (
        "metric",
        "mode",
        "measure",
        "compare",
        "states",
        "unit",
        "claimed",
        "passes",
        "needs",
        "undefined",
        "estimand",
    )
    assert [getattr(own, name) for name in same] == [getattr(claim, name) for name in same]


def test_an_accuracys_mean_is_compared_by_its_difference():
    table = rows("plain", "test_accuracy", [0.2, 0.6]) + rows("batch", "test_accuracy", [0.4, 0.8])
    of = design()._replace(claims={"L1": {"metric": "test_accuracy", "claimed": "above"}})
    *_, row = verdicts.evaluate(frame(table), of)
    assert (row["unit"], row["estimate"]) == ("accuracy difference", pytest.approx(0.2))


def test_the_metrics_of_claims_are_those_that_are_measured():
    of_probes = {column.name for column in PROBES if column.kind is float and column.low == 0}
    assert {*claim_parts.PROBED, *claim_parts.DETAILED} == of_probes - {"float32_error", "learning_rate"}
    of_training = {column.name for column in history.COLUMNS if column.kind is float}
    assert {*claim_parts.EVALUATED} == of_training - {"learning_rate"}
    assert {*claim_parts.OF_LAYERS} == {claim.metric for claim in CLAIMS if claim.measure is estimates.layer_spread}


def test_every_named_metric_and_state_can_be_measured():
    draw = np.random.default_rng(0)
    for metric in claim_parts.METRICS:
        kind = rows if metric in claim_parts.EVALUATED else probe
        table = []
        for model in "plain", "batch":
            layers = ("conv1", "linear") if metric in claim_parts.OF_LAYERS else ("",)
            for layer in layers:
                made = kind(model, metric, dict.fromkeys((0, 1, 8, 100, 200, 300), 0))
                table += [{**row, "layer": layer, "value": draw.random()} for row in made]
            table += probe(model, "smoothness", [1, 1, 1]) if metric != "smoothness" else []
        for states in claim_parts.STATES:
            entry = {"metric": metric, "claimed": "below", "states": states}
            if not [*claim_parts.faults(entry)]:
                of = design()._replace(claims={"L1": entry})
                *_, row = verdicts.evaluate(frame(table), of)
                assert (row["claim"], row["n"], row["verdict"]) == ("L1", 1, "inconclusive"), entry


def test_a_replaced_c7_is_no_sweep():
    table = frame(sweep("plain", {RATE: 0.5, 0.2: 0.4}) + sweep("batch", {RATE: 0.4, 0.2: 0.4}))
    of = design()._replace(claims={"C7": {"metric": "train_loss", "claimed": "below", "summary": "last"}})
    (row,) = (row for row in verdicts.evaluate(table, of) if row["claim"] == "C7")
    assert row["estimate"] == pytest.approx(math.log(0.4 / 0.5))
