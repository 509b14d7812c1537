"""Santurkar's bands: what a longer or shorter step does to loss, gradient and smoothness, along training.

Santurkar et al. 2018, "How does batch normalization help optimization?", figure 4, look along the gradient of the loss
that they train on. Here the step is that of the probes, u = −η g_B, and the loss is that of all training images. A band
spans the step multiples α of one replicate and pass: it says how the loss changes along the step, nothing of chance.
"""

import numpy as np
import pandas

from .curves import not_diverged

BANDS = {  # metric of metrics.csv, at each α: name of its band
    "displaced_loss": "loss",  # f(w + αu), nats
    "gradient_change_norm": "gradient_change",  # ‖∇f(w + αu) − ∇f(w)‖
    "smoothness": "smoothness",  # the same over ‖αu‖; its largest is the effective β
}


def bands(metrics, design):
    """Return the band of each of the design's models, replicate, pass and measure, at the base rate: a DataFrame.

    metrics: the rows of metrics.csv. Columns: model, seed, pass, measure, low and high (the least and the largest over
    the step multiples; with several directions their geometric means), low_multiples and high_multiples (tuples: where
    these were found). A run that diverged is left out, at every pass.
    """
    chosen = not_diverged(metrics[metrics["learning_rate"] == design.learning_rate])
    chosen = design.rows(
        chosen[
            chosen["metric"].isin(BANDS)
            & (chosen["mode"] == "full_batch")
            & (chosen["value"] > 0)
            & np.isfinite(chosen["value"])
        ]
    )
    chosen = chosen.assign(measure=chosen["metric"].map(BANDS))
    place = ["model", "seed", "pass", "measure"]
    edges = {}
    for name, find in (("low", "idxmin"), ("high", "idxmax")):
        extreme = chosen.loc[getattr(chosen.groupby([*place, "direction"])["value"], find)()]
        groups = extreme.assign(value=np.log(extreme["value"])).groupby(place)
        edges[name] = np.exp(groups["value"].mean())
        edges[f"{name}_multiples"] = groups["step_multiple"].agg(_distinct)
    return pandas.DataFrame(edges).reset_index()


def means(bands):
    """Return the geometric means of `bands` over the replicates: model, pass, measure, n, and the bands' columns."""
    groups = bands.groupby(["model", "pass", "measure"])
    columns = {"n": groups.size()}
    for name in ("low", "high"):
        columns[name] = groups[name].agg(lambda edge: np.exp(np.log(edge).mean()))
        columns[f"{name}_multiples"] = groups[f"{name}_multiples"].agg(lambda tuples: _distinct(sum(tuples, ())))
    return pandas.DataFrame(columns).reset_index()


def _distinct(multiples):
    return tuple(sorted(set(multiples)))
