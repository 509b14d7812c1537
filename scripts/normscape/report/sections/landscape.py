"""Santurkar's bands in words."""

from typing import NamedTuple

from .. import words

MEASURES = {  # of `analysis.landscape`
    "loss": "loss f(w + αu)",
    "gradient_change": "gradient change ‖∇f(w + αu) − ∇f(w)‖",
    "smoothness": "L̂ of the step αu; its largest is the effective β",
}


class Landscape(NamedTuple):
    """What the template says of Santurkar's bands."""

    rows: list  # a dict for each model and measure at the last pass: model, measure, low, high, n
    number: int  # the last pass
    alt: str
    caption: str


def landscape(means, models):
    """Return the Landscape. means: rows of `analysis.landscape.means`, dicts. models: those compared, in order."""
    number = max((row["pass"] for row in means), default=0)
    last = {(row["model"], row["measure"]): row for row in means if row["pass"] == number}
    rows = [
        {
            "model": model,
            "measure": title,
            **{edge: _edge(last[model, measure], edge) for edge in ("low", "high")},
            "n": last[model, measure]["n"],
        }
        for model in models
        for measure, title in MEASURES.items()
        if (model, measure) in last
    ]
    without_mean = words.without_mean(means, MEASURES, "measure")
    return Landscape(rows, number, _alternative_text(rows, number), _caption(rows, without_mean))


def _edge(row, edge):
    if row[edge] is None:
        return "no mean"
    multiples = ", ".join(f"{multiple:g}" for multiple in row[f"{edge}_multiples"])
    return f"{row[edge]:.3g} (α = {multiples})"


def _alternative_text(rows, number):
    ends = "; ".join(
        f"{row['model']}, {row['measure']}: {' to '.join(dict.fromkeys((row['low'], row['high'])))}" for row in rows
    )
    return (
        "A row of panels for each model: loss, gradient change and effective β along training, each as a hatched "
        "band over the lengths of the step; the bands are not uncertainty over seeds. "
        f"At pass {number}, from the least to the largest over the steps: {ends or 'none'}."
    )


def _caption(rows, without_mean):
    counts = ", ".join(f"n = {n} for {model}" for model, n in {row["model"]: row["n"] for row in rows}.items())
    return (
        "Hatched bands: from the least to the largest over the step multiples α, the edges labelled with the "
        "multiples at which they lie after the last pass. They are ranges over step lengths, not intervals over "
        "seeds. Thick lines: geometric means over the replicates; thin lines: each replicate's own edges "
        f"({counts or 'none'}).{without_mean}"
    )
