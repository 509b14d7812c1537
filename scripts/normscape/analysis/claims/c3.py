"""C3: is the loss locally smoother? The primary endpoint, chosen before any number was seen."""

from ..estimates import log_mean
from . import quotes
from .claim import PRIMARY, Claim

CLAIM = Claim(
    id="C3",
    heading="Local smoothness",
    estimand="smoothness, mean over passes",
    metric="smoothness",
    mode="full_batch",
    measure=log_mean,
    family=PRIMARY,
    quotes=(quotes.SMOOTHNESS_IS_LOWER, quotes.IT_IS_SMOOTHER),
)
