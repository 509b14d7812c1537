"""What keeps claims from being decided, by hand: who lacks which number, and why."""

import math

import numpy as np
import pytest
from metric_rows import design, evaluate, frame, probe, rows
from normscape.analysis import verdicts
from normscape.analysis.claims import CLAIMS
from normscape.analysis.gaps import Gap, gaps


def found(table, seeds=(0, 1), treatments=("batch",)):
    return gaps(frame(table), design(seeds, treatments))


def of(claim, table, seeds=(0, 1)):
    """(seed, model, reason) of the claim's gaps."""
    return [(gap.seed, gap.model, gap.reason) for gap in found(table, seeds) if gap.claim == claim]


def smoothness(plain, batch, loss=(3, 2, 1), mode="full_batch"):
    """Two seeds' smoothness, of which the first's has no gap."""
    table = []
    for seed, values in enumerate([([4, 2, 3], [2, 1, 5]), (plain, batch)]):
        for model, own in zip(("plain", "batch"), values, strict=True):
            table += probe(model, "smoothness", own, seed, mode=mode) + probe(model, "loss", loss, seed, mode=mode)
    return table


def test_where_every_number_is_there_are_no_gaps():
    assert found(smoothness([4, 2, 1], [2, 1, 2], loss=(3, 2, 0.1))) == []
    assert found(frame(smoothness([4, 2, 1], [2, 1, 2]))[:0]) == []


def test_a_probes_reason_is_given_with_its_pass_for_each_claim_that_needs_the_number():
    table = smoothness([4, 2, 1], [2, "the step is zero", 1], loss=(3, 2, 0.1))
    place = ("batch", 1, "batch", "pass 2: the step is zero")
    assert found(table) == [Gap(claim, *place) for claim in ("C3", "C4", "C4-above", "C4-below", "C6a")]


def test_early_updates_and_pass_0_are_called_by_their_names():
    table = []
    for model in "plain", "batch":
        lost = "the step is zero" if model == "batch" else 2
        table += probe(model, "smoothness", {0: lost, 1: 2, 4: lost, 100: 3, 200: lost})
        table += probe(model, "loss", {0: 5, 1: 4, 4: 3, 100: 2, 200: 1})
    lacking = {gap.claim: gap.reason for gap in found(table, [0])}
    assert lacking == {
        "C3": "pass 2: the step is zero",
        "C4": "update 4 and 1 more: the step is zero",
        "C4-start": "pass 0 and 2 more: the step is zero",
        "C4-above": "update 4 and 1 more: the step is zero",
        "C4-below": "update 4 and 1 more: the step is zero",
        "C10": "pass 0: the step is zero",
        "C11": "update 4: the step is zero",
    }


def test_what_has_no_logarithm_is_named():
    table = []
    for seed, last in enumerate((1, 0)):
        table += rows("plain", "train_loss", [0, 2, last], seed, first=0) + rows("batch", "train_loss", [3, 2], seed)
    assert of("C1", table) == [(1, "plain", "pass 2: train loss 0 has no logarithm")]  # not pass 0


def test_reasons_and_passes_are_gathered():
    table = smoothness(["the step is zero", math.inf, "the step is zero"], [0, None, 1])
    assert of("C3", table) == [
        (1, "batch", "pass 1: smoothness 0 has no logarithm; pass 2: smoothness is missing"),
        (1, "plain", "pass 1 and 1 more: the step is zero; pass 2: smoothness is infinite"),
    ]


def test_directions_do_not_count_a_pass_twice():
    table = smoothness([4, 2, 1], [2, 1, 2])
    for model in "plain", "batch":
        for seed in 0, 1:
            table += probe(model, "smoothness", [2, "lost in rounding", 2], seed, direction=1)
    assert of("C3", table, [1]) == [(1, model, "pass 2: lost in rounding") for model in ("batch", "plain")]


def test_the_last_pass_alone_is_named_where_it_alone_counts():
    table = []
    for model in "plain", "batch":
        table += rows(model, "test_loss", [0, 1, 0]) + rows(model, "test_accuracy", [0, 0, 0])
    assert found(table, [0]) == [
        Gap("C2b", "batch", 0, model, "pass 3: test loss 0 has no logarithm") for model in ("batch", "plain")
    ] + [
        Gap("C6c", "batch", 0, model, "it changes by the same amount from pass to pass, so its SD is 0")
        for model in ("batch", "plain")
    ]  # an accuracy of 0 is a number


