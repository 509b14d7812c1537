"""The comparison figure in words."""

from .. import words
from ..figures.limits import LABELLED

PANELS = {"train_loss": "train loss", "smoothness": "local smoothness", "test_accuracy": "test accuracy"}
DRAWN = {**PANELS, "full_batch_loss": "full-batch loss"}


def alternative_text(curves, models):
    """Return what the comparison figure shows, for those who can't see it.

    curves: rows of curves.csv at one learning rate, dicts. models: all that are shown.
    """
    panels = "Four panels: train loss, local smoothness and test accuracy against passes, and smoothness against loss."
    ends = []
    for metric, title in PANELS.items():
        last = _final(curves, models, metric)
        if last:
            numbers = ", ".join(f"{model} {words.mean(row)}" for model, row in last)
            mean = "mean " if any(row["n"] + row["missing"] > 1 for _, row in last) else ""
            ends.append(f"{mean}{title} {numbers}")
    return f"{panels} At the last pass: {'; '.join(ends)}." if ends else f"{panels} No run has a number to show."


def caption(curves, models, confidence):
    """Return the comparison figure's caption: what lines and bands are, and n. curves, models: as above."""
    counts = {model: row["n"] + row["missing"] for model, row in _final(curves, models, "train_loss")}
    if not counts:
        lines = "No replicate is left to draw."
    elif set(counts.values()) == {1}:
        lines = "Lines: the one replicate of each model; there are no intervals."
    else:
        bands = "Bands: the" if len(models) <= LABELLED else "Not drawn for so many models, but in `curves.csv`: the"
        lines = (
            f"Thin lines: the replicates ({_replicates(counts, models)}). Thick lines: their mean, geometric where the "
            f"axis is logarithmic. {bands} {words.percent(confidence)} t-interval of that mean, for each model by "
            "itself; the paired differences are in the table."
        )
    return (
        f"{lines} The axis of the test accuracy is fitted to the passes from 1 on: pass 0, before training, may lie "
        "beyond it. Last panel: smoothness against the full-batch loss at the same weights, one point a pass."
        + words.without_mean(curves, DRAWN, "metric")
    )


def _replicates(counts, models):
    """Return how many there are of each model. counts: {model: n}."""
    if len(models) > 2 and len(set(counts.values())) == 1 and len(counts) == len(models):
        return f"n = {counts[models[0]]} for each model"
    return ", ".join(f"n = {n} for {model}" for model, n in counts.items())


def _final(curves, models, metric):
    """Return [(model, row of the metric's curve at the last pass)] for the models that have one."""
    rows = {(row["model"], row["pass"]): row for row in curves if row["metric"] == metric}
    last = max((number for _, number in rows), default=None)
    return [(model, rows[model, last]) for model in models if (model, last) in rows]
