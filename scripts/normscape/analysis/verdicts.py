"""The verdict on each claim, for each treatment: its estimate, interval and corrected p, and what follows from them."""

import numpy as np
import pandas

from ..tables import Column
from . import claims, statistics
from .claims.claim import ABOVE, BELOW
from .design import excluded, left_out
from .measured import Measured

COLUMNS = (
    Column("claim", str),
    Column("estimand", str),  # in words
    Column("treatment", str),
    Column("mode", str),  # of BatchNorm, in which it was measured
    Column("unit", str),  # log ratio (natural), or accuracy difference (of fractions)
    Column("claimed", str),  # the side of 0 on which the notebook's words put it: below 0, above 0
    Column("n", int, low=0),  # pairs of replicates that were measured
    Column("estimate", float, optional=True),  # mean of the paired differences, where all n are finite
    Column("low", float, optional=True),  # the t-interval's ends, at the configured confidence, unadjusted; inf: open
    Column("high", float, optional=True),
    Column("p", float, low=0, high=1, optional=True),  # paired t-test, two-sided
    Column("p_holm", float, low=0, high=1, optional=True),  # the same, adjusted within the claim's family
    Column("p_sign_flip", float, low=0, high=1, optional=True),  # exact sign-flip test, two-sided
    Column("lower", int, low=0),  # of the n pairs, those whose treatment lies below the baseline
    Column("equal", int, low=0),  # at it, but for rounding
    Column("higher", int, low=0),  # above it
    Column("undecided", int, low=0),  # and those of which not even that is known
    Column("verdict", str),  # supported, contradicted, inconclusive, not decidable, not measured
)


def differences(metrics, design):
    """Yield (Claim, treatment, its paired differences), or None for differences that weren't measured.

    metrics: the rows of metrics.csv.
    The differences are a Series over the seeds on which both networks were measured and neither is left out. ±inf or
    NaN, as in `comparisons`, where a replicate doesn't give the estimand: a loss of 0 has no logarithm, two curves may
    share no losses, … `gaps` tells why.
    """
    metrics = design.rows(metrics)
    measured, exclusions = Measured(metrics, design.learning_rate), excluded(metrics, design)
    for claim in claims.CLAIMS:
        if measured.table(claim.metric, claim.mode)["pass"].nunique() < claim.passes:
            yield from ((claim, treatment, None) for treatment in design.treatments)
            continue
        with np.errstate(invalid="ignore"):  # log 0 − log 0 is NaN, as it should be
            values, out = claim.measure(measured, claim.metric, claim.mode), left_out(exclusions, claim.metric)
            usable = [network not in out for network in values.index]
            usable = _by_model(pandas.Series(usable, values.index, dtype=bool), design, False)
            values = _by_model(values, design, np.nan)
            for treatment in design.treatments:
                both = usable[treatment] & usable[design.baseline]
                if both.any():
                    paired = claim.compare(values[treatment][both], values[design.baseline][both])
                    yield claim, treatment, pandas.Series(paired, index=np.array(design.seeds)[both])
                else:
                    yield claim, treatment, None


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
    mustn't depend on the outcome.
    """
    rows, families = [], {}
    for claim, treatment, values in differences(metrics, design):
        row = _row(claim, treatment, values, metrics, design)
        rows.append(row)
        if row["n"] > 1:
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
    paired = statistics.paired(() if values is None else values, design.confidence)
    if claim.bounded and paired.estimate is not None:
        paired = claim.bounded(paired, metrics, design.pair(treatment), values.index)
    undecidable = "not measured" if values is None else "not decidable" if paired.estimate is None else None
    row = {
        "claim": claim.id,
        "estimand": claim.estimand,
        "treatment": treatment,
        "mode": claim.mode,
        "unit": claim.unit,
        "claimed": claim.claimed,
        **paired._asdict(),
        "p_holm": None,
        "verdict": undecidable,
    }
    return {column.name: row[column.name] for column in COLUMNS}


def verdict(row, confidence):
    """Return supported, contradicted or inconclusive, of a row of COLUMNS, a dict with None for empty cells.

    There must be the `fewest` pairs. The interval must be there and lie wholly on one side of 0, and the Holm-adjusted
    p must be at most 1 − confidence. `claimed` says which side supports.
    """
    if row["n"] < statistics.fewest(confidence) or None in (row["low"], row["high"]):
        return "inconclusive"
    side = BELOW if row["high"] < 0 else ABOVE if row["low"] > 0 else None
    if side is None or row["p_holm"] > 1 - confidence:
        return "inconclusive"
    return "supported" if side == row["claimed"] else "contradicted"
