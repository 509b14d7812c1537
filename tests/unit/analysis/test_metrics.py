"""Gathering the tables of made-up runs, many of them too, and what is then found in them."""

import math
import shutil

import pytest
import synthetic
from normscape import tables
from normscape.analysis import metrics, runs, verdicts
from normscape.analysis.design import Design
from normscape.analysis.gaps import Gap, gaps
from normscape.errors import InputError
from normscape.tables import KEY
from normscape.training import history

MODELS = ["Plain", "Normed"]
KEYS = {column.name for column in metrics.COLUMNS} - {"metric", "value"} | {"precision"}


def make(folder, seeds, passes=10):
    """Make up the runs of both models, and read them as `aggregate` does."""
    found, missing = runs.read(
        synthetic.make(folder / "results" / "made-up", synthetic.settings(MODELS, seeds, passes))
    )
    assert missing == []
    return found


def gather(tables, passes):
    return metrics.gather(tables, {"passes": passes, "early_updates": synthetic.EARLY}, "all")


def literally(tables):
    """The numbers that `gather` should find, one by one."""
    for run in tables:
        for table in run:
            for row in table.rows.to_dict("records"):
                numbers = {row["metric"]: row["value"]} if "metric" in row else row
                for name, value in numbers.items():
                    if name not in KEYS and not math.isnan(value):
                        yield row["model"], row["seed"], row["update"], name, value


def test_each_number_of_each_run_is_there_once_run_by_run(tmp_path):
    tables = make(tmp_path, (3, 1), passes=2)
    table = gather(tables, 2)
    assert list(table.columns) == [column.name for column in metrics.COLUMNS]
    found = table[["model", "seed", "update", "metric", "value"]].itertuples(index=False, name=None)
    assert list(found) == list(literally(tables))


def test_a_run_that_was_not_probed_is_gathered_without(tmp_path):
    whole, (trained, *_) = make(tmp_path, (0,), passes=1)
    table = gather([[trained, None, None], whole], 1)
    measured = {column.name for column in history.COLUMNS} - {column.name for column in KEY} - {"missing"}
    assert set(table.loc[table["model"] == "Plain", "metric"]) == measured
    assert "smoothness" in set(table.loc[table["model"] == "Normed", "metric"])
    assert len(gather([[trained, None, None]], 1)) == 10 + len(synthetic.EARLY)  # of early updates: that it ran


def test_a_table_that_is_not_whole_is_named(tmp_path):
    tables = make(tmp_path, (0,), passes=2)
    with pytest.raises(InputError, match=r"Normed/lr-0\.04/seed-0/history\.csv: pass 3 is missing; delete the file"):
        gather(tables, 3)
    whole = tables[1][1]
    tables[1][1] = whole._replace(rows=whole.rows[whole.rows["update"] != 4])
    with pytest.raises(
        InputError, match=r"Plain/lr-0\.04/seed-0/smoothness\.csv: update 4 is missing; delete the file"
    ):
        gather(tables, 2)
    with pytest.raises(InputError, match=r"Normed/lr-0\.04/seed-0/history\.csv: update 1 is too much; delete the file"):
        metrics.gather(tables, {"passes": 2, "early_updates": []}, "all")
    tables[1][1], tables[1][2] = whole, tables[1][2]._replace(rows=tables[1][2].rows[tables[1][2].rows["pass"] > 1])
    with pytest.raises(InputError, match=r"Plain/lr-0\.04/seed-0/layers\.csv: pass 1 is missing; delete the file"):
        gather(tables, 2)


def test_a_table_of_another_run_is_named(tmp_path):
    synthetic.make(tmp_path, synthetic.settings(["Plain"], [0], passes=1))
    with pytest.raises(InputError, match=r"history\.csv: column seed is not 1 throughout; delete the file"):
        path = tmp_path / "runs/Plain/lr-0.04/seed-0/history.csv"
        metrics.read_run(path, history.COLUMNS, "train", {"model": "Plain", "seed": 1})


