"""The config's layers as Snakemake has them, read again one by one."""

import copy
import json
from collections import OrderedDict
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml
from entries import PLAIN
from normscape.config import layers
from normscape.config.check import check_config
from normscape.config.settings import settings
from normscape.errors import InputError
from snakemake.cli import parse_config
from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def laid(schema, tmp_path, monkeypatch):
    """A function that returns what a workflow's config is with overlays and the entries of a `--config`.

    files, overlays: dicts, texts to write, or paths. given: what a program that calls Snakemake sets, which has no
    entries. change: changes the whole config as an importing workflow may. section: its keys that lead to ours. The
    whole is then the function's own `whole`.
    """
    monkeypatch.chdir(tmp_path)

    def written(name, content):
        if isinstance(content, dict):
            content = yaml.safe_dump(content, sort_keys=False)
        if isinstance(content, str):
            Path(name).write_text(content)
        return content if isinstance(content, Path) else name

    def laid(*overlays, entries=(), files=(ROOT / "config.yaml",), given=None, change=lambda whole: None, section=()):
        files = [written(f"config{i}.yaml", content) for i, content in enumerate(files)]
        overlays = [Path(written(f"overlay{i}.yaml", content)).absolute() for i, content in enumerate(overlays)]
        read = parse_config(entries) if given is None else given
        whole = {}
        for layer in [*map(load_configfile, [*files, *overlays]), read]:
            update_config(whole, layer)
        change(whole)
        config = whole
        for key in section:
            config = config[key]
        texts = list(entries) if given is None else None
        layers.read_again(config, whole, layers.Layers(files, overlays, read, texts), schema, load_configfile)
        laid.whole = whole
        return config

    return laid


@pytest.fixture
def fault(laid):
    """A function that returns the line with which layers are refused."""

    def fault(*overlays, **more):
        with pytest.raises(InputError) as error:
            laid(*overlays, **more)
        return str(error.value)

    return fault


# ----------------------------------------------------------------------------------------------------- the command line


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "3": 3, "0.04": 0.04, "1.0e-3": 1.0e-3, "9" * 40: int("9" * 40), "true": True, "null": None,
        "[1, 2.5, x]": [1, 2.5, "x"], "'3'": "3",
        # No number to YAML, so a text; the check says what is wrong with it.
        "1e-3": "1e-3", "x": "x", "2001-99-99": "2001-99-99", "9" * 5000: "9" * 5000, "'{'": "{", "'*x'": "*x",
        "1" + ":1" * 300 + ".5": "1" + ":1" * 300 + ".5",
    }.items(),
)  # fmt: skip
def test_what_stands_in_braces_is_what_yaml_reads(laid, text, value):
    assert laid(entries=[f"training={{passes: {text}}}"])["training"]["passes"] == value


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "2026-11-25": "2026-11-25", "1.10": "1.10", "007": "007", "no": "no", "on": "on", "true": "true",
        "null": "null", "7": "7", "~": "~", "1e3": "1e3", "0x10": "0x10", "1_0": "1_0", "1:30": "1:30", ".inf": ".inf",
        "08": "08", '"007"': "007", "'1.10'": "1.10", "x": "x", " x ": "x", "": "", "a: b": "a: b", "[a]": "[a]",
        "{a: b}": "{a: b}", "a #b": "a #b", "*a": "*a", "&a b": "&a b", "!!int 3": "!!int 3", "'a'b'": "'a'b'",
        "it's": "it's", "'a': b": "'a': b",
    }.items(),
)  # fmt: skip
def test_a_text_is_a_text_whatever_it_looks_like(laid, text, value):
    assert laid(entries=[f"experiment={text}"])["experiment"] == value
    assert laid(entries=["seeds=[3]", f"device={text}"])["device"] == value


@pytest.mark.parametrize(
    "text", ["2026-11-25", "1.10", "007", "no", "on", "null", "7", "1e3", "0x10", "1_0", "~", "x y"]
)
def test_so_it_is_within_braces_and_lists(laid, text):
    found = laid(
        entries=[
            f"comparison={{baseline: {text}, treatments: [x, {text}, '{text}']}}",
            f"dataset={{sources: [{text}], 'name': {text}}}",
            f"models={{{text}: {{activation: {text}, kernel_size: 3}}}}",
        ]
    )
    assert found["comparison"] == {
        "baseline": text,
        "treatments": ["x", text, text],
        "confidence": 0.95,
        "looks": "once",
    }
    assert found["dataset"] == {"sources": [text], "name": text, "fraction": 0.1}
    assert found["models"][text] == {"activation": text, "kernel_size": 3}
    assert found["models"]["ConvNet"]["kernel_size"] == 5


