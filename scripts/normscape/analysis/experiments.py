"""Two experiments compared: which settings differ, and how much each claim and final metric moved.

Left is the experiment that one starts from, right the other. What is compared as a ratio moves on the log scale, right
minus left; accuracies by their difference.
"""

import json
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas

from .. import provenance, tables
from ..errors import InputError
from . import curves, lineage, metrics, statistics, verdicts
from .comparisons import subtract
from .design import Design
from .measured import log

ABSENT = "–"


class Experiment(NamedTuple):
    """The results of one experiment: its name here, its settings, claims.csv and metrics.csv as they were read."""

    name: str
    settings: dict
    claims: list[dict]
    metrics: pandas.DataFrame

    @property
    def design(self):
        """Its Design. The models are compared at the first learning rate, where there are several."""
        return Design.of(self.settings)


class Moved(NamedTuple):
    """By how much a number moved, on its scale; low and high are None where the replicates can't be paired."""

    estimate: float
    low: float | None
    high: float | None


def read(folder):
    """Return the Experiment in `folder`, results/<experiment>.

    Raises InputError, one line that names the file, where something is missing, damaged or of other settings.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; name one that holds an experiment, as results/default")
    for name in ("config.json", "claims.csv", "metrics.csv"):
        if not (folder / name).is_file():
            raise InputError(f"{folder / name}: is missing; run that experiment to its end first")
    settings = _read_settings(folder / "config.json")
    codes = provenance.read(folder / "provenance-commentary.json")["settings"].get("codes")
    if not codes:
        raise InputError(f"{folder}: made by code that didn't keep yet what its results were made with; run it again")
    lineage.require_compared(folder / "metrics.csv", folder / "claims.csv", settings, codes)
    return Experiment(
        name=folder.as_posix(),
        settings=settings,
        claims=tables.records(tables.read(folder / "claims.csv", verdicts.COLUMNS, "compare")),
        metrics=tables.read(folder / "metrics.csv", metrics.COLUMNS, "aggregate"),
    )


def _read_settings(path):
    """Return the settings kept at `path`. Raises InputError where they are damaged."""
    try:
        settings = json.loads(provenance.read_made(path, "commentary"))
        needed = {"comparison": ("baseline", "treatments", "confidence"), "training": ("learning_rate",)}
        whole = all(key in settings[section] for section, keys in needed.items() for key in keys)
        whole = whole and {"models", "seeds"} <= settings.keys()
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise InputError(
            f"{path}: doesn't hold an experiment's settings; delete the file and run that experiment again"
        )
    return settings


def settings_that_differ(left, right):
    """Return [(key, left value, right value)] as texts, in the order of the keys; the experiments' names aside."""
    left, right = (dict(_flat(settings)) for settings in (left, right))
    keys = sorted((left.keys() | right.keys()) - {"experiment"})
    return [(key, left.get(key, ABSENT), right.get(key, ABSENT)) for key in keys if left.get(key) != right.get(key)]


def _flat(value, *keys):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, *keys, key)
    else:
        yield ".".join(keys), value if isinstance(value, str) else json.dumps(value)


def moved(left, right, confidence):
    """Return how much the mean moved from `left` to `right`, Series over seeds.

    None where one of them is empty or not finite throughout: the others' move would be one of survivors.
    With the same seeds on both sides the differences are taken seed by seed, and have a t-interval of `confidence`:
    the same seed draws the same random numbers, and seeds are independent of each other. Else there is no interval.
    """
    left, right = left.sort_index(), right.sort_index()
    if not (_whole(left) and _whole(right)):
        return None
    if not left.index.equals(right.index):
        return Moved(float(right.mean() - left.mean()), None, None)
    return Moved(*statistics.mean_interval(subtract(right, left), confidence))


def _whole(values):
    return len(values) > 0 and bool(np.isfinite(values).all())


def claims_moved(left, right, confidence):
    """Return a dict for each claim and treatment of either: its two rows of claims.csv, None for none, and its Moved.

    Only the same estimand of the same treatment against the same baseline is the same claim. An estimate that the end
    of a sweep cut off is only a bound: how far it moved is unknown.
    """
    sides = [_claims(experiment) for experiment in (left, right)]
    rows = []
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        (old, old_values), (new, new_values) = (side.get(key, (None, None)) for side in sides)
        both = old_values is not None and new_values is not None
        change = moved(old_values, new_values, confidence) if both else None
        rows.append({"baseline": key[1], "left": old, "right": new, "moved": change})
    return rows


def _claims(experiment):
    """Return {what is one claim: (its row of claims.csv, its paired differences, or None for none that moves)}."""
    design = experiment.design
    differences = {
        (claim.id, treatment): (claim.bounded, values)
        for claim, treatment, values in verdicts.differences(experiment.metrics, design)
    }
    found = {}
    for row in experiment.claims:
        bounded, values = differences.get((row["claim"], row["treatment"]), (None, None))
        values = None if bounded and _is_open(row) else values
        found[row["treatment"], design.baseline, row["claim"], row["estimand"], row["mode"]] = (row, values)
    return found


def _is_open(row):
    return any(end is not None and math.isinf(end) for end in (row["low"], row["high"]))


def finals_moved(left, right, confidence):
    """Return a dict for each model and curve: mean over the replicates at the last pass on either side, and its Moved.

    Means are (number of replicates, mean), None where there is none, or a replicate lacks its number; those of a log
    scale, and their Moved, are logarithms.
    """
    sides = [_finals(experiment) for experiment in (left, right)]
    rows = []
    for model in dict.fromkeys(model for side in sides for model, _ in side):
        for metric, curve in curves.CURVES.items():
            old, new = (side.get((model, metric), pandas.Series(dtype=float)) for side in sides)
            if old.empty and new.empty:
                continue
            means = [(len(values), float(values.mean())) if _whole(values) else None for values in (old, new)]
            rows.append(
                {
                    "model": model,
                    "metric": metric,
                    "scale": curve.scale,
                    "left": means[0],
                    "right": means[1],
                    "moved": moved(old, new, confidence),
                }
            )
    return rows


def _finals(experiment):
    """Return {(model, curve): Series over seeds} at the last pass, on the curve's scale."""
    values = curves.at_last_pass(curves.replicates(experiment.metrics))
    values = values[values["learning_rate"] == experiment.design.learning_rate]
    finals = {}
    for (model, metric), group in values.groupby(["model", "metric"], sort=False):
        series = group.set_index("seed")["value"]
        finals[model, metric] = log(series) if curves.CURVES[metric].scale == "log" else series
    return finals
