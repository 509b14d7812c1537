"""C6a: is the smoothness less volatile?"""

from ..comparisons import pooled_log_ratio
from ..estimates import probed_volatility
from . import quotes
from .claim import EVERY_PASS, Claim

CLAIM = Claim(
    id="C6a",
    heading="Volatility of the smoothness",
    estimand="SD of the pass-to-pass change of log smoothness",
    metric="smoothness",
    mode="full_batch",
    measure=probed_volatility,
    compare=pooled_log_ratio,
    quotes=(quotes.LESS_VOLATILITY,),
    note="One probe a pass: its own noise is included.",
    note_if=lambda asked: asked.directions == 1,
    passes=3,
    needs=EVERY_PASS,
    undefined="pooled over the replicates, the variance of a network's changes, less its probes' noise, isn't above 0",
)
