"""Santurkar's bands: what a longer or shorter step does to loss, gradient and smoothness, along training.

Santurkar et al. 2018, "How does batch normalization help optimization?", figure 4, look along the gradient of the loss
that they train on. Here the step is that of the probes, u = −η g_B, and the loss is that of all training images. A band
spans the step multiples α of one replicate and pass: it says how the loss changes along the step, nothing of chance.
"""

import numpy as np
import pandas

from . import states
from .curves import not_diverged

BANDS = {  # metric of metrics.csv, at each α: name of its band
    "displaced_loss": "loss",  # f(w + αu), nats
    "gradient_change_norm": "gradient_change",  # ‖∇f(w + αu) − ∇f(w)‖
    "smoothness": "smoothness",  # the same over ‖αu‖; its largest is the effective β
}
PLACE = ["model", "seed", "pass", "measure"]  # of a band


def bands(metrics, design):
    """Return the band of each of the design's models, replicate, pass and measure, at the base rate: a DataFrame.

    metrics: the rows of metrics.csv. Columns: model, seed, pass, measure, low and high (the least and the largest over
    the step multiples; with several directions their geometric means), low_multiples and high_multiples (tuples: where
    these were found). A band of which a value is missing, infinite or without a logarithm has no edges: NaN, and ().
    A run that diverged is left out, at every pass.
    """
    chosen = not_diverged(metrics[metrics["learning_rate"] == design.learning_rate])
    chosen = design.rows(chosen[chosen["metric"].isin(BANDS) & (chosen["mode"] == "full_batch")])
    chosen = states.select(chosen, states.PASSES)
    chosen = chosen.assign(measure=chosen["metric"].map(BANDS))
    usable = chosen.assign(usable=(chosen["value"] > 0) & np.isfinite(chosen["value"])).groupby(PLACE)["usable"]
    places, chosen = usable.all().index, chosen[usable.transform("all").astype(bool)]
    edges = {}
    for name, find in (("low", "idxmin"), ("high", "idxmax")):
        extreme = chosen.loc[getattr(chosen.groupby([*PLACE, "direction"])["value"], find)()]
        groups = extreme.assign(value=np.log(extreme["value"])).groupby(PLACE)
        edges[name] = np.exp(groups["value"].mean()).reindex(places)
        multiples = groups["step_multiple"].agg(_distinct).to_dict()
        edges[f"{name}_multiples"] = pandas.Series([multiples.get(place, ()) for place in places], places, dtype=object)
    return pandas.DataFrame(edges).reset_index()


def means(bands):
    """Return the geometric means of `bands` over the replicates, without an edge where any replicate lacks its own.

    Columns: model, pass, measure, n (replicates that have a band), missing (those that don't), and the bands' columns.
    """
    groups = bands.assign(there=bands["low"].notna()).groupby(["model", "pass", "measure"])
    columns = {"n": groups["there"].sum(), "missing": groups.size() - groups["there"].sum()}
    for name in ("low", "high"):
        columns[name] = groups[name].agg(lambda edge: np.exp(np.log(edge).mean(skipna=False)))
    for name in ("low_multiples", "high_multiples"):
        columns[name] = groups[name].agg(lambda tuples: _distinct(sum(tuples, ())) if all(tuples) else ())
    return pandas.DataFrame(columns).reset_index()


def _distinct(multiples):
    return tuple(sorted(set(multiples)))
