"""What was measured on each network of each replicate, as tables over checkpoints or learning rates."""

import copy

import numpy as np

from . import states as of


class Measured:
    """The rows of metrics.csv, ready to be asked for one metric in one mode.

    metrics: those rows. Tables are of the base learning rate, step multiple 1 and some of the checkpoints, passes 1…T
    at first, except where they say otherwise. A number that is missing makes its mean so.
    """

    def __init__(self, metrics, learning_rate):
        self.learning_rate, self.states = learning_rate, of.PASSES
        self._rows = {key: rows for key, rows in metrics.groupby(["metric", "mode"], sort=False)}
        self._none = metrics.iloc[:0]

    def over(self, states):
        """Return the same, with tables of other States."""
        other = copy.copy(self)
        other.states = states
        return other

    def every(self, metric, mode):
        """Return all rows of `metric` in `mode`, at any rate and checkpoint."""
        return self._rows.get((metric, mode), self._none)

    def table(self, metric, mode):
        """Return the rows of `metric` in `mode` that all the following tables are of."""
        rows = self.every(metric, mode)
        rows = rows[(rows["learning_rate"] == self.learning_rate) & on_training_step(rows)]
        return of.select(rows, self.states)

    def rows(self, metric, mode):
        """Return values over (model, seed, update): one, or one for each direction or layer."""
        return self.table(metric, mode).set_index(["model", "seed", "update"])["value"]

    def value(self, metric, mode):
        """Return y, (model, seed) × update. Several directions are averaged."""
        return _over_directions(self.rows(metric, mode)).mean(skipna=False).unstack("update")

    def log(self, metric, mode):
        """Return log y, (model, seed) × update. Several directions are averaged after the logarithm."""
        return _over_directions(log(self.rows(metric, mode))).mean(skipna=False).unstack("update")

    def log_noise(self, metric, mode):
        """Return the variance of `log`'s entries due to the choice of directions; 0 where there is one, so unknown."""
        directions = _over_directions(log(self.rows(metric, mode)))
        count = directions.size()
        return (directions.var(ddof=1, skipna=False) / count).where(count > 1, 0.0).unstack("update")

    def at_every_rate(self, metric, mode):
        """Return y at the last pass, (model, seed) × learning rate."""
        rows = self.every(metric, mode)
        rows = rows[rows["update"] == rows["update"].max()]
        return rows.set_index(["model", "seed", "learning_rate"])["value"].unstack("learning_rate")


def on_training_step(rows):
    """Return which of the rows of metrics.csv are of a step as long as training's, or of no step at all."""
    return rows["step_multiple"].isna() | (rows["step_multiple"] == 1)


def _over_directions(values):
    return values.groupby(level=["model", "seed", "update"])


def log(values):
    """Return the natural logarithm: −inf of 0, NaN of what is negative, without a warning."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(values)
