"""The verdict on each claim, for each treatment: its estimate, interval and corrected p, and what follows from them."""

import math
from typing import NamedTuple

import numpy as np
import pandas

from ..tables import Column
from . import claims, statistics
from .claims.claim import ABOVE, BELOW, BESIDE
from .design import excluded, left_out
from .measured import Measured

COLUMNS = (
    Column("claim", str),
    Column("family", str),  # primary, secondary or early: those corrected together; or beside, without a verdict
    Column("estimand", str),  # in words
    Column("treatment", str),
    Column("mode", str),  # of BatchNorm, in which it was measured
    Column("unit", str),  # log ratio (natural), or accuracy difference (of fractions)
    Column("claimed", str),  # the side of 0 on which the notebook's words put it: below 0, above 0
    Column("n", int, low=0),  # pairs of replicates that were measured
    Column("estimate", float, optional=True),  # mean of the paired differences, where all n are finite
    Column("low", float, optional=True),  # the interval's ends, at the configured confidence, unadjusted; inf: open
    Column("high", float, optional=True),
    Column("margin", float, low=0, optional=True),  # differences smaller than that, on the unit's scale, don't matter
    Column("inner_low", float, optional=True),  # with a margin: the interval whose level α is twice as large
    Column("inner_high", float, optional=True),
    Column("p", float, low=0, high=1, optional=True),  # two-sided: paired t-test, or what holds at any look
    Column("p_holm", float, low=0, high=1, optional=True),  # the same, adjusted within the claim's family
    Column("p_sign_flip", float, low=0, high=1, optional=True),  # exact sign-flip test, two-sided
    Column("lower", int, low=0),  # of the n pairs, those whose treatment lies below the baseline
    Column("equal", int, low=0),  # at it, but for rounding
    Column("higher", int, low=0),  # above it
    Column("undecided", int, low=0),  # and those of which not even that is known
    # supported, contradicted, no relevant difference, inconclusive, not decidable, not measured; beside
    Column("verdict", str),
)
NO_DIFFERENCE = "no relevant difference"  # a verdict


def differences(metrics, design):
    """Yield (Claim, treatment, its paired differences), or None for differences that weren't measured.

    metrics: the rows of metrics.csv.
    The differences are a Series over the seeds on which both networks were measured and neither is left out. ±inf or
    NaN, as in `comparisons`, where a replicate doesn't give the estimand: a loss of 0 has no logarithm, two curves may
    share no losses, … `gaps` tells why.
    """
    for claim, treatment, pairs in measured_pairs(metrics, design, claims.chosen(design)):
        with np.errstate(invalid="ignore"):  # log 0 − log 0 is NaN, as it should be
            paired = None if pairs is None else pandas.Series(claim.compare(*pairs.values), index=pairs.seeds)
        yield claim, treatment, paired


class Pairs(NamedTuple):
    """What a claim measures on the treatment and on the baseline, two arrays, at the seeds that have both."""

    values: tuple
    seeds: np.ndarray


def measured_pairs(metrics, design, chosen):
    """Yield (Claim, treatment, its Pairs), or None for what wasn't measured, of each of the Claims `chosen`."""
    metrics = design.rows(metrics)
    passes = metrics["pass"].dropna()
    last = int(passes.max()) if len(passes) else 0
    measured, exclusions = Measured(metrics, design.learning_rate), excluded(metrics, design)
    for claim in chosen:
        over = measured.over(claim.states)
        if not claim.is_measured(over.table(claim.metric, claim.mode), last):
            yield from ((claim, treatment, None) for treatment in design.treatments)
            continue
        with np.errstate(invalid="ignore"):
            values, out = claim.measure(over, claim.metric, claim.mode), left_out(exclusions, claim.metric)
        usable = [network not in out for network in values.index]
        usable = _by_model(pandas.Series(usable, values.index, dtype=bool), design, False)
        values = _by_model(values, design, np.nan)
        for treatment in design.treatments:
            both = usable[treatment] & usable[design.baseline]
            pairs = Pairs((values[treatment][both], values[design.baseline][both]), np.array(design.seeds)[both])
            yield claim, treatment, pairs if both.any() else None


