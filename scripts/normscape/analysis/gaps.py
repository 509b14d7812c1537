"""Which networks keep a claim from being decided, and why."""

from typing import NamedTuple

import numpy as np

from . import estimates, states, verdicts
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
    names = states.names(metrics) if found else {}
    return [gap for each in found for gap in _of_claim(*each, measured, design.baseline, names)]


def _of_claim(claim, treatment, seeds, measured, baseline, names):
    """Yield the Gaps of one claim and treatment at some seeds. names: of the checkpoints, by their updates."""
    measured = measured.over(claim.states)
    tables = _tables(claim, measured)
    reasons = {metric: _reasons(claim, metric, measured) for metric in tables}
    with np.errstate(invalid="ignore"):
        values = claim.measure(measured, claim.metric, claim.mode)
    for seed in seeds:
        told = {}
        for model in (treatment, baseline):
            undefined = "" if np.isfinite(values[model, seed]).all() else claim.undefined
            told[model] = _numbers((model, seed), tables, reasons, names) or undefined
        if not any(told.values()):
            told = _of_both(claim, treatment, baseline, values.xs(seed, level="seed"))
        yield from (Gap(claim.id, treatment, int(seed), model, reason) for model, reason in told.items() if reason)


def _of_both(claim, treatment, baseline, values):
    """Return {model: reason} of a pair each of whose networks has its own value, but which has no difference."""
    if claim.measure is not estimates.loss_and_smoothness:
        return {"": claim.undefined}
    losses = [np.exp(values[model][:, 0]) for model in (treatment, baseline)]
    ranges = [f"{of_one.min():.3g} to {of_one.max():.3g}" for of_one in losses]
    return {treatment: f"its losses {ranges[0]} and {baseline}'s {ranges[1]} {claim.undefined}"}


def _tables(claim, measured):
    """Return {metric: table, (model, seed) × update} of the numbers that the claim's value is made of."""
    more = ("loss",) if claim.measure is estimates.loss_and_smoothness else ()
    table = measured.log if claim.measure in OF_LOGARITHMS else measured.value
    tables = {metric: table(metric, claim.mode) for metric in (claim.metric, *more)}
    if claim.measure in AT_LAST_PASS:
        return {metric: table.iloc[:, -1:] for metric, table in tables.items()}
    own = tables[claim.metric]
    return {metric: table.reindex(index=own.index, columns=own.columns) for metric, table in tables.items()}


def _reasons(claim, metric, measured):
    """Return {(model, seed, update): why a number of the metric is of no use to the claim}."""
    rows = measured.table(metric, claim.mode)
    useless = ~np.isfinite(rows["value"])
    if claim.measure in OF_LOGARITHMS:
        useless |= rows["value"] <= 0
    rows = rows[useless]
    places = rows[["model", "seed", "update"]].itertuples(index=False, name=None)
    texts = [
        _reason(metric.replace("_", " "), value, missing)
        for value, missing in zip(rows["value"], rows["missing"], strict=True)
    ]
    return dict(zip(places, texts, strict=True))


def _reason(name, value, missing):
    if np.isnan(value):
        return missing or f"{name} is missing"
    return f"{name} {value:g} has no logarithm" if np.isfinite(value) else f"{name} is infinite"


def _numbers(network, tables, reasons, names):
    """Return which checkpoints of a network lack a number of `tables`, and why, in words; "" where none does."""
    updates = {}
    for metric, table in tables.items():
        row = table.loc[network]
        for update in row.index[~np.isfinite(row)]:
            reason = reasons[metric].get((*network, update), f"{metric.replace('_', ' ')} is missing")
            updates.setdefault(reason, []).append(update)
    return "; ".join(f"{_listed(where, names)}: {reason}" for reason, where in updates.items())


def _listed(updates, names):
    more = len(set(updates)) - 1
    return names[min(updates)] + (f" and {more} more" if more else "")
