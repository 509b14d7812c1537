"""The notebook's printed numbers among made-up replicates, and settings that aren't the notebook's."""

import math

import pandas
import pytest
from entries import BATCH, PLAIN, variant
from normscape import tables
from normscape.analysis import reproduction


@pytest.mark.parametrize(
    ("settings", "entries", "expected"),
    [
        ({}, {}, []),
        ({}, {"Other": variant("layer")}, []),
        ({"fraction": 0.01, "learning_rate": 0.1}, {}, ["fraction", "learning rate"]),
        ({"dataset": "MNIST"}, {}, ["dataset"]),
        ({}, {"ConvNet": variant("plain, gelu")}, ["ConvNet"]),
        ({"batch_size": 16}, {"BatchNormConvNet": {**BATCH, "affine": False}}, ["batch size", "BatchNormConvNet"]),
    ],
)
def test_settings_unlike_the_notebooks_are_named_the_models_entries_among_them(settings, entries, expected):
    own = {"ConvNet": PLAIN, "BatchNormConvNet": BATCH}
    assert reproduction.unlike({**reproduction.SETTINGS, **settings}, {**own, **entries}) == expected


def replicates(values, metric="train_loss", number=1, model="A", rate=0.04):
    key = {"model": model, "learning_rate": rate, "pass": number, "metric": metric}
    return [{**key, "seed": seed, "value": value} for seed, value in enumerate(values)]


def reproduce(values, **printed):
    """Return the rows that one pass of the notebook's model A makes, {metric: row}."""
    notebook = {"model": "A", "pass": 1, **dict.fromkeys(reproduction.PRINTED, 0.5), **printed}
    table = reproduction.reproduce(pandas.DataFrame(values), pandas.DataFrame([notebook]), 0.04)
    tables.check(reproduction.COLUMNS, table)
    return {row["metric"]: row for row in tables.records(table)}


def test_a_printed_number_is_told_by_its_distance_and_its_rank_among_the_replicates():
    row = reproduce(replicates([1.0, 2.0, 3.0]), train_loss=2.5)["train_loss"]
    assert (row["notebook"], row["n"], row["mean"], row["sd"]) == (2.5, 3, 2.0, 1.0)
    assert (row["distance"], row["rank"]) == (0.5, 2)


def test_without_a_standard_deviation_there_is_no_distance():
    for values in ([1.0], [1.0, 1.0], [0.3, 0.1 + 0.2]):
        row = reproduce(replicates(values))["train_loss"]
        assert (row["n"], row["mean"], row["distance"]) == (len(values), pytest.approx(values[0]), None)


@pytest.mark.parametrize("lacking", [math.nan, math.inf])
def test_where_a_replicate_lacks_its_number_the_others_stand_for_nothing(lacking):
    row = reproduce(replicates([0.1, 1.0, 2.0, lacking]))["train_loss"]
    assert (row["n"], row["mean"], row["sd"], row["distance"], row["rank"]) == (3, None, None, None, 1)
    assert reproduce(replicates([0.1, 1.0, 2.0]))["train_loss"]["distance"] is not None
    row = reproduce(replicates([lacking]))["train_loss"]
    assert (row["n"], row["mean"]) == (0, None)


def test_what_only_one_of_the_two_has_makes_no_row():
    values = replicates([1.0]) + replicates([1.0], rate=0.1, metric="test_loss") + replicates([1.0], number=2)
    assert list(reproduce(values + replicates([1.0], model="B", metric="test_accuracy"))) == ["train_loss"]
