"""Two experiments compared: which settings differ, what moved, and where that can't be known."""

import copy
import math

import pandas
import pytest
import synthetic
from normscape import atomic, provenance, tables
from normscape.analysis import claims, experiments, metrics, verdicts
from normscape.errors import InputError
from normscape.recipes import recipe
from small_experiments import SETTINGS, experiment


def claim(left, right, id):
    """How the claim of that id moved, of one treatment."""
    rows = experiments.claims_moved(left, right, 0.95)
    (row,) = (row for row in rows if (row["left"] or row["right"])["claim"] == id)
    return row


def final(left, right, model, metric):
    rows = experiments.finals_moved(left, right, 0.95)
    (row,) = (row for row in rows if (row["model"], row["metric"]) == (model, metric))
    return row


def test_settings_are_compared_key_by_key():
    other = copy.deepcopy(SETTINGS) | {"experiment": "right", "seeds": [0]}
    other["models"]["Normed"]["channels"] = [8, 8]
    del other["training"]["passes"]
    assert experiments.settings_that_differ(SETTINGS, other) == [
        ("models.Normed.channels", "[16]", "[8, 8]"),
        ("seeds", "[0, 1, 2]", "[0]"),
        ("training.passes", "2", "–"),
    ]
    assert experiments.settings_that_differ(SETTINGS, SETTINGS) == []


@pytest.mark.parametrize("rate", [0.04, [0.04, 0.01]])
def test_models_are_compared_at_the_first_learning_rate(rate):
    told = experiment(training={"learning_rate": rate})
    assert told.design[:5] == ("Plain", ["Normed"], 0.95, 0.04, [0, 1, 2])


def test_the_same_seeds_are_paired_and_the_interval_is_that_of_their_differences():
    left, right = pandas.Series([1.0, 5.0, 9.0]), pandas.Series([2.0, 6.1, 9.9])
    change = experiments.moved(left, right, 0.95)
    assert change.estimate == pytest.approx(1.0)
    half = 4.302652729696142 * 0.1 / math.sqrt(3)  # Student's t with 2 degrees of freedom; SD 0.1
    assert (change.low, change.high) == (pytest.approx(1 - half), pytest.approx(1 + half))
    assert experiments.moved(left, right.iloc[::-1], 0.95) == change  # the order of the seeds means nothing


def test_other_seeds_give_no_interval():
    left, right = pandas.Series([1.0, 5.0]), pandas.Series([2.0, 6.0, 10.0])
    assert experiments.moved(left, right, 0.95) == (3.0, None, None)
    assert experiments.moved(left, right.iloc[:2].set_axis([0, 7]), 0.95) == (1.0, None, None)
    assert experiments.moved(left.iloc[:0], right, 0.95) is None


def test_nothing_moves_that_survivors_alone_would_tell():
    left, right = pandas.Series([1.0, 5.0, 9.0]), pandas.Series([2.0, 6.1, 9.9])
    assert experiments.moved(left, right, 0.95) is not None
    for lacking in math.nan, math.inf, -math.inf:
        assert experiments.moved(left, right.replace(9.9, lacking), 0.95) is None
        assert experiments.moved(left.replace(9.0, lacking), right.set_axis([0, 1, 7]), 0.95) is None


def test_what_is_the_same_but_for_rounding_did_not_move():
    left, right = pandas.Series([0.3] * 6), pandas.Series([0.1 + 0.2] * 6)
    assert (right - left).all()
    assert experiments.moved(left, right, 0.95) == (0, 0, 0)


def test_a_loss_of_0_is_not_dropped():
    right = experiment("right", plain=(1.0, 0.0, 1.2))
    row = final(experiment(), right, "Plain", "train_loss")
    assert (row["left"][0], row["right"], row["moved"]) == (3, None, None)
    assert claim(experiment(), right, "C1")["moved"] is None
    assert claim(experiment(), right, "C1")["right"]["verdict"] == "not decidable"
    assert final(experiment(), right, "Normed", "train_loss")["moved"].estimate == 0


def test_a_claim_moves_with_its_paired_differences():
    row = claim(experiment(), experiment("right", normed=(1.0, 1.2, 1.1)), "C1")
    assert (row["baseline"], row["left"]["lower"], row["right"]["higher"]) == ("Plain", 3, 1)
    assert row["moved"].estimate == pytest.approx((2 * math.log(2) + math.log(2.2)) / 3)
    assert row["moved"].low < row["moved"].estimate < row["moved"].high
    assert claim(experiment(), experiment("right"), "C3")["moved"] is None  # not measured


