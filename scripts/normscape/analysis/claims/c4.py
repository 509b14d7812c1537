"""C4: is it smoother at the same train loss?"""

from ..comparisons import at_equal_x
from ..estimates import loss_and_smoothness
from . import quotes
from .claim import Claim

CLAIM = Claim(
    id="C4",
    heading="Local smoothness at equal train loss",
    estimand="smoothness at equal train loss",
    metric="smoothness",
    mode="full_batch",
    measure=loss_and_smoothness,
    compare=at_equal_x,
    quotes=(quotes.IT_IS_SMOOTHER,),
    note=(
        "The curvature of the cross-entropy shrinks with the loss, so this compares the two where their losses are "
        "equal."
    ),
    also="at equal train loss",
    passes=2,
    undefined="their losses have no range in common",
)
