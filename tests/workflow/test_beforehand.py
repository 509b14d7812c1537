"""What can be known to fail is found before any job's old outputs are deleted; and what is there isn't made again."""

import os
import random
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from checkouts import environment


def contents(checkout):
    return {path: path.read_bytes() for path in checkout.results().rglob("*") if path.is_file()}


def last_line(done):
    assert done.returncode != 0
    assert "Traceback" not in done.stdout and "Exception" not in done.stdout
    return done.stdout.splitlines()[-1]


def test_a_copy_of_the_folder_with_new_times_runs_nothing_again(rerun):
    """Inputs newer than what was made of them, among them tensors and raw files, which are large."""
    tensors = rerun.results("tensors/seed-0.safetensors")
    assert tensors.stat().st_size > 10e6
    files = [path for path in rerun.folder.rglob("*") if path.is_file() and ".snakemake" not in path.parts]
    times = random.Random(0)
    for path in files:
        at = tensors.stat().st_mtime + times.uniform(60, 600)
        os.utime(path, (at, at))
    os.utime(tensors, (at + 1000, at + 1000))
    assert rerun.planned() == set()
    assert "Nothing to be done" in rerun.finish().stdout


def test_a_tensor_file_of_other_content_trains_again(rerun):
    """Large or not: the comparison by content isn't one by name."""
    tensors = rerun.results("tensors/seed-0.safetensors")
    content = bytearray(tensors.read_bytes())
    content[-1] ^= 1
    tensors.write_bytes(content)
    assert {"train ConvNet 0.04 0", "train BatchNormConvNet 0.04 0"} <= rerun.planned()
    assert "train ConvNet 0.04 1" not in rerun.planned()


NO_CUDA = "config: device: no CUDA device is found here; set `device: cpu` or `device: auto`"
HIDDEN = {"CUDA_VISIBLE_DEVICES": ""}


def test_where_there_is_no_gpu_cuda_costs_no_result(rerun):
    before = contents(rerun)
    rerun.edit_config({"device": "cuda"})
    assert last_line(rerun.snakemake("--cores", "4", **HIDDEN)) == NO_CUDA
    assert contents(rerun) == before
    assert {"train ConvNet 0.04 0", "probe ConvNet 0.04 0"} <= rerun.planned()
    rerun.edit_config({"device": "cpu"})
    assert "Nothing to be done" in rerun.finish().stdout  # nor is a lock left


def test_cuda_is_asked_for_only_where_something_is_to_be_trained(checkout):
    checkout.edit_config({"device": "cuda"})
    checkout.finish("--cores", "4", "--until", "samples", **HIDDEN)
    assert last_line(checkout.snakemake("--cores", "4", "--until", "train", **HIDDEN)) == NO_CUDA
    assert not checkout.results("tensors").exists()


def test_where_jobs_run_elsewhere_cuda_is_theirs_to_find(checkout):
    checkout.edit_config({"device": "cuda"})
    nodes = ["--executor", "cluster-generic", "--cluster-generic-submit-cmd", "false", "--jobs", "1"]
    done = checkout.snakemake(*nodes, "--until", "train", **HIDDEN)
    assert "Error submitting jobscript" in done.stdout  # so far it came
    assert NO_CUDA not in done.stdout


def test_a_package_that_is_missing_gets_one_line(rerun):
    before = contents(rerun)
    rules = rerun.path("workflow/rules/surroundings.smk")
    rules.write_text(rules.read_text().replace('"torch", ', '"nowhere_a", "torch", "nowhere_b", '))
    rerun.edit_config({"training": {"passes": 1}})
    line = last_line(rerun.snakemake())
    assert line.endswith("has no nowhere_a, nowhere_b; `make env` makes an environment that has")
    assert contents(rerun) == before


@pytest.fixture
def lone_python(tmp_path):
    """A Python, with all packages, in whose folder there is no `python`, and another one on PATH."""
    folders = [tmp_path / "lone", tmp_path / "conda"]
    for folder in folders:
        folder.mkdir()
    lone = folders[0] / "python3"
    lone.symlink_to(sys.executable)
    script(folders[1] / "python", "echo another python; exit 42")
    path = os.pathsep.join([str(folders[1]), os.environ["PATH"]])
    return lone, {"PATH": path, "PYTHONPATH": sysconfig.get_path("purelib")}


def script(path, command):
    path.write_text(f"#!/bin/sh\n{command}\n")
    path.chmod(0o755)
    return path


def test_another_python_than_the_one_of_snakemake_is_not_taken(checkout, lone_python):
    python, variables = lone_python

    def plan():
        command = [python, "-m", "snakemake", "--cores", "1", "--dry-run"]
        return subprocess.run(
            command, cwd=checkout.folder, env=environment() | variables,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    other = Path(variables["PATH"].partition(os.pathsep)[0]) / "python"
    line = f"python: is {other} here, but Snakemake runs in {python}; run it in a virtual environment"
    assert last_line(plan()) == line
    script(python.with_name("python"), f'exec {python} "$@"')  # a wrapper, as in Nix
    assert plan().returncode == 0


def nowhere(path):
    path.symlink_to("nowhere/at/all")


def loop(path):
    path.symlink_to(path.name)


def a_file(path):
    path.write_text("in the way")


@pytest.mark.parametrize(
    ("place", "put"),
    [
        ("results", nowhere),
        ("results", loop),
        ("results", a_file),
        ("results/small", nowhere),
        ("results/data", loop),
        ("results/data/FashionMNIST", nowhere),
        ("results/small/runs", nowhere),
        ("results/small/tensors", a_file),
    ],
)
def test_results_that_can_lie_nowhere_get_one_line(checkout, place, put):
    path = checkout.path(place)
    path.parent.mkdir(parents=True, exist_ok=True)
    put(path)
    done = checkout.snakemake("--cores", "4")
    if put is a_file:
        line = f"{place}: can't be written; results go there, so make it a folder that you may write to"
    else:
        line = f"{place}: is a link that leads nowhere ({os.readlink(path)}); make the folder, or remove the link"
    assert last_line(done) == line
    assert "job" not in done.stdout


@pytest.mark.parametrize("place", ["results", "results/data", "results/small/runs"])
def test_results_that_lie_elsewhere_behind_a_link_are_results(rerun, tmp_path, place):
    path = rerun.path(place)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert rerun.planned() == set()
