"""What the numbers say of each claim and treatment, in words for the template to choose from."""

from typing import NamedTuple

from ..analysis import claims, statistics
from ..analysis.claims import quotes
from ..analysis.claims.claim import LOG_RATIO, PRIMARY, Claim
from ..analysis.design import SMOOTHNESS_MISSING
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
    few: bool  # there are too few pairs for a verdict
    sides: str  # in how many pairs it was lower, equal, higher: “lower in 4 of 6, higher in 2”; "" if known of none
    gaps: str  # what keeps a claim that is not decidable from being so
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


def finding(row, design, asked, gaps):
    """Return the Finding that a row of claims.csv, a dict with None for empty cells, makes.

    design: the Design. asked: an Asked. gaps: the Gaps of all claims and treatments.
    """
    claim = next(claim for claim in claims.CLAIMS if claim.id == row["claim"])
    told = _told(row)
    return Finding(
        claim=claim,
        treatment=row["treatment"],
        n=row["n"],
        verdict=row["verdict"],
        size=told.cell if told else "",
        interval=told.interval if told else "",
        effect=_effect(row, told, design) if told else "",
        p=words.p_value(row["p"]),
        p_holm=words.p_value(row["p_holm"]),
        one_sided=None not in (row["low"], row["high"]) and not row["low"] <= 0 <= row["high"],
        few=0 < row["n"] < statistics.fewest(design.confidence),
        sides=sides(row),
        gaps=_gaps([gap for gap in gaps if (gap.claim, gap.treatment) == (row["claim"], row["treatment"])]),
        note=claim.note if claim.note_if(asked) else "",
        unmeasured=claim.unmeasured(asked),
    )


def _told(row):
    """Return the Told of a row of claims.csv, or None where it has no estimate."""
    if row["estimate"] is None:
        return None
    return words.told(row["estimate"], row["low"], row["high"], row["unit"] == LOG_RATIO)


def size_and_interval(row):
    """Return the estimate of a row of claims.csv and its interval, as they stand in a table; "" for none.

    A claim that is not decidable has, in the estimate's place, the sides on which the pairs lie.
    """
    told = _told(row)
    return (told.cell, told.interval) if told else (sides(row) if row["n"] else "", "")


def _effect(row, told, design):
    """Return the estimate as it stands in a sentence."""
    effect = f"{told.before}{told.number} {'times' if told.ratio else 'percentage points from'} {design.baseline}'s"
    if not told.interval:
        return effect
    p = words.p_value(row["p"])
    parts = [
        f"{words.percent(design.confidence)} interval {told.interval}",
        f"n = {row['n']}" + (f", p {p}" if p else ""),
        *([_agreement(row)] if row["n"] > 1 else []),
    ]
    return f"{effect} ({'; '.join(parts)})"


def _agreement(row):
    """Return how many pairs lie on the estimate's side. Rates that the end of a grid cut off are equal on it alone."""
    grid = " on the grid" if words.bound(row["low"], row["high"]) else ""
    if row["equal"] == row["n"]:
        return f"identical{grid} in all {row['n']}"
    if not row["estimate"]:
        return sides(row)
    agreeing = row["lower"] if row["estimate"] < 0 else row["higher"]
    return f"{agreeing} of {row['n']} agree" + (f", {row['equal']} equal{grid}" if row["equal"] else "")


def sides(row):
    """Return in how many pairs of a row of claims.csv the treatment's value lies on which side of the baseline's.

    As “lower in 4 of 6, higher in 1, unknown in 1”, or “lower” for a single pair; "" where that is known of none.
    """
    known = [side for side in ("lower", "equal", "higher") if row[side]]
    if not known or row["n"] == 1:
        return "".join(known)
    told = [f"{side} in {row[side]}" for side in known]
    told[0] += f" of {row['n']}"
    if row["undecided"]:
        told.append(f"unknown in {row['undecided']}")
    return ", ".join(told)


def _gaps(gaps):
    """Return the Gaps as “seed 4 (Normed, pass 2: the step is zero); …”, those beyond the first few counted."""
    groups = {}
    for gap in gaps:
        groups.setdefault((gap.model, gap.reason), []).append(gap.seed)
    told = [
        f"{words.numbered('seed', 'seeds', seeds)} ({', '.join(filter(None, (model, reason)))})"
        for (model, reason), seeds in groups.items()
    ]
    rest = sum(map(len, list(groups.values())[words.FEW :]))
    return "; ".join(told[: words.FEW]) + (f"; and {rest} more" if rest else "")


def of_all(found, confidence):
    """Return what the template is told of all Findings together.

    fewest: how many pairs a verdict takes, where there were too few for one; else None. undecidable, estimated: whether
    any claim is not decidable, and whether any has an estimate.
    """
    withheld = any(each.few and each.verdict == "inconclusive" for each in found)
    return {
        "fewest": statistics.fewest(confidence) if withheld else None,
        "undecidable": any(each.verdict == "not decidable" for each in found),
        "estimated": any(each.size for each in found),
    }


def left_out(exclusions):
    """Return the Exclusions from every claim, and those from the claims that rest on probes alone."""
    unprobed = [each for each in exclusions if each.reason == SMOOTHNESS_MISSING]
    return [each for each in exclusions if each not in unprobed], unprobed


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
