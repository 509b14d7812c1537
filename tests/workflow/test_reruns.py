"""What an edit runs again: exactly what depends on it."""

import os
import textwrap
import time

import pytest
import yaml
from entries import BATCH, PLAIN

RATE = "0.04"
MODELS = ("ConvNet", "BatchNormConvNet")


def jobs(*rules, models=MODELS, seeds=(0, 1), rate=RATE):
    """The jobs of `rules`, for all models and seeds."""
    planned = set()
    for rule in rules:
        if rule in ("train", "smoothness"):
            planned |= {f"{rule} {model} {rate} {seed}" for model in models for seed in seeds}
        elif rule == "prepare":
            planned |= {f"{rule} {seed}" for seed in seeds}
        else:
            planned.add(rule)
    return planned


AFTER_COMPARE = ("compare", "figure", "commentary")
AGGREGATING = ("aggregate", *AFTER_COMPARE)
AFTER_TRAINING = ("train", "smoothness", *AGGREGATING)

EDITS = {
    "nothing changed": ({}, set()),
    "one seed more": ({"seeds": [0, 1, 2]}, jobs("prepare", "train", "smoothness", seeds=[2]) | jobs(*AGGREGATING)),
    "a seed fewer": ({"seeds": [0]}, jobs(*AGGREGATING)),
    "seeds in another order": ({"seeds": [1, 0]}, set()),
    "a training setting": ({"training": {"passes": 3}}, jobs(*AFTER_TRAINING)),
    "a smoothness setting": ({"smoothness": {"directions": 2}}, jobs("smoothness", *AGGREGATING)),
    "another smoothness setting": (
        {"smoothness": {"step_multiples": [1, 2]}},
        jobs("smoothness", *AGGREGATING, "landscape_figure"),
    ),
    "confidence": ({"comparison": {"confidence": 0.9}}, jobs(*AFTER_COMPARE)),
    "a figure setting": ({"figure": {"dpi": 60}}, jobs("figure", "commentary")),
    "where data may come from": ({"dataset": {"sources": ["debian"]}}, set()),
    "the subsample": ({"dataset": {"fraction": 0.003}}, jobs("prepare", *AFTER_TRAINING)),
    "a new model": (
        {"models": {"Wide": {**PLAIN, "channels": [32, 32]}}},
        jobs("train", "smoothness", models=["Wide"]) | jobs(*AGGREGATING),
    ),
    "a new model with another normalisation": (
        {"models": {"Group": {**BATCH, "normalisation": "group", "groups": 8}}},
        jobs("train", "smoothness", models=["Group"]) | jobs(*AGGREGATING),
    ),
    "where a normalisation stands": (
        {"models": {"BatchNormConvNet": {"placement": "before_activation"}}},
        jobs("train", "smoothness", models=["BatchNormConvNet"]) | jobs(*AGGREGATING),
    ),
    "a model's entry": (
        {"models": {"ConvNet": {"kernel_size": 3}}},
        jobs("train", "smoothness", models=["ConvNet"]) | jobs(*AGGREGATING),
    ),
    "another learning rate": (
        {"training": {"learning_rate": 0.05}},
        jobs("train", "smoothness", rate="0.05") | jobs(*AGGREGATING),
    ),
    "a learning rate more": (
        {"training": {"learning_rate": [0.04, 0.05]}},
        jobs("train", "smoothness", rate="0.05") | jobs(*AGGREGATING, "sweep_figure"),
    ),
    "a list of the one learning rate": ({"training": {"learning_rate": [0.04]}}, set()),
    "the same learning rate, spelt otherwise": ({"training": {"learning_rate": 4.0e-2}}, set()),
}


@pytest.fixture
def edited(finished):
    """The finished checkout, whose sources are put back, times and all, after the test."""
    kept = {path: (path.read_bytes(), path.stat()) for path in source_files(finished)}
    yield finished
    for path, (content, stat) in kept.items():
        path.write_bytes(content)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def source_files(checkout):
    places = [checkout.path(name) for name in ("scripts", "workflow", "profiles")]
    files = [
        path for place in places for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    return [*files, checkout.path("Snakefile"), checkout.path("config.yaml")]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_the_config_reruns_exactly_what_depends_on_it(edited, edit):
    change, expected = EDITS[edit]
    edited.edit_config(change)
    assert edited.planned() == expected


def test_two_values_of_one_type_that_are_swapped_rerun(edited):
    training = edited.config()["training"]
    edited.edit_config({"training": {"batch_size": training["passes"], "passes": training["batch_size"]}})
    assert edited.planned() == jobs(*AFTER_TRAINING)


def test_keys_in_another_order_and_comments_rerun_nothing(edited):
    def turned(value):
        return {key: turned(value[key]) for key in reversed(value)} if isinstance(value, dict) else value

    text = yaml.safe_dump(turned(edited.config()), sort_keys=False)
    edited.path("config.yaml").write_text("# another comment\n" + text)
    assert edited.planned() == set()


def test_touched_sources_rerun_nothing(edited):
    later = time.time() + 60
    for path in source_files(edited):
        os.utime(path, (later, later))
    assert edited.planned() == set()


@pytest.mark.parametrize(
    ("library_file", "rules"),
    {
        "normscape/architectures.py": AFTER_TRAINING,
        "normscape/claims.py": ("compare", "figure", "commentary"),
        "normscape/commentary.py": ("commentary",),
        "normscape/datasets.py": ("download", "prepare", "samples", *AFTER_TRAINING),
        "normscape/figures.py": ("samples", "figure", "commentary"),
        "normscape/metrics.py": ("aggregate", "compare", "figure", "commentary"),
        "normscape/networks.py": AFTER_TRAINING,
        "normscape/population.py": ("smoothness", *AGGREGATING),
        "normscape/sgd.py": AFTER_TRAINING,
        "normscape/smoothness.py": ("smoothness", *AGGREGATING),
        "normscape/statistics.py": ("compare", "figure", "commentary"),
        "normscape/tensors.py": ("prepare", *AFTER_TRAINING),
        "train.py": AFTER_TRAINING,
        "compare.py": AFTER_COMPARE,
    }.items(),
)
def test_an_edited_source_reruns_the_rules_whose_scripts_import_it(edited, library_file, rules):
    path = edited.path(f"scripts/{library_file}")
    path.write_text(path.read_text() + "\n# an edit\n")
    assert edited.planned() == jobs(*rules)


def test_going_back_to_a_learning_rate_trains_nothing(rerun):
    rerun.edit_config({"training": {"learning_rate": 0.05}})
    rerun.finish("--cores", "4")
    rerun.edit_config({"training": {"learning_rate": 0.04}})
    assert rerun.planned() == jobs(*AGGREGATING)


def test_settings_from_the_command_line_and_from_an_overlay_count_like_the_configs(finished, tmp_path):
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(
        textwrap.dedent("""\
        comparison:
          confidence: 0.9
    """)
    )
    assert finished.planned("--configfile", str(overlay)) == jobs(*AFTER_COMPARE)
    assert finished.planned("--config", "training={passes: 3}") == jobs(*AFTER_TRAINING)
    assert finished.planned("--config", "seeds=[0]") == jobs(*AGGREGATING)
