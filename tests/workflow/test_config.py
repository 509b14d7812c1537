"""A config that can't be meant gets one clear line before anything runs, and touches nothing.

One of each kind; tests/unit/config has all the others.
"""

import re
from pathlib import Path

import pytest
import yaml
from entries import PLAIN

OVERLAYS = Path(__file__).resolve().parents[2] / "workflow" / "experiments"

BAD = {
    "unknown key": ({"sedes": [0]}, "config: unknown key 'sedes'; did you mean 'seeds'?"),
    "a text for a number": (
        {"training": {"learning_rate": "1e-3"}},
        "config: training.learning_rate: the text '1e-3' is not a number; ",
    ),
    "fewer images than a batch": (
        {"dataset": {"fraction": 0.0005}},
        "config: dataset.fraction: 0.0005 leaves 30 images, fewer than a batch (training.batch_size: 32)",
    ),
    "two commands for a model": (
        {"models": {"a b;c": PLAIN}},
        "config: models: 'a b;c' can't be the name of a folder; ",
    ),
    "a path upwards": ({"experiment": "../x"}, "config: experiment: '../x' can't be the name of a folder; "),
    "a model too deep for its images": (
        {"models": {"Deep": {**PLAIN, "channels": [4, 4, 4, 4, 4]}}},
        "config: models.Deep: channels: 5 convolutions with a max-pool each need images of at least 32 pixels a side",
    ),
}


def refused(checkout, *arguments):
    """Return the one line with which the workflow refuses to start."""
    before = {path: path.stat().st_mtime_ns for path in checkout.path("results").rglob("*")}
    done = checkout.snakemake("--cores", "4", *arguments)
    assert done.returncode != 0
    assert {path: path.stat().st_mtime_ns for path in checkout.path("results").rglob("*")} == before
    lines = [
        line
        for line in done.stdout.splitlines()
        if "Using workflow specific profile" not in line and "extended by" not in line
    ]
    assert len(lines) == 1, done.stdout
    return lines[0]


@pytest.fixture(scope="module")
def with_results(finished, tmp_path_factory):
    return finished.copy(tmp_path_factory.mktemp("config") / "checkout")


@pytest.fixture
def unedited(with_results):
    """A checkout with results, whose config is put back after the test."""
    kept = with_results.path("config.yaml").read_bytes()
    yield with_results
    with_results.path("config.yaml").write_bytes(kept)


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_value_gets_one_line(unedited, fault):
    change, line = BAD[fault]
    unedited.edit_config(change)
    assert refused(unedited).startswith(line)


def test_a_missing_key_gets_one_line(unedited):
    config = unedited.config()
    del config["training"]["passes"]
    unedited.path("config.yaml").write_text(yaml.safe_dump(config))
    assert refused(unedited) == "config: training: the key 'passes' is missing"


def test_a_bad_value_on_the_command_line_gets_one_line(with_results):
    line = refused(with_results, "--config", "training={learning_rate: 1e-3, passes: 3}")
    assert line.startswith("config: training.learning_rate: the text '1e-3' is not a number; ")


@pytest.mark.parametrize(
    ("added", "line"),
    [
        (b"# caf\xe9\n", "config.yaml: can't be read; 'utf-8' codec can't decode byte 0xe9 "),
        (b"more: &a {x: *a}\n", "config.yaml: can't be read; a section contains itself, or "),
        (b"more: [1\n", "config.yaml: can't be read; while parsing a flow sequence "),
        (b"more: 2001-99-99\n", "config.yaml: can't be read; month must be in 1..12"),
        (b"---\nseeds: [0]\n", "config.yaml: can't be read; expected a single document in the stream "),
        (b"more: [0]\nmore: [0]\n", "config.yaml: more: stands twice, in lines "),
        (b"more: 0x10\n", "config.yaml: more: YAML reads 0x10 as 16; write 16"),
    ],
)
def test_a_config_that_cannot_be_read_gets_one_line(unedited, added, line):
    path = unedited.path("config.yaml")
    path.write_bytes(path.read_bytes() + added)
    assert refused(unedited).startswith(line)


@pytest.mark.parametrize("content", ["# nothing but this\n", "- experiment\n"])
def test_a_config_without_keys_gets_one_line(unedited, content):
    unedited.path("config.yaml").write_text(content)
    assert refused(unedited).startswith(
        "config.yaml: can't be read; Config file must be given as JSON or YAML with keys"
    )


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("training:\n  batch_size: 010\n", "training.batch_size: YAML reads 010 as 8; write 8 or 10"),
        ('{"seeds": [0], "seeds": [0, 1]}', "seeds: stands twice; keep one"),
    ],
)
def test_an_overlay_that_is_not_what_it_looks_like_gets_one_line_that_names_it(with_results, content, line):
    with_results.path("mine.yaml").write_text(content)
    assert refused(with_results, "--configfile", "mine.yaml") == f"mine.yaml: {line}"


