import json
import shlex

import pytest
from normscape import provenance
from normscape.planning.jobs import Job, Settings, recipe, rule_of

MODEL = {"channels": [16, 32], "activation": "relu"}


def test_a_recipe_is_what_the_command_line_says():
    words = [
        *("python", "a folder/scripts/train.py", "--learning-rate", "0.04", "--model", json.dumps(MODEL)),
        *("--name", "Don't", "--once", "a.json", "b.json", "--seed", "3"),
    ]
    command = shlex.join(words) + " --tensors 'a b/seed-3.safetensors' > a.log 2>&1"
    assert recipe(command) == {
        **{"learning_rate": 0.04, "model": MODEL, "name": "Don't", "once": "a.json", "seed": 3},
        "tensors": "a b/seed-3.safetensors",
    }


@pytest.mark.parametrize(
    ("outputs", "rule"),
    [
        (["results/x/runs/A/seed-0/history.csv", "results/x/runs/A/seed-0/provenance-train.json"], "train"),
        (["smoothing/results/x/tensors/provenance-prepare-seed-12.json"], "prepare"),
        (["provenance-compare.json"], "compare"),
        (["results/x/metrics.csv", "provenance.json", "my-provenance-train.json", "primary.csv"], None),
        ([], None),
    ],
)
def test_a_job_is_known_by_the_provenance_that_it_leaves(outputs, rule):
    assert rule_of(outputs) == rule


def made(folder, name, settings):
    folder.mkdir(parents=True, exist_ok=True)
    provenance.write(folder / name, {"settings": settings})


def test_what_was_made_before_is_told_by_its_provenance(tmp_path):
    tensors, checkpoints = tmp_path / "tensors/seed-0.safetensors", tmp_path / "run/checkpoints.safetensors"
    made(tensors.parent, "provenance-prepare-seed-0.json", {"dataset": "MNIST", "fraction": 0.2, "seed": 0})
    made(checkpoints.parent, "provenance-train.json", {"training": {"passes": 3}, "seed": 0})
    asked = {"tensors": str(tensors), "checkpoints": str(checkpoints), "batch_size": 8}
    assert Settings().of("probe", asked) == {
        **asked,
        **{"dataset": "MNIST", "fraction": 0.2, "training": {"passes": 3}},
    }


def test_what_will_be_made_is_told_by_its_job_whatever_was_there(tmp_path):
    tensors = tmp_path / "seed-0.safetensors"
    made(tmp_path, "provenance-prepare-seed-0.json", {"dataset": "MNIST", "fraction": 0.2})
    prepare = Job("prepare", "", [], [str(tensors)], {"dataset": "MNIST", "fraction": 0.5})
    assert Settings([prepare]).of("train", {"tensors": str(tensors)})["fraction"] == 0.5


def test_where_nothing_tells_there_is_no_guess(tmp_path):
    with pytest.raises(LookupError):
        Settings().of("train", {"tensors": str(tmp_path / "seed-0.safetensors")})
