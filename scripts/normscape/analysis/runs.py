"""An experiment's training runs: where they are, what they should be made with, and the tables that they leave."""

from itertools import product
from pathlib import Path
from typing import NamedTuple

from .. import provenance
from ..measurement import columns
from ..recipes import learning_rates, recipe
from ..training import history
from . import metrics

TABLES = (
    ("history.csv", history.COLUMNS, "train"),
    ("smoothness.csv", columns.PROBES, "probe"),
    ("layers.csv", columns.LAYERS, "probe"),
)


class Runs(NamedTuple):
    """The runs of all models, learning rates and seeds of an experiment.

    settings: of the config, those behind what is measured. codes: {program: digest of its code}. run: a run's folder,
    with {model}, {learning_rate} and {seed}. prepared: the provenance of the prepare rule, with {seed}.
    """

    settings: dict
    codes: dict
    run: str
    prepared: str

    def all(self):
        """Return the key of each run: {model, learning_rate, seed}, as they stand in its path."""
        rates = sorted(learning_rates(self.settings), key=float)
        names = ("model", "learning_rate", "seed")
        return [
            dict(zip(names, key, strict=True))
            for key in product(sorted(self.settings["models"]), rates, self.settings["seeds"])
        ]

    def folder(self, key):
        """Return the folder of the run `key`."""
        return Path(self.run.format(**key))

    def tables(self, key):
        """Return (path, columns, rule that makes it) of each of the run's TABLES."""
        return [(self.folder(key) / name, columns, rule) for name, columns, rule in TABLES]

    def present(self, key):
        """Return those of the run's `tables` that are there; none where its history isn't."""
        tables = self.tables(key)
        return [table for table in tables if table[0].exists()] if tables[0][0].exists() else []

    def require(self, key, tables):
        """Return {path: facts} of the provenance of what led to some of the run's `tables`.

        Raises InputError where one of them was made with other settings, by other code, or from other files than this
        experiment asks for.
        """
        prepared, folder = Path(self.prepared.format(**key)), self.folder(key)
        images = self._require("prepare", prepared, key, {})
        found, sources = {prepared: images}, provenance.files(prepared, images)
        for rule in dict.fromkeys(rule for _, _, rule in tables):
            path = folder / f"provenance-{rule}.json"
            found[path] = self._require(rule, path, key, sources)
            checkpoints = folder / "checkpoints.safetensors"
            sources = {**sources, checkpoints: found[path]["files"].get(checkpoints.name)}
        return found

    def _require(self, rule, path, key, sources):
        return provenance.require(path, recipe(rule, self.settings, self.codes, key), self.codes[rule], sources)


def read(runs, partial=False):
    """Return the Tables of all runs as `metrics.gather` takes them, and the folders of those runs that are missing.

    runs: the Runs. partial: take what is there; else a missing table is an error.
    Raises InputError, naming the file, where a table is damaged, missing, of another run or made with other settings.
    """
    found, missing = [], []
    for key in runs.all():
        values = {**key, "learning_rate": float(key["learning_rate"])}
        tables = runs.present(key) if partial else runs.tables(key)
        if tables:
            runs.require(key, tables)
            read = {table[0].name: metrics.read_run(*table, values) for table in tables}
            found.append([read.get(name) for name, *_ in TABLES])
        else:
            missing.append(runs.folder(key))
    return found, missing
