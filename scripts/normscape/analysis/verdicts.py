"""The verdict on each claim, for each treatment: its estimate, interval and corrected p, and what follows from them."""

import numpy as np
import pandas

from ..tables import Column
from . import claims, statistics
from .claims.claim import ABOVE, BELOW
from .design import compared
from .measured import Measured

COLUMNS = (
    Column("claim", str),
    Column("estimand", str),  # in words
    Column("treatment", str),
    Column("mode", str),  # of BatchNorm, in which it was measured
    Column("unit", str),  # log ratio (natural), or accuracy difference (of fractions)
    Column("claimed", str),  # the side of 0 on which the notebook's words put it: below 0, above 0
    Column("n", int, low=0),  # pairs of replicates compared
    Column("estimate", float, optional=True),  # mean of the paired differences
    Column("low", float, optional=True),  # the t-interval's ends, at the configured confidence, unadjusted; inf: open
    Column("high", float, optional=True),
    Column("p", float, low=0, high=1, optional=True),  # paired t-test, two-sided
    Column("p_holm", float, low=0, high=1, optional=True),  # the same, adjusted within the claim's family
    Column("p_sign_flip", float, low=0, high=1, optional=True),  # exact sign-flip test, two-sided
    Column("agreeing", int, low=0, optional=True),  # pairs whose difference has the estimate's sign
    Column("verdict", str),  # supported, contradicted, inconclusive, not measured
)


def differences(metrics, design):
    """Yield (Claim, treatment, its paired differences), or None for differences that weren't measured.

    metrics: the rows of metrics.csv.
    The differences are a Series over the seeds on which both networks were measured and neither is `excluded`. NaN
    where a replicate doesn't give the estimand: a loss of 0 has no logarithm, two curves may share no losses, …
    """
    metrics, left_out = compared(metrics, design)
    measured = Measured(metrics, design.learning_rate)
    for claim in claims.CLAIMS:
        if measured.rows(claim.metric, claim.mode).empty:
            yield from ((claim, treatment, None) for treatment in design.treatments)
            continue
        with np.errstate(invalid="ignore"):  # log 0 − log 0 is NaN, as it should be
            values = claim.measure(measured, claim.metric, claim.mode)
            usable = [network not in left_out for network in values.index]
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
    """Return a row of COLUMNS, a dict, for every claim and treatment. metrics: the rows of metrics.csv."""
    rows, families = [], {}
    for claim, treatment, values in differences(metrics, design):
        row = _row(claim, treatment, values, metrics, design)
        rows.append(row)
        if row["p"] is not None:
            families.setdefault(claim.family, []).append(row)
    for family in families.values():
        for row, adjusted in zip(family, statistics.holm([row["p"] for row in family]), strict=True):
            row["p_holm"] = adjusted
    for row in rows:
        if row["verdict"] is None:
            row["verdict"] = verdict(row["claimed"], row["low"], row["high"], row["p_holm"], design.confidence)
    return rows


def _row(claim, treatment, values, metrics, design):
    """Return the row of COLUMNS of a claim's differences, with neither Holm's p nor, where measured, a verdict."""
    finite = () if values is None else values[np.isfinite(values)]
    paired = statistics.paired(finite, design.confidence)
    if claim.bounded and paired.n:
        paired = claim.bounded(paired, metrics, design.pair(treatment), finite.index)
    row = {
        "claim": claim.id,
        "estimand": claim.estimand,
        "treatment": treatment,
        "mode": claim.mode,
        "unit": claim.unit,
        "claimed": claim.claimed,
        **paired._asdict(),
        "p_holm": None,
        "verdict": "not measured" if values is None else None,
    }
    return {column.name: row[column.name] for column in COLUMNS}


def verdict(claimed, low, high, p_holm, confidence):
    """Return supported, contradicted or inconclusive.

    The interval low…high (None where there is none) must lie wholly on one side of 0, and the Holm-adjusted p (None
    where there is no interval) must be at most 1 − confidence. `claimed` says which side supports.
    """
    side = None if low is None else BELOW if high < 0 else ABOVE if low > 0 else None
    if side is None or p_holm > 1 - confidence:
        return "inconclusive"
    return "supported" if side == claimed else "contradicted"
