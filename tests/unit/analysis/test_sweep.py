"""The largest workable learning rates, what the end of the grid makes of them, and what became of the runs."""

import math

import pytest
from metric_rows import RATE, design, evaluate, frame, sweep
from normscape.analysis.sweep import largest_rates, outcomes


def test_c7_is_the_largest_rate_that_ends_no_worse_than_the_base_rate():
    table = sweep("plain", {0.05: 0.4, 0.1: 0.5, 0.2: 0.5, 0.4: 0.6, 0.8: None})
    table += sweep("batch", {0.05: 0.4, 0.1: 0.3, 0.2: 0.4, 0.4: 0.3, 0.8: None})
    row = evaluate(table)["C7", "batch"]
    assert (row["claimed"], row["estimate"]) == ("above 0", pytest.approx(math.log(2)))
    assert evaluate(table)["C1", "batch"]["estimate"] == pytest.approx(math.log(0.3 / 0.5) / 2)  # at the base rate


def test_c7_leaves_out_a_replicate_that_lacks_a_rate():
    table = sweep("plain", {0.1: 0.5, 0.2: 0.4}) + sweep("batch", {0.1: 0.5, 0.2: 0.4})
    table += sweep("plain", {0.1: 0.5, 0.2: 0.4}, 1) + sweep("batch", {0.1: 0.5, 0.2: ...}, 1)
    row = evaluate(table, seeds=(0, 1))["C7", "batch"]
    assert (row["n"], row["undecided"], row["verdict"]) == (1, 0, "inconclusive")


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


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_c7_is_a_bound_at_the_end_of_the_grid_however_many_replicates(n):
    point = pytest.approx(math.log(8)) if n >= 6 else None  # of differences that are all the same
    for plain, batch, ends in (
        (0.1, 0.8, (point, math.inf)),
        (0.8, 0.1, (-math.inf, None if point is None else pytest.approx(-math.log(8)))),
        (0.8, 0.8, (-math.inf, math.inf)),
    ):
        row = workable([plain] * n, [batch] * n, GRID[:4])
        assert (row["low"], row["high"]) == ends
        assert (row["n"], row["estimate"]) == (n, pytest.approx(math.log(batch / plain)))
        assert (row["p"] is None) == (n == 1)
        assert row["verdict"] == "inconclusive" or (n == 6 and plain != batch)
        whole = workable([plain] * n, [batch] * n, GRID)
        assert [end for end in (whole["low"], whole["high"]) if end is not None and math.isinf(end)] == []


def test_c7_of_different_differences_opens_one_end_of_a_t_interval():
    for n in 2, 6:
        plain, batch = ([0.1, 0.2] * 3)[:n], [0.8] * n
        row, whole = workable(plain, batch, GRID[:4]), workable(plain, batch, GRID)
        assert math.isfinite(whole["high"])
        assert (row["low"], row["high"], row["p"]) == (whole["low"], math.inf, whole["p"])


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
    found = largest_rates(frame(table), design([0, 1]))
    assert found == {"plain": {0: 0.2}, "batch": {0: 0.4}}  # seed 1: a rate is missing; diverged at the base rate
    single = frame(sweep("plain", {0.1: 0.5}))
    assert largest_rates(single, design(treatments=[])) == {"plain": {}}


def test_outcomes_count_what_diverged_and_name_what_is_missing():
    table = sweep("plain", {0.1: 0.5, 0.2: None}) + sweep("plain", {0.1: 0.5, 0.2: 0.5}, 1)
    table += sweep("batch", {0.1: 0.5, 0.2: ...}) + sweep("batch", {0.1: 0.5, 0.2: 0.5}, 1)
    assert outcomes(frame(table), ["plain", "batch"], [0, 1]) == [
        ("plain", 0.1, 2, 0, ()),
        ("plain", 0.2, 2, 1, ()),
        ("batch", 0.1, 2, 0, ()),
        ("batch", 0.2, 1, 0, (0,)),
    ]


def test_c7_is_not_measured_without_a_sweep():
    table = sweep("plain", {0.1: 0.5}) + sweep("batch", {0.1: 0.5})
    assert evaluate(table)["C7", "batch"]["verdict"] == "not measured"
