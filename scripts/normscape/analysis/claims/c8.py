"""C8: is it smoother in eval mode, too?"""

from ..estimates import log_mean
from . import quotes
from .claim import Claim

CLAIM = Claim(
    id="C8",
    heading="Local smoothness in eval mode",
    estimand="smoothness in eval mode, mean over its passes",
    metric="smoothness",
    mode="eval",
    measure=log_mean,
    quotes=(quotes.IT_IS_SMOOTHER,),
    note="In eval mode BatchNorm is a fixed linear map; without BatchNorm, eval and full-batch mode are the same.",
    also="in eval mode",
)
