"""Two experiments held against each other: which settings differ, what moved, and what can't be said of it."""

import copy
import math

import pandas
import pytest
from normscape import claims, difference, files, metrics, tables
from normscape.files import InputError

SETTINGS = {
    "experiment": "left",
    "models": {"Plain": {"channels": [16]}, "Normed": {"channels": [16]}},
    "seeds": [0, 1, 2],
    "training": {"learning_rate": 0.04, "passes": 2},
    "comparison": {"baseline": "Plain", "treatments": ["Normed"], "confidence": 0.95},
}


def experiment(name="left", plain=(1.0, 1.1, 1.2), normed=(0.5, 0.6, 0.5), accuracy=(0.8, 0.8, 0.8), **changes):
    """An Experiment whose train losses at the last of two passes are `plain` and `normed`, one a seed."""
    settings = copy.deepcopy(SETTINGS) | {"experiment": name} | changes
    measured = []
    for model, losses in (("Plain", plain), ("Normed", normed)):
        for seed, loss, right in zip(settings["seeds"], losses, accuracy, strict=True):
            for number in (1, 2):
                values = {"train_loss": loss * (3 - number), "test_accuracy": right, "diverged": 0}
                measured += [
                    {"model": model, "seed": seed, "pass": number, "metric": metric, "value": value}
                    for metric, value in values.items()
                ]
    table = pandas.DataFrame(measured).assign(learning_rate=0.04, mode="eval", step_multiple=math.nan)
    table = table.reindex(columns=[column.name for column in metrics.METRICS])
    comparison = settings["comparison"]
    rows = claims.evaluate(
        table, comparison["baseline"], comparison["treatments"], comparison["confidence"], 0.04, settings["seeds"]
    )
    return difference.Experiment(name, settings, rows, table)


def row(text, start):
    (line,) = (line for line in text.splitlines() if line.startswith(start))
    return [cell.strip() for cell in line.strip("|").split("|")]


def claim(text, id):
    return row(text, f"| {id} ")


def test_settings_are_compared_key_by_key():
    other = copy.deepcopy(SETTINGS) | {"experiment": "right", "seeds": [0]}
    other["models"]["Normed"]["channels"] = [8, 8]
    del other["training"]["passes"]
    assert difference.settings_that_differ(SETTINGS, other) == [
        ("models.Normed.channels", "[16]", "[8, 8]"),
        ("seeds", "[0, 1, 2]", "[0]"),
        ("training.passes", "2", "–"),
    ]
    assert difference.settings_that_differ(SETTINGS, SETTINGS) == []


def test_the_same_seeds_are_paired_and_the_interval_is_that_of_their_differences():
    left, right = pandas.Series([1.0, 5.0, 9.0]), pandas.Series([2.0, 6.1, 9.9])
    change = difference.moved(left, right, 0.95)
    assert change.estimate == pytest.approx(1.0)
    half = 4.302652729696142 * 0.1 / math.sqrt(3)  # Student's t with 2 degrees of freedom; SD 0.1
    assert (change.low, change.high) == (pytest.approx(1 - half), pytest.approx(1 + half))
    assert difference.moved(left, right.iloc[::-1], 0.95) == change  # the order of the seeds means nothing


def test_other_seeds_give_no_interval():
    left, right = pandas.Series([1.0, 5.0]), pandas.Series([2.0, 6.0, 10.0])
    assert difference.moved(left, right, 0.95) == (3.0, None, None)
    assert difference.moved(left, right.iloc[:2].set_axis([0, 7]), 0.95) == (1.0, None, None)
    assert difference.moved(left, right.where(right > 99), 0.95) is None


def test_a_ratio_moves_by_a_ratio_of_ratios_and_its_verdict_is_followed():
    text = difference.render(experiment(), experiment("right", normed=(1.0, 1.2, 1.1)))
    _, words, left, right, change, verdict = claim(text, "C1")
    assert words == "train loss, mean over passes"
    assert left.startswith("× 0.48 (") and left.endswith("; n = 3)")
    assert right.startswith("× 1.00 (")
    assert change.startswith("× 2.06 (")
    assert verdict == "**supported → inconclusive**"
    assert "1 of 13 verdicts changed: C1." in text
    assert claim(text, "C3")[2:] == ["–", "–", "–", "not measured"]


