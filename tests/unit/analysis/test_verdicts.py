"""What can't be measured, verdicts on synthetic metrics, and the families in which p-values are corrected."""

import math

import numpy as np
import pandas
import pytest
from metric_rows import RATE, UPDATES, design, evaluate, frame, probe, replicate, rows, sweep
from normscape.analysis import claims, estimates, statistics, verdicts
from normscape.analysis.claims.claim import ABOVE, ACCURACY_DIFFERENCE, BESIDE, EARLY, PRIMARY, SECONDARY, Claim

nan = math.nan


# What can't be measured


def sides(row):
    return row["lower"], row["equal"], row["higher"], row["undecided"]


def not_decidable(row):
    """Tell whether the row says so, and nothing but the sides of its pairs."""
    empty = all(row[name] is None for name in ("estimate", "low", "high", "p", "p_holm", "p_sign_flip"))
    assert sum(sides(row)) == row["n"]
    return row["verdict"] == "not decidable" and empty


def losses(of_plain, of_batch, metric="train_loss"):
    """Rows of the metric at two passes, the first of which ends at 2; one entry a seed."""
    table = []
    for seed, values in enumerate(zip(of_plain, of_batch, strict=True)):
        for model, value in zip(("plain", "batch"), values, strict=True):
            table += rows(model, metric, [2, value], seed)
    return table


def test_of_a_loss_of_0_the_side_is_known_and_the_others_decide_nothing():
    row = evaluate(losses([1] * 6, [0.5, 0, 0.4, 0.3, 0.2, 1.5]), seeds=range(6))["C1", "batch"]
    assert not_decidable(row) and sides(row) == (5, 0, 1, 0)
    row = evaluate(losses([1, 0, 0, nan], [1, 1, 0, 0]), seeds=range(4))["C1", "batch"]
    assert not_decidable(row) and sides(row) == (0, 1, 1, 2)
    row = evaluate(losses([1] * 6, [0.5, 1e-300, 0.4, 0.3, 0.2, 1.5]), seeds=range(6))["C1", "batch"]
    assert row["estimate"] is not None and sides(row) == (5, 0, 1, 0)


def test_a_number_at_another_pass_than_the_last_does_not_matter_to_what_looks_at_the_last():
    table = losses([1, 1], [0.5, 0.5], "test_loss")
    table[0]["value"] = 0.0
    assert evaluate(table, seeds=range(2))["C2b", "batch"]["estimate"] == pytest.approx(math.log(0.5))
    table[1]["value"] = 0.0
    assert not_decidable(evaluate(table, seeds=range(2))["C2b", "batch"])


@pytest.mark.parametrize("lacking", [None, nan, "the step is zero"])
def test_a_pass_that_a_replicate_lacks_is_not_averaged_away(lacking):
    table = []
    for seed, last in enumerate((1, lacking)):
        table += probe("plain", "smoothness", [2, 2], seed) + probe("batch", "smoothness", [1, last], seed)
    row = evaluate(table, seeds=range(2))["C3", "batch"]
    assert not_decidable(row) and sides(row) == (1, 0, 0, 1)
    assert evaluate(table, seeds=[0])["C3", "batch"]["estimate"] == pytest.approx(math.log(1 / 2))


def test_a_pass_that_all_lack_is_not_averaged_away():
    table = []
    for seed in range(6):
        table += probe("plain", "smoothness", [2, "the step is zero"], seed)
        table += probe("batch", "smoothness", [1, "the step is zero"], seed)
    row = evaluate(table, seeds=range(6))["C3", "batch"]
    assert not_decidable(row) and sides(row) == (0, 0, 0, 6)
    unasked = [each for each in table if each["pass"] == 1]
    assert evaluate(unasked, seeds=range(6))["C3", "batch"]["verdict"] == "supported"


def test_a_direction_that_lacks_its_number_is_not_averaged_away():
    table = []
    for direction, value in enumerate((1, nan)):
        table += probe("plain", "smoothness", [2, 2], direction=direction)
        table += probe("batch", "smoothness", [1, value], direction=direction)
    assert not_decidable(evaluate(table)["C3", "batch"])
    assert not_decidable(evaluate(table)["C4", "batch"])


