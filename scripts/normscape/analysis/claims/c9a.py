"""C9a: are the gradients of the layers closer to one another?"""

from ..estimates import layer_spread
from . import quotes
from .claim import Claim

CLAIM = Claim(
    id="C9a",
    heading="Gradient norms across layers",
    estimand="gradient norm, largest over smallest layer",
    metric="layer_gradient_norm",
    mode="full_batch",
    measure=layer_spread,
    quotes=(quotes.GRADIENTS_EXPLODE_OR_VANISH,),
)