def test_nobody_knows_how_far_a_bound_moved():
    def with_low(low):
        told = experiment("right")
        return told._replace(claims=[{**row, "low": low} if row["claim"] == "C1" else row for row in told.claims])

    assert claim(difference.render(experiment(), with_low(-1.5)), "C1")[4] == "× 1.00"
    text = difference.render(experiment(), with_low(-math.inf))
    assert claim(text, "C1")[3].startswith("at most × 0.")
    assert claim(text, "C1")[4] == "–"


def test_accuracies_move_by_percentage_points():
    text = difference.render(experiment(), experiment("right", accuracy=(0.81, 0.83, 0.82)))
    cells = row(text, "| Normed | test accuracy ")
    assert cells[2:4] == ["80.00 % (n = 3)", "82.00 % (n = 3)"]
    assert cells[4].startswith("+2.0 points (−0.5 to +4.5)")
    assert claim(text, "C2a")[4].startswith("+0.0")


def test_final_metrics_on_a_log_scale_are_geometric_and_move_by_a_factor():
    text = difference.render(experiment(), experiment("right", plain=(2.0, 2.2, 2.6)))
    cells = row(text, "| Plain  | train loss ")
    assert cells[2] == f"{(1.0 * 1.1 * 1.2) ** (1 / 3):.2f} (n = 3)"
    assert cells[4].startswith("× 2.05 (")


def test_unlike_seeds_leave_every_move_without_an_interval():
    text = difference.render(experiment(), experiment("right", seeds=[0, 1, 3]))
    assert claim(text, "C1")[4] == "× 1.00"
    assert row(text, "| Normed | train loss ")[4] == "× 1.00"


def test_another_baseline_is_another_claim():
    turned = experiment("right", comparison={"baseline": "Normed", "treatments": ["Plain"], "confidence": 0.95})
    text = difference.render(experiment(), turned)
    assert "0 of 0 verdicts changed." in text
    assert "### Normed against Plain" in text and "### Plain against Normed" in text


def test_a_replicate_that_dropped_out_is_named_before_any_number_and_pairs_nothing():
    right = experiment("right")
    right = right._replace(metrics=right.metrics[~((right.metrics["model"] == "Plain") & (right.metrics["seed"] == 1))])
    text = difference.render(experiment(), right)
    assert "**Left out of the claims of right:** seed 1 (Plain: missing)." in text.partition("## Settings")[0]
    assert "(" not in claim(text, "C1")[4]
    assert "(" not in row(text, "| Plain  | train loss ")[4]


def test_the_same_twice_moved_nothing():
    text = difference.render(experiment(), experiment("right"))
    assert "0 settings differ; 0 of 13 verdicts changed." in text
    assert "## Settings that differ\n\nNone." in text
    assert claim(text, "C1")[4].startswith("× 1.00")


@pytest.fixture
def folder(tmp_path):
    told = experiment()
    tables.write(tmp_path / "claims.csv", claims.CLAIMS, told.claims)
    files.write_provenance(tmp_path / "provenance-compare.json", {})
    tables.write(tmp_path / "metrics.csv", metrics.METRICS, told.metrics)
    files.write_provenance(tmp_path / "provenance-aggregate.json", {})
    files.write_json(tmp_path / "config.json", told.settings)
    files.write_provenance(tmp_path / "provenance-commentary.json", {})
    return tmp_path


def test_a_folder_is_read_as_it_was_written(folder):
    read = difference.read(folder)
    assert read.name == folder.as_posix()
    assert difference.render(read, read) == difference.render(*[experiment(folder.as_posix())] * 2)


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
        difference.read(folder)
    assert str(refused.value).startswith(f"{folder / name}: ") and words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_no_folder_is_one_line(tmp_path):
    with pytest.raises(InputError, match="there is no such folder"):
        difference.read(tmp_path / "x")


@pytest.mark.parametrize("settings", [[], {"training": 1, "comparison": 2}])
def test_settings_of_another_kind_are_one_line(folder, settings):
    files.write_json(folder / "config.json", settings)
    files.write_provenance(folder / "provenance-commentary.json", {})
    with pytest.raises(InputError, match="doesn't hold an experiment's settings; delete the file and run"):
        difference.read(folder)