def test_a_smoothness_that_is_missing_costs_the_accuracies_nothing():
    table = synthetic(-0.5, 0.1, 6)
    place = (table["model"] == "batch") & (table["seed"] == 4) & (table["pass"] == 2)
    place = place.fillna(False) & (table["metric"] == "smoothness") & (table["mode"] == "full_batch")
    assert place.sum() == 1
    lacking = table.assign(
        value=table["value"].where(~place), missing=table["missing"].where(~place, "the step is zero")
    )
    before, after = evaluate(table, seeds=range(6)), evaluate(lacking, seeds=range(6))
    curves = {"C4", "C4-start", "C4-above", "C4-below"}
    assert {id for (id, _), row in after.items() if not_decidable(row)} == {"C3", "C6a"} | curves
    for id in "C1", "C2a", "C2b", "C5", "C6b", "C6c", "C8", "C10", "C11":
        row, old = after[id, "batch"], before[id, "batch"]
        assert (row["n"], row["estimate"], row["p"], row["verdict"]) == (6, old["estimate"], old["p"], old["verdict"])
    assert sides(after["C3", "batch"]) == (5, 0, 0, 1)


def test_without_smoothness_a_replicate_keeps_its_accuracies():
    table = synthetic(-0.5, 0.1, 6)
    lost = (table["model"] == "batch") & (table["seed"] == 4) & table["step_multiple"].notna()
    found = evaluate(table[~lost], seeds=range(6))
    assert {found[id, "batch"]["n"] for id in ("C1", "C2a", "C2b", "C6b", "C6c")} == {6}
    assert {found[id, "batch"]["n"] for id in ("C3", "C4", "C5", "C6a", "C8", "C9a", "C9b")} == {5}
    assert not [row for row in found.values() if row["verdict"] == "not decidable"]
    trained = (table["model"] == "batch") & (table["seed"] == 4) & (table["metric"] == "train_loss")
    found = evaluate(table[~trained], seeds=range(6))
    assert {found[id, "batch"]["n"] for id in ("C2a", "C3")} == {5}


def test_twins_are_identical():
    table = synthetic(0.0, 0.0, 6)
    for row in evaluate(table, seeds=range(6)).values():
        if row["claim"] != "C7":
            assert sides(row) == (0, 6, 0, 0)
            verdict = "beside" if row["family"] == "beside" else "inconclusive"
            assert (row["estimate"], row["p"], row["verdict"]) == (0, 1, verdict)


def test_what_differs_by_rounding_is_equal():
    table = []
    for seed in range(6):
        table += rows("plain", "test_accuracy", [0.5, 0.3], seed)
        table += rows("batch", "test_accuracy", [0.5, 0.1 + 0.2], seed)  # 5.6e-17 more
    row = evaluate(table, seeds=range(6))["C2a", "batch"]
    assert (sides(row), row["estimate"], row["low"], row["high"], row["p"]) == ((0, 6, 0, 0), 0, 0, 0, 1)
    for seed in range(6):
        table[4 * seed + 3]["value"] = 0.3 + 1e-9
    row = evaluate(table, seeds=range(6))["C2a", "batch"]
    assert (sides(row), row["verdict"]) == ((0, 0, 6, 0), "supported") and row["low"] > 0


def test_training_alone_supports_the_claims_about_training():
    table = []
    for model in "plain", "batch":
        table += replicate(model, 0, [3, 2, 1], smoothness=False)
    found = evaluate(table)
    assert found["C1", "batch"]["n"] == 1
    assert found["C3", "batch"]["verdict"] == "not measured"


def test_nothing_measured():
    found = evaluate(frame(rows("plain", "train_loss", [1]))[:0], seeds=range(3))
    for row in found.values():
        assert (row["n"], row["estimate"], row["p"], row["verdict"]) == (0, None, None, "not measured")


# Verdicts


def synthetic(shift, spread, seeds, treatments=("batch",)):
    """Metrics in which every claim's log ratio, or accuracy difference, is `shift` plus `spread` times noise."""
    draw, table = np.random.default_rng(3), []
    passes = np.arange(1, 6)
    base = 0.8**passes
    early = {update: 0.8 ** (update / UPDATES) for update in (0, 1, 4, 8, 50)}
    wobble = np.array([0, 1, -1, 1, 0]) * 0.2  # increments whose SD a factor can scale
    for seed in range(seeds):
        for i, model in enumerate(("plain", *treatments)):
            size = (shift + spread * draw.normal()) * (i > 0)
            table += rows(model, "test_loss", np.exp(size + np.log(base)), seed)
            fall = base * (1 + wobble * (1 + size))
            table += rows(model, "train_loss", math.exp(size) * fall, seed)
            table += rows(model, "test_accuracy", 0.7 - size / 10 + wobble * math.exp(size) / 10, seed)
            smooth = np.exp(size + np.log(base) + wobble * math.exp(size))
            table += probe(model, "loss", base, seed) + probe(model, "smoothness", smooth, seed)
            for metric, factor in ("loss", 1), ("smoothness", math.exp(size)):
                table += probe(model, metric, {update: factor * value for update, value in early.items()}, seed)
            table += probe(model, "scale_normalised_smoothness", smooth, seed)
            table += probe(model, "smoothness", smooth, seed, mode="eval")
            for metric in "layer_gradient_norm", "activation_sd":
                table += rows(model, metric, np.exp(size + 0 * passes), seed, mode="full_batch", layer="conv1")
                table += rows(model, metric, np.exp(-2 + 0 * passes), seed, mode="full_batch", layer="linear")
    return frame(table)


