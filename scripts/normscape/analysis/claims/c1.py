"""C1: does the train loss fall faster?"""

from ..estimates import log_mean
from . import quotes
from .claim import Claim

CLAIM = Claim(
    id="C1",
    heading="Train loss",
    estimand="train loss, mean over passes",
    metric="train_loss",
    mode="eval",
    measure=log_mean,
    quotes=(quotes.DESCENDS_MORE_EASILY,),
)
