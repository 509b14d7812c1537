"""C6c: does the test accuracy rise more evenly?"""

from ..estimates import volatility
from . import quotes
from .claim import EVERY_PASS, Claim

CLAIM = Claim(
    id="C6c",
    heading="Volatility of the test accuracy",
    estimand="SD of the pass-to-pass change of test accuracy",
    metric="test_accuracy",
    mode="eval",
    measure=volatility,
    quotes=(quotes.IMPROVE_MORE_SMOOTHLY,),
    passes=3,
    needs=EVERY_PASS,
    undefined="it changes by the same amount from pass to pass, so its SD is 0",
)
