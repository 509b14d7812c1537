"""Sentences that follow from numbers computed elsewhere: the template chooses them by the verdicts."""

import base64
import math
from pathlib import Path
from typing import NamedTuple

import jinja2
import markdown

from .figures import LABELLED

HEADINGS = {  # of a claim's paragraph
    "C1": "Train loss",
    "C2a": "Test accuracy",
    "C2b": "Test loss",
    "C3": "Local smoothness: the primary endpoint",
    "C4": "Local smoothness at equal train loss",
    "C5": "Scale-normalised smoothness",
    "C6a": "Volatility of the smoothness",
    "C6b": "Volatility of the train loss",
    "C6c": "Volatility of the test accuracy",
    "C7": "Larger steps",
    "C8": "Local smoothness in eval mode",
    "C9a": "Gradient norms across layers",
    "C9b": "Activations across layers",
}

QUOTES = (  # the notebook's sentences, and the claims that test each
    ("local effective smoothness is much lower when using the BatchNormConvNet model", ("C3",)),
    ("indicating that it is smoother", ("C3", "C4", "C5", "C8")),
    ("It also shows less volatility", ("C6a",)),
    ("its train loss and test accuracy improve more smoothly", ("C6b", "C6c")),
    ("the model is able to more easily stochastically descend towards the minimum of the loss function", ("C1",)),
    ("the outputs from the layers … can compound and become very very large, or very very small", ("C9b",)),
    ("and lead to exploding or vanishing gradients", ("C9a",)),
    ("allowing us to take larger steps for gradient descent", ("C7",)),
)


class Claim(NamedTuple):
    """A row of claims.csv, put into words. `effect` ends in the interval, n and p; `size` is the same for a table."""

    id: str
    heading: str
    estimand: str
    treatment: str
    mode: str
    n: int
    verdict: str
    size: str
    interval: str
    effect: str
    p: str
    p_holm: str
    one_sided: bool  # the interval lies wholly on one side of no difference


class Bound(NamedTuple):
    """How to tell an estimate that is only a bound: what stands before it, and what is left of its interval."""

    size: str
    interval: str


BOUNDS = {  # by which ends of the interval are open, the lower and the upper
    (False, True): Bound("at least ", "{} or more"),
    (True, False): Bound("at most ", "{} or less"),
    (True, True): Bound("", "unbounded"),
}


def claim(row, baseline, confidence):
    """Return the Claim that a row of claims.csv, a dict with None for empty cells, makes."""
    if row["estimate"] is None:
        size = interval = effect = ""
    else:
        ratio = row["unit"] == "log ratio"
        numbers = [row[name] for name in ("estimate", "low", "high")]
        ends = [end is not None and math.isinf(end) for end in numbers[1:]]  # the open ends of what was cut off
        numbers = [None if number is None or math.isinf(number) else number for number in numbers]
        numbers = [None if number is None else math.exp(number) if ratio else 100 * number for number in numbers]
        size, low, high = to_precision(*numbers, signed=not ratio)
        bound = BOUNDS.get(tuple(ends))
        effect = f"{size} times {baseline}'s" if ratio else f"{size} percentage points from {baseline}'s"
        size = f"× {size}" if ratio else f"{size} points"
        interval = bound.interval.format(low or high) if bound else f"{low} to {high}" if low else ""
        if bound:
            size, effect = bound.size + size, bound.size + effect
        if interval:
            effect += (
                f" ({100 * confidence:g} % interval {interval}; n = {row['n']}, p {p_value(row['p'])}; "
                f"{row['agreeing']} of {row['n']} agree)"
            )
    return Claim(
        id=row["claim"],
        heading=HEADINGS[row["claim"]],
        estimand=row["estimand"],
        treatment=row["treatment"],
        mode=row["mode"],
        n=row["n"],
        verdict=row["verdict"],
        size=size,
        interval=interval,
        effect=effect,
        p=p_value(row["p"]),
        p_holm=p_value(row["p_holm"]),
        one_sided=row["low"] is not None and not row["low"] <= 0 <= row["high"],
    )


