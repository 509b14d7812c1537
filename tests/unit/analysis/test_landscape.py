"""The bands over the step multiples, by hand."""

import math

import pandas
import pytest
from normscape.analysis import landscape
from normscape.analysis.design import Design


def rows(values, seed=0, direction=0, number=1, metric="smoothness", model="plain", rate=0.1, mode="full_batch"):
    """Rows of metrics.csv for {step multiple: value}."""
    key = {"model": model, "learning_rate": rate, "seed": seed, "pass": number, "mode": mode, "direction": direction}
    return [{**key, "step_multiple": at, "metric": metric, "value": value} for at, value in values.items()]


def bands(table):
    return landscape.bands(pandas.DataFrame(table), Design("plain", [], 0.95, 0.1, [0, 1]))


def test_a_band_goes_from_the_least_to_the_largest_over_the_multiples_and_tells_where():
    found = bands(rows({0.5: 3.0, 1: 2.0, 4: 7.0}) + rows({0.5: 1.0, 1: 2.0}, metric="displaced_loss"))
    (loss,) = found[found["measure"] == "loss"].to_dict("records")
    (smoothness,) = found[found["measure"] == "smoothness"].to_dict("records")
    assert (loss["low"], loss["low_multiples"], loss["high"], loss["high_multiples"]) == (1, (0.5,), 2, (1,))
    assert (smoothness["low"], smoothness["high"]) == (pytest.approx(2), pytest.approx(7))
    assert (smoothness["low_multiples"], smoothness["high_multiples"]) == ((1,), (4,))


def test_the_upper_edge_of_the_smoothness_is_the_effective_beta_of_each_direction():
    found = bands(rows({1: 8.0, 2: 1.0}) + rows({1: 1.0, 2: 2.0}, direction=1))
    assert found["high"].item() == pytest.approx(math.sqrt(8 * 2))  # not the largest of the means over directions
    assert found["high_multiples"].item() == (1, 2)


def test_means_are_geometric_over_the_replicates():
    found = landscape.means(bands(rows({1: 1.0, 2: 4.0}) + rows({1: 16.0, 2: 4.0}, seed=1)))
    (row,) = found.to_dict("records")
    assert (row["n"], row["low"], row["high"]) == (2, pytest.approx(2), pytest.approx(8))
    assert (row["low_multiples"], row["high_multiples"]) == ((1, 2), (1, 2))


def test_other_rates_modes_models_and_diverged_runs_are_left_out():
    table = rows({1: 1.0, 2: 4.0})
    table += rows({1: 9.0, 2: 99.0}, rate=0.2) + rows({1: 9.0, 2: 99.0}, mode="eval")
    table += rows({1: 9.0, 2: 99.0}, model="other") + rows({1: 9.0, 2: 99.0}, seed=1) + rows({1: 9.0}, seed=5)
    table += [{**table[0], "seed": 1, "pass": 2, "metric": "diverged", "value": 1.0, "mode": "eval"}]
    (row,) = bands(table).to_dict("records")
    assert (row["seed"], row["low"], row["high"]) == (0, pytest.approx(1), pytest.approx(4))


@pytest.mark.parametrize("lacking", [0.0, math.nan, math.inf])
def test_a_band_that_lacks_a_value_has_no_edge_and_its_mean_says_so(lacking):
    table = rows({1: 1.0, 2: 4.0}) + rows({1: 16.0, 2: lacking}, seed=1)
    table += [row for seed in (0, 1) for row in rows({1: 3.0, 2: 4.0}, seed=seed, number=2)]
    whole, lacks, *_ = found = bands(table).sort_values(["pass", "seed"]).to_dict("records")
    assert len(found) == 4 and (whole["low"], whole["low_multiples"]) == (pytest.approx(1), (1,))
    assert math.isnan(lacks["low"]) and math.isnan(lacks["high"])
    assert (lacks["low_multiples"], lacks["high_multiples"]) == ((), ())
    first, second = landscape.means(bands(table)).to_dict("records")
    assert list(first)[:7] == ["model", "pass", "measure", "n", "missing", "low", "high"]
    assert (first["n"], first["missing"], first["low_multiples"], first["high_multiples"]) == (1, 1, (), ())
    assert math.isnan(first["low"]) and math.isnan(first["high"])
    assert (second["n"], second["missing"], second["low"]) == (2, 0, pytest.approx(3))


def test_a_direction_that_lacks_a_value_leaves_its_band_without_an_edge():
    (row,) = bands(rows({1: 8.0, 2: 1.0}) + rows({1: 1.0, 2: 0.0}, direction=1)).to_dict("records")
    assert math.isnan(row["low"]) and math.isnan(row["high"])


def test_where_every_band_lacks_a_value_each_is_counted():
    (row,) = landscape.means(bands(rows({1: 1.0, 2: math.nan}))).to_dict("records")
    assert (row["n"], row["missing"], row["high_multiples"]) == (0, 1, ()) and math.isnan(row["high"])


def test_nothing_measured():
    assert landscape.means(bands(rows({1: 1.0})[:1]).iloc[:0]).empty
    assert landscape.means(bands(rows({1: 1.0}, mode="eval"))).empty
