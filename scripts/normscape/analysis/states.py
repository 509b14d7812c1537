"""Which of a run's checkpoints something is about."""

from collections.abc import Callable
from typing import NamedTuple

import pandas

FIRST = 8  # the early updates that claims are about go up to this one


class States(NamedTuple):
    """Some of the checkpoints: `chosen` tells, of rows with the columns pass and update, which are of them."""

    name: str
    chosen: Callable


PASSES = States("passes", lambda rows: rows["pass"] >= 1)  # after whole passes
START = States("start", lambda rows: rows["pass"] == 0)  # before training
EARLY = States("early", lambda rows: rows["pass"].isna() & (rows["update"] <= FIRST))  # within the first pass
TRAINED = States("trained", lambda rows: rows["update"] >= 1)  # after any updates
ALL = States("all", lambda rows: rows["update"] >= 0)
STATES = {states.name: states for states in (PASSES, START, EARLY, TRAINED, ALL)}


def select(rows, states):
    """Return those of `rows`, a DataFrame with the columns pass (empty within a pass) and update, that are of `states`.

    Where these are ends of passes, `pass` comes back as whole numbers.
    """
    rows = rows[states.chosen(rows).fillna(False).astype(bool)]
    return rows.astype({"pass": "int64"}) if states in (PASSES, START) else rows


def names(rows):
    """Return {update: “pass 2”, or “update 4” within a pass} of all checkpoints of `rows`."""
    places = rows[["update", "pass"]].drop_duplicates().itertuples(index=False, name=None)
    return {int(update): f"update {update}" if pandas.isna(number) else f"pass {number}" for update, number in places}
