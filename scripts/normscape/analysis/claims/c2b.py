"""C2b: is the test loss lower?"""

from ..estimates import log_last
from .claim import LAST_PASS, Claim

CLAIM = Claim(
    id="C2b",
    heading="Test loss",
    estimand="test loss at the last pass",
    metric="test_loss",
    mode="eval",
    measure=log_last,
    needs=LAST_PASS,
)
