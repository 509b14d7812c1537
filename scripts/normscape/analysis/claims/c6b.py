"""C6b: does the train loss fall more evenly?"""

from ..estimates import log_volatility, volatility
from . import quotes
from .claim import BESIDE, EVERY_PASS, Claim

CLAIM = Claim(
    id="C6b",
    heading="Volatility of the train loss",
    estimand="SD of the pass-to-pass change of train loss",
    metric="train_loss",
    mode="eval",
    measure=volatility,  # of the loss itself, as the notebook plots it
    quotes=(quotes.IMPROVE_MORE_SMOOTHLY,),
    passes=3,
    needs=EVERY_PASS,
    undefined="it changes by the same amount from pass to pass, so its SD is 0",
)
LOG = CLAIM._replace(
    id="C6b-log",
    heading="Volatility of the logarithm of the train loss",
    estimand="SD of the pass-to-pass change of log train loss",
    measure=log_volatility,
    family=BESIDE,
    beside="C6b",
    quotes=(),
)
