"""C4: is it smoother at the same train loss?"""

import math
from functools import partial

from .. import states
from ..comparisons import at_equal_x
from ..estimates import loss_and_smoothness
from . import quotes
from .claim import BESIDE, PASS_0, Claim

SPLIT = 0.6  # nats: the loss that parts the beginning of training from the rest
CLAIM = Claim(
    id="C4",
    heading="Local smoothness at equal train loss",
    estimand="smoothness at equal train loss",
    metric="smoothness",
    mode="full_batch",
    measure=loss_and_smoothness,
    compare=at_equal_x,
    states=states.TRAINED,  # at pass 0 nothing is trained: its loss is the initialisation's
    quotes=(quotes.IT_IS_SMOOTHER,),
    note=(
        "The curvature of the cross-entropy shrinks with the loss, so this compares the two where their losses are "
        "equal."
    ),
    also="at equal train loss",
    passes=2,
    undefined="have no range in common",
)
_BESIDE = CLAIM._replace(family=BESIDE, beside="C4", quotes=(), note="", also="")
START = _BESIDE._replace(
    id="C4-start",
    heading=f"{CLAIM.heading}, pass 0 included",
    estimand=f"{CLAIM.estimand}, pass 0 included",
    states=states.ALL,
    needs=PASS_0,
)
ABOVE = _BESIDE._replace(
    id="C4-above",
    heading=f"{CLAIM.heading} above {SPLIT}",
    estimand=f"{CLAIM.estimand} above {SPLIT}",
    compare=partial(at_equal_x, low=math.log(SPLIT)),
    undefined=f"{CLAIM.undefined} above {SPLIT}",
)
BELOW = _BESIDE._replace(
    id="C4-below",
    heading=f"{CLAIM.heading} below {SPLIT}",
    estimand=f"{CLAIM.estimand} below {SPLIT}",
    compare=partial(at_equal_x, high=math.log(SPLIT)),
    undefined=f"{CLAIM.undefined} below {SPLIT}",
)
