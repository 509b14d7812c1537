"""The config's layers, read again one by one: config.yaml, the files laid over it, and what `--config` set.

Snakemake hands on but the sum of them, without a word of what was lost on the way.
"""

from pathlib import Path
from typing import NamedTuple

from . import command_line, strict
from .merging import Absent, below, merge, way_to, with_changes
from .places import Place


class Layers(NamedTuple):
    """What a config was merged from, each over those before it.

    files: paths of the workflow's own config files. overlays: of those of `--configfile`. given: what was then set
    without a file. entries: the texts `key=value` of the command line that set it; None where it was no command line.
    """

    files: list
    overlays: list
    given: dict
    entries: list | None


def read_again(config, whole, layers, schema, load):
    """Read the layers of `config` again, strictly, and make of it, in place, what they say.

    config: as Snakemake has merged it; or a section of that, `whole`, which is all that an importing workflow hands on.
    schema: a JSON schema, as a dict. load: reads a file as Snakemake does.
    An overlay that holds all keys of the schema, as an experiment's config.json does, is whole: nothing of those below
    is merged into it, but `dataset.sources` where it lacks them. What the importing workflow itself set or changed is
    left to it.
    Raises InputError, one line that names the file, or `--config`, and the key.
    """
    section = way_to(config, whole)
    if section is None:
        return
    place = Place(schema, schema, section)
    found = merged = Absent
    for i, path in enumerate([*layers.files, *layers.overlays]):
        layer = strict.read(_near(path), place, section, load)
        covers = i >= len(layers.files) and isinstance(layer, dict) and layer.keys() >= set(schema["required"])
        found = _with_sources(layer, found) if covers else merge(found, layer)
        merged = merge(merged, layer)
    given = below(layers.given, section)
    entries = given if layers.entries is None else command_line.read(layers.entries, place, section)
    changed = dict(with_changes(merge(found, entries), merge(merged, given), config))
    config.clear()
    config.update(changed)


def _near(path):
    """Return a path as short as a line should have it."""
    path, here = Path(path), Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _with_sources(layer, lower):
    """Return a whole `layer`, with the sources of `lower` where it has none."""
    dataset, sources = layer["dataset"], below(lower, ("dataset", "sources"))
    if isinstance(dataset, dict) and "sources" not in dataset and sources is not Absent:
        return {**layer, "dataset": {**dataset, "sources": sources}}
    return layer
