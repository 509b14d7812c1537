"""C5: is it smoother where the scale of the filters doesn't count?"""

from ..estimates import log_mean
from . import quotes
from .claim import Claim

CLAIM = Claim(
    id="C5",
    heading="Scale-normalised smoothness",
    estimand="scale-normalised smoothness, mean over its passes",
    metric="scale_normalised_smoothness",
    mode="full_batch",
    measure=log_mean,
    quotes=(quotes.IT_IS_SMOOTHER,),
    note=(
        "Rescaling filters that feed a normalisation can change L̂ but not the function; this measure doesn't follow "
        "that."
    ),
    also="scale-normalised",
)
