"""Whether local smoothness scatters with the replicates or with the probes, and what a minute is better spent on."""

import math
from typing import NamedTuple

import numpy as np

from ...analysis import claims, power
from ...analysis.measured import Measured
from . import costs

CLAIM, METRIC, MODE = "C3", "smoothness", "full_batch"  # what is split: local smoothness at the same pass


class Split(NamedTuple):
    """Where the variance of one treatment's log ratios comes from, in words."""

    treatment: str
    share: str  # of the variance, that the choice of directions makes: “30 %”
    better: str  # what a minute is better spent on: "replicates" or "directions"; "" where costs aren't known
    best: str  # how many directions give the narrowest interval for the same time; "" for as many as can be had
    saved: str  # share of the time that this number would save; "" for less than a hundredth


def splits(results, settings, provenances):
    """Return the Splits of the treatments: none with a single direction, which doesn't show how directions scatter; nor
    where the config has made another claim of CLAIM.

    results: the Results. settings: the whole config. provenances: of all jobs.
    """
    directions = settings["smoothness"]["directions"]
    design, minutes = results.design, costs.minutes_of_a_replicate(provenances)
    if directions < 2 or not any(claim.id == CLAIM and claims.comes_along(claim) for claim in claims.chosen(design)):
        return []
    noise = Measured(design.rows(results.metrics), design.learning_rate).log_noise(METRIC, MODE)
    found = []
    for treatment in design.treatments:
        values = results.differences.get((CLAIM, treatment))
        if values is not None and len(values) > 1 and np.isfinite(values).all() and np.ptp(values) > 0:
            own = sum(
                power.noise_of_mean(noise.loc[[(model, seed) for seed in values.index]].to_numpy()).mean()
                for model in (treatment, design.baseline)
            )
            variance = float(np.var(values, ddof=1))
            parts = power.spread(variance, own, directions)
            share = f"{100 * min(own / variance, 1):.0f} %"
            found.append(Split(treatment, share, *_better(parts, settings["smoothness"], minutes)))
    return found


def _better(parts, smoothness, minutes):
    """Return what Split says of the best number of directions.

    A probe takes one gradient, and one more for each step that it measures.
    """
    if not minutes:
        return "", "", ""
    directions, steps = smoothness["directions"], len(smoothness["step_multiples"])
    gradient = minutes["probe"] / (1 + directions * steps)
    rest = minutes["prepare"] + minutes["train"] + gradient
    found = power.allocation(parts, directions, rest, gradient * steps)
    best = f"{found.directions:.0f}" if math.isfinite(found.directions) else ""
    return found.on, best, f"{100 * found.saved:.0f} %" if found.saved >= 0.01 else ""
