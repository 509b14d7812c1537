"""C7: does training work at larger learning rates?"""

from .. import sweep
from . import quotes
from .claim import ABOVE, Claim

CLAIM = Claim(
    id="C7",
    heading="Larger steps",
    estimand="largest workable learning rate",
    metric=sweep.METRIC,
    mode=sweep.MODE,
    measure=sweep.largest_rate,
    claimed=ABOVE,
    quotes=(quotes.LARGER_STEPS,),
    note=(
        "A rate works where training neither diverges nor ends with a higher train loss than the same network's at the "
        "base rate."
    ),
    note_if=lambda asked: asked.swept,
    bounded=sweep.cut_off,
    swept=True,
)
