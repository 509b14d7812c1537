"""Every estimand by hand on a few numbers, what is left out and named, and verdicts on synthetic metrics."""

import math

import numpy as np
import pandas
import pytest
from normscape import claims, tables

nan = math.nan
RATE = 0.1


def rows(model, metric, values, seed=0, mode="eval", first=1, rate=RATE, **more):
    """Rows of metrics.csv for `metric` at the passes first, first + 1, …; a pass whose value is None has none."""
    blank = {"direction": nan, "step_multiple": nan, "layer": "", "filter": nan}
    assert more.keys() <= blank.keys()
    return [
        {
            "model": model,
            "learning_rate": rate,
            "seed": seed,
            "pass": number,
            "mode": mode,
            **blank,
            **more,
            "metric": metric,
            "value": float(value),
        }
        for number, value in enumerate(values, start=first)
        if value is not None
    ]


def probe(model, metric, values, seed=0, mode="population", direction=0, step_multiple=1.0):
    return rows(model, metric, values, seed, mode, direction=direction, step_multiple=step_multiple)


def evaluate(table, seeds=(0,), treatments=("batch",), rate=RATE, confidence=0.95):
    """Return {(claim, treatment): row}, having checked that the rows fit their declaration."""
    found = claims.evaluate(pandas.DataFrame(table), "plain", list(treatments), confidence, rate, seeds)
    for row in found:
        assert list(row) == [column.name for column in claims.CLAIMS]
        for column in claims.CLAIMS:
            tables._cells(column, [row[column.name]])
    assert len(found) == len(claims.ESTIMANDS) * len(treatments)
    return {(row["claim"], row["treatment"]): row for row in found}


def estimate(claim, table, **more):
    return evaluate(table, **more)[claim, "batch"]["estimate"]


# Estimands


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


def test_c4_is_inconclusive_with_one_point_of_a_net_in_the_common_range():
    table = probe("plain", "loss", [8, 4, 2]) + probe("plain", "smoothness", [1, 1, 1])
    table += probe("batch", "loss", [3, 1, 0.5]) + probe("batch", "smoothness", [1, 1, 1])
    row = evaluate(table)["C4", "batch"]
    assert (row["n"], row["estimate"], row["verdict"]) == (0, None, "inconclusive")


@pytest.mark.parametrize("point", [(-1.0, nan), (-1.0, math.inf), (-math.inf, 0.0), (nan, 0.0)])
def test_c4_drops_no_point_silently(point):
    line = np.array([[0.0, 0], [1, 1], [2, 2]])
    assert np.isnan(claims.at_equal_x([np.vstack([line, point])], [np.vstack([line, [3, 3]])])[0])


def test_c4_averages_points_of_equal_loss():
    points = np.array([[0.0, 1], [1, 2], [1, 4], [2, 3]])
    flat = np.array([[0.0, 0], [1, 0], [1, 0], [2, 0]])
    assert claims.at_equal_x([points], [flat])[0] == pytest.approx((2 + 3) / 2)
    assert claims.at_equal_x([flat], [points])[0] == pytest.approx(-2.5)


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


def test_c6_needs_two_increments():
    table = [row for model in ("plain", "batch") for row in rows(model, "train_loss", [9, 2, 1], first=0)]
    row = evaluate(table)["C6b", "batch"]
    assert (row["n"], row["verdict"]) == (0, "inconclusive")


def test_c6a_subtracts_the_noise_of_two_directions():
    # log L̂ of the two directions: means 0, 1, 4 for both nets, ±½ on the plain one: variance ½, of their mean ¼.
    # Three independent errors of variance ¼ add (¼ + ¼) · 3/2 to the variance of two increments, 2.
    table = []
    for direction, sign in enumerate((-0.5, 0.5)):
        table += probe("plain", "smoothness", [math.exp(y + sign) for y in (0, 1, 4)], direction=direction)
        table += probe("batch", "smoothness", [math.exp(y) for y in (0, 1, 4)], direction=direction)
    assert estimate("C6a", table) == pytest.approx(math.log(2 / (2 - 0.75)) / 2)