@pytest.mark.parametrize(
    "shift, expected",
    [(-0.5, "supported"), (0.5, "contradicted"), (0.0, "inconclusive")],
    ids=["better", "worse", "same"],
)
def test_verdicts_follow_the_data(shift, expected):
    found = evaluate(synthetic(shift, 0.1, 8), seeds=range(8))
    assert {row["claim"]: row["verdict"] for row in found.values()} == {
        claim.id: "not measured" if claim.id == "C7" else "beside" if claim.family == BESIDE else expected
        for claim in claims.CLAIMS
    }
    beside = [row for row in found.values() if row["verdict"] == "beside"]
    assert [row["claim"] for row in beside] == ["C4-start", "C4-above", "C4-below", "C6b-log"]
    for row in beside:
        assert row["low"] <= row["estimate"] <= row["high"] and row["p"] is not None and row["p_holm"] is None


@pytest.mark.parametrize(
    "seeds, estimated, tested, verdict",
    [
        (0, False, False, "not measured"),
        (1, True, False, "inconclusive"),
        (2, True, True, "inconclusive"),
        (5, True, True, "inconclusive"),
        (6, True, True, "supported"),
    ],
)
def test_few_seeds(seeds, estimated, tested, verdict):
    row = evaluate(synthetic(-0.5, 0.01, 6), seeds=range(seeds))["C3", "batch"]
    assert (row["n"], row["lower"], row["verdict"]) == (seeds, seeds, verdict)
    assert (row["estimate"] is not None) == estimated
    assert (row["low"] is not None) == (row["high"] is not None) == (row["p"] is not None) == tested
    assert (row["p_sign_flip"] is None) == (seeds < 6)
    assert not tested or (row["high"] < 0 and row["p"] < 0.05)


def test_holm_runs_over_all_treatments_apart_for_the_primary_endpoint():
    table = synthetic(-0.3, 0.3, 6, ("batch", "other"))
    found = evaluate(table, seeds=range(6), treatments=("batch", "other"))
    for name, count in ((PRIMARY, 2), (SECONDARY, 22), (EARLY, 4)):
        family = [row for row in found.values() if row["family"] == name and row["p"] is not None]
        assert len(family) == count
        least = min(family, key=lambda row: row["p"])
        assert least["p_holm"] == pytest.approx(min(1, count * least["p"]))
    assert not any(row["p_holm"] for row in found.values() if row["family"] == BESIDE)
    alone = evaluate(table, seeds=range(6))["C3", "batch"]
    assert alone["p_holm"] == alone["p"] == found["C3", "batch"]["p"]


NO_MARGIN = {"margin": None, "inner_low": None, "inner_high": None}


@pytest.mark.parametrize(
    "low, high, p_holm, n, below, above",
    [
        (-2, -1, 0.05, 6, "supported", "contradicted"),
        (1, 2, 0.05, 6, "contradicted", "supported"),
        (-2, -1, 0.05, 5, "inconclusive", "inconclusive"),
        (-1, 1, 0.06, 6, "inconclusive", "inconclusive"),
        (-1, 0, 0.06, 6, "inconclusive", "inconclusive"),
        (0, 0, 1.0, 6, "inconclusive", "inconclusive"),
        (None, None, None, 1, "inconclusive", "inconclusive"),
        (None, None, 0.1, 6, "inconclusive", "inconclusive"),
        (1, math.inf, 0.01, 6, "contradicted", "supported"),
        (None, math.inf, 0.01, 6, "inconclusive", "inconclusive"),
        (-math.inf, None, 0.01, 6, "inconclusive", "inconclusive"),
        (-2, -1, 0.051, 6, "inconclusive", "inconclusive"),
        (1, 2, 0.051, 6, "inconclusive", "inconclusive"),
        (-1, 1, 0.001, 6, "inconclusive", "inconclusive"),
    ],
)
def test_verdict_table(low, high, p_holm, n, below, above):
    row = {"low": low, "high": high, "p_holm": p_holm, "n": n, **NO_MARGIN}
    assert verdicts.verdict({**row, "claimed": "below 0"}, 0.95) == below
    assert verdicts.verdict({**row, "claimed": "above 0"}, 0.95) == above


