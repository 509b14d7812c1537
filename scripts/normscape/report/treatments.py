"""What the findings on one treatment say together: for the headline, and of the notebook's sentences."""

from typing import NamedTuple

from ..analysis import claims
from ..analysis.claims import quotes
from ..analysis.claims.claim import BESIDE, EARLY
from ..analysis.turns import Turn
from ..analysis.verdicts import NO_DIFFERENCE

DECIDED = {"supported", "contradicted", NO_DIFFERENCE}


class Treatment(NamedTuple):
    """A treatment's name, its findings by claim, and the notebook's sentences: (quote, verdict, ids of the claims).

    asserted: whether the notebook's sentences are about this comparison: networks that differ in BatchNorm alone. If
    not, its claims ask of the treatment what the notebook says of BatchNorm, and there are no quotes.
    turn: the Turn of its local smoothness against the baseline's, or None. points: of its curve and the baseline's, the
    least number of checkpoints on which the comparison at equal loss rests in a replicate, or None.
    """

    name: str
    asserted: bool
    claims: dict
    quotes: list
    turn: Turn | None = None
    points: tuple | None = None

    @property
    def primary(self):
        """The finding on the primary endpoint."""
        return next(finding for finding in self.claims.values() if finding.primary)

    @property
    def others(self):
        """The findings on the claims that ask the primary one's question in another way."""
        return [finding for finding in self.claims.values() if finding.claim.also]

    @property
    def smoothness(self):
        """The finding on local smoothness at the same pass, if that is the primary endpoint; else None."""
        found = self._built_in("C3")
        return found if found and found.primary else None

    @property
    def start(self):
        """The finding on local smoothness before training, or None."""
        return self._built_in("C10")

    @property
    def first_updates(self):
        """The finding on local smoothness in the first few updates, or None."""
        return self._built_in("C11")

    @property
    def equal(self):
        """The finding on local smoothness at equal train loss, or None."""
        return self._built_in("C4")

    @property
    def smoother(self):
        """Whether the loss was smoother without reserve: before training, at the same pass and at equal loss alike."""
        asked = [self.smoothness, self.start, self.equal, *self.others]
        return all(finding and finding.verdict == "supported" for finding in asked)

    @property
    def elsewhere(self):
        """The findings that say otherwise than the one at the same pass, beside those of the start and equal loss."""
        told = [self.start, self.equal]
        return [
            finding
            for finding in self.others
            if finding not in told
            and finding.verdict not in ("not measured", self.smoothness.verdict)
            and (finding.claim.family != EARLY or not self.start or finding.verdict != self.start.verdict)
        ]

    @property
    def turned(self):
        """The Turn, if the claims show it, too: on one side before training, on the other at the same pass."""
        decided = ("supported", "contradicted")
        shown = self.smoothness and self.start and {self.smoothness.verdict, self.start.verdict} == set(decided)
        within = self.turn and self.turn.in_first_pass and shown and self.turn.side == self.smoothness.side
        return self.turn if within else None

    def _built_in(self, id):
        """Return the finding on a claim, if that asks what it asks without a config's change; else None."""
        found = self.claims.get(id)
        return found if found and claims.comes_along(found.claim) else None


def treatment(name, found, entry, baseline, turn=None, points=None):
    """Return the Treatment of that name, from the Findings of all treatments.

    entry, baseline: the models' entries. turn, points: as the Treatment has them.
    """
    own = [finding for finding in found if finding.treatment == name]
    beside = [finding for finding in own if finding.claim.family == BESIDE]
    told = {
        finding.claim.id: finding._replace(
            beside=tuple(each for each in beside if each.claim.beside == finding.claim.id)
        )
        for finding in own
        if finding not in beside
    }
    without = {key: value for key, value in entry.items() if key not in ("placement", "affine")}
    asserted = entry["normalisation"] == "batch" and baseline == {**without, "normalisation": "none"}
    return Treatment(name, asserted, told, list(_quotes(told.values())) if asserted else [], turn, points)


def _quotes(found):
    """Yield (sentence of the notebook, verdict, ids of the claims) for each that some of `found` test."""
    for quote in quotes.QUOTES:
        testing = [finding for finding in found if quote in finding.claim.quotes]
        if testing:
            yield quote, quote_verdict(testing), [finding.claim.id for finding in testing]


def quote_verdict(found):
    """Return what the findings that test one of the notebook's sentences say of it together."""
    verdicts = {finding.verdict for finding in found}
    if len(verdicts) == 1:
        return verdicts.pop()
    decided = verdicts & DECIDED
    listed = ", ".join(f"{finding.claim.id} {finding.verdict}" for finding in found)
    return ("mixed: " if decided else "undecided: ") + listed