def to_precision(estimate, low, high, signed):
    """Return the three as texts, "" for None, rounded to the precision of the interval.

    That is the first significant digit of its lower arm, and one digit more where that is a 1 or a 2.
    """
    arm = estimate - low if low is not None and estimate > low else abs(estimate) / 10 or 1
    place = math.floor(math.log10(arm))
    decimals = min(max(-place + (arm < 3 * 10**place), 0), 6)
    form = f"{'+' if signed else ''}.{decimals}f"
    return ["" if number is None else format(number, form).replace("-", "−") for number in (estimate, low, high)]


def p_value(p):
    """Return a p-value as it follows the letter p, or "" for None."""
    if p is None:
        return ""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}" if p < 0.1 else f"= {p:.2f}"


def quote_verdict(found):
    """Return what the claims that test one of the notebook's sentences say of it together."""
    verdicts = {claim.verdict for claim in found}
    if len(verdicts) == 1:
        return verdicts.pop()
    decided = verdicts & {"supported", "contradicted"}
    return ("mixed: " if decided else "undecided: ") + ", ".join(f"{claim.id} {claim.verdict}" for claim in found)


class Treatment(NamedTuple):
    """A treatment's name, its claims by id, and the notebook's sentences: (quote, verdict, ids of the claims).

    asserted: whether the notebook's sentences are about this comparison: networks that differ in BatchNorm alone. If
    not, its claims ask of the treatment what the notebook says of BatchNorm, and there are no quotes.
    """

    name: str
    asserted: bool
    claims: dict
    quotes: list


def treatment(name, found, entry, baseline):
    """Return the Treatment of that name, from the Claims of all treatments. entry, baseline: the models' entries."""
    own = {claim.id: claim for claim in found if claim.treatment == name}
    without = {key: value for key, value in entry.items() if key not in ("placement", "affine")}
    asserted = entry["normalisation"] == "batch" and baseline == {**without, "normalisation": "none"}
    quotes = [(quote, quote_verdict([own[id] for id in ids]), ids) for quote, ids in QUOTES] if asserted else []
    return Treatment(name, asserted, own, quotes)


ACTIVATIONS = {  # those that aren't written as in the config
    **{"relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU", "selu": "SELU", "gelu": "GELU", "silu": "SiLU"},
    "mish": "Mish",
}
NORMALISATIONS = {"batch": "BatchNorm", "layer": "LayerNorm", "group": "GroupNorm", "instance": "InstanceNorm"}
PLACEMENTS = {"after_pool": "after the pooling", "before_activation": "before the activation"}


def models_facts(entries):
    """Return what the template says of the models' entries, {name: entry}: their table, and which are of which kind."""

    def named(key, value):
        return [name for name, entry in entries.items() if entry.get(key) == value]

    return {
        "architectures": [
            {
                "name": name,
                "filters": ", ".join(map(str, entry["channels"])),
                "size": f"{entry['kernel_size']} × {entry['kernel_size']}",
                "activation": ACTIVATIONS.get(entry["activation"], entry["activation"]),
                "normalisation": _normalisation(entry),
            }
            for name, entry in entries.items()
        ],
        "after_pool": named("placement", "after_pool"),
        "before_activation": named("placement", "before_activation"),
        "batch_norm": named("normalisation", "batch"),
        "image_norm": [name for kind in ("layer", "group", "instance") for name in named("normalisation", kind)],
    }


def _normalisation(entry):
    if entry["normalisation"] == "none":
        return "none"
    groups = f" of {entry['groups']} groups" if "groups" in entry else ""
    plain = "" if entry["affine"] else ", without scale and shift"
    return f"{NORMALISATIONS[entry['normalisation']]}{groups} {PLACEMENTS[entry['placement']]}{plain}"


