"""The learning rates in words."""

from typing import NamedTuple

from ...analysis import claims
from .. import words
from ..figures.limits import LABELLED

MEASURES = ("train_loss", "test_accuracy", "smoothness")


class Sweep(NamedTuple):
    """What the template says of a sweep over learning rates."""

    rates: list  # texts, rising
    base: str
    claims: list  # ids of those that the sweep tests
    rows: list  # a dict for each model and rate: model, rate, trained, diverged, missing (seeds), MEASURES as texts
    workable: list  # (model, [(rate, replicates whose largest workable rate it is)], of how many) of those compared
    bounds: list  # (claim's id, treatment, Bound) where the end of the grid leaves but a bound
    unusable: bool  # whether a mean is lacking because a replicate's number is
    alt: str
    caption: str


def sweep(outcomes, curves, largest, rows, design):
    """Return the Sweep, or None for a single rate.

    outcomes, largest: of `analysis.sweep`. curves: rows of curves.csv at the last pass, dicts. rows: of claims.csv,
    dicts. design: the Design.
    """
    rates = sorted({outcome.learning_rate for outcome in outcomes})
    if len(rates) < 2:
        return None
    table = _table(outcomes, curves)
    unusable = any(row["missing"] for row in curves if row["metric"] in MEASURES)
    swept = [claim.id for claim in claims.chosen(design) if claim.swept]
    bounds = [
        (row["claim"], row["treatment"], _bound(row, largest, design.baseline, rates[-1]))
        for row in rows
        if row["claim"] in swept
    ]
    return Sweep(
        rates=[f"{rate:g}" for rate in rates],
        base=f"{design.learning_rate:g}",
        claims=swept,
        rows=table,
        workable=[
            (model, [(f"{rate:g}", list(of.values()).count(rate)) for rate in rates if rate in of.values()], len(of))
            for model, of in largest.items()
        ],
        bounds=[each for each in bounds if each[-1]],
        unusable=unusable,
        alt=_alternative_text(table, rates),
        caption=_caption(outcomes, design.confidence, unusable),
    )


def _bound(row, largest, baseline, end):
    """Return the Bound that the end of the grid leaves of a row; None for none.

    An interval that holds at any look may be open for another reason: that there are too few replicates yet.
    """
    cut_off = [end in largest[model].values() for model in (baseline, row["treatment"])]
    ends = zip((row["low"], row["high"]), cut_off, strict=True)
    return words.bound(*(number if cut else None for number, cut in ends))


def _table(outcomes, curves):
    means = {(row["model"], row["learning_rate"], row["metric"]): words.mean(row) for row in curves}
    return [
        {
            "model": outcome.model,
            "rate": f"{outcome.learning_rate:g}",
            "trained": outcome.trained,
            "diverged": outcome.diverged,
            "missing": outcome.missing,
            **{name: means.get((outcome.model, outcome.learning_rate, name), "–") for name in MEASURES},
        }
        for outcome in outcomes
    ]


def _alternative_text(rows, rates):
    failed = [
        f"{row['model']} at {row['rate']} in {row['diverged']} of {row['trained']}" for row in rows if row["diverged"]
    ]
    ends = [f"{row['model']} at {row['rate']}: {row['train_loss']}" for row in rows if row["train_loss"] != "–"]
    return (
        f"Four panels against the learning rate, from {rates[0]:g} to {rates[-1]:g}: train loss, local smoothness and "
        f"test accuracy at the last pass, and how many replicates diverged. Mean train loss: "
        f"{'; '.join(ends) or 'none'}. Diverged: {'; '.join(failed) or 'none'}."
    )


def _caption(outcomes, confidence, unusable):
    counts = sorted({outcome.trained for outcome in outcomes})
    n = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else counts[0]
    level = f"{words.percent(confidence)} t-interval"
    if len({outcome.model for outcome in outcomes}) <= LABELLED:
        lines = f"Lines: their mean, geometric where the axis is logarithmic, and bands: its {level}, both only"
    else:
        lines = (
            "Lines: their mean, geometric where the axis is logarithmic (its "
            f"{level} is not drawn for so many models, but in `curves.csv`), only"
        )
    where = "where no replicate diverged" + (" and each has its number" if unusable else "")
    return (
        f"After the last pass, against the learning rate. Dots: the replicates that did not diverge (n = {n} trained "
        f"for each model and rate). {lines} {where}. Crosses, at the side of failure: how many diverged, of how many; "
        "the last panel counts them. Dotted: the base rate."
    )
