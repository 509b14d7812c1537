"""Mean curves with their intervals, by hand."""

import math

import pandas
import pytest
from metric_rows import RATE, frame, probe, replicate, rows
from normscape import tables
from normscape.analysis import curves


def curve(table, metric, model="plain", rate=RATE):
    """Return {pass: row}."""
    found = curves.curves(pandas.DataFrame(table), 0.95)
    for row in found:
        assert list(row) == [column.name for column in curves.COLUMNS]
    tables.check(curves.COLUMNS, found)
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


def told(row):
    return row["n"], row["missing"], row["mean"], row["low"], row["high"]


@pytest.mark.parametrize("lacking", [0, math.inf, "the step is zero"])
def test_where_a_replicate_lacks_its_number_there_is_no_mean_of_the_others(lacking):
    table = probe("plain", "smoothness", [2, lacking, lacking], 0) + probe("plain", "smoothness", [2, 2, lacking], 1)
    found = curve(table, "smoothness")
    assert told(found[1]) == (2, 0, pytest.approx(2), None, None)  # two of the same have no interval
    assert told(found[2]) == (1, 1, None, None, None)
    assert told(found[3]) == (0, 2, None, None, None)


def test_an_accuracy_of_0_is_a_number():
    row = curve(rows("plain", "test_accuracy", [0.5], 0) + rows("plain", "test_accuracy", [0], 1), "test_accuracy")[1]
    assert (row["n"], row["missing"], row["mean"]) == (2, 0, 0.25)


def test_of_several_directions_none_is_left_out():
    table = probe("plain", "smoothness", [4]) + probe("plain", "smoothness", ["the step is zero"], direction=1)
    assert told(curve(table, "smoothness")[1]) == (0, 1, None, None, None)


def test_the_thin_lines_keep_what_there_is():
    table = probe("plain", "smoothness", [3, 0, "the step is zero"])
    values = curves.replicates(pandas.DataFrame(table))
    values = values[values["metric"] == "smoothness"]["value"].tolist()
    assert values[:2] == [pytest.approx(3), 0] and math.isnan(values[2]) and len(values) == 3


def test_an_interval_beyond_all_numbers_ends_in_0_and_infinity():
    table = rows("plain", "train_loss", [1], 0) + rows("plain", "train_loss", [4], 1)
    (row,) = curves.curves(pandas.DataFrame(table), 0.9999)
    assert (row["mean"], row["low"], row["high"]) == (pytest.approx(2), 0, math.inf)


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


def test_within_the_first_pass_there_are_curves_of_what_is_probed():
    table = probe("plain", "smoothness", {0: 8, 4: 2, 100: 1}, 0) + probe(
        "plain", "smoothness", {0: 2, 4: 2, 100: 4}, 1
    )
    found = curves.curves(frame(table), 0.95)
    tables.check(curves.COLUMNS, found)
    assert [(row["pass"], row["update"], row["n"]) for row in found] == [(0, 0, 2), (None, 4, 2), (1, 100, 2)]
    assert [row["mean"] for row in found] == pytest.approx([4, 2, 2])
    replicates = curves.replicates(frame(table))
    assert replicates["pass"].isna().sum() == 2 and len(curves.at_last_pass(replicates)) == 2