@pytest.mark.parametrize(
    ("entry", "line"),
    {
        "training={passes: 010}": "training.passes: YAML reads 010 as 8; write 8 or 10",
        "training={batch_size: 08}": "training.batch_size: YAML reads 08 as a text; write 8",
        "training={learning_rate: [0.04, 1_0.5]}": "training.learning_rate.1: YAML reads 1_0.5 as 10.5; write 10.5",
        "seeds=[0x10]": "seeds.0: YAML reads 0x10 as 16; write 16",
        "seeds=1_0": "seeds: YAML reads 1_0 as 10; write 10",
        "seeds=[0, 2026-11-25]": "seeds.1: YAML reads 2026-11-25 as a date; none can stand here",
        "models={007: {kernel_size: 1:3}}": "models.007.kernel_size: YAML reads 1:3 as 63; write 63",
        "training={passes: 1, passes: 2}": "training.passes: stands twice, in line 1; keep one",
        "figure={dpi: 50, dpi: 50}": "figure.dpi: stands twice, in line 1; keep one",
        "models={A: {channels: &a [8, *a]}}": "models.A.channels.1: contains itself",
    }.items(),
)
def test_what_is_not_what_it_looks_like_gets_a_line(fault, entry, line):
    assert fault(entries=[entry]) == f"--config: {line}"


@pytest.mark.parametrize(
    ("entries", "key"),
    [
        (["experiment=a", "experiment=b"], "experiment"),
        (["experiment=a", "seeds=[0]", "experiment=a"], "experiment"),
        (["training={passes: 3}", "training={batch_size: 8, passes: 4}"], "training.passes"),
        (["training={passes: 3}", "training=x"], "training"),
        (["training=", "training={passes: 3}"], "training"),
        (["models={A: {channels: [8]}}", "models={A: {channels: [8]}}"], "models.A.channels"),
    ],
)
def test_a_key_set_twice_gets_a_line(fault, entries, key):
    assert fault(entries=entries) == f"--config: {key}: stands twice; keep one"


def test_sections_set_twice_are_merged(laid, config):
    found = laid(entries=["training={passes: 3}", "training={batch_size: 16}"])
    assert found["training"] == {**config["training"], "passes": 3, "batch_size": 16}


@pytest.mark.parametrize(
    ("entry", "value"),
    {
        "seeds='[0, 7]'": [0, 7], "seeds=[0, 7]": [0, 7], 'seeds="[0]"': [0], "seeds=3": 3, "seeds=": None,
        "seeds=[0": "[0", "seeds='[0, 1": "[0, 1", "seeds=a: b: c": "a: b: c",
    }.items(),
)  # fmt: skip
def test_anything_else_is_what_yaml_reads_or_a_text(laid, entry, value):
    assert laid(entries=[entry])["seeds"] == value


def test_what_a_profile_and_a_cluster_make_of_a_setting_is_that_setting(laid, config):
    found = laid(entries=["experiment='007'", "training={'passes': 3, 'learning_rate': [0.04, 0.1]}", "seeds=[0, 1]"])
    assert found["experiment"] == "007" and found["seeds"] == [0, 1]
    assert found["training"] == {**config["training"], "passes": 3, "learning_rate": [0.04, 0.1]}
    assert laid(entries=["models={'A': {'affine': True}}"])["models"]["A"] == {"affine": True}


def test_what_a_program_sets_is_taken_as_it_is(laid, config):
    given = {"training": OrderedDict(learning_rate=1e-5), "experiment": "007", "seeds": [0, 1], "models": {}}
    found = laid(given=MappingProxyType(given))
    assert found["training"] == {**config["training"], "learning_rate": 1e-5}
    assert found["experiment"] == "007" and found["seeds"] == [0, 1] and len(found["models"]) == 2


def test_texts_that_the_config_itself_quotes_stay_texts(laid, config):
    config["experiment"] = "7"
    config["dataset"]["name"] = "0.5"
    changed = laid(files=[config], entries=["dataset={fraction: 0.5}", "device=auto"])
    assert changed["experiment"] == "7" and changed["dataset"]["name"] == "0.5"
    assert changed["dataset"]["fraction"] == 0.5 and changed["device"] == "auto"


# ---------------------------------------------------------------------------------------------------------------- files


def test_each_layer_goes_over_those_before_it(laid, config):
    found = laid("training: {passes: 3}\nseeds: [5]", "training: {batch_size: 8}", entries=["seeds=[6]"])
    config["training"] |= {"passes": 3, "batch_size": 8}
    assert found == config | {"seeds": [6]}


def test_several_files_of_the_workflow_itself_are_merged(laid):
    assert "Mine" in laid(files=[{"models": {"Mine": PLAIN}}, ROOT / "config.yaml"])["models"]


