"""What rounding does to a loss and a gradient, and when that is too much.

Over all images both are taken in float32 where that is enough: it is six times as fast as float64. Their errors go with
their size, while the measures are of differences, which a short step makes as small as it likes. So a number is kept if
the bounds below leave it with a relative error of at most TOLERANCE; else it is taken in float64, and if that isn't
enough either, it stays empty.

The bounds are twice and more what was seen with the notebook's networks, on 2 to 6000 images, at steps of 1e-6 to 1:
in float32 up to 3e-7 of a loss; of a gradient 1e-6 as a rule, and up to 3e-5 where a unit of the network, or a
max-pool, that is almost at its kink falls to its other side, which counts for more the fewer the images.
"""

from typing import NamedTuple

TOLERANCE = 0.01
UNDERFLOW_NEAR = 1e-20  # a gradient of this norm may have lost parts in float32, which ends at 1e-38


class Rounding(NamedTuple):
    """Bounds on the error of a loss, relative to it, and of a gradient, relative to the largest norm of one near by."""

    loss: float
    gradient: float


FINEST = Rounding(loss=1e-15, gradient=1e-13)  # float64's


def rounding(precision, images):
    """Return the Rounding of a loss over so many images. precision: float32 or float64."""
    return FINEST if precision == "float64" else Rounding(loss=6e-7, gradient=5e-5 + 2e-3 / images)
