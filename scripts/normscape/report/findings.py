"""What the numbers say of each claim and treatment, in words for the template to choose from."""

from typing import NamedTuple

from ..analysis import claims
from ..analysis.claims import quotes
from ..analysis.claims.claim import LOG_RATIO, PRIMARY, Claim
from . import words


class Finding(NamedTuple):
    """A row of claims.csv in words."""

    claim: Claim
    treatment: str
    n: int
    verdict: str
    size: str  # the estimate as it stands in a table, "" where there is none
    interval: str
    effect: str  # the estimate as it stands in a sentence, with interval, n and p
    p: str
    p_holm: str
    one_sided: bool  # the interval lies wholly on one side of no difference
    note: str
    unmeasured: str  # what it takes that the settings lack, "" for nothing

    @property
    def primary(self):
        """Whether the claim is the primary endpoint."""
        return self.claim.family == PRIMARY

    @property
    def mode(self):
        """The mode of BatchNorm in which it was measured."""
        return words.plain(self.claim.mode)


def finding(row, design, asked):
    """Return the Finding that a row of claims.csv, a dict with None for empty cells, makes.

    design: the Design. asked: an Asked.
    """
    claim = next(claim for claim in claims.CLAIMS if claim.id == row["claim"])
    size, interval = size_and_interval(row)
    return Finding(
        claim=claim,
        treatment=row["treatment"],
        n=row["n"],
        verdict=row["verdict"],
        size=size,
        interval=interval,
        effect=_effect(row, interval, design),
        p=words.p_value(row["p"]),
        p_holm=words.p_value(row["p_holm"]),
        one_sided=row["low"] is not None and not row["low"] <= 0 <= row["high"],
        note=claim.note if claim.note_if(asked) else "",
        unmeasured=claim.unmeasured(asked),
    )


def size_and_interval(row):
    """Return the estimate of a row of claims.csv and its interval, as they stand in a table; "" for none."""
    if row["estimate"] is None:
        return "", ""
    ratio, bound = row["unit"] == LOG_RATIO, words.bound(row["low"], row["high"])
    size, low, high = words.on_readers_scale((row["estimate"], row["low"], row["high"]), ratio)
    size = words.with_unit(size, ratio)
    if bound:
        return bound.size + size, bound.interval.format(low or high)
    return size, f"{low} to {high}" if low else ""


def _effect(row, interval, design):
    """Return the estimate as it stands in a sentence, "" for none."""
    if row["estimate"] is None:
        return ""
    ratio, bound = row["unit"] == LOG_RATIO, words.bound(row["low"], row["high"])
    size, *_ = words.on_readers_scale((row["estimate"], row["low"], row["high"]), ratio)
    effect = f"{size} times {design.baseline}'s" if ratio else f"{size} percentage points from {design.baseline}'s"
    if bound:
        effect = bound.size + effect
    if interval:
        effect += (
            f" ({words.percent(design.confidence)} interval {interval}; n = {row['n']}, p {words.p_value(row['p'])}; "
            f"{row['agreeing']} of {row['n']} agree)"
        )
    return effect


class Treatment(NamedTuple):
    """A treatment's name, its findings by claim, and the notebook's sentences: (quote, verdict, ids of the claims).

    asserted: whether the notebook's sentences are about this comparison: networks that differ in BatchNorm alone. If
    not, its claims ask of the treatment what the notebook says of BatchNorm, and there are no quotes.
    """

    name: str
    asserted: bool
    claims: dict
    quotes: list

    @property
    def primary(self):
        """The finding on the primary endpoint."""
        return next(finding for finding in self.claims.values() if finding.primary)

    @property
    def others(self):
        """The findings on the claims that ask the primary one's question in another way."""
        return [finding for finding in self.claims.values() if finding.claim.also]


def treatment(name, found, entry, baseline):
    """Return the Treatment of that name, from the Findings of all treatments. entry, baseline: the models' entries."""
    own = {finding.claim.id: finding for finding in found if finding.treatment == name}
    without = {key: value for key, value in entry.items() if key not in ("placement", "affine")}
    asserted = entry["normalisation"] == "batch" and baseline == {**without, "normalisation": "none"}
    return Treatment(name, asserted, own, list(_quotes(own.values())) if asserted else [])


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
    decided = verdicts & {"supported", "contradicted"}
    listed = ", ".join(f"{finding.claim.id} {finding.verdict}" for finding in found)
    return ("mixed: " if decided else "undecided: ") + listed
