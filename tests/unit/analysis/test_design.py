"""What is left out of every comparison, and named."""

import math

import pytest
from metric_rows import design, evaluate, frame, probe, replicate, rows, sweep
from normscape.analysis.design import Design, excluded


def partial_metrics():
    table = []
    for seed in range(6):
        table += replicate("plain", seed, [3, 2, None] if seed == 1 else [3, 2, 2])
        if seed != 4:
            table += replicate("batch", seed, [3, None, None] if seed == 3 else [3, 1, 1 + seed / 10], seed != 5)
    return frame(table)


def test_what_is_left_out_is_named():
    assert excluded(partial_metrics(), design(range(7))) == [
        (1, "plain", "diverged in pass 2"),
        (3, "batch", "diverged in pass 1"),
        (4, "batch", "missing"),
        (5, "batch", "smoothness missing"),
        (6, "plain", "missing"),
        (6, "batch", "missing"),
    ]


def test_divergence_within_the_first_pass_is_named_by_its_update():
    table = []
    for model, diverged in ("plain", {0: 0, 4: 0, 8: 1, 100: 1}), ("batch", {0: 0, 4: 0, 8: 0, 100: 1}):
        table += rows(model, "diverged", diverged)
        table += rows(model, "train_loss", {0: 2, 100: "diverged"})
    reasons = [exclusion.reason for exclusion in excluded(frame(table), design())]
    assert reasons == ["diverged by update 8", "diverged in pass 1"]


def test_a_design_holds_what_the_settings_say_of_the_comparison_and_the_claims():
    settings = {
        "comparison": {"baseline": "plain", "treatments": ["batch"], "confidence": 0.95, "looks": "any"},
        "seeds": [0, 1],
        "training": {"learning_rate": 0.1},
    }
    assert Design.of(settings) == ("plain", ["batch"], 0.95, 0.1, [0, 1], "any", {}, {})
    settings["claims"] = {"L1": {"metric": "test_loss", "claimed": "below"}}
    settings["comparison"]["negligible"] = {"ratio": 1.1}
    assert Design.of(settings)[6:] == ({"ratio": 1.1}, settings["claims"])


def test_what_is_left_out_is_left_out_for_both_models_and_every_claim_that_needs_it():
    found = evaluate(partial_metrics(), seeds=range(7))
    assert found["C3", "batch"]["n"] == 2  # seeds 0 and 2
    assert found["C1", "batch"]["n"] == 3  # and 5, of which only the smoothness is missing
    assert found["C1", "batch"]["estimate"] == pytest.approx(
        (2 * math.log(1 / 2) + sum(math.log(last / 2) for last in (1, 1.2, 1.5)) + math.log(1 / 2)) / 6
    )
    assert found["C3", "batch"]["estimate"] == pytest.approx(
        (2 * math.log(1 / 2) + math.log(1 / 2) + math.log(1.2 / 2)) / 4
    )


@pytest.mark.parametrize("diverged", ["plain", "batch"])
def test_what_a_diverged_run_measured_before_is_left_out_too(diverged):
    table = []
    for seed in range(2):
        for model in "plain", "batch":
            table += replicate(model, seed, [3, 2, None if (model, seed) == (diverged, 1) else 1])
            table += probe(model, "smoothness", [2], seed, mode="eval")
    assert evaluate(table, seeds=range(2))["C8", "batch"]["n"] == 1
    assert evaluate(table, seeds=[1])["C8", "batch"]["verdict"] == "not measured"


def test_a_network_without_training_or_without_anything_is_missing():
    both = replicate("plain", 0, [3, 2, 1])
    table = frame(both + probe("batch", "smoothness", [2, 1]))
    assert excluded(table, design()) == [(0, "batch", "missing")]
    table = frame(probe("plain", "smoothness", [2, 1]))
    assert excluded(table, design()) == [(0, "batch", "missing")]


def test_another_treatments_failure_costs_a_treatment_nothing():
    table = []
    for seed in range(3):
        table += replicate("plain", seed, [3, 2, 2]) + replicate("batch", seed, [3, 1, 1])
        table += replicate("other", seed, [3, 1, None if seed else 1])
    found = evaluate(table, seeds=range(3), treatments=("batch", "other"))
    assert (found["C1", "batch"]["n"], found["C1", "other"]["n"]) == (3, 1)


def test_divergence_and_absence_at_another_rate_exclude_nothing():
    table = frame(sweep("plain", {0.1: 1, 0.2: None}) + sweep("batch", {0.1: 1, 0.2: ...}))
    assert excluded(table, design()) == []


def test_other_seeds_and_models_are_ignored():
    table = replicate("plain", 0, [3, 2, 2]) + replicate("batch", 0, [3, 1, 1])
    more = (
        table
        + replicate("plain", 8, [9, 9, 9, 9])
        + replicate("batch", 8, [1, 1, 1])
        + replicate("third", 0, [1, 1, 1])
    )
    assert evaluate(table) == evaluate(more)
