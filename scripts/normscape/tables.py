"""A CSV with declared columns, checked for its writer and its reader alike.

Which columns a table has is declared by the room that owns it. Tables are long, one row an observation, and open with
the same key columns, KEY. An empty cell means: not measured. `nan` and `inf` are what was measured.
"""

import csv
import math
from typing import NamedTuple

from .files import InputError, replacing


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
    Column("pass", int, low=0),
)


def write(path, columns, rows):
    """Write `rows`, dicts with a value for each of `columns` or a DataFrame, whole or not at all.

    Floats are written so that reading gives the same float64 back. None, in a DataFrame NaN, is an empty cell.
    Raises ValueError, a bug of the caller's, for a row that breaks its declaration.
    """
    names = [column.name for column in columns]
    if hasattr(rows, "to_dict"):
        rows = records(rows)
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            if row.keys() != set(names):
                raise ValueError(f"{path}: a row has the columns {sorted(row)}, the table {sorted(names)}")
            writer.writerow([_cell(column, row[column.name]) for column in columns])


def _cell(column, value):
    if value is None:
        if not column.optional:
            raise ValueError(f"column {column.name} may not be empty")
        return ""
    value = column.kind(value)
    if column.kind is not str and math.isfinite(value) and not column.low <= value <= column.high:
        raise ValueError(f"column {column.name}: {value} is outside {column.low}…{column.high}")
    return repr(value) if column.kind is float else value


def read(path, columns):
    """Return the table at `path` as a DataFrame with `columns`, in the order of the file.

    An empty number is NaN, or pandas.NA in a column of whole numbers.

    Raises InputError, one line that names the file, the line and the remedy, for a file that breaks its declaration.
    """
    import pandas  # here, because a job that only writes a table needn't wait half a second for it

    def wrong(what):
        return InputError(f"{path}: {what}; delete the file and run again: it will be made anew")

    names = [column.name for column in columns]
    try:
        with open(path, newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file, strict=True)
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        reason = "it is empty" if type(error) is ValueError else str(error)
        raise wrong(f"can't be read as a table ({reason})") from error
    if header != names:
        raise wrong(f"has the columns {', '.join(header)} instead of {', '.join(names)}")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(names):
            raise wrong(f"line {line} has {len(row)} cells instead of {len(names)}")
    text = pandas.DataFrame(rows, columns=names, dtype=str)
    table = {}
    for column in columns:
        cells = text[column.name]
        filled = cells != "" if column.optional else cells.notna()  # else an empty cell is no number, no text
        if column.kind is str:
            bad, values = filled & (cells == ""), cells
        else:
            values = pandas.to_numeric(cells.where(filled, "nan"), errors="coerce").astype("float64")
            meant_nan = cells.str.lower().isin(["nan", "inf", "-inf"])
            bad = filled & ((values.isna() & ~meant_nan) | (~meant_nan & ~values.between(column.low, column.high)))
            if column.kind is int:
                bad |= filled & (meant_nan | (values % 1 != 0))
                if not bad.any():
                    values = values.astype("Int64" if column.optional else "int64")
        if bad.any():
            line = int(bad.to_numpy().argmax())
            raise wrong(f"line {line + 2}, column {column.name}: {cells[line]!r} is not {_wanted(column)}")
        table[column.name] = values
    return pandas.DataFrame(table)


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