def test_c6a_keeps_a_replicate_whose_noise_exceeds_its_variance():
    # variances of the plain net 4 and 4, of the other 3 and −1, which has no logarithm: pooled 4 and 1, SDs 2 and 1
    differences = claims.pooled_log_ratio([3.0, -1.0], [4.0, 4.0])
    assert differences.mean() == pytest.approx(math.log(1 / 2))
    assert differences[1] / differences[0] == pytest.approx(5)
    for treatment, baseline in ([1.0, -2.0], [4.0, 4.0]), ([1.0, -2.0], [-1.0, -1.0]), ([4.0, 4.0], [1.0, -1.0]):
        assert np.isnan(claims.pooled_log_ratio(treatment, baseline)).all()
    assert claims.pooled_log_ratio([2.0, 4.0], [4.0, 2.0]) == pytest.approx([-1 / 3, 1 / 3])
    assert claims.pooled_log_ratio([nan, 1.0], [4.0, 4.0])[1] == pytest.approx(math.log(1 / 2))


def sweep(model, losses, seed=0):
    """Runs of two passes ending with {rate: loss}; a loss of None diverged in the last, and `...` isn't there."""
    table = []
    for rate, loss in losses.items():
        if loss is not ...:
            table += rows(model, "diverged", [0, 0, loss is None], seed, first=0, rate=rate)
            table += rows(model, "train_loss", [3, 2, nan if loss is None else loss], seed, first=0, rate=rate)
    return table


def test_c7_is_the_largest_rate_that_ends_no_worse_than_the_base_rate():
    table = sweep("plain", {0.05: 0.4, 0.1: 0.5, 0.2: 0.5, 0.4: 0.6, 0.8: None})
    table += sweep("batch", {0.05: 0.4, 0.1: 0.3, 0.2: 0.4, 0.4: 0.3, 0.8: None})
    row = evaluate(table)["C7", "batch"]
    assert (row["claimed"], row["estimate"]) == ("above 0", pytest.approx(math.log(2)))
    assert evaluate(table)["C1", "batch"]["estimate"] == pytest.approx(math.log(0.3 / 0.5) / 2)  # at the base rate


def test_c7_leaves_out_a_replicate_that_lacks_a_rate():
    table = sweep("plain", {0.1: 0.5, 0.2: 0.4}) + sweep("batch", {0.1: 0.5, 0.2: 0.4})
    table += sweep("plain", {0.1: 0.5, 0.2: 0.4}, 1) + sweep("batch", {0.1: 0.5, 0.2: ...}, 1)
    assert evaluate(table, seeds=(0, 1))["C7", "batch"]["n"] == 1


def test_c7_counts_a_rate_at_which_all_diverge():
    table = sweep("plain", {0.1: 0.5, 0.2: None}) + sweep("batch", {0.1: 0.5, 0.2: None})
    table = [row for row in table if row["metric"] == "diverged" or row["learning_rate"] == RATE]
    row = evaluate(table)["C7", "batch"]
    assert (row["n"], row["estimate"]) == (1, 0)


def test_c7_where_all_diverge_at_the_base_rate():
    table = sweep("plain", {0.1: None, 0.2: None}) + sweep("batch", {0.1: None, 0.05: 1})
    table = [row for row in table if not math.isnan(row["value"])]
    assert evaluate(table)["C7", "batch"]["n"] == 0


def workable(plain, batch, grid):
    """C7's row where the nets' largest workable rates are those, a seed each; at larger ones training ends worse."""
    table = []
    for model, largest in (("plain", plain), ("batch", batch)):
        for seed, limit in enumerate(largest):
            table += sweep(model, {rate: 0.5 if rate <= limit else 0.9 for rate in grid}, seed)
    return evaluate(table, seeds=range(len(plain)))["C7", "batch"]


GRID = [0.1, 0.2, 0.4, 0.8, 1.6]
LOW, HIGH = [0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.2, 0.1], [0.8, 0.8, 0.4, 0.8, 0.8, 0.4, 0.8, 0.8]


def test_c7_within_the_grid_has_a_two_sided_interval():
    for plain, batch, verdict in ((LOW, HIGH, "supported"), (HIGH, LOW, "contradicted"), (LOW, LOW, "inconclusive")):
        row = workable(plain, batch, GRID)
        assert (row["verdict"], row["n"]) == (verdict, 8)
        assert row["low"] is None or (math.isfinite(row["low"]) and math.isfinite(row["high"]))


