"""The one long table of all that was measured."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas

from .. import tables
from ..errors import REMEDY, InputError
from ..measurement.columns import PROBES
from ..measurement.measures import NAN
from ..tables import KEY, Column
from ..training.stops import is_probed, stops

COLUMNS = (
    *KEY,
    Column("mode", str, optional=True),
    Column("direction", int, low=0, optional=True),
    Column("step_multiple", float, optional=True),
    Column("layer", str, optional=True),
    Column("filter", int, low=0, optional=True),
    Column("metric", str),
    Column("value", float, optional=True),
    Column("missing", str, optional=True),  # why the value is empty
)
DIVERGED = "diverged"  # a reason; the others are the probes'
ALWAYS_MEASURED = [column.name for column in PROBES if not column.optional]


class Table(NamedTuple):
    """A table that was read, and where it was read from."""

    path: Path
    rows: pandas.DataFrame


def read_run(path, columns, made_by, key):
    """Return the Table of `columns` at `path`, all of whose rows must have the values of `key`, {column: value}.

    made_by: the rule whose job wrote it.

    Raises InputError, naming the file, where it is damaged or of another run.
    """
    rows = tables.read(path, columns, made_by)
    for name, value in key.items():
        if not (rows[name].to_numpy() == value).all():
            raise InputError(f"{path}: column {name} is not {value} throughout; {REMEDY}")
    return Table(path, rows)


def gather(runs, training, probed):
    """Return the rows of COLUMNS, as a DataFrame, from the tables of training runs, run by run.

    runs: for each, its Tables (history, probes, layers); None for probes and layers that there are none of.
    training: the section of the config. probed: its `smoothness.passes`.
    A cell that is empty, but was to be measured, is a row with its reason; what wasn't asked for is none.
    Raises InputError, naming the file, where a table is not whole.
    """
    for history, probes, layers in runs:
        places = _places(history, training)
        _require(history, places)
        ran = set(history.rows.loc[history.rows["diverged"] == 0, "update"])
        places = {update: number for update, number in places.items() if update in ran and is_probed(number, probed)}
        for table, wanted in (
            (probes, places),
            (layers, {update: number for update, number in places.items() if number}),
        ):
            if table is not None:
                _require(table, wanted)
    # All runs at once, one kind of table after the other, because pandas is slow at thousands of small tables.
    parts = []
    for of_runs, long in zip(zip(*runs, strict=True), (_history, _probes, _layers), strict=True):
        rows = [table.rows.assign(run=run) for run, table in enumerate(of_runs) if table is not None]
        if rows:
            parts.append(long(pandas.concat(rows, ignore_index=True)))
    table = pandas.concat(parts, ignore_index=True).sort_values("run", kind="stable", ignore_index=True)
    return table.drop(columns="run")


def _places(history, training):
    """Return {update: number of the pass that ends there, else None} of the checkpoints of a run of `training`."""
    updates = history.rows.loc[(history.rows["pass"] == 1).fillna(False), "update"]
    if updates.empty:
        raise InputError(f"{history.path}: pass 1 is missing; {REMEDY}")
    return dict(stops(int(updates.iloc[0]), training["passes"], training["early_updates"]))


def _require(table, places):
    """Raise InputError where the checkpoints of `table` aren't `places`, {update: number of its pass or None}."""
    numbers = table.rows["pass"].to_numpy(dtype=float, na_value=np.nan)
    present = {
        (update, None if np.isnan(number) else int(number))
        for update, number in zip(table.rows["update"].tolist(), numbers.tolist(), strict=True)
    }
    wanted = set(places.items())
    for which, what in ((wanted - present, "is missing"), (present - wanted, "is too much")):
        if which:
            update, number = min(which, key=lambda place: place[0])
            place = f"update {update}" if number is None else f"pass {number}"
            raise InputError(f"{table.path}: {place} {what}; {REMEDY}")


def _history(table):
    evaluated = (table["missing"] == "").to_numpy()
    long = _long(table.drop(columns="missing").assign(mode="eval"))
    long = long[evaluated[long.index] | (long["metric"] == "diverged")]
    return long.assign(missing=np.where(long["value"].isna(), DIVERGED, ""))


def _layers(table):
    long = _long(table)
    return long.assign(missing=np.where(long["value"].isna(), NAN, ""))


def _probes(table):
    long = _long(table.drop(columns="precision"))
    empty, texts, metrics = long["value"].isna().to_numpy(), long["missing"].to_numpy(), long["metric"]
    reasons = np.where(empty & metrics.isin(ALWAYS_MEASURED), NAN, "").astype(object)
    told = empty & (texts != "")
    reasons[told] = [
        _told(*row) or other for *row, other in zip(texts[told], metrics[told], reasons[told], strict=True)
    ]
    return long.assign(missing=reasons)[~empty | (reasons != "")]


def _told(text, metric):
    """Return why the `metric` is missing, from the text that a probe says of a row; "" where it doesn't say."""
    for part in text.split("; "):
        names, _, reason = part.partition(": ")
        if metric in names.split():
            return reason
    return ""


def _long(table):
    """Return `table` in the columns of COLUMNS and `run`, with a row for each cell that is no key."""
    names = ["run", *(column.name for column in COLUMNS)]
    if "metric" not in table:
        keys = [name for name in table.columns if name in names]
        table = table.melt(id_vars=keys, var_name="metric", ignore_index=False).sort_index(kind="stable")
    return table.reindex(columns=names)
