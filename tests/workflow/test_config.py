"""A config that can't be meant gets one clear line before anything runs, and touches nothing."""

from pathlib import Path

import pytest
import yaml
from entries import BATCH, PLAIN

OVERLAYS = Path(__file__).resolve().parents[2] / "workflow" / "experiments"

BAD = {
    "unknown key": ({"sedes": [0]}, "config: unknown key 'sedes'; did you mean 'seeds'?"),
    "unknown inner key": ({"training": {"momentum": 0.9}}, "config: training: unknown key 'momentum'; known are "),
    "unknown key of a model": (
        {"models": {"ConvNet": {"kernelsize": 3}}},
        "config: models.ConvNet: unknown key 'kernelsize'; did you mean 'kernel_size'?",
    ),
    "a text for a number": (
        {"training": {"learning_rate": "1e-3"}},
        "config: training.learning_rate: the text '1e-3' is not a number; ",
    ),
    "a word for a number": ({"training": {"passes": "ten"}}, "config: training.passes: 'ten' is not of type 'integer'"),
    "a fraction for a whole number": ({"training": {"passes": 2.0}}, "config: training.passes: 2.0 is not of type"),
    "truth for a number": ({"smoothness": {"directions": True}}, "config: smoothness.directions: True is not of type"),
    "a number for a list": ({"seeds": 3}, "config: seeds: 3 is not of type 'array'"),
    "nothing for a section": ({"training": None}, "config: training: None is not of type 'object'"),
    "no images": (
        {"dataset": {"fraction": 0}},
        "config: dataset.fraction: 0 is less than or equal to the minimum of 0",
    ),
    "more images than there are": ({"dataset": {"fraction": 1.5}}, "config: dataset.fraction: 1.5 is greater than"),
    "not a number": ({"dataset": {"fraction": float("nan")}}, "config: dataset.fraction: nan is not of type 'number'"),
    "fewer images than a batch": (
        {"dataset": {"fraction": 0.0005}},
        "config: dataset.fraction: 0.0005 leaves 30 images, fewer than a batch (training.batch_size: 32)",
    ),
    "a source of no kind": (
        {"dataset": {"sources": ["upstraem"]}},
        "config: dataset.sources.0: 'upstraem' is none of: ",
    ),
    "the Debian package of a data set that has none": (
        {"dataset": {"name": "MNIST", "sources": ["debian"]}},
        "config: dataset.sources: debian has no package of MNIST; list a folder, a mirror or upstream",
    ),
    "an unknown data set": ({"dataset": {"name": "MNISTE"}}, "config: dataset.name: 'MNISTE' is not one of"),
    "a seed twice": ({"seeds": [0, 1, 1]}, "config: seeds: 1 stands twice"),
    "no seeds": ({"seeds": []}, "config: seeds: "),
    "a negative seed": ({"seeds": [-1]}, "config: seeds.0: -1 is less than the minimum of 0"),
    "a negative rate": ({"training": {"learning_rate": -0.1}}, "config: training.learning_rate: -0.1 is less than"),
    "a negative rate in a list": (
        {"training": {"learning_rate": [0.1, -0.1]}},
        "config: training.learning_rate.1: -0.1 is less than",
    ),
    "a text in a list of rates": (
        {"training": {"learning_rate": [0.1, "1e-3"]}},
        "config: training.learning_rate.1: the text '1e-3' is not a number; ",
    ),
    "one rate in two spellings": (
        {"training": {"learning_rate": [0.04, 0.1, 4.0e-2]}},
        "config: training.learning_rate: 0.04 stands twice",
    ),
    "a whole number and its twin": (
        {"training": {"learning_rate": [1, 1.0]}},
        "config: training.learning_rate: 1 stands twice",
    ),
    "no rates": ({"training": {"learning_rate": []}}, "config: training.learning_rate: [] "),
    "zero passes": ({"training": {"passes": 0}}, "config: training.passes: 0 is less than the minimum of 1"),
    "no multiple of 1": ({"smoothness": {"step_multiples": [2]}}, "config: smoothness.step_multiples: [2] lacks 1"),
    "a path for a model": ({"models": {"../up": PLAIN}}, "config: models: '../up' can't be the name of a folder; "),
    "a command for a model": ({"models": {"$(touch x)": PLAIN}}, "config: models: '$(touch x)' can't be the name of"),
    "two commands for a model": (
        {"models": {"a b;c": PLAIN}},
        "config: models: 'a b;c' can't be the name of a folder; ",
    ),
    "a model whose name ends in a new line": (
        {"models": {"a\n": PLAIN}},
        r"config: models: 'a\n' can't be the name of",
    ),
    "a number for a model": ({"models": {1: PLAIN}}, "config: models: 1 is not of type 'string'"),
    "twins": ({"models": {"convnet": PLAIN}}, "config: models: 'ConvNet' has a twin"),
    "a path for an experiment": ({"experiment": "a/b"}, "config: experiment: 'a/b' can't be the name of a folder; "),
    "the folder above": ({"experiment": ".."}, "config: experiment: '..' can't be the name of a folder; "),
    "a path upwards": ({"experiment": "../x"}, "config: experiment: '../x' can't be the name of a folder; "),
    "the data's folder in capitals": ({"experiment": "Data"}, "config: experiment: 'Data' is taken by the workflow"),
    "an option for a source": ({"dataset": {"sources": ["-/x"]}}, "config: dataset.sources.0: '-/x' is none of: "),
    "a source of two lines": ({"dataset": {"sources": ["/a\n"]}}, r"config: dataset.sources.0: '/a\n' is none of: "),
    "the data's folder": ({"experiment": "data"}, "config: experiment: 'data' is taken by the workflow itself"),
    "an even kernel": (
        {"models": {"ConvNet": {"kernel_size": 4}}},
        "config: models.ConvNet.kernel_size: 4 is not one of",
    ),
    "an unknown normalisation": ({"models": {"ConvNet": {"normalisation": "bach"}}}, "config: models.ConvNet.normal"),
    "a baseline that is no model": (
        {"comparison": {"baseline": "Conv"}},
        "config: comparison: 'Conv' is not among the",
    ),
    "a treatment that is no model": ({"comparison": {"treatments": ["X"]}}, "config: comparison: 'X' is not among the"),
    "a treatment that is the baseline": (
        {"comparison": {"treatments": ["ConvNet"]}},
        "config: comparison.treatments: 'ConvNet' is the baseline, too",
    ),
    "certainty": ({"comparison": {"confidence": 1}}, "config: comparison.confidence: 1 is greater than or equal to"),
    "an unknown device": ({"device": "gpu"}, "config: device: 'gpu' is not one of ['cpu', 'cuda', 'auto']"),
    "a model too deep for its images": (
        {"models": {"Deep": {**PLAIN, "channels": [4, 4, 4, 4, 4]}}},
        "config: models.Deep: channels: 5 convolutions with a max-pool each need images of at least 32 pixels a side",
    ),
    "an unknown activation": ({"models": {"ConvNet": {"activation": "rleu"}}}, "config: models.ConvNet.activation: 'r"),
    "no placement": (
        {"models": {"ConvNet": {"normalisation": "batch", "affine": True}}},
        "config: models.ConvNet: the key 'placement' is missing, which normalisation 'batch' needs",
    ),
    "a placement of nothing": (
        {"models": {"BatchNormConvNet": {"normalisation": "none"}}},
        "config: models.BatchNormConvNet: 'placement' goes with a normalisation only, not with normalisation 'none'",
    ),
    "no groups": (
        {"models": {"BatchNormConvNet": {"normalisation": "group"}}},
        "config: models.BatchNormConvNet: the key 'groups' is missing, which normalisation 'group' needs",
    ),
    "groups of nothing": (
        {"models": {"BatchNormConvNet": {"groups": 4}}},
        "config: models.BatchNormConvNet: 'groups' goes with normalisation 'group' only, not with ",
    ),
    "groups that don't divide": (
        {"models": {"Other": {**BATCH, "normalisation": "group", "groups": 12, "channels": [24, 32]}}},
        "config: models.Other: groups: 12 don't divide the 32 filters of convolution 2",
    ),
    "maps of one pixel": (
        {"models": {"Other": {**BATCH, "normalisation": "instance", "channels": [4, 4, 4, 4]}}},
        "config: models.Other: normalisation 'instance' would take its statistics of a single value at convolution 4",
    ),
}


