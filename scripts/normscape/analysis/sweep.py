"""A sweep over learning rates: the largest at which training works, and what became of the runs at each."""

from typing import NamedTuple

import numpy as np
import pandas

from .design import excluded, left_out
from .measured import Measured, log

METRIC, MODE = "train_loss", "eval"  # by which the end of a training is judged


def largest_rate(measured, metric, mode):
    """Log of the largest learning rate of the grid at which training ends with y no greater than at the base rate.

    A run that diverged doesn't. Asked of each replicate by itself, so that the answer has an interval: "no replicate
    diverges" would give one number for all. A network that lacks a rate's run has none, and so is no part of a pair.
    The grid's largest rate is a lower bound: `cut_off` says what becomes of the comparison.
    """
    return log(_largest_rate(measured, metric, mode))


def _largest_rate(measured, metric, mode):
    runs = measured.at_every_rate("diverged", mode)
    if runs.shape[1] < 2:
        return pandas.Series(index=runs.index[:0], dtype=float)  # without a sweep it isn't measured
    ends = measured.at_every_rate(metric, mode).reindex(index=runs.index, columns=runs.columns)
    qualifies = ends.le(ends[measured.learning_rate], axis=0)  # a diverged run's y is NaN, which is not ≤
    largest = (qualifies * ends.columns.to_numpy()).max(axis=1)
    return largest[runs.notna().all(axis=1)]


def largest_rates(metrics, design):
    """Return {model: {seed: its largest workable rate}}, less what is `excluded` or has none; see `largest_rate`.

    metrics: the rows of metrics.csv. Empty inner dicts without a sweep.
    """
    metrics = design.rows(metrics)
    out = left_out(excluded(metrics, design), METRIC)
    rates = {model: {} for model in design.models}
    if (metrics["learning_rate"] == design.learning_rate).any():
        largest = _largest_rate(Measured(metrics, design.learning_rate), METRIC, MODE)
        for (model, seed), rate in largest[largest > 0].items():
            if (model, seed) not in out:
                rates[model][seed] = float(rate)
    return rates


def cut_off(paired, metrics, pair, seeds):
    """Return what the end of the grid leaves of `paired`, the Paired of the log ratios of largest workable rates.

    metrics: the rows of metrics.csv. pair: the Design of one treatment against the baseline. seeds: of the differences.

    The grid's largest rate, where it is a replicate's largest workable one, is a lower bound of what a longer grid
    would give. To take it as exact would be wrong, and to leave its replicate out would select by outcome. What is
    compared are rates cut off at the end of the grid. With only the treatment's cut off, their mean difference is at
    most that of the rates themselves, so the interval bounds it from below alone; with only the baseline's, from above
    alone; with both networks', not at all. An open end is ±inf, also where few replicates give no interval. The p keeps
    its meaning for an estimate that the cut can only have brought closer to 0; else it is 1, and stays among those that
    Holm's correction counts, whose number mustn't depend on the outcome.
    """
    if paired.estimate is None:
        return paired
    rates, end = largest_rates(metrics, pair), metrics["learning_rate"].max()
    baseline, treatment = (any(rates[model][seed] == end for seed in seeds) for model in pair.models)
    closer = not (treatment and paired.estimate <= 0) and not (baseline and paired.estimate >= 0)
    return paired._replace(
        low=-np.inf if baseline else paired.low,
        high=np.inf if treatment else paired.high,
        p=paired.p if closer or paired.p is None else 1.0,
        p_sign_flip=paired.p_sign_flip if closer or paired.p_sign_flip is None else 1.0,
    )


class Outcome(NamedTuple):
    """What became of one model's replicates at one learning rate."""

    model: str
    learning_rate: float
    trained: int  # replicates whose run is there, diverged or not
    diverged: int  # of these
    missing: tuple  # seeds without a run


def outcomes(metrics, models, seeds):
    """Return the Outcome of each of `models` at each learning rate of `metrics`, rates rising."""
    runs = metrics[metrics["metric"] == "diverged"].groupby(["model", "learning_rate", "seed"])["value"].max()
    result = []
    for model in models:
        for rate in sorted(float(rate) for rate in metrics["learning_rate"].unique()):
            diverged = [runs.get((model, rate, seed)) for seed in seeds]
            missing = tuple(seed for seed, value in zip(seeds, diverged, strict=True) if value is None)
            result.append(Outcome(model, rate, len(seeds) - len(missing), diverged.count(1), missing))
    return result
