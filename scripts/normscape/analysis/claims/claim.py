"""What a claim is: one entry with everything that table, figures, commentary and tests say and do of it."""

from collections.abc import Callable
from typing import NamedTuple

from ..comparisons import subtract

BELOW, ABOVE = "below 0", "above 0"
LOG_RATIO, ACCURACY_DIFFERENCE = "log ratio", "accuracy difference"
PRIMARY, SECONDARY = "primary", "secondary"
_NUMBERS = {2: "two", 3: "three"}


class Asked(NamedTuple):
    """The settings that what is said of a claim may depend on."""

    directions: int  # probes a pass
    swept: bool  # several learning rates
    passes: int


class Claim(NamedTuple):
    """One claim made testable: `compare(measure(treatment), measure(baseline))`, averaged over replicates.

    measure: of `analysis.estimates`: takes a Measured, a metric and a mode, and returns a Series over (model, seed).
    compare: of `analysis.comparisons`: turns what was measured on treatment and baseline into differences, shape (n,).
    bounded: for values that may be only bounds of what they stand for. Called with the Paired of all differences, the
        rows of metrics.csv, the Design of this one treatment against the baseline, and the seeds of the differences;
        returns what is left of the Paired.
    """

    id: str
    heading: str  # of its paragraph in the commentary
    estimand: str  # in words
    metric: str  # of metrics.csv
    mode: str  # of BatchNorm, in which it was measured
    measure: Callable
    compare: Callable = subtract
    unit: str = LOG_RATIO
    claimed: str = BELOW  # the side of 0 on which the notebook's words put it
    family: str = SECONDARY  # claims of one family are corrected together, by Holm's procedure
    quotes: tuple[str, ...] = ()  # sentences of `quotes` that it tests
    note: str = ""  # stands behind its finding
    note_if: Callable = lambda asked: True  # whether the note does, given an Asked
    also: str = ""  # how it asks the primary claim's question in another way, for the headline: “in eval mode”
    bounded: Callable | None = None
    swept: bool = False  # whether it takes several learning rates
    passes: int = 1  # the least number of passes that it takes
    undefined: str = "its number isn't finite"  # why it may have none though all that it is made of are there

    def unmeasured(self, asked):
        """Return what it takes that the settings, an Asked, lack: “a sweep over learning rates”; "" for nothing."""
        if self.swept and not asked.swept:
            return "a sweep over learning rates"
        return f"at least {_NUMBERS[self.passes]} passes" if asked.passes < self.passes else ""
