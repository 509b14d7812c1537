"""What can't be measured, verdicts on synthetic metrics, and the families in which p-values are corrected."""

import math

import numpy as np
import pandas
import pytest
from metric_rows import RATE, design, evaluate, probe, replicate, rows
from normscape.analysis import claims, estimates, verdicts
from normscape.analysis.claims.claim import ABOVE, ACCURACY_DIFFERENCE, PRIMARY, SECONDARY, Claim

nan = math.nan


# What can't be measured


def test_a_number_that_is_not_finite_leaves_its_replicate_out_of_that_estimand():
    table = []
    for seed, loss in enumerate((1, 0, nan)):
        table += rows("plain", "train_loss", [2, 2], seed) + rows("batch", "train_loss", [1, loss], seed)
    assert evaluate(table, seeds=range(3))["C1", "batch"]["n"] == 1


def test_a_missing_pass_leaves_its_replicate_out_too():
    table = []
    for seed, last in enumerate((1, None)):
        table += probe("plain", "smoothness", [2, 2], seed) + probe("batch", "smoothness", [1, last], seed)
    assert evaluate(table, seeds=range(2))["C3", "batch"]["n"] == 1


def test_an_absent_direction_value_is_not_averaged_away():
    table = []
    for direction, value in enumerate((1, nan)):
        table += probe("plain", "smoothness", [2, 2], direction=direction)
        table += probe("batch", "smoothness", [1, value], direction=direction)
    assert evaluate(table)["C3", "batch"]["n"] == 0


def test_training_alone_supports_the_claims_about_training():
    table = []
    for model in "plain", "batch":
        table += replicate(model, 0, [3, 2, 1], smoothness=False)
    found = evaluate(table)
    assert found["C1", "batch"]["n"] == 1
    assert found["C3", "batch"]["verdict"] == "not measured"


def test_nothing_measured():
    found = evaluate(pandas.DataFrame(rows("plain", "train_loss", [1]))[:0], seeds=range(3))
    for row in found.values():
        assert (row["n"], row["estimate"], row["p"], row["verdict"]) == (0, None, None, "not measured")


# Verdicts


def synthetic(shift, spread, seeds, treatments=("batch",)):
    """Metrics in which every claim's log ratio, or accuracy difference, is `shift` plus `spread` times noise."""
    draw, table = np.random.default_rng(3), []
    passes = np.arange(1, 6)
    base = 0.8**passes
    wobble = np.array([0, 1, -1, 1, 0]) * 0.2  # increments whose SD a factor can scale
    for seed in range(seeds):
        for i, model in enumerate(("plain", *treatments)):
            size = (shift + spread * draw.normal()) * (i > 0)
            for metric in "train_loss", "test_loss":
                table += rows(model, metric, np.exp(size + np.log(base) + wobble * math.exp(size)), seed)
            table += rows(model, "test_accuracy", 0.7 - size / 10 + wobble * math.exp(size) / 10, seed)
            smooth = np.exp(size + np.log(base) + wobble * math.exp(size))
            table += probe(model, "loss", base, seed) + probe(model, "smoothness", smooth, seed)
            table += probe(model, "scale_normalised_smoothness", smooth, seed)
            table += probe(model, "smoothness", smooth, seed, mode="eval")
            for metric in "layer_gradient_norm", "activation_sd":
                table += rows(model, metric, np.exp(size + 0 * passes), seed, mode="full_batch", layer="conv1")
                table += rows(model, metric, np.exp(-2 + 0 * passes), seed, mode="full_batch", layer="linear")
    return pandas.DataFrame(table)


@pytest.mark.parametrize(
    "shift, expected",
    [(-0.5, "supported"), (0.5, "contradicted"), (0.0, "inconclusive")],
    ids=["better", "worse", "same"],
)
def test_verdicts_follow_the_data(shift, expected):
    found = evaluate(synthetic(shift, 0.1, 8), seeds=range(8))
    assert {row["claim"]: row["verdict"] for row in found.values()} == {
        claim.id: "not measured" if claim.id == "C7" else expected for claim in claims.CLAIMS
    }


@pytest.mark.parametrize(
    "seeds, estimated, tested", [(0, False, False), (1, True, False), (2, True, True), (3, True, True)]
)
def test_few_seeds(seeds, estimated, tested):
    row = evaluate(synthetic(-0.5, 0.1, 3), seeds=range(seeds))["C3", "batch"]
    assert row["n"] == seeds
    assert (row["estimate"] is not None) == estimated
    assert (row["low"] is not None) == (row["high"] is not None) == (row["p"] is not None) == tested
    assert row["p_sign_flip"] is None
    if seeds < 2:
        assert row["verdict"] == ("inconclusive" if seeds else "not measured")


def test_holm_runs_over_all_treatments_apart_for_the_primary_endpoint():
    table = synthetic(-0.3, 0.3, 6, ("batch", "other"))
    found = evaluate(table, seeds=range(6), treatments=("batch", "other"))
    primary = [found["C3", treatment] for treatment in ("batch", "other")]
    others = [row for row in found.values() if row["p"] is not None and row not in primary]
    for family, count in ((primary, 2), (others, 22)):
        assert len(family) == count
        least = min(family, key=lambda row: row["p"])
        assert least["p_holm"] == pytest.approx(min(1, count * least["p"]))
    alone = evaluate(table, seeds=range(6))["C3", "batch"]
    assert alone["p_holm"] == alone["p"] == found["C3", "batch"]["p"]