def test_without_any_layer_nothing_changes(laid, config):
    assert laid() == config


@pytest.mark.parametrize(
    ("overlays", "line"),
    [
        (["training: {passes: 1, passes: 2}"], "overlay0.yaml: training.passes: stands twice, in line 1; keep one"),
        (["seeds: [1]", "seeds: [010]"], "overlay1.yaml: seeds.0: YAML reads 010 as 8; write 8 or 10"),
        (["experiment: 007", "experiment: a"], "overlay0.yaml: experiment: YAML reads 007 as 7; put it in quotes"),
        (['{"seeds": [1], "seeds": [2]}'], "overlay0.yaml: seeds: stands twice; keep one"),
    ],
)
def test_a_fault_names_its_file(fault, overlays, line):
    assert fault(*overlays) == line


def test_a_fault_of_a_file_elsewhere_names_it_with_its_folder(fault, tmp_path_factory):
    path = tmp_path_factory.mktemp("elsewhere") / "mine.yaml"
    path.write_text("seeds: [010]")
    assert fault(path) == f"{path}: seeds.0: YAML reads 010 as 8; write 8 or 10"


def test_the_value_behind_a_line_may_be_overruled_but_not_the_line(fault):
    assert fault("seeds: [010]", entries=["seeds=[8]"]).startswith("overlay0.yaml: seeds.0: ")


# ------------------------------------------------------------------------------------------------------- stored configs


@pytest.fixture
def stored(config, schema):
    """A config.json as the commentary leaves it, of another experiment than config.yaml's."""
    config = copy.deepcopy(config)
    config["models"] = {"Wide": {**PLAIN, "channels": [32]}, "ConvNet": PLAIN}
    config["comparison"] |= {"baseline": "ConvNet", "treatments": ["Wide"]}
    config["experiment"] = "stored"
    check_config(config, schema)
    return settings(config)


def test_a_stored_config_gives_exactly_its_settings(laid, stored, config, schema):
    found = laid(json.dumps(stored))
    assert found == {**stored, "dataset": {**stored["dataset"], "sources": config["dataset"]["sources"]}}
    assert found["models"].keys() == {"Wide", "ConvNet"}  # config.yaml has BatchNormConvNet besides
    check_config(found, schema)
    assert json.dumps(settings(found), sort_keys=True) == json.dumps(stored, sort_keys=True)


def test_nothing_of_an_overlay_before_it_is_merged_into_it(laid, stored):
    found = laid({"models": {"Deep": PLAIN}, "dataset": {"sources": ["/there"]}}, stored)
    assert found == {**stored, "dataset": {**stored["dataset"], "sources": ["/there"]}}


def test_what_comes_after_it_applies(laid, stored):
    found = laid(stored, given=MappingProxyType({"seeds": [3]}))
    assert found["models"] == stored["models"] and found["seeds"] == [3]
    found = laid(stored, {"models": {"Deep": PLAIN}, "training": {"passes": 1}}, entries=["training={batch_size: 8}"])
    assert found["models"] == stored["models"] | {"Deep": PLAIN}
    assert found["training"] == {**stored["training"], "passes": 1, "batch_size": 8}
    assert laid(stored, entries=["models={BatchNormConvNet: {kernel_size: 3}}"])["models"] == stored["models"] | {
        "BatchNormConvNet": {"kernel_size": 3}
    }


def test_its_own_sources_are_its_own(laid, stored):
    stored["dataset"]["sources"] = ["/mine"]
    assert laid({"dataset": {"sources": ["/there"]}}, stored)["dataset"]["sources"] == ["/mine"]


@pytest.mark.parametrize("key", ["experiment", "models", "figure", "device"])
def test_a_file_that_lacks_a_key_is_merged_as_ever(laid, stored, key):
    del stored[key]
    found = laid(stored)
    assert found["models"].keys() == {"ConvNet", "BatchNormConvNet"} | stored.get("models", {}).keys()
    assert found["experiment"] == stored.get("experiment", "default")


def test_a_key_that_a_whole_file_lacks_within_a_section_is_not_filled_in(laid, stored, schema):
    del stored["figure"]["dpi"]
    with pytest.raises(InputError, match=r"^figure: the key 'dpi' is missing$"):
        check_config(laid(stored), schema)
    stored["dataset"] = None
    assert laid(stored)["dataset"] is None


# ---------------------------------------------------------------------------------------------- within another workflow


MINE = ("mine", "normscape")


@pytest.fixture
def theirs(config):
    """The config of a workflow that imports this one."""
    return {"mine": {"normscape": config, "passes": "010"}, "seeds": "7", "yours": {"seeds": "8"}, "theirs": 1}


