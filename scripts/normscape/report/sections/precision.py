"""How far float32 was from float64, in words."""

import math
from typing import NamedTuple

from ...measurement.precision import TOLERANCE
from .. import words


class Float32(NamedTuple):
    """The largest relative difference of L̂ in float32 from L̂ in float64, on a sample of images, and whose it is."""

    size: str  # "" for no difference
    model: str
    rate: str  # "" where there is but one
    seed: int
    enough: bool  # whether it is within the tolerance
    finite: bool  # whether float32 gave a number at all
    tolerance: str = words.percent(TOLERANCE)


def float32(metrics, design):
    """Return the Float32, or None where no run was sampled. metrics: the rows of metrics.csv. design: the Design."""
    rows = metrics[(metrics["metric"] == "float32_error") & (metrics["missing"].fillna("") == "")]
    if rows.empty:
        return None
    errors = rows["value"].fillna(math.inf)
    worst = rows.loc[errors.idxmax()]
    error, rate = float(errors.max()), float(worst["learning_rate"])
    finite = math.isfinite(error)
    return Float32(
        size=_size(error) if finite else "",
        model=worst["model"],
        rate="" if rate == design.learning_rate else f"{rate:g}",
        seed=int(worst["seed"]),
        enough=error <= TOLERANCE,
        finite=finite,
    )


def _size(error):
    if 0.01 <= error < 10:
        return f"{words.two_digits(100 * error)} %"
    return words.power_of_ten(math.log(error)) if error else ""