def test_of_some_runs_what_is_there_is_read_and_what_is_missing_is_named(tmp_path):
    made_up = synthetic.make(tmp_path, synthetic.settings(MODELS, [0, 1], passes=1))
    unprobed, untrained = (tmp_path / "runs" / model / "lr-0.04" / "seed-1" for model in MODELS)
    (unprobed / "layers.csv").unlink()
    shutil.rmtree(untrained)
    found, missing = runs.read(made_up, partial=True)
    assert [[table is not None for table in run] for run in found] == [[True] * 3, [True] * 3, [True, True, False]]
    assert missing == [untrained]
    with pytest.raises(InputError, match=r"Normed/lr-0\.04/seed-1/provenance-train\.json: can't be read"):
        runs.read(made_up)


def test_in_many_replicates_what_was_put_in_is_found(tmp_path):
    count = 60
    table = gather(make(tmp_path, range(count)), 10)
    rows = verdicts.evaluate(table, Design("Plain", ["Normed"], 0.95, 0.04, range(count)))
    found = {row["claim"]: row for row in rows}
    assert {row["n"] for row in rows if row["claim"] != "C7"} == {count}
    for claim, put_in in (("C1", -0.3), ("C2a", 0.05), ("C2b", -0.3), ("C3", -0.3), ("C8", -0.3)):
        assert abs(found[claim]["estimate"] - put_in) < 0.02
        assert (
            found[claim]["verdict"] == "supported" and max(found[claim]["lower"], found[claim]["higher"]) >= 0.9 * count
        )
    assert found["C9a"]["verdict"] == "inconclusive"


def probed(table, number, **cells):
    """The Table of probes with other cells at pass `number` in full-batch mode."""
    rows = table.rows.copy()
    rows.loc[(rows["pass"] == number) & (rows["mode"] == "full_batch"), list(cells)] = list(cells.values())
    return table._replace(rows=rows)


def gathered(tables, **where):
    """{metric: (value, reason)} of the rows of metrics.csv that are so."""
    table = gather(tables, 2)
    for name, value in where.items():
        table = table[table[name] == value]
    return {row["metric"]: (row["value"], row["missing"]) for row in table.to_dict("records")}


def test_what_a_probe_names_is_kept_empty_with_its_reason(tmp_path):
    ((history, smoothness, layers), *_) = make(tmp_path, (0,), 2)
    told = "smoothness optimality_gap: the step is zero; effective_beta: lost in rounding"
    empty = dict.fromkeys(("smoothness", "optimality_gap", "effective_beta", "notebook_estimator"), math.nan)
    run = [history, probed(smoothness, 2, missing=told, **empty), layers]
    found = gathered([run], **{"pass": 2, "mode": "full_batch"})
    reasons = {metric: reason for metric, (value, reason) in found.items() if math.isnan(value)}
    assert reasons == {
        "smoothness": "the step is zero",
        "optimality_gap": "the step is zero",
        "effective_beta": "lost in rounding",
    }
    assert "notebook_estimator" not in found  # empty, but not named: it wasn't asked for
    assert {reason for value, reason in found.values() if not math.isnan(value)} == {""}
    assert not {"precision", "missing"} & found.keys()
    value, reason = gathered([run], **{"pass": 1, "mode": "full_batch"})["smoothness"]
    assert value > 0 and reason == ""


