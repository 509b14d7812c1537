"""C6b: does the train loss fall more evenly?"""

from ..estimates import log_volatility
from . import quotes
from .claim import Claim

CLAIM = Claim(
    id="C6b",
    heading="Volatility of the train loss",
    estimand="SD of the pass-to-pass change of log train loss",
    metric="train_loss",
    mode="eval",
    measure=log_volatility,
    quotes=(quotes.IMPROVE_MORE_SMOOTHLY,),
    passes=3,
    undefined="it changes by the same amount from pass to pass, so its SD is 0",
)