def test_how_far_a_bound_moved_is_unknown(monkeypatch):
    right = experiment("right")
    open_ended = [{**row, "low": -math.inf} if row["claim"] == "C1" else row for row in right.claims]
    # An interval alone may be open because it is too early for one: then the estimate is what it is.
    assert claim(experiment(), right._replace(claims=open_ended), "C1")["moved"].estimate == 0
    bounds = [each._replace(bounded=lambda paired, *_: paired) if each.id == "C1" else each for each in claims.CLAIMS]
    monkeypatch.setattr(claims, "CLAIMS", tuple(bounds))
    assert claim(experiment(), right, "C1")["moved"].estimate == 0
    assert claim(experiment(), right._replace(claims=open_ended), "C1")["moved"] is None


def test_what_stands_beside_a_claim_moves_and_has_no_verdict_that_changes():
    passes = {"passes": 3, "learning_rate": 0.04, "early_updates": [], "evaluate_every": 1}
    left, right = (with_three_passes(experiment(training=passes), last) for last in (0.6, 0.8))
    row = claim(left, right, "C6b-log")
    assert (row["left"]["verdict"], row["right"]["verdict"]) == ("beside", "beside")
    assert row["moved"].estimate == pytest.approx(row["right"]["estimate"] - row["left"]["estimate"])
    assert row["moved"].estimate != 0


def with_three_passes(told, last):
    """The experiment with a third pass, after which the treatment's losses are `last` times those before."""
    more = told.metrics[told.metrics["pass"] == 2].assign(**{"pass": 3, "update": 30})
    factor = [last if model == "Normed" else 0.9 for model in more["model"]]
    more["value"] *= [
        each if metric == "train_loss" else 1 for each, metric in zip(factor, more["metric"], strict=True)
    ]
    table = pandas.concat([told.metrics, more], ignore_index=True)
    return told._replace(metrics=table, claims=verdicts.evaluate(table, told.design))


def test_a_claim_that_another_config_puts_in_its_place_is_another():
    entry = {"metric": "test_accuracy", "claimed": "above", "summary": "last"}
    right = experiment(
        "right", claims={"L1": entry, "C1": {"metric": "train_loss", "claimed": "below", "states": "start"}}
    )
    rows = experiments.claims_moved(experiment(), right, 0.95)
    sides = [(bool(row["left"]), bool(row["right"])) for row in rows if "C1" in (row["left"] or row["right"])["claim"]]
    assert sides.count((True, False)) == sides.count((False, True)) == 1
    assert claim(experiment(), right, "L1")["left"] is None
    assert ("claims.L1.metric", "–", "test_accuracy") in experiments.settings_that_differ(SETTINGS, right.settings)


def test_early_updates_do_not_count_among_the_final_metrics():
    told = experiment()
    early = told.metrics.assign(**{"pass": pandas.NA, "update": 4})
    early["value"] = 9.0
    more = told._replace(metrics=pandas.concat([told.metrics, early], ignore_index=True).astype({"pass": "Int64"}))
    assert experiments.finals_moved(told, more, 0.95) == experiments.finals_moved(told, told, 0.95)


def test_another_baseline_is_another_claim():
    turned = experiment("right", comparison={"baseline": "Normed", "treatments": ["Plain"], "confidence": 0.95})
    rows = experiments.claims_moved(experiment(), turned, 0.95)
    count = len(claims.CLAIMS)
    assert [row["baseline"] for row in rows] == ["Plain"] * count + ["Normed"] * count
    assert all((row["left"] is None) != (row["right"] is None) and row["moved"] is None for row in rows)


def test_final_losses_move_as_logarithms_and_accuracies_as_they_are():
    right = experiment("right", plain=(2.0, 2.2, 2.6), accuracy=(0.81, 0.83, 0.82))
    loss = final(experiment(), right, "Plain", "train_loss")
    assert (loss["scale"], loss["left"]) == ("log", (3, pytest.approx(math.log(1.0 * 1.1 * 1.2) / 3)))
    assert loss["moved"].estimate == pytest.approx((2 * math.log(2) + math.log(2.6 / 1.2)) / 3)
    accuracy = final(experiment(), right, "Normed", "test_accuracy")
    assert (accuracy["scale"], accuracy["right"]) == ("linear", (3, pytest.approx(0.82)))
    assert accuracy["moved"].estimate == pytest.approx(0.02)