@pytest.mark.parametrize(
    ("entries", "line"),
    [
        (["training={passes: 010}"], "training.passes: YAML reads 010 as 8; write 8 or 10"),
        (["experiment=a", "seeds=[0]", "experiment=b"], "experiment: stands twice; keep one"),
    ],
)
def test_a_setting_that_is_not_what_it_looks_like_gets_one_line(with_results, entries, line):
    assert refused(with_results, "--config", *entries) == f"--config: {line}"


@pytest.mark.parametrize("name", ["2026-11-25", "1.10", '"007"'])
def test_a_text_on_the_command_line_is_a_text(with_results, name):
    entry = "{channels: [8], kernel_size: 3, activation: relu, normalisation: none}"
    settings = [f"experiment={name}", f"models={{{name}: {entry}}}", f"comparison={{baseline: {name}}}"]
    planned = with_results.finish("--dry-run", "--config", *settings).stdout
    text = name.strip('"')
    assert f" results/{text}/runs/{text}/lr-0.04/seed-0/history.csv" in planned


def test_a_job_on_another_node_reads_the_command_line_alike(checkout):
    submit = checkout.path("submit.sh")
    submit.write_text('#!/bin/sh\nsh "$1" > said 2>&1\necho 1\n')
    submit.chmod(0o755)
    checkout.finish(
        "results/007/tensors/seed-1.safetensors",
        *("--executor", "cluster-generic", "--cluster-generic-submit-cmd", str(submit), "--jobs", "1"),
        *("--seconds-between-status-checks", "1", "--config", "experiment=007", "seeds=[1]", "dataset={fraction: 1}"),
    )  # fmt: skip
    provenance = checkout.path("results/007/tensors/provenance-prepare-seed-1.json").read_text()
    assert '"fraction": 1.0' in provenance


def test_a_number_in_another_spelling_changes_nothing(unedited):
    config = unedited.config()
    unedited.edit_config(
        {
            "seeds": [0.0, 1.0],
            "training": {"passes": 2.0, "batch_size": 32.0},
            "models": {name: {"kernel_size": 5.0, "channels": [16.0, 32.0]} for name in config["models"]},
            "smoothness": {"directions": 1.0, "step_multiples": [1.0], "detailed_passes": [2.0]},
            "figure": {"width": 11.0, "height": 7.0, "dpi": 50.0},
        }
    )
    assert unedited.planned() == set()
    unedited.edit_config({"models": {"ConvNet": {"kernel_size": 5.5}}})
    assert refused(unedited).startswith("config: models.ConvNet.kernel_size: 5.5 is not one of")


@pytest.mark.parametrize("fraction", ["1", "1.0"])
def test_a_whole_share_is_one_however_it_is_written(with_results, fraction):
    done = with_results.finish("--dry-run", "--printshellcmds", "--config", f"dataset={{fraction: {fraction}}}")
    assert set(re.findall(r"--fraction \S+", done.stdout)) == {"--fraction 1.0"}


def test_a_stored_config_gives_exactly_its_settings(unedited):
    stored = "results/small/config.json"
    unedited.edit_config({"models": {"Added": PLAIN}, "experiment": "later", "seeds": [5], "figure": {"dpi": 70}})
    assert "train Added 0.04 5" in unedited.planned()
    assert unedited.planned("--configfile", stored) == set()
    unedited.path("mine.yaml").write_text("seeds: [0, 1, 2]")
    assert unedited.planned("--configfile", "mine.yaml", stored) == set()
    assert "train ConvNet 0.04 2" in unedited.planned("--configfile", stored, "mine.yaml")
    assert "train ConvNet 0.04 2" in unedited.planned("--configfile", stored, "--config", "seeds=[0, 1, 2]")
    assert not {job for job in unedited.planned("--configfile", stored, "mine.yaml") if "Added" in job}


@pytest.mark.parametrize("overlay", sorted(path.name for path in OVERLAYS.glob("*.yaml")))
def test_every_overlay_that_comes_along_is_a_good_config(with_results, overlay):
    assert "probe" in " ".join(with_results.planned("--configfile", f"workflow/experiments/{overlay}"))


def test_a_results_folder_that_is_none_gets_one_line(checkout):
    checkout.path("results").mkdir()
    checkout.path("results/small").write_text("in the way")
    assert refused(checkout).startswith("results/small: can't be written; ")


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("sweep", "config: training.learning_rate: a sweep needs a list of rates, the base rate first, as "),
        ("landscape", "config: smoothness.step_multiples: the landscape needs several, as "),
        ("results/small/sweep.png", "config: training.learning_rate: a sweep needs "),
    ],
)
def test_a_target_that_the_config_cannot_give_gets_one_line(with_results, target, line):
    before = {path: path.stat().st_mtime_ns for path in with_results.path("results").rglob("*")}
    done = with_results.snakemake("--cores", "4", target)
    assert done.returncode == 1
    *_, last = done.stdout.splitlines()
    assert last.startswith(line), done.stdout
    assert "Traceback" not in done.stdout and "Exception" not in done.stdout
    assert {path: path.stat().st_mtime_ns for path in with_results.path("results").rglob("*")} == before
    assert with_results.planned() == set()  # no lock is left, and `all` asks for neither