@pytest.mark.parametrize("confidence, fewest", [(0.9, 5), (0.95, 6), (0.99, 8)])
def test_the_least_number_of_replicates_follows_the_confidence(confidence, fewest):
    for seeds, expected in (fewest - 1, "inconclusive"), (fewest, "supported"):
        found = verdicts.evaluate(synthetic(-0.5, 0.01, seeds), design(range(seeds))._replace(confidence=confidence))
        (row,) = (row for row in found if row["claim"] == "C3")
        assert (row["verdict"], row["n"]) == (expected, seeds) and row["high"] < 0


def test_what_is_not_decidable_counts_among_the_tests():
    table = synthetic(-0.3, 0.3, 6)
    zero = (table["metric"] == "train_loss") & (table["seed"] == 2) & (table["pass"] == 3)
    zero = zero.fillna(False)
    before, after = (
        evaluate(each, seeds=range(6)) for each in (table, table.assign(value=table["value"].mask(zero, 0)))
    )
    assert {id for (id, _), row in after.items() if row["verdict"] == "not decidable"} == {"C1", "C6b-log"}
    others = [row for row in after.values() if row["p"] is not None and row["family"] == SECONDARY]
    least = min(others, key=lambda row: row["p"])
    assert len(others) == 10
    assert least["p_holm"] == pytest.approx(min(1, 11 * least["p"]))
    assert all(row["p"] == before[row["claim"], "batch"]["p"] for row in others if row["claim"] != "C6b")


def test_the_primary_endpoint_needs_no_holm_and_the_others_do():
    # 6 seeds whose differences vary: p of about 0.03 passes alone, and fails among the others
    table = []
    for seed, size in enumerate((-0.2, -1.9, -0.4, -1.6, -2.0, -0.1)):
        table += replicate("plain", seed, [1, 1, 1]) + replicate("batch", seed, [1, math.exp(size), math.exp(size)])
        for metric in "test_loss", "test_accuracy":
            table += rows("plain", metric, [0.5, 0.5], seed)
            table += rows("batch", metric, [0.5, 0.5 + (seed % 2 - 0.4) / 10], seed)
    found = evaluate(table, seeds=range(6))
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


# No relevant difference


@pytest.mark.parametrize(
    "inner, low, high, n, verdict",
    [
        ((-0.09, 0.09), -0.1, 0.1, 6, "no relevant difference"),
        ((-0.09, -0.01), -0.1, -0.005, 6, "no relevant difference"),  # there is one, but it doesn't matter
        ((-0.1, 0.09), -0.11, 0.1, 6, "inconclusive"),
        ((-0.09, 0.1), -0.1, 0.11, 6, "inconclusive"),
        ((-0.2, -0.01), -0.21, -0.005, 6, "supported"),
        ((0.01, 0.2), 0.005, 0.21, 6, "contradicted"),
        ((-0.09, 0.09), -0.1, 0.1, 5, "inconclusive"),
        ((None, None), None, None, 6, "inconclusive"),
        ((-math.inf, 0.05), -math.inf, 0.06, 6, "inconclusive"),
        ((-math.inf, math.inf), -math.inf, math.inf, 6, "inconclusive"),
    ],
)
def test_a_difference_within_the_margins_on_both_sides_does_not_matter(inner, low, high, n, verdict):
    row = {"low": low, "high": high, "p_holm": 0.01, "n": n, "claimed": "below 0"}
    with_margin = {**row, "margin": 0.1, "inner_low": inner[0], "inner_high": inner[1]}
    assert verdicts.verdict(with_margin, 0.95) == verdict
    assert verdicts.verdict({**row, **NO_MARGIN}, 0.95) != "no relevant difference"


def judged(table, seeds, **changes):
    """{claim: row} of the treatment `batch`, by a Design with these changes."""
    found = verdicts.evaluate(table, design(range(seeds))._replace(**changes))
    return {row["claim"]: row for row in found}


def test_margins_are_a_ratio_and_percentage_points_and_either_may_be_stated_alone():
    table = synthetic(0.01, 0.01, 8)
    found = judged(table, 8, negligible={"ratio": 1.1, "points": 0.5})
    assert found["C3"]["margin"] == pytest.approx(math.log(1.1)) and found["C2a"]["margin"] == pytest.approx(0.005)
    measured = [row for row in found.values() if row["family"] != BESIDE and row["n"]]
    assert {row["verdict"] for row in measured} == {"no relevant difference"}
    for row in measured:
        assert row["low"] < row["inner_low"] < row["inner_high"] < row["high"]
    alone = judged(table, 8, negligible={"ratio": 1.1})
    assert (alone["C2a"]["margin"], alone["C2a"]["inner_low"]) == (None, None)
    assert alone["C2a"]["verdict"] != "no relevant difference" == alone["C3"]["verdict"]
    assert all(row["margin"] is None for row in judged(table, 8).values())