def test_c7_cut_off_by_the_end_of_the_grid_is_a_bound():
    whole = workable(LOW, HIGH, GRID)
    higher = workable(LOW, HIGH, GRID[:4])  # the same, but no larger rate was tried than the treatment's largest
    assert (higher["low"], higher["high"]) == (whole["low"], math.inf)
    assert (higher["verdict"], higher["p"]) == ("supported", whole["p"])
    lower = workable(HIGH, LOW, GRID[:4])
    assert (lower["low"], lower["high"]) == (-math.inf, -whole["low"])
    assert (lower["verdict"], lower["p"]) == ("contradicted", whole["p"])


def test_c7_concludes_nothing_that_larger_rates_could_overturn():
    high = [0.8] * 7 + [0.4]
    for plain, batch, open_end in ((high, [0.4] * 7 + [0.8], "high"), ([0.4] * 7 + [0.8], high, "low")):
        # One replicate of the net with the smaller rates reached the end of the grid: how much larger, nobody knows.
        assert workable(plain, batch, GRID)["verdict"] != "inconclusive"
        row = workable(plain, batch, GRID[:4])
        assert math.isinf(row[open_end])
        assert (row["verdict"], row["p"], row["p_sign_flip"]) == ("inconclusive", 1, 1)


def test_c7_where_both_reach_the_end_is_open_on_both_sides():
    row = workable([0.8, *LOW[1:]], HIGH, GRID[:4])
    assert (row["low"], row["high"], row["p"], row["verdict"]) == (-math.inf, math.inf, 1, "inconclusive")
    row = workable(LOW, LOW, GRID[:2])  # no difference at all, but the grid ends where both do
    assert (row["estimate"], row["low"], row["high"], row["verdict"]) == (0, -math.inf, math.inf, "inconclusive")


def test_c7_of_one_replicate_has_no_interval_to_open():
    row = workable([0.1], [0.8], GRID[:4])
    assert (row["estimate"], row["low"], row["high"]) == (pytest.approx(math.log(8)), None, None)


def test_c7_is_not_cut_off_by_a_replicate_that_is_no_pair():
    table = []
    for seed, (plain, batch) in enumerate(zip(LOW, HIGH, strict=True)):
        table += sweep("plain", {rate: 0.5 if rate <= plain else 0.9 for rate in GRID}, seed)
        table += sweep("batch", {rate: 0.5 if rate <= batch else 0.9 for rate in GRID}, seed)
    table += sweep("batch", {rate: 0.5 for rate in GRID}, 8) + sweep("plain", {rate: None for rate in GRID}, 8)
    row = evaluate(table, seeds=range(9))["C7", "batch"]
    assert row["n"] == 8 and math.isfinite(row["high"])


def test_largest_rates_by_replicate():
    table = sweep("plain", {0.1: 0.5, 0.2: 0.4, 0.4: None}) + sweep("batch", {0.1: 0.5, 0.2: 0.6, 0.4: 0.5})
    table += sweep("plain", {0.1: 0.5, 0.2: 0.4, 0.4: ...}, 1) + sweep("batch", {0.1: None, 0.2: 0.6, 0.4: 0.5}, 1)
    found = claims.largest_rates(pandas.DataFrame(table), ["plain", "batch"], RATE, [0, 1])
    assert found == {"plain": {0: 0.2}, "batch": {0: 0.4}}  # seed 1: a rate is missing; diverged at the base rate
    single = pandas.DataFrame(sweep("plain", {0.1: 0.5}))
    assert claims.largest_rates(single, ["plain"], RATE, [0]) == {"plain": {}}


def test_outcomes_count_what_diverged_and_name_what_is_missing():
    table = sweep("plain", {0.1: 0.5, 0.2: None}) + sweep("plain", {0.1: 0.5, 0.2: 0.5}, 1)
    table += sweep("batch", {0.1: 0.5, 0.2: ...}) + sweep("batch", {0.1: 0.5, 0.2: 0.5}, 1)
    assert claims.outcomes(pandas.DataFrame(table), ["plain", "batch"], [0, 1]) == [
        ("plain", 0.1, 2, 0, ()),
        ("plain", 0.2, 2, 1, ()),
        ("batch", 0.1, 2, 0, ()),
        ("batch", 0.2, 1, 0, (0,)),
    ]


def test_c7_is_not_measured_without_a_sweep():
    table = sweep("plain", {0.1: 0.5}) + sweep("batch", {0.1: 0.5})
    assert evaluate(table)["C7", "batch"]["verdict"] == "not measured"


