"""C9b: are the activations of the layers closer to one another?"""

from ..estimates import layer_spread
from . import quotes
from .claim import Claim

CLAIM = Claim(
    id="C9b",
    heading="Activations across layers",
    estimand="activation SD, largest over smallest layer",
    metric="activation_sd",
    mode="full_batch",
    measure=layer_spread,
    quotes=(quotes.OUTPUTS_COMPOUND,),
)
