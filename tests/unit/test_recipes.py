"""What each job is made with: every setting once where it counts, and nowhere else."""

import copy
import inspect
import runpy
from pathlib import Path

import normscape
import pytest
import synthetic
from normscape.recipes import learning_rates, plotted_models, recipe

SCRIPTS = Path(normscape.__file__).parents[1]
RUN = {"model": "Plain", "learning_rate": "0.04", "seed": "1"}
RULES = (
    "register",
    "download",
    "samples",
    "prepare",
    "train",
    "probe",
    "aggregate",
    "compare",
    "figures",
    "commentary",
)
ALL_RUNS = ("aggregate", "compare", "figures", "commentary")


def recipes(settings, codes=synthetic.CODES):
    return {rule: recipe(rule, settings, codes, RUN) for rule in RULES}


def changed(key, value):
    """The rules whose recipe changes when the setting does."""
    settings = synthetic.settings(["Plain", "Normed"], [0, 1])
    other = copy.deepcopy(settings)
    *sections, name = key.split(".")
    inner = other
    for section in sections:
        inner = inner[section]
    assert inner[name] != value
    inner[name] = value
    return tuple(rule for rule in RULES if recipes(settings)[rule] != recipes(other)[rule])


@pytest.mark.parametrize(
    ("key", "value", "rules"),
    [
        ("dataset.name", "MNIST", ("download", "samples", "prepare", *ALL_RUNS)),
        ("dataset.fraction", 0.2, ("prepare", *ALL_RUNS)),
        ("models.Plain.channels", [8], ("train", "probe", *ALL_RUNS)),
        ("models.Normed.channels", [8], ALL_RUNS),
        ("seeds", [0, 1, 2], ALL_RUNS),
        ("training.passes", 3, ("train", *ALL_RUNS)),
        ("training.early_updates", [1], ("train", *ALL_RUNS)),
        ("training.evaluate_every", 2, ("train", *ALL_RUNS)),
        ("training.batch_size", 16, ("train", "probe", *ALL_RUNS)),
        ("training.learning_rate", [0.04, 0.1], ALL_RUNS),
        ("smoothness.directions", 2, ("probe", *ALL_RUNS)),
        ("smoothness.passes", [1], ("probe", *ALL_RUNS)),
        ("device", "cuda", ("train", "probe", *ALL_RUNS)),
        ("comparison.confidence", 0.9, ("register", *ALL_RUNS[1:])),
        ("comparison.looks", "any", ("register", *ALL_RUNS[1:])),
        ("figure.dpi", 60, ALL_RUNS[2:]),
    ],
)
def test_a_setting_is_in_the_recipe_of_what_it_is_behind_and_of_no_other(key, value, rules):
    assert changed(key, value) == rules


def test_which_rate_is_the_base_rate_does_not_matter_to_what_is_gathered():
    settings = synthetic.settings(["Plain", "Normed"], [0, 1])
    first, second = ({**settings, "training": {"learning_rate": rates}} for rates in ([0.04, 0.1], [0.1, 0.04]))
    made = [
        {rule: recipe(rule, each, synthetic.CODES) for rule in ("aggregate", "compare")} for each in (first, second)
    ]
    assert made[0]["aggregate"] == made[1]["aggregate"] and made[0]["compare"] != made[1]["compare"]
    assert [learning_rates(each) for each in (first, second)] == [["0.04", "0.1"], ["0.1", "0.04"]]


def test_code_is_behind_all_that_is_downstream():
    settings = synthetic.settings(["Plain", "Normed"], [0, 1])
    for place, program in enumerate(("prepare", "train", "probe", *ALL_RUNS)):
        other = recipes(settings, {**synthetic.CODES, program: "another"})
        expected = tuple(rule for rule in ALL_RUNS if place < 3 or ALL_RUNS.index(rule) > place - 3)
        assert tuple(rule for rule in RULES if other[rule] != recipes(settings)[rule]) == expected


def test_models_are_plotted_in_the_order_of_their_comparison():
    settings = synthetic.settings(["Zero", "Normed", "Another"], [0])
    settings["models"]["Extra"] = {}
    assert plotted_models(settings) == ["Zero", "Normed", "Another", "Extra"]


@pytest.mark.parametrize("rule", RULES)
def test_each_setting_is_an_option_of_the_rules_program(rule):
    options = inspect.signature(runpy.run_path(str(SCRIPTS / f"{rule}.py"))["main"]).parameters
    assert recipes(synthetic.settings(["Plain", "Normed"], [0, 1]))[rule].keys() <= options.keys()
