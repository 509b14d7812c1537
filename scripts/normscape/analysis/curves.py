"""The mean of each quantity over a model's replicates, checkpoint by checkpoint, with its interval."""

from typing import NamedTuple

import numpy as np
import pandas

from ..tables import Column
from . import statistics
from .measured import log, on_training_step

COLUMNS = (
    Column("model", str),
    Column("learning_rate", float, low=0),
    Column("pass", int, low=0, optional=True),  # which ends there; empty within a pass
    Column("update", int, low=0),
    Column("metric", str),
    Column("scale", str),  # log: geometric mean, and the interval taken on the log scale; or linear
    Column("n", int, low=0),  # replicates that have the number, and on a log scale its logarithm
    Column("missing", int, low=0),  # replicates that don't, though they didn't diverge; with any, there is no mean
    Column("mean", float, optional=True),
    Column("low", float, optional=True),  # the mean's t-interval
    Column("high", float, optional=True),
)


class Curve(NamedTuple):
    """What is drawn under one name: a metric in a mode, averaged on a scale (linear or log)."""

    metric: str
    mode: str
    scale: str


CURVES = {
    "train_loss": Curve("train_loss", "eval", "log"),
    "train_accuracy": Curve("train_accuracy", "eval", "linear"),
    "test_loss": Curve("test_loss", "eval", "log"),
    "test_accuracy": Curve("test_accuracy", "eval", "linear"),
    "full_batch_loss": Curve("loss", "full_batch", "log"),
    "smoothness": Curve("smoothness", "full_batch", "log"),
    "notebook_estimator": Curve("notebook_estimator", "full_batch", "log"),
}


def not_diverged(metrics):
    """Return the rows of metrics.csv less those, at every pass, of the runs that diverged."""
    run = ["model", "learning_rate", "seed"]
    diverged = metrics.loc[(metrics["metric"] == "diverged") & (metrics["value"] == 1), run].drop_duplicates()
    return metrics[~pandas.MultiIndex.from_frame(metrics[run]).isin(pandas.MultiIndex.from_frame(diverged))]


def replicates(metrics):
    """Return the values of CURVES of every run: model, learning_rate, pass, update, seed, metric, value; a DataFrame.

    Several directions are averaged, on the curve's scale. A run that diverged is left out, at every checkpoint; a
    number that is missing is NaN.
    """
    metrics = not_diverged(metrics)
    parts, passes = [], _passes(metrics)
    for name, curve in CURVES.items():
        chosen = metrics[(metrics["metric"] == curve.metric) & (metrics["mode"] == curve.mode)]
        chosen = chosen[on_training_step(chosen)]
        values = chosen.set_index(["model", "learning_rate", "update", "seed"])["value"]
        values = (log(values) if curve.scale == "log" else values).groupby(level=[0, 1, 2, 3]).mean(skipna=False)
        values = np.exp(values) if curve.scale == "log" else values
        parts.append(values.reset_index().assign(metric=name))
    values = pandas.concat(parts, ignore_index=True)
    values.insert(2, "pass", values["update"].map(passes).astype("Int64"))
    return values


def _passes(rows):
    """Return {update: number of the pass that ends there, or pandas.NA}."""
    return rows.drop_duplicates("update").set_index("update")["pass"].astype("Int64")


def curves(metrics, confidence):
    """Return rows of COLUMNS, dicts: the mean over replicates with its t-interval, for each of CURVES.

    Losses and smoothness are averaged as logarithms and given back as geometric means. Where a replicate lacks its
    number there is no mean: that of the others would be one of survivors. One without any such row isn't counted.
    """
    values, rows = replicates(metrics), []
    for (metric, model, rate, update), group in values.groupby(["metric", "model", "learning_rate", "update"]):
        scale = CURVES[metric].scale
        numbers = log(group["value"]) if scale == "log" else group["value"]
        n = int(np.isfinite(numbers).sum())
        interval = [None] * 3 if n < len(numbers) else statistics.mean_interval(numbers, confidence)
        if scale == "log":
            interval = [number if number is None else _exp(number) for number in interval]
        number = group["pass"].iloc[0]
        number = None if pandas.isna(number) else int(number)
        row = (model, rate, number, update, metric, scale, n, len(numbers) - n, *interval)
        rows.append(dict(zip((column.name for column in COLUMNS), row, strict=True)))
    return rows


def _exp(number):
    with np.errstate(over="ignore", under="ignore"):  # an interval may go beyond all numbers: to 0, or to inf
        return float(np.exp(number))


def at_last_pass(table):
    """Return the rows of the last pass of `table`, a DataFrame with the column pass: of curves or of replicates."""
    return table[(table["pass"] == table["pass"].max()).fillna(False)]
