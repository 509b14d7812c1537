"""C11: is the loss locally smoother in the first few updates?"""

from .. import states
from ..estimates import log_mean
from .claim import EARLY, Claim

CLAIM = Claim(
    id="C11",
    heading="Local smoothness in the first updates",
    estimand=f"smoothness, mean over the early updates up to {states.FIRST}",
    metric="smoothness",
    mode="full_batch",
    measure=log_mean,
    states=states.EARLY,
    family=EARLY,
    note="The notebook's plot begins after the first pass, where these updates are long over.",
    also=f"in the first {states.FIRST} updates",
)
