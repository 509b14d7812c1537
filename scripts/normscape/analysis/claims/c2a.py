"""C2a: is the test accuracy higher?"""

from ..estimates import last
from .claim import ABOVE, ACCURACY_DIFFERENCE, LAST_PASS, Claim

CLAIM = Claim(
    id="C2a",
    heading="Test accuracy",
    estimand="test accuracy at the last pass",
    metric="test_accuracy",
    mode="eval",
    measure=last,
    needs=LAST_PASS,
    unit=ACCURACY_DIFFERENCE,
    claimed=ABOVE,
)
