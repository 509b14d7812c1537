"""What `--config` set, as Snakemake hands it on."""

import copy

import pytest
from normscape.config.command_line import read_again
from snakemake.cli import parse_config
from snakemake.utils import update_config


def laid_over(config, *entries):
    """Return the config with the entries of a `--config` laid over it, as Snakemake does, and then read again."""
    given = parse_config(entries)
    whole = copy.deepcopy(config)
    update_config(whole, given)
    read_again(whole, given, whole)
    return whole


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "3": 3,
        "0.04": 0.04,
        "1.0e-3": 1.0e-3,
        "9" * 40: int("9" * 40),
        "true": True,
        "null": None,
        "[1, 2.5, x]": [1, 2.5, "x"],
        # No number to YAML, so a text; the check says what is wrong with it.
        "1e-3": "1e-3",
        "x": "x",
        "2001-01-01": "2001-01-01",
        "2001-99-99": "2001-99-99",
        "9" * 5000: "9" * 5000,
        "'{'": "{",
        "'*x'": "*x",
        "1" + ":1" * 300 + ".5": "1" + ":1" * 300 + ".5",
    }.items(),
)
def test_numbers_and_truth_values_within_a_section_are_read_again(config, text, value):
    assert laid_over(config, f"training={{passes: {text}}}")["training"]["passes"] == value


def test_a_list_by_itself_is_read_again(config):
    assert laid_over(config, "seeds=[0, 7]")["seeds"] == [0, 7]


def test_texts_that_the_config_itself_quotes_stay_texts(config):
    config["experiment"] = "7"
    config["dataset"]["name"] = "0.5"
    changed = laid_over(config, "dataset={fraction: 0.5}", "device=auto")
    assert changed["experiment"] == "7" and changed["dataset"]["name"] == "0.5"
    assert changed["dataset"]["fraction"] == 0.5 and changed["device"] == "auto"


def test_a_section_of_another_workflows_config_is_read_again_and_the_rest_is_not(config):
    whole = {"mine": {"normscape": config}, "seeds": "7", "yours": {"seeds": "8"}, "theirs": 1}
    given = parse_config(["mine={normscape: {seeds: [3], training: {passes: 4}}, passes: 5}", "theirs={seeds: 6}"])
    update_config(whole, given)
    read_again(config, given, whole)
    assert config["seeds"] == [3] and config["training"]["passes"] == 4
    assert whole["mine"]["passes"] == "5" and whole["seeds"] == "7"
    assert whole["yours"] == {"seeds": "8"} and whole["theirs"] == {"seeds": "6"}


def test_without_a_command_line_nothing_changes(config):
    kept = copy.deepcopy(config)
    read_again(config, {}, {"normscape": config})
    read_again(config, {}, config)
    assert config == kept