def test_what_a_probe_names_reaches_the_claims_that_need_it(tmp_path):
    design, runs_ = Design("Plain", ["Normed"], 0.95, 0.04, range(3)), make(tmp_path, range(3), 3)
    before = verdicts.evaluate(gather(runs_, 3), design)
    history, smoothness, layers = runs_[1]  # Normed, seed 1
    runs_[1] = [history, probed(smoothness, 2, missing="smoothness: the step is zero", smoothness=math.nan), layers]
    table = gather(runs_, 3)
    after = verdicts.evaluate(table, design)
    told = ["C3", "C4", "C4-start", "C4-above", "C4-below", "C6a"]
    assert [row["claim"] for row in after if row["verdict"] == "not decidable"] == told
    found = [gap for gap in gaps(table, design) if gap.seed == 1]  # no replicate's losses go below 0.6
    assert found == [Gap(id, "Normed", 1, "Normed", "pass 2: the step is zero") for id in told]
    kept = [(row["claim"], row["n"], row["estimate"]) for row in after if row["claim"] not in told]
    assert kept == [(row["claim"], row["n"], row["estimate"]) for row in before if row["claim"] not in told]


def test_numbers_that_are_none_are_kept_with_that_reason(tmp_path):
    ((history, smoothness, layers), *_) = make(tmp_path, (0,), 2)
    rows = layers.rows.copy()
    rows.loc[(rows["pass"] == 2) & (rows["metric"] == "activation_sd"), "value"] = math.nan
    found = gathered(
        [[history, probed(smoothness, 2, displacement_norm=math.nan), layers._replace(rows=rows)]],
        **{"pass": 2, "mode": "full_batch"},
    )
    reasons = {metric: reason for metric, (value, reason) in found.items() if math.isnan(value)}
    assert reasons == {"displacement_norm": "not a number", "activation_sd": "not a number"}


def test_what_a_diverged_pass_left_empty_says_so(tmp_path):
    ((history, smoothness, layers), *_) = make(tmp_path, (0,), 2)
    rows = history.rows.copy()
    losses = ["train_loss", "train_accuracy", "test_loss", "test_accuracy"]
    rows.loc[rows["pass"] == 2, ["diverged", *losses]] = [1, *[math.nan] * 4]
    first = [table._replace(rows=table.rows[table.rows["update"] < 2 * 188]) for table in (smoothness, layers)]
    found = gathered([[history._replace(rows=rows), *first]], **{"pass": 2})
    assert {metric: reason for metric, (_, reason) in found.items()} == {
        "diverged": "",
        **dict.fromkeys(losses, "diverged"),
    }


def test_a_gathered_table_is_read_as_it_was_written(tmp_path):
    ((history, smoothness, layers), *_) = make(tmp_path, (0,), 2)
    smoothness = probed(smoothness, 2, missing="smoothness: the step is zero", smoothness=math.nan)
    table = gather([[history, smoothness, layers]], 2)
    tables.write(tmp_path / "metrics.csv", metrics.COLUMNS, table)
    read = tables.read(tmp_path / "metrics.csv", metrics.COLUMNS, None)
    assert read["missing"].tolist() == table["missing"].tolist() and "the step is zero" in set(read["missing"])


def test_passes_that_were_not_probed_or_evaluated_are_no_rows(tmp_path):
    ((history, smoothness, layers), *_) = make(tmp_path, (0,), 2)
    rows, losses = history.rows.copy(), ["train_loss", "train_accuracy", "test_loss", "test_accuracy"]
    rows.loc[rows["pass"] == 1, [*losses, "missing"]] = [*[math.nan] * 4, "not evaluated"]
    kept = [table.rows[(table.rows["pass"] != 1).fillna(True)] for table in (smoothness, layers)]
    run = [history._replace(rows=rows), smoothness._replace(rows=kept[0]), layers._replace(rows=kept[1])]
    training = {"passes": 2, "early_updates": synthetic.EARLY}
    table = metrics.gather([run], training, [0, 2])
    first = table[(table["pass"] == 1).fillna(False)]
    assert first["metric"].tolist() == ["diverged"]
    early = table[table["pass"].isna()]
    assert set(early["update"]) == set(synthetic.EARLY) and not set(losses) & set(early["metric"])
    with pytest.raises(InputError, match=r"smoothness\.csv: pass 1 is missing"):
        metrics.gather([run], training, "all")