def test_c9_compares_the_largest_layer_with_the_smallest():
    table = []
    for metric in "layer_gradient_norm", "activation_sd":
        for layer, values in {"conv1": [8, 4], "conv2": [2, 1], "linear": [1, 2]}.items():
            table += rows("plain", metric, values, mode="population", layer=layer)
            table += rows("batch", metric, [5, 5] if layer == "conv2" else [10, 10], mode="population", layer=layer)
    found = evaluate(table)
    for claim in "C9a", "C9b":
        assert found[claim, "batch"]["estimate"] == pytest.approx(math.log(2) - (math.log(8) + math.log(4)) / 2)


# What can't be measured, and what is left out


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


def replicate(model, seed, losses, smoothness=True):
    table = rows(model, "diverged", [loss is None for loss in losses], seed, first=0)
    table += rows(model, "train_loss", [nan if loss is None else loss for loss in losses], seed, first=0)
    return table + (probe(model, "smoothness", losses[1:], seed) if smoothness else [])


def partial_metrics():
    table = []
    for seed in range(6):
        table += replicate("plain", seed, [3, 2, None] if seed == 1 else [3, 2, 2])
        if seed != 4:
            table += replicate("batch", seed, [3, None, None] if seed == 3 else [3, 1, 1 + seed / 10], seed != 5)
    return pandas.DataFrame(table)


def test_what_is_left_out_is_named():
    assert claims.excluded(partial_metrics(), ["plain", "batch"], RATE, range(7)) == [
        (1, "plain", "diverged in pass 2"),
        (3, "batch", "diverged in pass 1"),
        (4, "batch", "missing"),
        (5, "batch", "smoothness missing"),
        (6, "plain", "missing"),
        (6, "batch", "missing"),
    ]


def test_what_is_left_out_is_left_out_for_both_models_and_every_claim():
    found = evaluate(partial_metrics(), seeds=range(7))
    assert {found[claim, "batch"]["n"] for claim in ("C1", "C3")} == {2}  # seeds 0 and 2
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
    table = pandas.DataFrame(both + probe("batch", "smoothness", [2, 1]))
    assert claims.excluded(table, ["plain", "batch"], RATE, [0]) == [(0, "batch", "missing")]
    table = pandas.DataFrame(probe("plain", "smoothness", [2, 1]))
    assert claims.excluded(table, ["plain", "batch"], RATE, [0]) == [(0, "batch", "missing")]


def test_another_treatments_failure_costs_a_treatment_nothing():
    table = []
    for seed in range(3):
        table += replicate("plain", seed, [3, 2, 2]) + replicate("batch", seed, [3, 1, 1])
        table += replicate("other", seed, [3, 1, None if seed else 1])
    found = evaluate(table, seeds=range(3), treatments=("batch", "other"))
    assert (found["C1", "batch"]["n"], found["C1", "other"]["n"]) == (3, 1)


def test_divergence_and_absence_at_another_rate_exclude_nothing():
    table = pandas.DataFrame(sweep("plain", {0.1: 1, 0.2: None}) + sweep("batch", {0.1: 1, 0.2: ...}))
    assert claims.excluded(table, ["plain", "batch"], RATE, [0]) == []


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


def test_other_seeds_and_models_are_ignored():
    table = replicate("plain", 0, [3, 2, 2]) + replicate("batch", 0, [3, 1, 1])
    more = (
        table
        + replicate("plain", 8, [9, 9, 9, 9])
        + replicate("batch", 8, [1, 1, 1])
        + replicate("third", 0, [1, 1, 1])
    )
    assert evaluate(table) == evaluate(more)


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
                table += rows(model, metric, np.exp(size + 0 * passes), seed, mode="population", layer="conv1")
                table += rows(model, metric, np.exp(-2 + 0 * passes), seed, mode="population", layer="linear")
    return pandas.DataFrame(table)


