"""The jobs that a dry run of Snakemake tells of."""

import json
import re
import shlex
from pathlib import Path
from typing import NamedTuple

from .. import provenance
from ..errors import InputError

_OPTION = re.compile(r"""\s--([a-z-]+)\s+((?:'[^']*'|"[^"]*"|[^\s'"])+)""")
_PROVENANCE = re.compile(r"(?:^|/)provenance-([a-z]+)[^/]*\.json$")


class Job(NamedTuple):
    """A job that will run. rule: the name of its program. reason: Snakemake's. recipe: {option of its program: value}.
    priority: Snakemake's."""

    rule: str
    reason: str
    inputs: list
    outputs: list
    recipe: dict
    priority: int = 0


def rule_of(outputs):
    """Return the name of the program that leaves a provenance among these outputs; None where none does.

    A workflow that imports this one may have renamed the rules, but not these files.
    """
    return next((match[1] for match in map(_PROVENANCE.search, outputs) if match), None)


def recipe(command):
    """Return {option: value} of a rule's shell command: of each option its first word, JSON or a text."""
    return {name.replace("-", "_"): _value(word) for name, word in _OPTION.findall(command)}


def _value(word):
    if "'" in word or '"' in word:
        whole = word[0] == word[-1] == "'" and "'" not in word[1:-1]  # nearly always; shlex takes its time
        word = word[1:-1] if whole else shlex.split(word)[0]
    try:
        return json.loads(word)
    except ValueError:
        return word


class Settings:
    """What each job is made with, that of the files that it reads among it."""

    def __init__(self, jobs=()):
        """jobs: planned; what makes a file that isn't among their outputs is told by the provenance beside it."""
        self._planned = {path: job.recipe for job in jobs for path in job.outputs}
        self._read = {}

    def of(self, rule, recipe):
        """Return the settings of a job as `amounts.of` takes them. Raises LookupError where they aren't to be found."""
        known = {}
        if rule in ("train", "probe"):
            tensors = recipe["tensors"]
            prepare = self._maker(tensors, f"provenance-prepare-{Path(tensors).stem}.json")
            known = {name: prepare[name] for name in ("dataset", "fraction")}
        if rule == "probe":
            known["training"] = self._maker(recipe["checkpoints"], "provenance-train.json")["training"]
        return {**recipe, **known}

    def _maker(self, path, name):
        """Return the settings of the job that makes the file at `path`, or made it and left its provenance `name`."""
        if path in self._planned:
            return self._planned[path]
        path = Path(path).with_name(name)
        if path not in self._read:
            try:
                self._read[path] = provenance.read(path)["settings"]
            except InputError:
                self._read[path] = {}
        return self._read[path]
