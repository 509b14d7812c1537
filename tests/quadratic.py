"""A function whose smoothness is known exactly, for the tests of the measurement."""

from typing import NamedTuple

import torch
from normscape.measurement import measures


class Point(NamedTuple):
    loss: float
    gradient: torch.Tensor


def quadratic(matrix):
    """f(w) = ½ wᵀAw, whose gradient changes by exactly Au along u."""
    return lambda w: Point((w @ matrix @ w / 2).item(), matrix @ w)


CURVED = torch.tensor([[3.0, 1.0, 0.0], [1.0, -2.0, 0.5], [0.0, 0.5, 1.0]], dtype=torch.float64)
W = torch.tensor([1.0, -1.0, 2.0], dtype=torch.float64)
U = torch.tensor([0.3, 0.1, -0.2], dtype=torch.float64)
SIZES = (2, 1)


def probe(multiples=(1.0,), step=U):
    f = quadratic(CURVED)
    return [found.values for found in measures.probe(f, W, f(W), step, multiples, SIZES)]
