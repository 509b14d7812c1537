"""What an edit runs again: exactly what depends on it."""

import ast
import os
import re
import textwrap
import time

import pytest
import yaml
from entries import BATCH, PLAIN
from plans import AFTER_COMPARE, AFTER_TRAINING, AGGREGATING, jobs

EDITS = {
    "nothing changed": ({}, set()),
    "one seed more": ({"seeds": [0, 1, 2]}, jobs("prepare", "train", "probe", seeds=[2]) | jobs(*AGGREGATING)),
    "a seed fewer": ({"seeds": [0]}, jobs(*AGGREGATING)),
    "seeds in another order": ({"seeds": [1, 0]}, set()),
    "a training setting": ({"training": {"passes": 3}}, jobs(*AFTER_TRAINING)),
    "a smoothness setting": ({"smoothness": {"directions": 2}}, jobs("probe", *AGGREGATING)),
    "another smoothness setting": (
        {"smoothness": {"step_multiples": [1, 2]}},
        jobs("probe", *AGGREGATING),
    ),
    "which passes are probed": ({"smoothness": {"passes": [0, 2]}}, jobs("probe", *AGGREGATING)),
    "early updates": ({"training": {"early_updates": [1]}}, jobs(*AFTER_TRAINING)),
    "early updates in another order": ({"training": {"early_updates": [94, 50, 20, 8, 4, 2, 1]}}, set()),
    "how often to evaluate": ({"training": {"evaluate_every": 2}}, jobs(*AFTER_TRAINING)),
    "confidence": ({"comparison": {"confidence": 0.9}}, jobs("register", *AFTER_COMPARE)),
    "how often one looks": ({"comparison": {"looks": "any"}}, jobs("register", *AFTER_COMPARE)),
    "what is negligible": ({"comparison": {"negligible": {"ratio": 1.1}}}, jobs("register", *AFTER_COMPARE)),
    "a claim more": (
        {"claims": {"L1": {"metric": "gradient_norm", "claimed": "below"}}},
        jobs("register", *AFTER_COMPARE),
    ),
    "a figure setting": ({"figure": {"dpi": 60}}, jobs("figures", "commentary")),
    "where data may come from": ({"dataset": {"sources": ["debian"]}}, set()),
    "the subsample": ({"dataset": {"fraction": 0.003}}, jobs("prepare", *AFTER_TRAINING)),
    "a new model": (
        {"models": {"Wide": {**PLAIN, "channels": [32, 32]}}},
        jobs("train", "probe", models=["Wide"]) | jobs(*AGGREGATING),
    ),
    "a new model with another normalisation": (
        {"models": {"Group": {**BATCH, "normalisation": "group", "groups": 8}}},
        jobs("train", "probe", models=["Group"]) | jobs(*AGGREGATING),
    ),
    "where a normalisation stands": (
        {"models": {"BatchNormConvNet": {"placement": "before_activation"}}},
        jobs("train", "probe", models=["BatchNormConvNet"]) | jobs(*AGGREGATING),
    ),
    "a model's entry": (
        {"models": {"ConvNet": {"kernel_size": 3}}},
        jobs("train", "probe", models=["ConvNet"]) | jobs(*AGGREGATING),
    ),
    "another learning rate": (
        {"training": {"learning_rate": 0.05}},
        jobs("train", "probe", rate="0.05") | jobs(*AGGREGATING),
    ),
    "a learning rate more": (
        {"training": {"learning_rate": [0.04, 0.05]}},
        jobs("train", "probe", rate="0.05") | jobs(*AGGREGATING),
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


def test_words_and_layout_of_any_source_rerun_nothing(edited):
    """Other docstrings, comments and blank lines in every file of the library and every program."""
    docstrings = comments = 0
    for path in edited.path("scripts").rglob("*.py"):
        text, more = re.subn(r'^( *)"""(?=\w)', r'\1"""Some words more. ', path.read_text(), flags=re.MULTILINE)
        docstrings += more
        text, more = re.subn(
            r"^(    return .*[^(,\[{])$", r"\n    # a comment\n\1  # another", text, flags=re.MULTILINE
        )
        comments += more
        path.write_text(f"{text}\n\n# the end\n")
        ast.parse(text)
    assert docstrings > 250 and comments > 100
    assert edited.planned() == set()


@pytest.mark.parametrize(
    ("source", "rules"),
    {
        "normscape/analysis/claims/c1.py": ("register", *AFTER_COMPARE),
        "normscape/analysis/metrics.py": AGGREGATING,
        "normscape/analysis/statistics.py": ("register", *AFTER_COMPARE),
        "normscape/analysis/verdicts.py": AFTER_COMPARE,
        "normscape/data/datasets.py": ("register", "prepare", "samples", *AFTER_TRAINING),
        "normscape/data/network.py": (),
        "normscape/data/tensors.py": ("prepare", *AFTER_TRAINING),
        "normscape/jobs.py": ("register", "prepare", "samples", *AFTER_TRAINING),
        "normscape/measurement/estimators.py": ("probe", *AGGREGATING),
        "normscape/measurement/full_batch.py": ("probe", *AGGREGATING),
        "normscape/models/architectures.py": AFTER_TRAINING,
        "normscape/models/convnet.py": AFTER_TRAINING,
        "normscape/report/figures/comparison.py": ("figures", "commentary"),
        "normscape/report/figures/style.py": ("samples", "figures", "commentary"),
        "normscape/report/page.py": ("commentary",),
        "normscape/training/sgd.py": AFTER_TRAINING,
        "normscape/training/stops.py": ("register", *AFTER_TRAINING),
        "normscape/training/updates.py": AFTER_TRAINING,
        "compare.py": AFTER_COMPARE,
        "download.py": (),
        "train.py": AFTER_TRAINING,
    }.items(),
)
def test_a_change_of_code_reruns_the_rules_that_reach_it(edited, source, rules):
    path = edited.path(f"scripts/{source}")
    path.write_text(path.read_text() + "\nANOTHER_CONSTANT = 1\n")
    assert edited.planned() == jobs(*rules)


def test_a_new_import_reruns_the_rules_that_reach_it(edited):
    path = edited.path("scripts/normscape/analysis/curves.py")
    path.write_text(path.read_text().replace("\nimport numpy as np\n", "\nimport fractions\n\nimport numpy as np\n"))
    assert edited.planned() == jobs(*AFTER_COMPARE)


def test_a_template_reruns_the_commentary_and_the_dry_run_says_whether_code_changed(edited):
    path = edited.path("workflow/report/commentary.md.j2")
    path.write_text(path.read_text() + "Another sentence.\n")
    assert edited.planned() == jobs("commentary")
    path = edited.path("scripts/compare.py")
    path.write_text(path.read_text() + "\nANOTHER_CONSTANT = 1\n")
    assert "made by other code of compare.py (" in edited.finish("--dry-run", "--cores", "4").stdout


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
    assert finished.planned("--configfile", str(overlay)) == jobs("register", *AFTER_COMPARE)
    assert finished.planned("--config", "training={passes: 3}") == jobs(*AFTER_TRAINING)
    assert finished.planned("--config", "seeds=[0]") == jobs(*AGGREGATING)
