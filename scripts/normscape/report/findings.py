"""What the numbers say of each claim, in words for the template to choose from."""

import math
from decimal import Decimal
from typing import NamedTuple

from ..analysis import claims, statistics
from ..analysis.claims.claim import BESIDE, LOG_RATIO, PRIMARY, Claim
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
    side: str  # on which the interval puts it, "lower" or "higher" than the baseline's; "" for neither
    few: bool  # there are too few pairs for a verdict
    sides: str  # in how many pairs it was lower, equal, higher: “lower in 4 of 6, higher in 2”; "" if known of none
    gaps: str  # what keeps a claim that is not decidable from being so
    note: str
    unmeasured: str  # what it takes that the settings lack, "" for nothing
    margin: str  # differences within which don't matter: “1/1.1 to 1.1 times Plain's”; "" for none
    inner: str  # the interval that is held against the margin, with its level: “90 % interval 0.97 to 1.02”; ""
    significant: bool  # the interval lies on one side, and the Holm-adjusted p is small enough
    beside: tuple = ()  # the Findings that stand beside it, without a verdict of their own

    @property
    def primary(self):
        """Whether the claim is the primary endpoint."""
        return self.claim.family == PRIMARY

    @property
    def mode(self):
        """The mode of BatchNorm in which it was measured."""
        return words.plain(self.claim.mode)

    @property
    def brief(self):
        """The estimate as it stands in a sentence with others: “× 0.55 (0.50 to 0.60)”."""
        return f"{self.size} ({self.interval})" if self.interval and not self.waiting else self.size

    @property
    def apart(self):
        """By what its estimand differs from that of the claim that it stands beside: “at losses above 0.6”."""
        than = next((claim.estimand for claim in claims.CLAIMS if claim.id == self.claim.beside), "")
        words_left = self.claim.estimand.removeprefix(than).strip(", ")
        return f"at losses {words_left}" if words_left.startswith(("above ", "below ")) else words_left

    @property
    def waiting(self):
        """Whether there are too few replicates yet for an interval that holds at any look."""
        return self.interval == words.NOT_YET


def finding(row, design, asked, gaps):
    """Return the Finding that a row of claims.csv, a dict with None for empty cells, makes.

    design: the Design. asked: an Asked. gaps: the Gaps of all claims and treatments.
    """
    claim = next(claim for claim in claims.chosen(design) if claim.id == row["claim"])
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
        side=_side(row),
        few=0 < row["n"] < statistics.fewest(design.confidence),
        sides=sides(row),
        gaps=_gaps([gap for gap in gaps if (gap.claim, gap.treatment) == (row["claim"], row["treatment"])]),
        note=claim.note if claim.note_if(asked) else "",
        unmeasured=claim.unmeasured(asked),
        margin=_margin(row, design),
        inner=_inner(row, design),
        significant=bool(_side(row)) and row["p_holm"] is not None and row["p_holm"] <= 1 - design.confidence,
    )


def _told(row):
    """Return the Told of a row of claims.csv, or None where it has no estimate."""
    if row["estimate"] is None:
        return None
    return words.told(row["estimate"], row["low"], row["high"], row["unit"] == LOG_RATIO, _bounded(row))


def _bounded(row):
    """Return whether the estimate of a row's claim may be but a bound. None by config may."""
    return any(
        claim.bounded for claim in claims.CLAIMS if (claim.id, claim.estimand) == (row["claim"], row["estimand"])
    )


def is_bound(row):
    """Return whether the estimate of a row of claims.csv is but a bound, for the end of a grid cut it off."""
    return _bounded(row) and words.bound(row["low"], row["high"]) is not None


def size_and_interval(row):
    """Return the estimate of a row of claims.csv and its interval, as they stand in a table; "" for none.

    A claim that is not decidable has, in the estimate's place, the sides on which the pairs lie.
    """
    told = _told(row)
    return (told.cell, told.interval) if told else (sides(row) if row["n"] else "", "")


def _side(row):
    if None in (row["low"], row["high"]) or row["low"] <= 0 <= row["high"]:
        return ""
    return "lower" if row["high"] < 0 else "higher"


def _margin(row, design):
    """Return what lies within a row's margin; "" where it has none."""
    if row["margin"] is None:
        return ""
    if row["unit"] == LOG_RATIO:
        ratio = f"{math.exp(row['margin']):.10g}"
        return f"1/{ratio} to {ratio} times {design.baseline}'s"
    points = f"{100 * row['margin']:.10g}"
    return f"−{points} to +{points} percentage points from {design.baseline}'s"


def _inner(row, design):
    """Return a row's interval at 1 − 2α, with its level; "" where it has none, or not yet."""
    ends = row["inner_low"], row["inner_high"]
    if None in ends or math.inf in map(abs, ends):
        return ""
    told = words.told(row["estimate"], *ends, row["unit"] == LOG_RATIO)
    return f"{words.percent(_doubled(design.confidence))} interval {told.interval}"


def _doubled(confidence):
    """Return 1 − 2α of a confidence 1 − α, as exact as that is written."""
    return float(2 * Decimal(str(confidence)) - 1)


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
    grid = " on the grid" if is_bound(row) else ""
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


def of_all(found, design):
    """Return what the template is told of all Findings together. design: the Design.

    level: of the intervals. interval: how their column is called. any_look: whether they hold at any look. margins:
    within which differences don't matter, and inner_level: of the intervals held against them. fewest: how many pairs
    a verdict takes, where there were too few for one; else None. undecidable, estimated: whether any claim is not
    decidable, and whether any has an estimate.
    """
    found = [each for each in found if each.claim.family != BESIDE]
    withheld = any(each.few and each.verdict == "inconclusive" for each in found)
    any_look = design.looks == statistics.ANY
    return {
        "level": words.percent(design.confidence),
        "interval": "interval at any look" if any_look else "t-interval",
        "any_look": any_look,
        "margins": list(dict.fromkeys(each.margin for each in found if each.margin)),
        "inner_level": words.percent(_doubled(design.confidence)),
        "fewest": statistics.fewest(design.confidence) if withheld else None,
        "undecidable": any(each.verdict == "not decidable" for each in found),
        "estimated": any(each.size for each in found),
    }


def left_out(exclusions):
    """Return the Exclusions from every claim, and those from the claims that rest on probes alone."""
    unprobed = [each for each in exclusions if each.reason == SMOOTHNESS_MISSING]
    return [each for each in exclusions if each not in unprobed], unprobed
