"""What was measured on each network of each replicate, as tables over passes or learning rates."""

import numpy as np


class Measured:
    """The rows of metrics.csv, ready to be asked for one metric in one mode.

    metrics: those rows. Tables are of the base learning rate, passes 1…T and step multiple 1, except where they say
    otherwise: pass 0, before training, is never averaged. A number that is missing makes its mean so.
    """

    def __init__(self, metrics, learning_rate):
        self.learning_rate = learning_rate
        self._rows = {key: rows for key, rows in metrics.groupby(["metric", "mode"], sort=False)}
        self._none = metrics.iloc[:0]

    def every(self, metric, mode):
        """Return all rows of `metric` in `mode`, at any rate and pass."""
        return self._rows.get((metric, mode), self._none)

    def table(self, metric, mode):
        """Return the rows of `metric` in `mode` that all the following tables are of."""
        rows = self.every(metric, mode)
        return rows[(rows["learning_rate"] == self.learning_rate) & (rows["pass"] >= 1) & on_training_step(rows)]

    def rows(self, metric, mode):
        """Return values over (model, seed, pass): one, or one for each direction or layer."""
        return self.table(metric, mode).set_index(["model", "seed", "pass"])["value"]

    def value(self, metric, mode):
        """Return y, (model, seed) × pass. Several directions are averaged."""
        return _over_directions(self.rows(metric, mode)).mean(skipna=False).unstack("pass")

    def log(self, metric, mode):
        """Return log y, (model, seed) × pass. Several directions are averaged after the logarithm."""
        return _over_directions(log(self.rows(metric, mode))).mean(skipna=False).unstack("pass")

    def log_noise(self, metric, mode):
        """Return the variance of `log`'s entries due to the choice of directions; 0 where there is one, so unknown."""
        directions = _over_directions(log(self.rows(metric, mode)))
        count = directions.size()
        return (directions.var(ddof=1, skipna=False) / count).where(count > 1, 0.0).unstack("pass")

    def at_every_rate(self, metric, mode):
        """Return y at the last pass, (model, seed) × learning rate."""
        rows = self.every(metric, mode)
        rows = rows[rows["pass"] == rows["pass"].max()]
        return rows.set_index(["model", "seed", "learning_rate"])["value"].unstack("learning_rate")


def on_training_step(rows):
    """Return which of the rows of metrics.csv are of a step as long as training's, or of no step at all."""
    return rows["step_multiple"].isna() | (rows["step_multiple"] == 1)


def _over_directions(values):
    return values.groupby(level=["model", "seed", "pass"])


def log(values):
    """Return the natural logarithm: −inf of 0, NaN of what is negative, without a warning."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(values)