def test_c4_tells_of_losses_without_a_range_in_common():
    table = smoothness([4, 2, 1], [2, 1, 2])
    for row in table:
        if row["metric"] == "loss" and (row["model"], row["seed"]) == ("batch", 1):
            row["value"] /= 10
    reason = "its losses 0.1 to 0.3 and plain's 1 to 3 have no range in common"
    assert of("C4", table) == [(1, "batch", reason)]
    assert of("C4-above", table) == [(1, "batch", f"{reason} above 0.6")]
    assert of("C4-below", table) == [
        (0, "batch", "its losses 1 to 3 and plain's 1 to 3 have no range in common below 0.6"),
        (1, "batch", f"{reason} below 0.6"),
    ]
    assert of("C4", smoothness([4, 2, 1], [2, 1, 2], loss=(3, 0, 1)), [1]) == [
        (1, model, "pass 2: loss 0 has no logarithm") for model in ("batch", "plain")
    ]


def test_c6_tells_of_what_does_not_vary():
    same = "it changes by the same amount from pass to pass, so its SD is 0"
    table = rows("plain", "train_loss", [4, 2, 1]) + rows("batch", "train_loss", [4, 2, 1.5])
    assert of("C6b-log", table, [0]) == [(0, "plain", same)]
    table[0] |= {"value": math.nan, "missing": "not a number"}
    assert of("C6b-log", table, [0]) == of("C6b", table, [0]) == [(0, "plain", "pass 1: not a number")]
    table = rows("plain", "train_loss", [4, 2, 1]) + rows("batch", "train_loss", [4, 2, 0])
    assert of("C6b-log", table, [0]) == [(0, "batch", "pass 3: train loss 0 has no logarithm"), (0, "plain", same)]
    assert of("C6b", rows("plain", "train_loss", [3, 2, 1]) + rows("batch", "train_loss", [3, 1, 0]), [0]) == [
        (0, "plain", same)
    ]
    ((seed, model, reason),) = of("C6a", smoothness([4, 2, 1], [4, 2, 1.5]), [1])
    assert (seed, model) == (1, "") and reason.startswith("pooled over the replicates, the variance of a network's")


def test_each_treatment_has_its_own():
    table = rows("plain", "train_loss", [1]) + rows("batch", "train_loss", [0]) + rows("other", "train_loss", [2])
    assert {gap.treatment for gap in found(table, [0], ("batch", "other"))} == {"batch"}
    table[0]["value"] = 0.0
    told = [(gap.treatment, gap.model) for gap in found(table, [0], ("batch", "other"))]
    assert told == [("batch", "batch"), ("batch", "plain"), ("other", "plain")]


def test_what_is_left_out_is_no_gap():
    table = []
    for seed in 0, 1:
        for model in "plain", "batch":
            gone = (model, seed) == ("batch", 1)
            table += rows(model, "diverged", [0, gone], seed)
            table += rows(model, "train_loss", [2, "diverged" if gone else 1], seed)
    assert found(table) == []


METRICS = ("train_loss", "test_loss", "test_accuracy", "loss", "smoothness", "scale_normalised_smoothness")
MODES = {"train_loss": "eval", "test_loss": "eval", "test_accuracy": "eval"}


@pytest.mark.parametrize("seed", range(6))
def test_every_claim_that_is_not_decidable_has_a_gap_for_each_pair_without_a_difference_and_no_other(seed):
    draw, table, seeds = np.random.default_rng(seed), [], (0, 1, 2)
    odd = [0.0, math.inf, math.nan, "the step is zero", 1.0, 1.0]
    for model in "plain", "batch":
        for number in seeds:
            for metric in METRICS:
                values = [odd[draw.integers(len(odd))] if draw.random() < 0.1 else draw.random() for _ in range(4)]
                early = {0: draw.random(), 4: odd[draw.integers(len(odd))] if draw.random() < 0.1 else draw.random()}
                table += probe(model, metric, values, number, mode=MODES.get(metric, "full_batch"))
                table += probe(model, metric, early, number) if metric in ("loss", "smoothness") else []
            table += probe(model, "smoothness", draw.random(4), number, mode="eval")
            for metric in "layer_gradient_norm", "activation_sd":
                for layer in "conv1", "linear":
                    table += rows(
                        model, metric, draw.choice([0.0, 1.0, 2.0], 4), number, mode="full_batch", layer=layer
                    )
    wanted = {
        (claim.id, treatment, seed)
        for claim, treatment, values in verdicts.differences(frame(table), design(seeds))
        if values is not None
        for seed in values.index[~np.isfinite(values)]
    }
    told = found(table, seeds)
    assert {(gap.claim, gap.treatment, gap.seed) for gap in told} == wanted
    assert all(gap.reason and (gap.model or gap.claim == "C6a") for gap in told)
    rows_ = evaluate(table, seeds)
    assert {claim.id for claim in CLAIMS if rows_[claim.id, "batch"]["verdict"] == "not decidable"} == {
        gap.claim for gap in told
    }
