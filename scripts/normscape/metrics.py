"""The one long table of all that was measured."""

from pathlib import Path
from typing import NamedTuple

import pandas

from . import tables
from .files import InputError
from .tables import KEY, Column

METRICS = (
    *KEY,
    Column("mode", str, optional=True),
    Column("direction", int, low=0, optional=True),
    Column("step_multiple", float, optional=True),
    Column("layer", str, optional=True),
    Column("filter", int, low=0, optional=True),
    Column("metric", str),
    Column("value", float, optional=True),
)


class Table(NamedTuple):
    """A table that was read, and where it was read from."""

    path: Path
    rows: pandas.DataFrame


def read_run(path, columns, key):
    """Return the Table of `columns` at `path`, all of whose rows must have the values of `key`, {column: value}.

    Raises InputError, naming the file, where it is damaged or of another run.
    """
    rows = tables.read(path, columns)
    for name, value in key.items():
        if not (rows[name] == value).all():
            raise InputError(f"{path}: column {name} is not {value} throughout; delete the file and run again")
    return Table(path, rows)


def gather(history, probes, layers, passes):
    """Return the rows of METRICS, as a DataFrame, from the three tables of one training run.

    history, probes, layers: Tables of sgd.HISTORY, smoothness.SMOOTHNESS and smoothness.LAYERS; None for probes and
        layers that there are none of.
    passes: the number of the last pass, up to which they go.
    Raises InputError, naming the file, where a table is not whole.
    """
    _require(history, range(passes + 1))
    measured = history.rows.loc[history.rows["diverged"] == 0, "pass"]
    probed = [table for table in (probes, layers) if table is not None]
    for table in probed:
        _require(table, measured[measured > 0])
    # What a probe left empty was not to be measured; what a diverged pass left empty is told.
    parts = [_long(history.rows.assign(mode="eval")), *(_long(table.rows).dropna(subset="value") for table in probed)]
    return pandas.concat(parts, ignore_index=True)


def _require(table, passes):
    found, wanted = set(table.rows["pass"]), set(passes)
    missing, excess = sorted(wanted - found), sorted(found - wanted)
    if missing or excess:
        what = f"pass {missing[0]} is missing" if missing else f"pass {excess[0]} is too much"
        raise InputError(f"{table.path}: {what}; delete the file and run again: it will be made anew")


def _long(table):
    """Return `table` in the columns of METRICS, with a row for each cell that is not a key."""
    names = [column.name for column in METRICS]
    if "metric" not in table:
        keys = [name for name in table.columns if name in names]
        table = table.melt(id_vars=keys, var_name="metric", ignore_index=False).sort_index(kind="stable")
    return table.reindex(columns=names)