def final(curves, models, metric):
    """Return [(model, row of the metric's curve at the last pass)] for the models that have one."""
    rows = {(row["model"], row["pass"]): row for row in curves if row["metric"] == metric}
    last = max((number for _, number in rows), default=None)
    return [(model, rows[model, last]) for model in models if (model, last) in rows]


def alternative_text(curves, models):
    """Return what the comparison figure shows, for those who can't see it. curves: rows at one learning rate."""
    panels = "Four panels: train loss, local smoothness and test accuracy against passes, and smoothness against loss."
    ends = []
    for title, metric in (
        ("train loss", "train_loss"),
        ("local smoothness", "smoothness"),
        ("test accuracy", "test_accuracy"),
    ):
        last = final(curves, models, metric)
        if last:
            numbers = ", ".join(f"{model} {row['mean']:.3g}" for model, row in last)
            mean = "mean " if any(row["n"] > 1 for _, row in last) else ""
            ends.append(f"{mean}{title} {numbers}")
    return f"{panels} At the last pass: {'; '.join(ends)}." if ends else f"{panels} No run has a number to show."


def caption(curves, models, confidence):
    """Return the comparison figure's caption: what lines and bands are, and n. curves: rows at one learning rate."""
    counts = {model: row["n"] for model, row in final(curves, models, "train_loss")}
    if counts and set(counts.values()) == {1}:
        lines = "Lines: the one replicate of each model; there are no intervals."
    else:
        if len(models) > 2 and len(set(counts.values())) == 1 and len(counts) == len(models):
            told = f"n = {counts[models[0]]} for each model"
        else:
            told = ", ".join(f"n = {n} for {model}" for model, n in counts.items()) or "none"
        bands = "Bands: the" if len(models) <= LABELLED else "Not drawn for so many models, but in `curves.csv`: the"
        lines = (
            f"Thin lines: the replicates ({told}). Thick lines: their mean, geometric where the axis is logarithmic. "
            f"{bands} {100 * confidence:g} % t-interval of that mean, for each model by itself; the paired "
            "differences are in the table."
        )
    return (
        f"{lines} Pass 0, before training, is below the axis of the test accuracy. Last panel: "
        "smoothness against the population loss at the same weights, one point a pass."
    )


SWEPT = {"train_loss": "train loss", "test_accuracy": "test accuracy", "smoothness": "local smoothness"}


class Sweep(NamedTuple):
    """What the template says of a sweep over learning rates."""

    rates: list  # texts, rising
    base: str
    rows: list  # a dict for each model and rate: model, rate, trained, diverged, missing (seeds), and SWEPT as texts
    workable: list  # (model, [(rate, replicates whose largest workable rate it is)], of how many) of those compared
    bounds: list  # (treatment, what the end of the grid makes of its ratio: a Bound), where it makes anything
    alt: str
    caption: str


def sweep(outcomes, curves, largest, rows, base, confidence):
    """Return the Sweep, or None for a single rate.

    outcomes: of claims.outcomes. curves: rows of claims.CURVE_ROWS at the last pass, dicts. largest: of
    claims.largest_rates. rows: of claims.csv, dicts. base: the base rate.
    """
    rates = sorted({outcome.learning_rate for outcome in outcomes})
    if len(rates) < 2:
        return None
    means = {(row["model"], row["learning_rate"], row["metric"]): f"{row['mean']:.3g}" for row in curves}
    told = [
        {
            "model": outcome.model,
            "rate": f"{outcome.learning_rate:g}",
            "trained": outcome.trained,
            "diverged": outcome.diverged,
            "missing": outcome.missing,
            **{name: means.get((outcome.model, outcome.learning_rate, name), "–") for name in SWEPT},
        }
        for outcome in outcomes
    ]
    workable = [
        (model, [(f"{rate:g}", list(of.values()).count(rate)) for rate in rates if rate in of.values()], len(of))
        for model, of in largest.items()
    ]
    ends = [
        (row["treatment"], row["low"], row["high"]) for row in rows if row["claim"] == "C7" and row["low"] is not None
    ]
    ends = [(treatment, BOUNDS.get((math.isinf(low), math.isinf(high)))) for treatment, low, high in ends]
    return Sweep(
        rates=[f"{rate:g}" for rate in rates],
        base=f"{base:g}",
        rows=told,
        workable=workable,
        bounds=[(treatment, bound) for treatment, bound in ends if bound],
        alt=_sweep_in_words(told, rates),
        caption=_sweep_caption(outcomes, confidence),
    )