def test_unlike_seeds_leave_every_move_without_an_interval():
    right = experiment("right", seeds=[0, 1, 3])
    for row in (claim(experiment(), right, "C1"), final(experiment(), right, "Normed", "train_loss")):
        assert row["moved"] == (0, None, None)


def record(folder, rule, settings):
    """Write the provenance of a job of `rule` in `folder`."""
    made_with = {"settings": recipe(rule, settings, synthetic.CODES), "code": synthetic.CODES[rule]}
    provenance.write(folder / f"provenance-{rule}.json", {"rule": rule, **made_with})


def compare(folder, told):
    """Write what the rule `compare` would."""
    provenance.take(folder / "metrics.csv", atomic.sha256(folder / "metrics.csv"))
    tables.write(folder / "claims.csv", verdicts.COLUMNS, told.claims)
    record(folder, "compare", told.settings)


@pytest.fixture
def folder(tmp_path):
    told = experiment()
    tables.write(tmp_path / "metrics.csv", metrics.COLUMNS, told.metrics)
    record(tmp_path, "aggregate", told.settings)
    compare(tmp_path, told)
    atomic.write_json(tmp_path / "config.json", told.settings)
    record(tmp_path, "commentary", told.settings)
    return tmp_path


def test_a_folder_is_read_as_it_was_written(folder):
    read, told = experiments.read(folder), experiment()
    assert (read.name, read.settings, read.claims) == (folder.as_posix(), told.settings, told.claims)
    for moved in experiments.claims_moved, experiments.finals_moved:
        assert moved(read, read, 0.95) == moved(told, told, 0.95)


@pytest.mark.parametrize(
    ("name", "damage", "words"),
    [
        ("config.json", None, "is missing; run that experiment to its end first"),
        ("metrics.csv", None, "is missing"),
        ("config.json", "{", "damaged since it was written; delete the file and run again"),
        ("claims.csv", "claim\n", "damaged since it was written"),
        ("metrics.csv", "", "damaged since it was written"),
    ],
)
def test_what_is_missing_or_damaged_is_one_line(folder, name, damage, words):
    (folder / name).unlink()
    if damage is not None:
        (folder / name).write_text(damage)
    with pytest.raises(InputError) as refused:
        experiments.read(folder)
    assert str(refused.value).startswith(f"{folder / name}: ") and words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_no_folder_is_one_line(tmp_path):
    with pytest.raises(InputError, match="there is no such folder"):
        experiments.read(tmp_path / "x")


def test_results_of_other_settings_than_those_kept_are_one_line(folder):
    other = experiment(comparison={**SETTINGS["comparison"], "confidence": 0.5})
    compare(folder, other)
    with pytest.raises(InputError) as refused:
        experiments.read(folder)
    line = f"{folder}/provenance-compare.json: made with comparison.confidence 0.5, where 0.95 is asked for; run "
    assert str(refused.value).startswith(line)
    record(folder, "aggregate", {**SETTINGS, "seeds": [0, 1]})
    with pytest.raises(InputError, match=r"provenance-aggregate\.json: made with seeds \[0, 1\], where \[0, 1, 2\] is"):
        experiments.read(folder)


def test_claims_of_another_table_are_one_line(folder):
    told = experiment(plain=(2.0, 2.0, 2.0))
    tables.write(folder / "metrics.csv", metrics.COLUMNS, told.metrics)
    record(folder, "aggregate", told.settings)
    with pytest.raises(InputError, match=r"compare\.json: made from another .*metrics\.csv than the one that is there"):
        experiments.read(folder)


def test_results_whose_code_did_not_keep_what_made_them_are_one_line(folder):
    atomic.write_json(folder / "config.json", SETTINGS)
    provenance.write(folder / "provenance-commentary.json", {"settings": {"settings": SETTINGS}})
    with pytest.raises(InputError, match="made by code that didn't keep yet what its results were made with"):
        experiments.read(folder)


@pytest.mark.parametrize("settings", [[], {"training": 1, "comparison": 2}])
def test_settings_of_another_kind_are_one_line(folder, settings):
    atomic.write_json(folder / "config.json", settings)
    provenance.write(folder / "provenance-commentary.json", {})
    with pytest.raises(InputError, match="doesn't hold an experiment's settings; delete the file and run"):
        experiments.read(folder)