@pytest.mark.parametrize(
    "shift, expected",
    [(-0.5, "supported"), (0.5, "contradicted"), (0.0, "inconclusive")],
    ids=["better", "worse", "same"],
)
def test_verdicts_follow_the_data(shift, expected):
    found = evaluate(synthetic(shift, 0.1, 8), seeds=range(8))
    assert {row["claim"]: row["verdict"] for row in found.values()} == {
        estimand.claim: "not measured" if estimand.claim == "C7" else expected for estimand in claims.ESTIMANDS
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
    assert claims.verdict("below 0", low, high, p_holm, 0.95) == below
    assert claims.verdict("above 0", low, high, p_holm, 0.95) == above


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


# Curves


def curve(table, metric, model="plain", rate=RATE):
    """Return {pass: row}."""
    found = claims.curves(pandas.DataFrame(table), 0.95)
    for row in found:
        assert list(row) == [column.name for column in claims.CURVE_ROWS]
        for column in claims.CURVE_ROWS:
            tables._cells(column, [row[column.name]])
    return {
        row["pass"]: row
        for row in found
        if (row["metric"], row["model"], row["learning_rate"]) == (metric, model, rate)
    }


def test_curves_of_losses_are_geometric_and_of_accuracies_arithmetic():
    table = []
    for seed, (loss, accuracy) in enumerate([(1, 0.5), (4, 0.7)]):
        table += rows("plain", "train_loss", [loss], seed, first=0) + rows("plain", "test_accuracy", [accuracy], seed)
    loss, accuracy = curve(table, "train_loss")[0], curve(table, "test_accuracy")[1]
    half = math.tan(0.475 * math.pi)
    assert (loss["scale"], loss["n"], loss["mean"]) == ("log", 2, pytest.approx(2))
    assert loss["low"] == pytest.approx(2 * math.exp(-half * math.log(2)))
    assert loss["high"] == pytest.approx(2 * math.exp(half * math.log(2)))
    assert (accuracy["scale"], accuracy["mean"]) == ("linear", pytest.approx(0.6))
    assert (accuracy["low"], accuracy["high"]) == (pytest.approx(0.6 - half / 10), pytest.approx(0.6 + half / 10))


def test_curves_leave_out_a_loss_of_0_which_has_no_logarithm():
    table = rows("plain", "train_loss", [2, 0], 0) + rows("plain", "train_loss", [0, 0], 1)
    found = curve(table, "train_loss")
    assert list(found) == [1]
    assert (found[1]["n"], found[1]["mean"]) == (1, pytest.approx(2))


def test_curves_of_one_replicate_have_no_band():
    row = curve(rows("plain", "train_loss", [2]), "train_loss")[1]
    assert (row["n"], row["mean"], row["low"], row["high"]) == (1, pytest.approx(2), None, None)


def test_curves_of_smoothness_average_directions_and_take_the_training_step():
    table = probe("plain", "smoothness", [1]) + probe("plain", "smoothness", [4], direction=1)
    table += probe("plain", "smoothness", [50], step_multiple=2.0) + probe("plain", "smoothness", [50], mode="eval")
    table += probe("plain", "notebook_estimator", [3])
    row = curve(table, "smoothness")[1]
    assert (row["n"], row["mean"]) == (1, pytest.approx(2))
    assert curve(table, "notebook_estimator")[1]["mean"] == pytest.approx(3)


def test_a_diverged_run_is_left_out_of_its_curve_at_every_pass():
    table = replicate("plain", 0, [3, 2, None]) + replicate("plain", 1, [3, 1, 1]) + replicate("batch", 0, [3, 2, 2])
    table += rows("plain", "train_loss", [5, 5, 5], 0, first=0, rate=0.01)
    assert [curve(table, "train_loss")[number]["n"] for number in (0, 1, 2)] == [1, 1, 1]
    assert curve(table, "train_loss")[1]["mean"] == pytest.approx(1)
    assert curve(table, "train_loss", "batch")[2]["n"] == 1
    assert curve(table, "train_loss", rate=0.01)[2]["mean"] == pytest.approx(5)


# Size


def test_two_thousand_replicates_take_seconds():
    count, draw = 2000, np.random.default_rng(0)
    keys = pandas.MultiIndex.from_product(
        [["plain", "batch"], range(count), range(1, 11)], names=["model", "seed", "pass"]
    )
    blank = {"learning_rate": RATE, "direction": nan, "step_multiple": nan, "layer": "", "filter": nan}
    frames = []
    for metric, mode in (("train_loss", "eval"), ("loss", "population"), ("smoothness", "population")):
        noise = draw.normal(size=len(keys)) * 0.1
        frame = keys.to_frame(index=False).assign(**blank, metric=metric, mode=mode, value=np.exp(noise))
        frame["value"] *= 0.8 ** frame["pass"]
        frames.append(frame)
    found = claims.evaluate(pandas.concat(frames, ignore_index=True), "plain", ["batch"], 0.95, RATE, range(count))
    assert {row["n"] for row in found if row["claim"] in ("C1", "C3", "C4")} == {count}
