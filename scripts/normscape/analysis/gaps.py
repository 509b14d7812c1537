"""Which networks keep a claim from being decided, and why."""

from typing import NamedTuple

import numpy as np

from . import estimates, verdicts
from .measured import Measured

AT_LAST_PASS = (estimates.last, estimates.log_last)
OF_LOGARITHMS = (
    estimates.layer_spread,
    estimates.log_last,
    estimates.log_mean,
    estimates.log_volatility,
    estimates.loss_and_smoothness,
    estimates.probed_volatility,
)


class Gap(NamedTuple):
    """What keeps one pair of a claim from a finite difference."""

    claim: str  # its id
    treatment: str
    seed: int
    model: str  # whose number is missing; "" where each has its own, but the pair has none
    reason: str  # "pass 2: the step is zero", "pass 2: train loss 0 has no logarithm", …


def gaps(metrics, design):
    """Return the Gaps, by claim, treatment and seed: none where every difference is finite.

    metrics: the rows of metrics.csv.
    """
    found = []
    for claim, treatment, differences in verdicts.differences(metrics, design):
        if differences is not None and not np.isfinite(differences).all():
            found.append((claim, treatment, differences.index[~np.isfinite(differences)]))
    measured = Measured(design.rows(metrics), design.learning_rate) if found else None
    return [gap for each in found for gap in _of_claim(*each, measured, design.baseline)]


def _of_claim(claim, treatment, seeds, measured, baseline):
    """Yield the Gaps of one claim and treatment at some seeds."""
    tables = _tables(claim, measured)
    reasons = {metric: _reasons(claim, metric, measured) for metric in tables}
    with np.errstate(invalid="ignore"):
        values = claim.measure(measured, claim.metric, claim.mode)
    for seed in seeds:
        told = {}
        for model in (treatment, baseline):
            undefined = "" if np.isfinite(values[model, seed]).all() else claim.undefined
            told[model] = _numbers((model, seed), tables, reasons) or undefined
        told = told if any(told.values()) else {"": claim.undefined}
        yield from (Gap(claim.id, treatment, int(seed), model, reason) for model, reason in told.items() if reason)


def _tables(claim, measured):
    """Return {metric: table, (model, seed) × pass} of the numbers that the claim's value is made of."""
    more = ("loss",) if claim.measure is estimates.loss_and_smoothness else ()
    table = measured.log if claim.measure in OF_LOGARITHMS else measured.value
    tables = {metric: table(metric, claim.mode) for metric in (claim.metric, *more)}
    if claim.measure in AT_LAST_PASS:
        return {metric: table.iloc[:, -1:] for metric, table in tables.items()}
    own = tables[claim.metric]
    return {metric: table.reindex(index=own.index, columns=own.columns) for metric, table in tables.items()}


def _reasons(claim, metric, measured):
    """Return {(model, seed, pass): why a number of the metric is of no use to the claim}."""
    rows = measured.table(metric, claim.mode)
    useless = ~np.isfinite(rows["value"])
    if claim.measure in OF_LOGARITHMS:
        useless |= rows["value"] <= 0
    rows = rows[useless]
    places = rows[["model", "seed", "pass"]].itertuples(index=False, name=None)
    texts = [
        _reason(metric.replace("_", " "), value, missing)
        for value, missing in zip(rows["value"], rows["missing"], strict=True)
    ]
    return dict(zip(places, texts, strict=True))


def _reason(name, value, missing):
    if np.isnan(value):
        return missing or f"{name} is missing"
    return f"{name} {value:g} has no logarithm" if np.isfinite(value) else f"{name} is infinite"


def _numbers(network, tables, reasons):
    """Return which passes of a network lack a number of `tables`, and why, in words; "" where none does."""
    passes = {}
    for metric, table in tables.items():
        row = table.loc[network]
        for number in row.index[~np.isfinite(row)]:
            reason = reasons[metric].get((*network, number), f"{metric.replace('_', ' ')} is missing")
            passes.setdefault(reason, []).append(number)
    return "; ".join(f"{_listed(numbers)}: {reason}" for reason, numbers in passes.items())


def _listed(numbers):
    more = len(set(numbers)) - 1
    return f"pass {min(numbers)}" + (f" and {more} more" if more else "")