def _sweep_in_words(rows, rates):
    failed = [
        f"{row['model']} at {row['rate']} in {row['diverged']} of {row['trained']}" for row in rows if row["diverged"]
    ]
    ends = [f"{row['model']} at {row['rate']}: {row['train_loss']}" for row in rows if row["train_loss"] != "–"]
    return (
        f"Four panels against the learning rate, from {rates[0]:g} to {rates[-1]:g}: train loss, local smoothness and "
        f"test accuracy at the last pass, and how many replicates diverged. Mean train loss: "
        f"{'; '.join(ends) or 'none'}. Diverged: {'; '.join(failed) or 'none'}."
    )


def _sweep_caption(outcomes, confidence):
    counts = sorted({outcome.trained for outcome in outcomes})
    n = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else counts[0]
    level = f"{100 * confidence:g} % t-interval"
    if len({outcome.model for outcome in outcomes}) <= LABELLED:
        lines = f"Lines: their mean, geometric where the axis is logarithmic, and bands: its {level}, both only"
    else:
        lines = (
            "Lines: their mean, geometric where the axis is logarithmic (its "
            f"{level} is not drawn for so many models, but in `curves.csv`), only"
        )
    return (
        f"After the last pass, against the learning rate. Dots: the replicates that did not diverge (n = {n} trained "
        f"for each model and rate). {lines} where no replicate diverged. Crosses, at the side of failure: how many "
        "diverged, of how many; the last panel counts them. Dotted: the base rate."
    )


class Landscape(NamedTuple):
    """What the template says of Santurkar's bands."""

    rows: list  # a dict for each model and measure at the last pass: model, measure, low, high, multiples, n
    number: int  # the last pass
    alt: str
    caption: str


BANDS = {
    "loss": "loss f(w + αu)",
    "gradient_change": "gradient change ‖∇f(w + αu) − ∇f(w)‖",
    "smoothness": "L̂ of the step αu; its largest is the effective β",
}


def landscape(means, models):
    """Return the Landscape. means: rows of `landscape.means`, dicts. models: those compared, in their order."""
    number = max((row["pass"] for row in means), default=0)
    last = {(row["model"], row["measure"]): row for row in means if row["pass"] == number}
    rows = [
        {
            "model": model,
            "measure": words,
            **{
                edge: f"{last[model, measure][edge]:.3g} (α = "
                + ", ".join(f"{multiple:g}" for multiple in last[model, measure][f"{edge}_multiples"])
                + ")"
                for edge in ("low", "high")
            },
            "n": last[model, measure]["n"],
        }
        for model in models
        for measure, words in BANDS.items()
        if (model, measure) in last
    ]
    ends = "; ".join(f"{row['model']}, {row['measure']}: {row['low']} to {row['high']}" for row in rows)
    counts = ", ".join(f"n = {n} for {model}" for model, n in {row["model"]: row["n"] for row in rows}.items())
    return Landscape(
        rows=rows,
        number=number,
        alt=(
            "A row of panels for each model: loss, gradient change and effective β along training, each as a hatched "
            "band over the lengths of the step; the bands are not uncertainty over seeds. "
            f"At pass {number}, from the least to the largest over the steps: {ends or 'none'}."
        ),
        caption=(
            "Hatched bands: from the least to the largest over the step multiples α, the edges labelled with the "
            "multiples at which they lie after the last pass. They are ranges over step lengths, not intervals over "
            "seeds. Thick lines: geometric means over the replicates; thin lines: each replicate's own edges "
            f"({counts or 'none'})."
        ),
    )


