"""Two experiments held against each other: which settings differ, and how much each claim and final metric moved.

Left is the experiment that one starts from, right the other. Values that are compared as ratios move by a factor, right
over left; accuracies by percentage points, right minus left.
"""

import json
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas

from . import claims, commentary, files, metrics, statistics, tables
from .files import InputError

ABSENT = "–"


class Experiment(NamedTuple):
    """The results of one experiment: its name here, its settings, claims.csv and metrics.csv as they were read."""

    name: str
    settings: dict
    claims: list[dict]
    metrics: pandas.DataFrame

    @property
    def rate(self):
        """The learning rate at which the models are compared: the first, where there are several."""
        return float(np.ravel(self.settings["training"]["learning_rate"])[0])

    @property
    def compared(self):
        """What claims.differences takes after the metrics."""
        comparison = self.settings["comparison"]
        return comparison["baseline"], comparison["treatments"], self.rate, self.settings["seeds"]


class Moved(NamedTuple):
    """By how much a number moved, on its scale; low and high are None where the replicates can't be paired."""

    estimate: float
    low: float | None
    high: float | None


def read(folder):
    """Return the Experiment in `folder`, results/<experiment>.

    Raises InputError, one line that names the file, where something is missing or damaged.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; name one that holds an experiment, as results/default")
    for name in ("config.json", "claims.csv", "metrics.csv"):
        if not (folder / name).is_file():
            raise InputError(f"{folder / name}: is missing; run that experiment to its end first")
    return Experiment(
        name=folder.as_posix(),
        settings=read_settings(folder / "config.json"),
        claims=tables.records(tables.read(folder / "claims.csv", claims.CLAIMS, "compare")),
        metrics=tables.read(folder / "metrics.csv", metrics.METRICS, "aggregate"),
    )


def read_settings(path):
    """Return the settings kept at `path`. Raises InputError where they are damaged."""
    try:
        settings = json.loads(files.read_made(path, "commentary"))
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
    """Return how much the mean moved from `left` to `right`, Series over seeds; None where one of them is empty.

    With the same seeds on both sides the differences are taken seed by seed, and have a t-interval of `confidence`:
    the same seed draws the same random numbers, and seeds are independent of each other. Else there is no interval.
    """
    left, right = (values[np.isfinite(values)].sort_index() for values in (left, right))
    if left.empty or right.empty:
        return None
    if not left.index.equals(right.index):
        return Moved(float(right.mean() - left.mean()), None, None)
    return Moved(*statistics.mean_interval(right - left, confidence))


def claims_moved(left, right, confidence):
    """Return a dict for each claim and treatment of either: its two rows of claims.csv, None for none, and its Moved.

    Only the same treatment against the same baseline is the same claim. An estimate that the end of a sweep cut off is
    only a bound: how far it moved nobody knows.
    """
    sides = []
    for experiment in (left, right):
        differences = {
            (estimand.claim, treatment): values
            for estimand, treatment, values in claims.differences(experiment.metrics, *experiment.compared)
        }
        baseline = experiment.compared[0]
        sides.append(
            {
                (row["treatment"], baseline, row["claim"]): (row, differences.get((row["claim"], row["treatment"])))
                for row in experiment.claims
            }
        )
    found = []
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        (old, old_values), (new, new_values) = (side.get(key, (None, None)) for side in sides)
        both = old_values is not None and new_values is not None and not (_bound(old) or _bound(new))
        change = moved(old_values, new_values, confidence) if both else None
        found.append({"baseline": key[1], "left": old, "right": new, "moved": change})
    return found


def _bound(row):
    return any(end is not None and math.isinf(end) for end in (row["low"], row["high"]))


def finals_moved(left, right, confidence):
    """Return a dict for each model and curve: mean over the replicates at the last pass on either side, and its Moved.

    Means are (number of replicates, mean), None for none; those of a log scale, and their Moved, are logarithms.
    """
    sides = [_finals(experiment) for experiment in (left, right)]
    models = dict.fromkeys(model for side in sides for model, _ in side)
    found = []
    for model in models:
        for metric, curve in claims.CURVES.items():
            old, new = (side.get((model, metric), pandas.Series(dtype=float)) for side in sides)
            if old.empty and new.empty:
                continue
            means = [(len(values), float(values.mean())) if len(values) else None for values in (old, new)]
            found.append(
                {
                    "model": model,
                    "metric": metric,
                    "scale": curve.scale,
                    "left": means[0],
                    "right": means[1],
                    "moved": moved(old, new, confidence),
                }
            )
    return found


def _finals(experiment):
    """Return {(model, curve): Series over seeds} at the last pass, on the curve's scale."""
    values = claims.replicates(experiment.metrics)
    values = values[(values["learning_rate"] == experiment.rate) & (values["pass"] == values["pass"].max())]
    values = values[np.isfinite(values["value"])]
    finals = {}
    for (model, metric), own in values.groupby(["model", "metric"], sort=False):
        series = own.set_index("seed")["value"]
        if claims.CURVES[metric].scale == "log":
            series = np.log(series[series > 0])
        finals[model, metric] = series
    return finals