def _by_model(series, design, absent):
    """Return {model: array over the design's seeds} of a Series over (model, seed), `absent` where there is no value.

    Arrays, because pandas is slow at handing out thousands of columns.
    """
    frame = series.unstack("model", fill_value=absent)
    frame = frame.reindex(index=design.seeds, columns=design.models, fill_value=absent)
    return dict(zip(design.models, frame.to_numpy().T, strict=True))


def evaluate(metrics, design):
    """Return a row of COLUMNS, a dict, for every claim and treatment. metrics: the rows of metrics.csv.

    Of two pairs on, a claim counts in its family, also one that isn't decidable, as if p were 1: the number of tests
    mustn't depend on the outcome. What stands beside a claim is tested for nothing, and counts in none.
    """
    rows, families = [], {}
    for claim, treatment, values in differences(metrics, design):
        row = _row(claim, treatment, values, metrics, design)
        rows.append(row)
        if row["n"] > 1 and claim.family != BESIDE:
            families.setdefault(claim.family, []).append(row)
    for family in families.values():
        adjusted = statistics.holm([1.0 if row["p"] is None else row["p"] for row in family])
        for row, p_holm in zip(family, adjusted, strict=True):
            row["p_holm"] = None if row["p"] is None else p_holm
    for row in rows:
        row["verdict"] = row["verdict"] or verdict(row, design.confidence)
    return rows


def _row(claim, treatment, values, metrics, design):
    """Return the row of COLUMNS of a claim's differences, with neither Holm's p nor a verdict that depends on it."""
    values = () if values is None else values
    paired = statistics.paired(values, design.confidence, design.looks)
    if claim.bounded and paired.estimate is not None:
        paired = claim.bounded(paired, metrics, design.pair(treatment), values.index)
    margin = claim.margin(design)
    inner = (None, None) if margin is None else _inner_interval(values, paired, design)
    undecidable = "not measured" if paired.n == 0 else "not decidable" if paired.estimate is None else None
    row = {
        "claim": claim.id,
        "family": claim.family,
        "estimand": claim.estimand,
        "treatment": treatment,
        "mode": claim.mode,
        "unit": claim.unit,
        "claimed": claim.claimed,
        **paired._asdict(),
        "margin": margin,
        **dict(zip(("inner_low", "inner_high"), inner, strict=True)),
        "p_holm": None,
        "verdict": undecidable or (BESIDE if claim.family == BESIDE else None),
    }
    return {column.name: row[column.name] for column in COLUMNS}


def _inner_interval(values, paired, design):
    """Return the interval at 1 − 2α of the differences, open where that of their Paired is."""
    if paired.estimate is None:
        return None, None
    low, high = statistics.inner_interval(values, design.confidence, design.looks)
    return -math.inf if paired.low == -math.inf else low, math.inf if paired.high == math.inf else high


def verdict(row, confidence):
    """Return the verdict on a row of COLUMNS, a dict with None for empty cells, of what is decidable.

    There must be the `fewest` pairs; with fewer it is inconclusive. No relevant difference: the interval at 1 − 2α, for
    α = 1 − confidence, lies within the margins, by which each of two one-sided tests at α rejects a difference that
    matters. Supported or contradicted, as `claimed` says: the interval lies wholly on one side of 0, and the
    Holm-adjusted p is at most α. Else inconclusive.
    Source of the two tests: Schuirmann 1987, A comparison of the two one-sided tests procedure and the power approach.
    """
    if row["n"] < statistics.fewest(confidence):
        return "inconclusive"
    if _is_negligible(row["margin"], row["inner_low"], row["inner_high"]):
        return NO_DIFFERENCE
    if None in (row["low"], row["high"]):
        return "inconclusive"
    side = BELOW if row["high"] < 0 else ABOVE if row["low"] > 0 else None
    if side is None or row["p_holm"] > 1 - confidence:
        return "inconclusive"
    return "supported" if side == row["claimed"] else "contradicted"


def _is_negligible(margin, low, high):
    return None not in (margin, low, high) and -margin < low and high < margin
