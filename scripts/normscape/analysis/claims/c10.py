"""C10: is the loss locally smoother before training?"""

from .. import states
from ..estimates import log_mean
from .claim import EARLY, Claim

CLAIM = Claim(
    id="C10",
    heading="Local smoothness before training",
    estimand="smoothness before training",
    metric="smoothness",
    mode="full_batch",
    measure=log_mean,
    states=states.START,
    family=EARLY,
    note="Nothing is trained there: this compares the two as they are initialised.",
    also="before training",
)