def render(left, right):
    """Return, in Markdown, how the Experiment `right` differs from `left`."""
    level = left.settings["comparison"]["confidence"]
    settings = settings_that_differ(left.settings, right.settings)
    found = claims_moved(left, right, level)
    changed = [
        row for row in found if row["left"] and row["right"] and row["left"]["verdict"] != row["right"]["verdict"]
    ]
    common = sum(bool(row["left"] and row["right"]) for row in found)
    parts = [
        f"# {right.name} against {left.name}",
        f"{_count(len(settings), 'setting differs', 'settings differ')}; "
        f"{len(changed)} of {_count(common, 'verdict', 'verdicts')} changed"
        + (f": {', '.join(_claim_name(row, found) for row in changed)}." if changed else "."),
        *_left_out(left),
        *_left_out(right),
        "## Settings that differ",
        _table(["setting", left.name, right.name], settings) if settings else "None.",
        "## Claims",
        _pairing(level),
    ]
    for treatment, baseline in dict.fromkeys(
        ((row["left"] or row["right"])["treatment"], row["baseline"]) for row in found
    ):
        own = [
            row
            for row in found
            if ((row["left"] or row["right"])["treatment"], row["baseline"]) == (treatment, baseline)
        ]
        parts += [f"### {treatment} against {baseline}", _claims_table(own, left, right)]
    parts += [
        "## Final metrics",
        "Means over each model's replicates after the last pass, geometric where they move by a factor.",
        _finals_table(finals_moved(left, right, level), left, right),
    ]
    return "\n\n".join(parts) + "\n"


def _count(number, one, many):
    return f"{number} {one if number == 1 else many}"


def _claim_name(row, found):
    """Return the claim's id, with its treatment where there are several."""
    treatments = {(each["left"] or each["right"])["treatment"] for each in found}
    return row["left"]["claim"] if len(treatments) == 1 else f"{row['left']['claim']} ({row['left']['treatment']})"


def _left_out(experiment):
    """Return a line that names the replicates which no claim of the experiment rests on, or nothing."""
    baseline, treatments, rate, seeds = experiment.compared
    out = claims.excluded(experiment.metrics, [baseline, *treatments], rate, seeds)
    named = "; ".join(f"seed {each.seed} ({each.model}: {each.reason})" for each in out)
    return [f"**Left out of the claims of {experiment.name}:** {named}."] if out else []


def _pairing(level):
    return (
        "A ratio moves by a factor, right over left; a difference of accuracies by points, right minus left. "
        "Where both sides have their numbers from the same seeds, the move is taken seed by seed and has its "
        f"{100 * level:g} % interval; else it is one mean against another, without an interval, and how much of it is "
        "chance isn't known."
    )


def _claims_table(found, left, right):
    rows = []
    for row in found:
        sides = [_claim_cell(side, experiment) for side, experiment in ((row["left"], left), (row["right"], right))]
        told = row["left"] or row["right"]
        verdicts = [side["verdict"] if side else ABSENT for side in (row["left"], row["right"])]
        verdict = verdicts[0] if verdicts[0] == verdicts[1] else f"**{verdicts[0]} → {verdicts[1]}**"
        change = _moved_cell(row["moved"], told["unit"] == "log ratio")
        rows.append([told["claim"], told["estimand"], *sides, change, verdict])
    return _table(["claim", "what is compared", left.name, right.name, "moved", "verdict"], rows)


def _claim_cell(row, experiment):
    if row is None or row["estimate"] is None:
        return ABSENT
    baseline, confidence = experiment.compared[0], experiment.settings["comparison"]["confidence"]
    told = commentary.claim(row, baseline, confidence)
    return f"{told.size} ({told.interval + '; ' if told.interval else ''}n = {told.n})"


def _moved_cell(change, ratio):
    if change is None:
        return ABSENT
    numbers = [None if number is None else math.exp(number) if ratio else 100 * number for number in change]
    size, low, high = commentary.to_precision(*numbers, signed=not ratio)
    return (f"× {size}" if ratio else f"{size} points") + (f" ({low} to {high})" if low else "")


def _finals_table(found, left, right):
    rows = []
    for row in found:
        log = row["scale"] == "log"
        sides = [_final_cell(side, log) for side in (row["left"], row["right"])]
        rows.append([row["model"], row["metric"].replace("_", " "), *sides, _moved_cell(row["moved"], log)])
    return _table(["model", "metric", left.name, right.name, "moved"], rows)


def _final_cell(side, log):
    if side is None:
        return ABSENT
    number, mean = side
    return f"{f'{math.exp(mean):#.3g}'.rstrip('.') if log else f'{100 * mean:.2f} %'} (n = {number})"


def _table(head, rows):
    """Return a Markdown table whose columns are padded, so that it reads well in a terminal, too."""
    rows = [head, *rows]
    widths = [max(3, *(len(row[column]) for row in rows)) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])
