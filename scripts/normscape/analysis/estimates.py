"""What a claim measures on one network of a replicate.

Each of these functions takes a Measured, whose checkpoints are those that the claim is about, a metric and a mode, and
returns a Series over (model, seed). A number that is missing or not finite makes the whole value so: no checkpoint is
dropped.
"""

import numpy as np
import pandas

from .measured import log
from .statistics import rounding


def log_mean(measured, metric, mode):
    """Mean over checkpoints of log y: the difference of two is the log ratio of geometric means."""
    return measured.log(metric, mode).mean(axis=1, skipna=False)


def mean(measured, metric, mode):
    """Mean over checkpoints of y."""
    return measured.value(metric, mode).mean(axis=1, skipna=False)


def last(measured, metric, mode):
    """y at the last pass."""
    return measured.value(metric, mode).iloc[:, -1]


def log_last(measured, metric, mode):
    """Log y at the last pass."""
    return measured.log(metric, mode).iloc[:, -1]


def volatility(measured, metric, mode):
    """Log of the standard deviation (ddof = 1) of y's increments from pass to pass, 1 → 2, …, T − 1 → T."""
    return log(_variance_of_increments(measured.value(metric, mode))) / 2


def log_volatility(measured, metric, mode):
    """The same for log y."""
    return log(_variance_of_increments(measured.log(metric, mode))) / 2


def probed_volatility(measured, metric, mode):
    """Variance (ddof = 1) of the increments of log y from pass to pass, less what the choice of directions adds to it.

    Unbiased, and so below 0 at times. With one direction per pass the noise is unknown, and nothing is subtracted.
    """
    variance = _variance_of_increments(measured.log(metric, mode))
    return variance - increment_noise(measured.log_noise(metric, mode))


def _variance_of_increments(y):
    """Return the variance (ddof = 1) of the increments of each row of y: 0 where all its spread is rounding."""
    variance = y.diff(axis=1).iloc[:, 1:].var(axis=1, ddof=1, skipna=False)
    return variance.mask(variance <= rounding(y.abs().max(axis=1)) ** 2, 0.0)


def increment_noise(noise):
    """Return what noise adds, in expectation, to the sample variance (ddof = 1) of the increments of T numbers.

    noise: shape (…, T), the variance of each number's own, independent noise. Returns shape (…,).
    With m = T − 1 increments d_t, Σ(d_t − d̄)² = Σ d_t² − m d̄². The noise adds noise_t + noise_{t+1} to the expectation
    of each d_t², and, since d̄ = (y_T − y_1) / m, (noise_1 + noise_T) / m² to that of d̄².
    """
    noise = np.asarray(noise)
    increments = noise.shape[-1] - 1
    if increments < 2:
        return np.full(noise.shape[:-1], np.nan)  # one increment has no variance
    squares = (noise[..., 1:] + noise[..., :-1]).sum(axis=-1)
    return (squares - (noise[..., 0] + noise[..., -1]) / increments) / (increments - 1)


def layer_spread(measured, metric, mode):
    """Mean over passes of log (largest / smallest layer)."""
    layers = log(measured.rows(metric, mode)).groupby(["model", "seed", "update"])
    spread = layers.max(skipna=False) - layers.min(skipna=False)
    return spread.unstack("update").mean(axis=1, skipna=False)


def loss_and_smoothness(measured, metric, mode):
    """The points (log loss, log y) of T checkpoints, both in `mode`: an array of shape (T, 2)."""
    y = measured.log(metric, mode)
    loss = measured.log("loss", mode).reindex(index=y.index, columns=y.columns)
    points = np.stack([loss.to_numpy(), y.to_numpy()], axis=2)
    return pandas.Series(list(points), index=y.index, dtype=object)
