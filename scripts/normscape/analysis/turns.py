"""From when on a treatment's local smoothness lies on one side of the baseline's."""

from typing import NamedTuple

import numpy as np
import pandas

from . import states
from .comparisons import subtract
from .design import excluded, left_out
from .measured import Measured

METRIC, MODE = "smoothness", "full_batch"


class Turn(NamedTuple):
    """The last checkpoint with the mean ratio on one side, and the next: from there on it lies on the other."""

    before: str  # “update 8”, as `states.names` has it
    since: str
    side: str  # "lower" or "higher": where the treatment's lies since then
    in_first_pass: bool


def turns(metrics, design):
    """Return {treatment: its Turn}, of the geometric means over all pairs at each checkpoint; None for none.

    metrics: the rows of metrics.csv. There is none where the last checkpoints' means are on no side, and where all that
    are known lie on the same one.
    """
    rows = design.rows(metrics)
    measured, out = Measured(rows, design.learning_rate).over(states.ALL), left_out(excluded(rows, design), METRIC)
    with np.errstate(invalid="ignore"):
        logs = measured.log(METRIC, MODE)
    logs = logs[[network not in out for network in logs.index]]
    names = states.names(measured.table(METRIC, MODE))
    return {treatment: _turn(_means(logs, treatment, design.baseline), names) for treatment in design.treatments}


def _means(logs, treatment, baseline):
    """Return the mean over the pairs of log treatment / baseline, a Series over updates."""
    own, other = (
        logs[logs.index.get_level_values("model") == model].droplevel("model") for model in (treatment, baseline)
    )
    seeds = own.index.intersection(other.index)
    with np.errstate(invalid="ignore"):
        differences = subtract(own.loc[seeds], other.loc[seeds])
        means = differences.mean(axis=0) if len(seeds) else np.full(logs.shape[1], np.nan)
    return pandas.Series(means, logs.columns)


def _turn(means, names):
    sides = np.sign(means.to_numpy())
    if not len(sides) or sides[-1] not in (-1, 1):
        return None
    since = len(sides) - 1
    while since and sides[since - 1] == sides[-1]:
        since -= 1
    if not since or sides[since - 1] != -sides[-1]:
        return None
    before, first = (names[means.index[place]] for place in (since - 1, since))
    return Turn(before, first, "lower" if sides[-1] < 0 else "higher", "update" in first or first == "pass 1")
