"""What a claim is: one entry with everything that table, figures, commentary and tests say and do of it."""

import math
from collections.abc import Callable
from typing import NamedTuple

import pandas

from ...data.datasets import DATASETS
from ...training.stops import is_evaluated, is_probed, stops, updates_per_pass
from .. import states as of
from ..claim_parts import EVALUATED, is_detailed
from ..comparisons import subtract

BELOW, ABOVE = "below 0", "above 0"
LOG_RATIO, ACCURACY_DIFFERENCE = "log ratio", "accuracy difference"
PRIMARY, SECONDARY = "primary", "secondary"
EARLY = "early"  # of the start, where the notebook's plot doesn't begin
BESIDE = "beside"  # no family: numbers that stand beside a claim and get no verdict
EVERY_PASS, LAST_PASS, PASS_0 = "every pass", "the last pass", "pass 0"  # what must be measured, or none is
_NUMBERS = {1: "one", 2: "two", 3: "three"}


class Asked(NamedTuple):
    """The settings that what is said of a claim may depend on. A checkpoint is (update, its pass; None within one)."""

    directions: int  # probes a checkpoint
    swept: bool  # several learning rates
    passes: int
    evaluated: tuple  # checkpoints at which losses and accuracies are evaluated
    probed: tuple  # checkpoints at which there are probes
    detailed: tuple  # those of them at which the dearer measures are taken, too

    @classmethod
    def of(cls, settings, swept):
        """Return the Asked of an experiment's settings. swept: whether it has several learning rates."""
        training, smoothness, dataset = (settings[name] for name in ("training", "smoothness", "dataset"))
        every, last = training["evaluate_every"], training["passes"]
        images = DATASETS[dataset["name"]].drawn(dataset["fraction"])
        checkpoints = stops(updates_per_pass(images, training["batch_size"]), last, training["early_updates"])
        probed = [each for each in checkpoints if is_probed(each[1], smoothness["passes"])]
        return cls(
            directions=smoothness["directions"],
            swept=swept,
            passes=last,
            evaluated=tuple(each for each in checkpoints if is_evaluated(each[1], last, every)),
            probed=tuple(probed),
            detailed=tuple(each for each in probed if each[1] in smoothness["detailed_passes"]),
        )


class Claim(NamedTuple):
    """One claim made testable: `compare(measure(treatment), measure(baseline))`, averaged over replicates.

    measure: of `analysis.estimates`: takes a Measured, a metric and a mode, and returns a Series over (model, seed).
    compare: of `analysis.comparisons`: turns what was measured on treatment and baseline into differences, shape (n,).
    family: PRIMARY, SECONDARY and EARLY claims are corrected by Holm's procedure, each family by itself. EARLY ones
        have one of their own so that they change nothing for claims that were fixed before there were any.
    undefined: why there may be no number though all that it is made of is there; of two curves, what of their losses.
    bounded: for values that may be only bounds of what they stand for. Called with the Paired of all differences, the
        rows of metrics.csv, the Design of this one treatment against the baseline, and the seeds of the differences;
        returns what is left of the Paired.
    """

    id: str
    heading: str  # of its paragraph in the commentary, less what `title` adds
    estimand: str  # in words
    metric: str  # of metrics.csv
    mode: str  # of BatchNorm, in which it was measured
    measure: Callable
    compare: Callable = subtract
    states: of.States = of.PASSES  # the checkpoints that it is about
    unit: str = LOG_RATIO
    claimed: str = BELOW  # the side of 0 on which the notebook's words put it
    family: str = SECONDARY
    beside: str = ""  # id of the claim that it stands beside
    own_margin: float | None = None  # a ratio or percentage points that doesn't matter, instead of the Design's
    quotes: tuple[str, ...] = ()  # sentences of `quotes` that it tests
    note: str = ""  # stands behind its finding
    note_if: Callable = lambda asked: True  # whether the note does, given an Asked
    also: str = ""  # how it asks the primary claim's question in another way, for the headline: “in eval mode”
    bounded: Callable | None = None
    swept: bool = False  # whether it takes several learning rates
    passes: int = 1  # the least number of passes that it takes, or, where it isn't of passes alone, of checkpoints
    needs: str = ""  # EVERY_PASS, LAST_PASS, PASS_0: that must be among its checkpoints; "": none in particular
    undefined: str = "its number isn't finite"

    @property
    def title(self):
        """The heading of its paragraph in the commentary."""
        return self.heading + (": the primary endpoint" if self.family == PRIMARY else "")

    def margin(self, design):
        """Return the size below which its difference doesn't matter, on its unit's scale; None where none is stated."""
        if self.family == BESIDE:
            return None
        ratio = self.unit == LOG_RATIO
        stated = self.own_margin or design.negligible.get("ratio" if ratio else "points")
        return stated and (math.log(stated) if ratio else stated / 100)

    def is_measured(self, rows, last):
        """Tell whether all that it takes is measured, a sweep aside.

        rows: a DataFrame whose columns pass and update say at which checkpoints its metric is measured. last: the
        number of training's last pass.
        """
        rows = of.select(rows, self.states)
        needed = {EVERY_PASS: range(1, last + 1), LAST_PASS: [last], PASS_0: [0], "": []}[self.needs]
        return rows["update"].nunique() >= self.passes and set(needed) <= set(rows["pass"].dropna())

    def unmeasured(self, asked):
        """Return what it takes that the settings, an Asked, lack: “a sweep over learning rates”; "" for nothing."""
        if self.swept and not asked.swept:
            return "a sweep over learning rates"
        what, checkpoints = self._measured(asked)
        if self.is_measured(pandas.DataFrame(checkpoints, columns=["update", "pass"], dtype="Int64"), asked.passes):
            return ""
        if self.states == of.EARLY:
            return f"{what} after one of the updates up to {of.FIRST}"
        if self.states == of.START or self.needs == PASS_0:
            return f"{what} before training"
        if self.states != of.PASSES:
            return f"at least {_NUMBERS[self.passes]} probed checkpoints"
        if asked.passes < self.passes:
            return f"at least {_NUMBERS[self.passes]} passes"
        return f"{what} after {self.needs or 'some pass'}"

    def _measured(self, asked):
        """Return what measures its metric, and at which checkpoints that is asked for."""
        if self.metric in EVALUATED:
            return "an evaluation", asked.evaluated
        if is_detailed(self.metric, self.mode):
            return "a detailed probe", asked.detailed
        return "a probe", asked.probed
