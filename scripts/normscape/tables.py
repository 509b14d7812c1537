"""A CSV with declared columns, checked for its writer and its reader alike.

Each module declares the columns of its tables. Tables are long, one row an observation, and open with the same key
columns, KEY. An empty cell means: not measured; of `pass`, that none ends there. `nan` and `inf` are what was measured.
"""

import csv
import io
import itertools
import math
import sys
from typing import NamedTuple

import numpy as np

from .atomic import replacing
from .errors import REMEDY, InputError
from .provenance import read_made, read_source

BLOCK = 100_000  # rows that are in memory as texts at once
WHOLE = 2**53  # from here on, a float64 can't tell one whole number from the next


class Column(NamedTuple):
    """One column: its name, type (str, int or float), what a finite number may be, whether a cell may be empty."""

    name: str
    kind: type
    low: float = -math.inf
    high: float = math.inf
    optional: bool = False


KEY = (
    Column("model", str),
    Column("learning_rate", float, low=0),
    Column("seed", int, low=0),
    Column("pass", int, low=0, optional=True),  # which ends there; empty within a pass
    Column("update", int, low=0),  # of SGD, counted from the start
)


def write(path, columns, rows):
    """Write `rows`, dicts with a value for each of `columns` or a DataFrame, whole or not at all.

    Floats are written so that reading gives the same float64 back. None, in a DataFrame NaN, is an empty cell.
    Raises ValueError, a bug of the caller's, for a row that breaks its declaration.
    """
    names = [column.name for column in columns]
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for start in range(0, len(rows), BLOCK):
            block = _by_column(rows[start : start + BLOCK], names)
            writer.writerows(zip(*(_cells(column, block[column.name]) for column in columns), strict=True))


def check(columns, rows):
    """Raise ValueError, as `write` does, where `rows` break their declaration; write nothing."""
    for column, values in zip(columns, _by_column(rows, [column.name for column in columns]).values(), strict=True):
        _cells(column, values)


def _by_column(rows, names):
    """Return {name: list of values} of `rows`, dicts or a DataFrame, with None for an empty cell."""
    frame = hasattr(rows, "columns")
    for found in [rows.columns] if frame else rows:
        if set(found) != set(names):
            raise ValueError(f"a row has the columns {sorted(found)}, the table {sorted(names)}")
    if frame:
        return {name: rows[name].astype(object).where(rows[name].notna(), None).tolist() for name in names}
    return {name: [row[name] for row in rows] for name in names}


def _cells(column, values):
    """Return `values` as the csv module writes them: floats by their shortest exact repr, None as nothing."""
    if not column.optional and None in values:
        raise ValueError(f"column {column.name} may not be empty")
    cells = [None if value is None else column.kind(value) for value in values]
    if column.kind is not str:
        numbers = np.array([cell for cell in cells if cell is not None], dtype=float)
        numbers = numbers[np.isfinite(numbers)]
        outside = numbers[(numbers < column.low) | (numbers > column.high)]
        if len(outside):
            raise ValueError(f"column {column.name}: {outside[0]} is outside {column.low}…{column.high}")
    return cells


def read(path, columns, made_by):
    """Return the table at `path` as a DataFrame with `columns`, in the order of the file.

    made_by: the rule whose job wrote the table, so that its bytes must be those which that job's provenance, beside the
        table, tells of; None for a table that belongs to the sources, where there is nothing to hold it against.
    An empty number is NaN, or pandas.NA in a column of whole numbers.

    Raises InputError, one line that names the file, the line and the remedy, for a file that breaks its declaration.
    """
    import pandas  # here, because a job that only writes a table needn't wait half a second for it

    remedy = REMEDY if made_by else "mend it, or take it anew from the sources"
    try:
        content = read_made(path, made_by) if made_by else read_source(path)
        blocks = [_parsed(columns, 2, []), *_blocks(columns, content)]
    except _Wrong as error:
        raise InputError(f"{path}: {error}; {remedy}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: can't be read as a table ({error}); {remedy}") from error
    table = {}
    for column in columns:
        values = np.concatenate([block[column.name] for block in blocks])
        if column.kind is int and column.optional:
            empty = np.isnan(values)
            values = pandas.arrays.IntegerArray(np.where(empty, 0, values).astype("int64"), empty)
        table[column.name] = values
    return pandas.DataFrame(table)


class _Wrong(Exception):
    """The content breaks its declaration; the message says where and how."""


def _blocks(columns, content):
    """Yield {column's name: array of values} for some lines after others of `content`, the bytes of a CSV."""
    names = [column.name for column in columns]
    lines = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    header = next(lines, None)
    if header is None:
        raise _Wrong("can't be read as a table (it is empty)")
    if header != names:
        raise _Wrong(f"has the columns {', '.join(header)} instead of {', '.join(names)}")
    first = 2
    while rows := list(itertools.islice(lines, BLOCK)):
        yield _parsed(columns, first, rows)
        first += len(rows)


def _parsed(columns, first, rows):
    """Return {column's name: array of values} of `rows`, lists of texts, of which the first is line `first`."""
    for line, row in enumerate(rows, start=first):
        if len(row) != len(columns):
            raise _Wrong(f"line {line} has {len(row)} cells instead of {len(columns)}")
    table = {}
    for column, cells in zip(columns, zip(*rows, strict=True) if rows else [()] * len(columns), strict=True):
        table[column.name], bad = _values(column, np.array(cells, dtype=object))
        if bad.any():
            place = int(bad.argmax())
            raise _Wrong(f"line {first + place}, column {column.name}: {cells[place]!r} is not {_wanted(column)}")
    return table


def _values(column, cells):
    """Return the values of `cells`, texts in an array, and which of them break the column's declaration."""
    import pandas

    empty = cells == ""
    if column.kind is str:
        return np.array([sys.intern(cell) for cell in cells], dtype=object), empty & (not column.optional)
    values = pandas.to_numeric(np.where(empty, "nan", cells), errors="coerce").astype("float64")
    finite = np.isfinite(values)
    bad = finite & ~((column.low <= values) & (values <= column.high))
    if column.kind is int:
        bad |= finite & ((values != np.trunc(values)) | (np.abs(values) >= WHOLE)) | ~finite & ~empty
    else:
        bad[~finite] = [cell.lower() not in ("", "nan", "inf", "-inf") for cell in cells[~finite]]
    if not column.optional:
        bad |= empty
        if column.kind is int and not bad.any():
            values = values.astype("int64")
    return values, bad


def records(table):
    """Return the rows of a DataFrame as dicts, None for an empty cell."""
    return table.astype(object).where(table.notna(), None).to_dict("records")


def _wanted(column):
    if column.kind is str:
        return "a text"
    wanted = "a whole number" if column.kind is int else "a number"
    bounds = [f"at least {column.low:g}"] * (column.low > -math.inf) + [f"at most {column.high:g}"] * (
        column.high < math.inf
    )
    return " ".join([wanted, " and ".join(bounds)]).strip()
