"""The comparison figure in words."""

from .. import words
from ..figures.limits import LABELLED

PANELS = {"train_loss": "train loss", "smoothness": "local smoothness", "test_accuracy": "test accuracy"}
DRAWN = {**PANELS, "full_batch_loss": "full-batch loss"}


def alternative_text(curves, models):
    """Return what the comparison figure shows, for those who can't see it.

    curves: rows of curves.csv at one learning rate, dicts. models: all that are shown.
    """
    panels = "train loss, local smoothness and test accuracy against passes"
    if _early(curves):
        panels = f"Six panels: {panels}, full-batch loss and local smoothness against the updates of the first pass"
    else:
        panels = f"Four panels: {panels}"
    ends = [_told(curves, models, metric) for metric in PANELS if _last(curves, metric) is not None]
    told = f"At the last pass: {'; '.join(ends)}." if ends else "No run has a number to show."
    before = _told(curves, models, "smoothness", 0)
    return f"{panels}, and smoothness against loss. {told}{f' Before training: {before}.' if before else ''}"


def caption(curves, models, confidence):
    """Return the comparison figure's caption: what lines and bands are, and n. curves, models: as above."""
    final = _at(curves, models, "train_loss", _last(curves, "train_loss"))
    counts = {model: row["n"] + row["missing"] for model, row in final}
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
        f"beyond it. {_probes(curves)}{words.without_mean(curves, DRAWN, 'metric')}"
    )


def _probes(curves):
    """Return the part of the caption on the panels that go by checkpoints."""
    against = "Last panel: smoothness against the full-batch loss at the same weights"
    if not _early(curves):
        return f"{against}, one point for each pass that was probed."
    apart, hollow = "", ""
    if any(row["metric"] == "smoothness" and row["pass"] == 0 for row in curves):
        apart, hollow = (
            ", on which 0, before training, stands apart",
            ", hollow and apart from the lines before training",
        )
    return (
        "Lower row: full-batch loss and smoothness over the first pass, against updates on a logarithmic axis"
        f"{apart}. {against}; marks on the means: small within the first pass, large after whole passes{hollow}."
    )


def _replicates(counts, models):
    """Return how many there are of each model. counts: {model: n}."""
    if len(models) > 2 and len(set(counts.values())) == 1 and len(counts) == len(models):
        return f"n = {counts[models[0]]} for each model"
    return ", ".join(f"n = {n} for {model}" for model, n in counts.items())


def _early(curves):
    """Return whether the figure shows the first pass: whether there is a probe before that ends."""
    return any(row["metric"] == "smoothness" and row["pass"] in (None, 0) for row in curves)


def _last(curves, metric):
    """Return the last pass after which the metric was measured, None where there is none."""
    return max((row["pass"] for row in curves if row["metric"] == metric and row["pass"] is not None), default=None)


def _at(curves, models, metric, number):
    """Return [(model, row of the metric's curve after pass `number`)] for the models that have one."""
    rows = {row["model"]: row for row in curves if row["metric"] == metric and row["pass"] == number}
    return [(model, rows[model]) for model in models if model in rows]


def _told(curves, models, metric, number=None):
    """Return a metric's numbers after pass `number`, or after its last, in words; "" where there are none."""
    last = _last(curves, metric) if number is None else number
    rows = _at(curves, models, metric, last)
    if not rows:
        return ""
    mean = "mean " if any(row["n"] + row["missing"] > 1 for _, row in rows) else ""
    sooner = number is None and last < max(_last(curves, each) or 0 for each in PANELS)
    numbers = ", ".join(f"{model} {words.mean(row)}" for model, row in rows)
    return f"{mean}{PANELS[metric]}{f' (last measured after pass {last})' if sooner else ''} {numbers}"
