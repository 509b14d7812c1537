"""A checkout of its own for the tests that run the real workflow."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("Snakefile", "config.yaml", "profiles", "scripts", "workflow")

# Two replicates of both models on 120 images: every rule and every path, in seconds.
SMALL = {
    "experiment": "small",
    "dataset": {"fraction": 0.002},
    "seeds": [0, 1],
    "training": {"passes": 2},
    "smoothness": {"detailed_passes": [2]},
    "figure": {"dpi": 50},
}


class Checkout:
    """A copy of the sources in a folder of its own, with a config that tests edit."""

    def __init__(self, folder, raw_data):
        self.folder = folder
        for name in SOURCES:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, folder / name)
        self.edit_config(SMALL, {"dataset": {"sources": [str(raw_data / "FashionMNIST" / "raw")]}})

    def copy(self, folder):
        """Return a copy of this checkout with its results and Snakemake's memory of them, times and all."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return self.at(folder)

    @staticmethod
    def at(folder):
        """Return what is already in `folder`, to run snakemake in."""
        other = object.__new__(Checkout)
        other.folder = folder
        return other

    def path(self, name):
        return self.folder / name

    def results(self, name=""):
        return self.folder / "results" / "small" / name

    def run_folder(self, model, seed):
        return self.results(f"runs/{model}/lr-0.04/seed-{seed}")

    def config(self):
        return yaml.safe_load(self.path("config.yaml").read_text())

    def edit_config(self, *changes):
        config = self.config()
        for change in changes:
            _merge(config, change)
        self.path("config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))

    def snakemake(self, *arguments, **variables):
        """Run snakemake, with more environment variables, and return the finished process, all it said in `stdout`."""
        return subprocess.run(
            self.command(*arguments), cwd=self.folder, env=environment() | variables, text=True, timeout=300,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def start(self, *arguments):
        """Start snakemake in a process group of its own and return at once."""
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=environment(), text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    @staticmethod
    def command(*arguments):
        return [sys.executable, "-m", "snakemake", *(arguments or ("--cores", "4"))]

    def finish(self, *arguments, **variables):
        done = self.snakemake(*arguments, **variables)
        assert done.returncode == 0, done.stdout
        return done

    def planned(self, *arguments):
        """Return the jobs that snakemake would run, each as its rule's name and its wildcards."""
        done = self.snakemake("--dry-run", "--cores", "4", *arguments)
        assert done.returncode == 0, done.stdout
        _, *jobs = re.split(r"^(?:local)?rule (?=\w+:$)", done.stdout, flags=re.MULTILINE)
        return {_job(text) for text in jobs} - {"all"}

    def tables(self):
        return {name: self.results(name).read_bytes() for name in ("metrics.csv", "claims.csv", "curves.csv")}


def _job(text):
    """The job that a dry run tells of in `text`: the name of its rule and the values of its wildcards."""
    wildcards = re.search(r"^ +wildcards: (.*)$", text, re.MULTILINE)
    values = [pair.split("=")[1] for pair in wildcards[1].split(", ")] if wildcards else []
    return " ".join([text.partition(":")[0], *values]).strip()


def environment():
    """The environment less what an outer Snakemake or pytest would hand on."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("SNAKEMAKE", "PYTEST", "PYTHONPATH"))
    }


def _merge(config, change):
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(config.get(key), dict):
            _merge(config[key], value)
        else:
            config[key] = value
