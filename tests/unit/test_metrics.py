"""Gathering the tables of made-up runs, many of them too, and what is then found in them."""

import math
from pathlib import Path

import pytest
import synthetic
from normscape import claims, metrics, sgd, smoothness
from normscape.files import InputError

MODELS = ["Plain", "Normed"]
TABLES = (
    ("history.csv", sgd.HISTORY, "train"),
    ("smoothness.csv", smoothness.SMOOTHNESS, "smoothness"),
    ("layers.csv", smoothness.LAYERS, "smoothness"),
)
KEYS = {column.name for column in metrics.METRICS} - {"metric", "value"}


def make(folder, seeds, passes=10):
    """Make up the runs of both models, and read them as `aggregate` does."""
    pattern = synthetic.make(folder / "results" / "made-up", MODELS, seeds, passes)
    return [read(pattern, model, seed) for model in MODELS for seed in seeds]


def read(pattern, model, seed):
    folder = Path(pattern.format(model=model, learning_rate=0.04, seed=seed))
    key = {"model": model, "learning_rate": 0.04, "seed": seed}
    return [metrics.read_run(folder / name, columns, rule, key) for name, columns, rule in TABLES]


def literally(runs):
    """The numbers that `gather` should find, one by one."""
    for history, *probed in runs:
        for table in (history, *probed):
            for row in table.rows.to_dict("records"):
                numbers = {row["metric"]: row["value"]} if "metric" in row else row
                for name, value in numbers.items():
                    if name not in KEYS and not math.isnan(value):
                        yield row["model"], row["seed"], row["pass"], name, value


def test_each_number_of_each_run_is_there_once_run_by_run(tmp_path):
    runs = make(tmp_path, (3, 1), passes=2)
    table = metrics.gather(runs, passes=2)
    assert list(table.columns) == [column.name for column in metrics.METRICS]
    found = table[["model", "seed", "pass", "metric", "value"]].itertuples(index=False, name=None)
    assert list(found) == list(literally(runs))


def test_a_run_that_was_not_probed_is_gathered_without(tmp_path):
    (history, *_), whole = make(tmp_path, (0,), passes=1)
    table = metrics.gather([[history, None, None], whole], passes=1)
    assert set(table.loc[table["model"] == "Plain", "metric"]) == {column.name for column in sgd.HISTORY[4:]}
    assert "smoothness" in set(table.loc[table["model"] == "Normed", "metric"])
    assert len(metrics.gather([[history, None, None]], passes=1)) == 10


def test_a_table_that_is_not_whole_is_named(tmp_path):
    runs = make(tmp_path, (0,), passes=2)
    with pytest.raises(InputError, match=r"Plain/lr-0\.04/seed-0/history\.csv: pass 3 is missing; delete the file"):
        metrics.gather(runs, passes=3)
    runs[1][2] = runs[1][2]._replace(rows=runs[1][2].rows[runs[1][2].rows["pass"] > 1])
    with pytest.raises(InputError, match=r"Normed/lr-0\.04/seed-0/layers\.csv: pass 1 is missing; delete the file"):
        metrics.gather(runs, passes=2)


def test_a_table_of_another_run_is_named(tmp_path):
    synthetic.make(tmp_path, ["Plain"], [0], passes=1)
    with pytest.raises(InputError, match=r"history\.csv: column seed is not 1 throughout; delete the file"):
        name, columns, rule = TABLES[0]
        metrics.read_run(tmp_path / "runs/Plain/lr-0.04/seed-0" / name, columns, rule, {"model": "Plain", "seed": 1})


def test_in_many_replicates_what_was_put_in_is_found(tmp_path):
    count = 60
    table = metrics.gather(make(tmp_path, range(count)), passes=10)
    rows = claims.evaluate(table, "Plain", ["Normed"], 0.95, 0.04, range(count))
    found = {row["claim"]: row for row in rows}
    assert {row["n"] for row in rows if row["claim"] != "C7"} == {count}
    for claim, put_in in (("C1", -0.3), ("C2a", 0.05), ("C2b", -0.3), ("C3", -0.3), ("C8", -0.3)):
        assert abs(found[claim]["estimate"] - put_in) < 0.02
        assert found[claim]["verdict"] == "supported" and found[claim]["agreeing"] >= 0.9 * count
    assert found["C9a"]["verdict"] == "inconclusive"