def test_what_stands_beside_a_claim_has_no_margin():
    found = judged(synthetic(0.01, 0.01, 8), 8, negligible={"ratio": 1.1, "points": 0.5})
    beside = [row for row in found.values() if row["family"] == BESIDE]
    assert len(beside) == 4 and all((row["margin"], row["verdict"]) == (None, "beside") for row in beside)


def test_the_inner_interval_is_the_t_interval_at_twice_the_level():
    table = synthetic(-0.5, 0.1, 8)
    row, outer = judged(table, 8, negligible={"ratio": 1.1})["C3"], judged(table, 8, confidence=0.9)["C3"]
    assert (row["inner_low"], row["inner_high"]) == (pytest.approx(outer["low"]), pytest.approx(outer["high"]))
    assert row["verdict"] == "supported"  # its interval doesn't lie within the margins


def test_rates_cut_off_by_the_end_of_the_grid_are_never_without_relevant_difference():
    table = []
    for seed in range(8):
        for model, rate in ("plain", 0.1), ("batch", 0.2 if seed else 0.1):
            table += sweep(model, {each: 0.5 if each <= rate else 0.9 for each in (0.1, 0.2, 0.4)}, seed)
    table = frame(table)
    assert judged(table, 8, negligible={"ratio": 10})["C7"]["verdict"] == "no relevant difference"
    row = judged(table[table["learning_rate"] < 0.4], 8, negligible={"ratio": 10})["C7"]
    assert (row["inner_high"], row["high"], row["verdict"]) == (math.inf, math.inf, "supported")


# Looks


def smoothness_only(sizes):
    """Rows in which the log ratio of the smoothness is `sizes`, one a seed."""
    table = []
    for seed, size in enumerate(sizes):
        table += probe("plain", "smoothness", [1], seed) + probe("batch", "smoothness", [math.exp(size)], seed)
    return frame(table)


def test_with_any_number_of_looks_few_replicates_have_no_interval_yet():
    draw = np.random.default_rng(0)
    sizes = draw.normal(-0.5, 0.1, 16)
    table = smoothness_only(sizes)
    for n in (4, 6, 8, 16):
        row, once = (judged(table, n, looks=looks, negligible={"ratio": 9})["C3"] for looks in ("any", "once"))
        expected = statistics.paired(sizes[:n], 0.95, "any")
        assert (row["low"], row["high"], row["p"]) == pytest.approx((expected.low, expected.high, expected.p))
        assert row["low"] < once["low"] and row["p"] > once["p"]
        if math.isinf(row["low"]):
            assert row["verdict"] == "inconclusive" and math.isinf(row["inner_low"])
    assert row["verdict"] == "no relevant difference"


@pytest.mark.slow
def test_verdicts_at_any_look_are_those_of_the_statistics(monkeypatch):
    monkeypatch.setattr(claims, "CLAIMS", tuple(claim for claim in claims.CLAIMS if claim.id == "C3"))
    draw, given = np.random.default_rng(1), []
    for _ in range(200):
        sizes = draw.standard_t(3, 16) * 0.3 - draw.choice([0, 0.3])
        table = smoothness_only(sizes)
        for n in (5, 8, 16):
            paired = statistics.paired(sizes[:n], 0.95, "any")
            side = "supported" if paired.high < 0 else "contradicted" if paired.low > 0 else "inconclusive"
            assert (paired.p <= 0.05) == (side != "inconclusive")
            given.append(side if n > 5 else "inconclusive")
            assert judged(table, n, looks="any")["C3"]["verdict"] == given[-1]
    assert {"supported", "inconclusive"} <= set(given)


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
    return pandas.concat([synthetic(-0.3, 0.3, 6), frame(table)], ignore_index=True)


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
    ).astype({"pass": "Int64"})
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
        of_metric = keys.to_frame(index=False).assign(**blank, metric=metric, mode=mode, value=np.exp(noise))
        of_metric["value"] *= 0.8 ** of_metric["pass"]
        frames.append(of_metric.assign(update=UPDATES * of_metric["pass"]))
    found = verdicts.evaluate(pandas.concat(frames, ignore_index=True), design(range(count)))
    assert {row["n"] for row in found if row["claim"] in ("C1", "C3", "C4")} == {count}