MEASURES = {
    "train_loss": "train loss",
    "train_accuracy": "train accuracy",
    "test_loss": "test loss",
    "test_accuracy": "test accuracy",
    "notebook_estimator": "its smoothness",
}


def reproduction_facts(rows, shown):
    """Return what the template says of the rows of reproduction.csv; of the passes `shown`, each of them."""
    distances = [abs(row["distance"]) for row in rows if row["distance"] is not None]
    return {
        "reproduction": [
            {
                "model": row["model"],
                "number": row["pass"],
                "metric": MEASURES[row["metric"]],
                "notebook": f"{row['notebook']:.3f}",
                "mean": f"{row['mean']:.3f}",
                "sd": "–" if row["sd"] is None else f"{row['sd']:.3f}",
                "distance": "–" if row["distance"] is None else f"{row['distance']:+.1f}".replace("-", "−"),
                "rank": row["rank"],
                "n": row["n"],
            }
            for row in rows
            if row["pass"] in shown
        ],
        "reproduction_total": len(distances),
        "within": sum(distance <= 2 for distance in distances),
        "beyond": sum(distance > 3 for distance in distances),
    }


def costs(provenances):
    """Return for each rule its number of jobs, their mean time in seconds and their largest memory in MB."""
    rules = dict.fromkeys(facts["rule"] for facts in provenances)
    jobs = {rule: [facts for facts in provenances if facts["rule"] == rule] for rule in rules}
    return [
        {
            "rule": rule,
            "jobs": len(facts),
            "seconds": f"{sum(job['seconds'] for job in facts) / len(facts):.1f}",
            "memory": f"{max(job['peak_memory_mb'] for job in facts):.0f}",
        }
        for rule, facts in jobs.items()
    ]


def provenance(provenances):
    """Return a line on the code, versions and devices that the numbers come from."""

    def all_of(values):
        return ", ".join(sorted({str(value) for value in values}))

    versions = [facts["versions"] for facts in provenances]
    packages = ", ".join(f"{name} {all_of(each[name] for each in versions)}" for name in versions[0])
    code = all_of(facts["git"] or "unknown (not a git repository)" for facts in provenances)
    devices, threads, platforms = (
        all_of(facts[key] for facts in provenances) for key in ("device", "threads", "platform")
    )
    return f"Code: {code}. {packages}. Device: {devices}; {threads} thread a job; {platforms}."


def render(template, **facts):
    """Return the commentary in Markdown. A name that the template uses and `facts` lacks is an error.

    template: path of the Jinja template.
    """
    template = Path(template)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template.parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown; names are letters, digits and "_-."
    )
    return environment.get_template(template.name).render(**facts)


PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
img {{ max-width: 100%; }}
table {{ border-collapse: collapse; font-size: 0.85rem; display: block; overflow-x: auto; }}
th, td {{ text-align: left; padding: 0.25rem 0.6rem; border-bottom: 1px solid #ddd; vertical-align: top; }}
td:nth-child(2) {{ min-width: 9rem; }}
td:nth-child(n+3) {{ white-space: nowrap; }}
</style>
{body}
</html>
"""


def to_html(text, title, pictures):
    """Return the Markdown `text` as an HTML page that needs no other file.

    pictures: {name as in the text: bytes of an SVG}; they are written into the page. As PNG they would make it
    larger than the 1.5 MB that Chromium shows within Snakemake's report.
    """
    body = markdown.markdown(text, extensions=["tables"], output_format="html")
    for name, svg in pictures.items():
        data = base64.b64encode(svg).decode()
        body = body.replace(f'src="{name}"', f'src="data:image/svg+xml;base64,{data}"')
    return PAGE.format(title=title, body=body)
