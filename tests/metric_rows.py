"""Rows of metrics.csv by hand, and the claims that follow from them."""

import math

import pandas
from normscape import tables
from normscape.analysis import claims, verdicts
from normscape.analysis.design import Design

RATE = 0.1
UPDATES = 100  # a pass has


def design(seeds=(0,), treatments=("batch",)):
    """The treatments against the model `plain`."""
    return Design("plain", list(treatments), 0.95, RATE, list(seeds))


def rows(model, metric, values, seed=0, mode="eval", first=1, rate=RATE, **more):
    """Rows of metrics.csv for `metric` at the passes first, first + 1, …; a pass whose value is None has none.

    Instead of a list, {update: value}: rows at updates, those of the first pass. A text in a value's place is why it is
    missing.
    """
    blank = {"direction": math.nan, "step_multiple": math.nan, "layer": "", "filter": math.nan}
    assert more.keys() <= blank.keys()
    if not isinstance(values, dict):
        values = {number * UPDATES: value for number, value in enumerate(values, start=first)}
    return [
        {
            "model": model,
            "learning_rate": rate,
            "seed": seed,
            "pass": pandas.NA if update % UPDATES else update // UPDATES,
            "update": update,
            "mode": mode,
            **blank,
            **more,
            "metric": metric,
            "value": math.nan if isinstance(value, str) else float(value),
            "missing": value if isinstance(value, str) else "",
        }
        for update, value in values.items()
        if value is not None
    ]


def frame(table):
    """The rows as a DataFrame like the one that metrics.csv is read as."""
    return pandas.DataFrame(table).astype({"pass": "Int64"})


def probe(model, metric, values, seed=0, mode="full_batch", direction=0, step_multiple=1.0):
    """Rows of metrics.csv for what a probe measured; values as in `rows`."""
    return rows(model, metric, values, seed, mode, direction=direction, step_multiple=step_multiple)


def replicate(model, seed, losses, smoothness=True):
    """A run with the train losses at passes 0, 1, …, None where it diverged; each its smoothness, too."""
    table = rows(model, "diverged", [loss is None for loss in losses], seed, first=0)
    table += rows(model, "train_loss", [math.nan if loss is None else loss for loss in losses], seed, first=0)
    return table + (probe(model, "smoothness", losses[1:], seed) if smoothness else [])


def sweep(model, losses, seed=0):
    """Runs of two passes ending with {rate: loss}; a loss of None diverged in the last, and `...` isn't there."""
    table = []
    for rate, loss in losses.items():
        if loss is not ...:
            table += rows(model, "diverged", [0, 0, loss is None], seed, first=0, rate=rate)
            table += rows(model, "train_loss", [3, 2, math.nan if loss is None else loss], seed, first=0, rate=rate)
    return table


def evaluate(table, seeds=(0,), treatments=("batch",)):
    """Return {(claim, treatment): row}, having checked that the rows fit their declaration."""
    found = verdicts.evaluate(frame(table), design(seeds, treatments))
    for row in found:
        assert list(row) == [column.name for column in verdicts.COLUMNS]
    tables.check(verdicts.COLUMNS, found)
    assert len(found) == len(claims.CLAIMS) * len(treatments)
    return {(row["claim"], row["treatment"]): row for row in found}


def estimate(claim, table, **more):
    """The estimate of a claim for the treatment `batch`."""
    return evaluate(table, **more)[claim, "batch"]["estimate"]