def refused(checkout):
    """Return the one line with which the workflow refuses to start."""
    before = {path: path.stat().st_mtime_ns for path in checkout.path("results").rglob("*")}
    done = checkout.snakemake("--cores", "4")
    assert done.returncode != 0
    assert {path: path.stat().st_mtime_ns for path in checkout.path("results").rglob("*")} == before
    lines = [line for line in done.stdout.splitlines() if not line.startswith("Using workflow specific profile")]
    assert len(lines) == 1, done.stdout
    return lines[0]


@pytest.fixture(scope="module")
def with_results(finished, tmp_path_factory):
    return finished.copy(tmp_path_factory.mktemp("config") / "checkout")


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_value_gets_one_line(with_results, fault):
    change, line = BAD[fault]
    kept = with_results.path("config.yaml").read_text()
    with_results.edit_config(change)
    try:
        assert refused(with_results).startswith(line)
    finally:
        with_results.path("config.yaml").write_text(kept)


@pytest.mark.parametrize("key", ["experiment", "seeds", "training.passes", "models.ConvNet.channels"])
def test_a_missing_key_gets_one_line(with_results, key):
    kept = with_results.path("config.yaml").read_text()
    config = with_results.config()
    *sections, name = key.split(".")
    inner = config
    for section in sections:
        inner = inner[section]
    del inner[name]
    with_results.path("config.yaml").write_text(yaml.safe_dump(config))
    try:
        line = refused(with_results)
    finally:
        with_results.path("config.yaml").write_text(kept)
    assert line == f"config: {'.'.join(sections) + ': ' if sections else ''}the key {name!r} is missing"


@pytest.mark.parametrize("overlay", sorted(path.name for path in OVERLAYS.glob("*.yaml")))
def test_every_overlay_that_comes_along_is_a_good_config(with_results, overlay):
    assert "smoothness" in " ".join(with_results.planned("--configfile", f"workflow/experiments/{overlay}"))


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
