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


def gather(runs, passes):
    """Return the rows of COLUMNS, as a DataFrame, from the tables of training runs, run by run.

    runs: for each, its Tables (history, probes, layers); None for probes and layers that there are none of.
    passes: the number of the last pass, up to which they go.
    A cell that is empty, but was to be measured, is a row with its reason; what a probe wasn't asked for is none.
    Raises InputError, naming the file, where a table is not whole.
    """
    for history, *probed in runs:
        _require(history, range(passes + 1))
        measured = history.rows.loc[history.rows["diverged"] == 0, "pass"]
        for table in probed:
            if table is not None:
                _require(table, measured[measured > 0])
    # All runs at once, one kind of table after the other, because pandas is slow at thousands of small tables.
    parts = []
    for of_runs, long in zip(zip(*runs, strict=True), (_history, _probes, _layers), strict=True):
        rows = [table.rows.assign(run=run) for run, table in enumerate(of_runs) if table is not None]
        if rows:
            parts.append(long(pandas.concat(rows, ignore_index=True)))
    table = pandas.concat(parts, ignore_index=True).sort_values("run", kind="stable", ignore_index=True)
    return table.drop(columns="run")


def _require(table, passes):
    """Raise InputError where the passes of `table` aren't `passes`."""
    present, wanted = set(table.rows["pass"]), set(passes)
    missing, excess = sorted(wanted - present), sorted(present - wanted)
    if missing or excess:
        what = f"pass {missing[0]} is missing" if missing else f"pass {excess[0]} is too much"
        raise InputError(f"{table.path}: {what}; {REMEDY}")


def _history(table):
    long = _long(table.assign(mode="eval"))
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