@pytest.mark.parametrize(
    "low, high, p_holm, below, above",
    [
        (-2, -1, 0.05, "supported", "contradicted"),
        (1, 2, 0.05, "contradicted", "supported"),
        (-1, 1, 0.06, "inconclusive", "inconclusive"),
        (-1, 0, 0.06, "inconclusive", "inconclusive"),
        (0, 0, 1.0, "inconclusive", "inconclusive"),
        (None, None, None, "inconclusive", "inconclusive"),
        (-2, -1, 0.051, "inconclusive", "inconclusive"),
        (1, 2, 0.051, "inconclusive", "inconclusive"),
        (-1, 1, 0.001, "inconclusive", "inconclusive"),
    ],
)
def test_verdict_table(low, high, p_holm, below, above):
    assert verdicts.verdict("below 0", low, high, p_holm, 0.95) == below
    assert verdicts.verdict("above 0", low, high, p_holm, 0.95) == above


def test_the_primary_endpoint_needs_no_holm_and_the_others_do():
    # 2 seeds of nearly equal differences: p of about 0.03 passes alone, and fails among eleven
    table = []
    for seed, size in enumerate((-1.0, -1.1)):
        table += replicate("plain", seed, [1, 1, 1]) + replicate("batch", seed, [1, math.exp(size), math.exp(size)])
        for metric in "test_loss", "test_accuracy":
            table += rows("plain", metric, [0.5, 0.5], seed)
            table += rows("batch", metric, [0.5, 0.5 + (seed - 0.4) / 10], seed)
    found = evaluate(table, seeds=(0, 1))
    assert found["C3", "batch"]["verdict"] == "supported"
    assert found["C1", "batch"]["p"] == pytest.approx(found["C3", "batch"]["p"])
    assert found["C1", "batch"]["high"] < 0
    assert found["C1", "batch"]["verdict"] == "inconclusive"


def test_identical_differences_support_nothing_before_sign_flips_could():
    for seeds, expected in ((5, "inconclusive"), (6, "supported")):
        table = []
        for seed in range(seeds):
            table += probe("plain", "smoothness", [2, 2], seed) + probe("batch", "smoothness", [1, 1], seed)
        assert evaluate(table, seeds=range(seeds))["C3", "batch"]["verdict"] == expected


# A claim more

MADE_UP = Claim(
    id="C99",
    heading="Train accuracy",
    estimand="train accuracy at the last pass",
    metric="train_accuracy",
    mode="eval",
    measure=estimates.last,
    unit=ACCURACY_DIFFERENCE,
    claimed=ABOVE,
)


def with_train_accuracy():
    draw, table = np.random.default_rng(0), []
    for seed in range(6):
        for model, accuracy in (("plain", 0.5), ("batch", 0.7)):
            table += rows(model, "train_accuracy", [0.1, accuracy + draw.normal(scale=0.01)], seed)
    return pandas.concat([synthetic(-0.3, 0.3, 6), pandas.DataFrame(table)], ignore_index=True)


@pytest.mark.parametrize(("family", "count"), [(PRIMARY, 2), (SECONDARY, 12), ("a family of its own", 1)])
def test_an_added_claim_arrives_in_the_rows_and_in_its_family(monkeypatch, family, count):
    monkeypatch.setattr(claims, "CLAIMS", (*claims.CLAIMS, MADE_UP._replace(family=family)))
    found = evaluate(with_train_accuracy(), seeds=range(6))
    row = found["C99", "batch"]
    assert (row["estimand"], row["n"], row["verdict"]) == ("train accuracy at the last pass", 6, "supported")
    relatives = [found[claim.id, "batch"] for claim in claims.CLAIMS if claim.family == family]
    tested = [row for row in relatives if row["p"] is not None]
    least = min(tested, key=lambda row: row["p"])
    assert len(tested) == count
    assert least["p_holm"] == pytest.approx(min(1, count * least["p"]))


def test_a_claim_whose_values_may_be_bounds_says_what_is_left_of_them(monkeypatch):
    calls = []

    def bounded(paired, metrics, pair, seeds):
        calls.append((paired.n, len(metrics), pair, list(seeds)))
        return paired._replace(high=math.inf)

    monkeypatch.setattr(claims, "CLAIMS", (MADE_UP._replace(bounded=bounded),))
    table = pandas.DataFrame(
        [
            row
            for model in ("plain", "batch", "other")
            for seed in range(2)
            for row in rows(model, "train_accuracy", [seed / 2], seed)
        ]
    )
    found = evaluate(table, seeds=range(3), treatments=("batch", "other"))
    assert [row["high"] for row in found.values()] == [math.inf, math.inf]
    assert calls == [(2, len(table), design(range(3), [treatment]), [0, 1]) for treatment in ("batch", "other")]


# Size


def test_two_thousand_replicates_take_seconds():
    count, draw = 2000, np.random.default_rng(0)
    keys = pandas.MultiIndex.from_product(
        [["plain", "batch"], range(count), range(1, 11)], names=["model", "seed", "pass"]
    )
    blank = {"learning_rate": RATE, "direction": nan, "step_multiple": nan, "layer": "", "filter": nan}
    frames = []
    for metric, mode in (("train_loss", "eval"), ("loss", "full_batch"), ("smoothness", "full_batch")):
        noise = draw.normal(size=len(keys)) * 0.1
        frame = keys.to_frame(index=False).assign(**blank, metric=metric, mode=mode, value=np.exp(noise))
        frame["value"] *= 0.8 ** frame["pass"]
        frames.append(frame)
    found = verdicts.evaluate(pandas.concat(frames, ignore_index=True), design(range(count)))
    assert {row["n"] for row in found if row["claim"] in ("C1", "C3", "C4")} == {count}