def test_a_section_is_read_again_and_the_rest_is_not(laid, theirs, config):
    found = laid(
        "mine: {normscape: {training: {batch_size: 8}}, passes: 010}\ntheirs: 007",
        files=[theirs],
        entries=["mine={normscape: {experiment: 007, seeds: [3], training: {passes: 4}}, passes: 05}", "theirs={a: 6}"],
        section=MINE,
    )
    config["training"] |= {"passes": 4, "batch_size": 8}
    assert found == config | {"experiment": "007", "seeds": [3]}
    assert laid.whole["mine"]["normscape"] is found
    assert laid.whole["mine"]["passes"] == "05" and laid.whole["seeds"] == "7"
    assert laid.whole["yours"] == {"seeds": "8"} and laid.whole["theirs"] == {"a": "6"}


def test_a_fault_in_a_section_names_the_whole_way(fault, theirs):
    assert fault("mine: {normscape: {seeds: [010]}}", files=[theirs], section=MINE) == (
        "overlay0.yaml: mine.normscape.seeds.0: YAML reads 010 as 8; write 8 or 10"
    )
    assert fault(files=[theirs], entries=["mine={normscape: {seeds: [010]}}"], section=MINE) == (
        "--config: mine.normscape.seeds.0: YAML reads 010 as 8; write 8 or 10"
    )
    twice = ["mine={normscape: {device: cpu}}", "mine={normscape: {device: cuda}}"]
    assert fault(files=[theirs], entries=twice, section=MINE) == (
        "--config: mine.normscape.device: stands twice; keep one"
    )


def test_a_stored_config_as_a_section_is_whole(laid, theirs, stored, config):
    found = laid({"mine": {"normscape": stored}}, files=[theirs], section=MINE)
    assert found == {**stored, "dataset": {**stored["dataset"], "sources": config["dataset"]["sources"]}}
    assert laid.whole["mine"]["passes"] == "010"


def test_what_the_importing_workflow_changed_is_left_to_it(laid, theirs, config):
    def change(whole):
        whole["mine"]["normscape"]["seeds"] = [11, 12]
        whole["mine"]["normscape"]["models"]["Deep"] = PLAIN
        del whole["mine"]["normscape"]["models"]["BatchNormConvNet"]
        whole["mine"]["normscape"]["training"]["passes"] = 5

    found = laid(
        "mine: {normscape: {training: {batch_size: 8}}}",
        files=[theirs],
        entries=["mine={normscape: {experiment: 007, training: {passes: 4}, seeds: [1]}}"],
        section=MINE,
        change=change,
    )
    assert found["experiment"] == "007" and found["seeds"] == [11, 12] and found["models"].keys() == {"ConvNet", "Deep"}
    assert found["training"] == {**config["training"], "batch_size": 8, "passes": 5}


def test_what_it_changed_of_a_stored_config_is_all_that_is_changed(laid, theirs, stored):
    found = laid(
        {"mine": {"normscape": stored}},
        files=[theirs],
        section=MINE,
        change=lambda whole: whole["mine"]["normscape"]["models"].update(Deep=PLAIN),
    )
    assert found["models"].keys() == {"Wide", "ConvNet", "Deep"}


def test_what_a_command_line_sets_in_its_own_config_is_its_own(laid, theirs, config):
    entries = ["experiment=x", "experiment=y", "device=007", "mine={seeds: 010, normscape: {seeds: [3]}}", "seeds=[0"]
    assert laid(files=[theirs], entries=entries, section=MINE) == config | {"seeds": [3]}


def test_a_config_that_is_no_section_stays_as_it_is(laid, theirs, config, schema):
    made = copy.deepcopy(config)
    layers.read_again(made, theirs, layers.Layers([], [], {"seeds": [1]}, ["seeds=[1]"]), schema, load_configfile)
    assert made == config


def test_a_section_that_no_layer_sets_stays_as_it_is(laid, config):
    made = copy.deepcopy(config)
    found = laid(
        files=[{"theirs": 1}], change=lambda whole: whole.update(ours=made), section=("ours",), entries=["xx=010"]
    )
    assert found == config


# ------------------------------------------------------------------------------------------------------------ templates


def test_a_template_of_yte_is_a_layer_like_any_other(laid, config):
    template = "__use_yte__: true\n?if True:\n  seeds:\n    - ?1 + 1\ntraining:\n  passes: ?2 + 1\n"
    found = laid(template, entries=["experiment=007"])
    config["training"]["passes"] = 3
    assert found == config | {"seeds": [2], "experiment": "007"}


def test_a_stored_config_over_a_template_is_whole(laid, stored):
    template = (ROOT / "config.yaml").read_text() + "__use_yte__: true\n"
    assert laid(json.dumps(stored), files=[template])["models"].keys() == {"Wide", "ConvNet"}
