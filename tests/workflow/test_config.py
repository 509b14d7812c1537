"""A config that can't be meant gets one clear line before anything runs, and touches nothing.

One of each kind; tests/unit/config has all the others.
"""

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
    ],
)
def test_a_config_that_cannot_be_read_gets_one_line(unedited, added, line):
    path = unedited.path("config.yaml")
    path.write_bytes(path.read_bytes() + added)
    assert refused(unedited).startswith(line)


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
