"""Outcomes of experiments that never took place, of every kind that there can be, and the report on them.

An Outcome is drawn by hypothesis. `runs` makes up the tables that its training runs would have left, `write` writes
them with their provenance, and `report` has the real programs read them, from `aggregate` to `commentary`.
"""

import copy
import math
import runpy
from dataclasses import dataclass, fields
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import synthetic
import yaml
from entries import BATCH, PLAIN
from hypothesis import assume
from hypothesis import strategies as st
from normscape import atomic, provenance, tables
from normscape.analysis.runs import Runs
from normscape.config.check import check_config
from normscape.config.settings import settings as of_config
from normscape.measurement import columns, measures
from normscape.recipes import learning_rates, recipe
from normscape.report import catalogue
from normscape.training import history, sgd
from normscape.training.stops import stops, updates_per_pass

ROOT = Path(__file__).resolve().parents[1]
MODELS = {  # those of the notebook, and of names that Markdown could take for its own
    "notebook": ("ConvNet", "BatchNormConvNet", "third_net__x"),
    "underscores": ("plain_net", "batch_norm_net", "Net.-_v2"),
}
ENTRIES = (PLAIN, BATCH, {**BATCH, "normalisation": "group", "groups": 4})
ALL_IMAGES = 60_000
JOB = synthetic.JOB | {"process_cpu_seconds": 30.0}
OWN, ERROR = measures.ON_ITS_OWN_STEP.column.name, measures.FLOAT32_ERROR.name  # not of every row of probes
OVER = [measure.column.name for measure in measures.OVER_MULTIPLES]
ACCURACIES = ("train_accuracy", "test_accuracy")


class Numbers(NamedTuple):
    """What numbers are made up: 10 to the power of size + apart · place of the model + spread · a normal deviate.

    losses, probed: sizes. The spread is over replicates and passes; 0 makes all of a model's numbers equal.
    """

    stream: int
    losses: float = 0.0
    probed: float = 0.0
    spread: float = 0.1
    apart: float = -0.3
    accuracies: str = "any"  # constant, perfect


class Event(NamedTuple):
    """What happened to some runs: one of EVENTS, to a model by its place, at a rate by its index and a seed by its.

    None: at all rates, in all replicates. It begins after pass `first`, or within the first pass: WITHIN; and, with
    `lasting`, stays.
    """

    what: str
    model: int
    rate: int | None
    seed: int | None
    first: float = 1
    lasting: bool = True


WITHIN = 0.5


@dataclass(frozen=True)
class Outcome:
    """The settings of an experiment, and how it went."""

    numbers: Numbers
    events: tuple = ()
    names: str = "notebook"
    treatments: int = 1
    bystander: bool = False  # whether there is a model that isn't compared
    rates: tuple = (0.04,)
    images: int = 60
    batch_size: int = 2
    passes: int = 3
    confidence: float = 0.95
    seeds: tuple = (0, 1, 2, 3, 4, 5)
    multiples: tuple = (1.0,)
    directions: int = 1
    early: tuple = (1, 2, 9, 20)
    evaluate_every: int = 1
    probed: tuple | str = "all"
    detailed: tuple = (1,)
    looks: str = "once"
    negligible: tuple = ()  # (what, how much) of `comparison.negligible`
    claims: tuple = ()  # (id, entry) of the config's section
    size: tuple = (8, 6)  # of the figures, in inches
    drawn: tuple = ("comparison", "claims", "reproduction")  # figures to draw

    def __repr__(self):
        told = [f"{each.name}={getattr(self, each.name)!r}" for each in fields(self)]
        return f"Outcome({', '.join(told)})"

    @property
    def compared(self):
        """The baseline and the treatments."""
        return MODELS[self.names][: 1 + self.treatments]

    @property
    def models(self):
        return MODELS[self.names][: 1 + self.treatments + self.bystander]

    @property
    def checkpoints(self):
        """(update, number of the pass that ends there, else None), rising."""
        return stops(updates_per_pass(self.images, self.batch_size), self.passes, self.early)

    def probes_at(self, number):
        """Whether there is a probe after a pass; None: within the first."""
        return number is None or self.probed == "all" or number in self.probed

    def evaluates_at(self, number):
        """Whether losses and accuracies are evaluated after a pass; None: within the first."""
        return number is not None and (number % self.evaluate_every == 0 or number == self.passes)

    @property
    def partial(self):
        """Whether a table is missing."""
        return any(event.what in ("no run", "no probes") for event in self.events)

    @cached_property
    def settings(self):
        """The settings as the workflow makes them of a config, which it finds in order."""
        baseline, *treatments = self.compared
        config = copy.deepcopy(_config()) | {
            "experiment": "made-up",
            "models": dict(zip(self.models, copy.deepcopy(ENTRIES), strict=False)),
            "seeds": list(self.seeds),
            "training": {
                "learning_rate": list(self.rates) if len(self.rates) > 1 else self.rates[0],
                "batch_size": self.batch_size,
                "passes": self.passes,
                "early_updates": list(self.early),
                "evaluate_every": self.evaluate_every,
            },
            "smoothness": {
                "directions": self.directions,
                "step_multiples": list(self.multiples),
                "passes": self.probed if self.probed == "all" else list(self.probed),
                "detailed_passes": list(self.detailed),
            },
            "comparison": {
                **{"baseline": baseline, "treatments": treatments, "confidence": self.confidence},
                **{"looks": self.looks, **({"negligible": dict(self.negligible)} if self.negligible else {})},
            },
            **({"claims": copy.deepcopy(dict(self.claims))} if self.claims else {}),
            "figure": {"width": self.size[0], "height": self.size[1], "dpi": 50},
        }
        config["dataset"]["fraction"] = float(f"{self.images / ALL_IMAGES:.3g}")
        check_config(config, _schema())
        return of_config(config)


@cache
def _config():
    return yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


@cache
def _schema():
    return yaml.safe_load((ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text(encoding="utf-8"))


# -------------------------------------------------------------------------------------------------- what there can be

SIZES = st.sampled_from([0.0, 0.0, 0.0, -9.0, 25.0, -150.0, -295.0])
EVENTS = (
    *("diverged", "no train loss", "no loss", "zero step", "lost in rounding", "gap lost", "zero smoothness"),
    *("infinite probe", "infinite gap", "no number", "no number anywhere", "no number in float32"),
    *("dead layer", "layer without number", "constant accuracy", "twin", "near twin", "no probes", "no run"),
)


@st.composite
def outcomes(draw):
    """Draw an Outcome of which at least one run is there."""
    treatments, seeds, passes = draw(st.integers(1, 2)), draw(st.integers(1, 8)), draw(st.integers(1, 6))
    rates = draw(st.just((0.04,)) | st.lists(_rates(), min_size=1, max_size=4, unique=True).map(tuple))
    images = draw(st.integers(2, 60))
    multiples = draw(st.sampled_from([(1.0,), (0.5, 1.0, 4.0), (1.0, 1000.0)]))
    figures = ["comparison", "claims", "reproduction"]
    figures += ["sweep"] * (len(rates) > 1) + ["landscape"] * (len(multiples) > 1)
    outcome = Outcome(
        numbers=Numbers(
            stream=draw(st.integers(0, 2**16)),
            losses=draw(SIZES),
            probed=draw(SIZES),
            spread=draw(st.sampled_from([0.1, 0.1, 0.0, 1e-15, 1e-10, 2.0, 60.0])),
            apart=draw(st.sampled_from([-0.3, -0.3, 0.0, 1e-9, 0.3, 3.0, -40.0])),
            accuracies=draw(st.sampled_from(["any", "any", "constant", "perfect"])),
        ),
        events=tuple(draw(st.lists(_events(treatments, len(rates), seeds, passes), max_size=4))),
        names=draw(st.sampled_from(list(MODELS))),
        treatments=treatments,
        bystander=treatments == 1 and draw(st.booleans()),
        rates=rates,
        images=images,
        batch_size=draw(st.integers(1, images)),
        passes=passes,
        confidence=draw(st.sampled_from([0.95, 0.5, 0.9, 0.99, 0.999, 0.9999])),
        seeds=tuple(range(seeds)) if draw(st.booleans()) else tuple(4294967295 - 7 * i for i in range(seeds)),
        multiples=multiples,
        directions=draw(st.integers(1, 2)),
        early=draw(st.sampled_from([(1, 2, 9, 20), (1, 2, 9, 20), (), (1,), (8, 50)])),
        evaluate_every=draw(st.sampled_from([1, 1, 1, 2, 9])),
        probed=draw(st.sampled_from(["all", "all", "all", (1,), (0, 1, 9), (passes,), (0, passes)])),
        detailed=draw(st.sampled_from([(1,), (), (1, 2, 5), (7,)])),
        looks=draw(st.sampled_from(["once", "any"])),
        negligible=draw(st.sampled_from([(), (), *NEGLIGIBLE])),
        claims=draw(st.sampled_from([(), (), *CLAIMS])),
        size=draw(st.sampled_from([(8, 5), (11, 7)])),
        drawn=(draw(st.sampled_from(figures)),),
    )
    assume(any(run.history is not None for run in runs(outcome).values()))
    return outcome


NEGLIGIBLE = (
    *((("ratio", 1.1),), (("ratio", 3.0), ("points", 20.0))),
    *((("points", 0.5),), (("ratio", 1e6), ("points", 100.0))),
)
CLAIMS = (
    (("C20", {"metric": "test_loss", "summary": "last", "claimed": "below", "margin": 2.0}),),
    (("C21", {"metric": "test_accuracy", "summary": "last", "claimed": "above", "primary": True}),),
    (("C4", {"metric": "smoothness", "comparison": "equal_loss", "states": "all", "claimed": "below"}),),
    (("C3", {"metric": "gradient_norm", "claimed": "below", "primary": True}),),
    (("C22", {"metric": "smoothness", "states": "early", "claimed": "above"}),),
)


def _rates():
    """Rates from 1e-12 to 1e3, of three digits."""
    return st.sampled_from([0.04, 1e-12, 1e3, 1.0]) | st.floats(-12, 3).map(lambda power: float(f"{10**power:.3g}"))


def _events(treatments, rates, seeds, passes):
    return st.builds(
        Event,
        what=st.sampled_from(EVENTS),
        model=st.integers(0, treatments),
        rate=st.none() | st.integers(0, rates - 1),
        seed=st.integers(0, seeds - 1) | st.none(),
        first=st.sampled_from([0, WITHIN]) | st.integers(1, passes) | st.integers(1, passes),
        lasting=st.booleans(),
    )


# ------------------------------------------------------------------------------------------------ the tables of a run


class Run(NamedTuple):
    """The rows of a run's three tables, dicts less their key; None for tables that aren't there."""

    history: list | None
    probes: list | None
    layers: list | None


def runs(outcome):
    """Return {(model, rate as it stands in paths, seed): Run}, the base rate's first."""
    rates = learning_rates(outcome.settings)
    made = {}
    for (place, model), (index, rate), (number, seed) in product(
        *map(enumerate, (outcome.models, rates, outcome.seeds))
    ):
        random = np.random.default_rng([outcome.numbers.stream, place, index, number])
        made[model, rate, seed] = _run(outcome, place, random)
    for event in outcome.events:
        for rate, seed in product(rates, outcome.seeds):
            hit = event.rate in (None, rates.index(rate)) and event.seed in (None, outcome.seeds.index(seed))
            if hit:
                _strike(event, made, rate, seed, outcome)
    return made


def _run(outcome, place, random):
    numbers = outcome.numbers

    def values(size, count):
        powers = size + numbers.apart * place + numbers.spread * random.normal(size=count)
        return (10.0 ** np.clip(powers, -300, 30)).tolist()

    def accuracy(of):
        if numbers.accuracies == "any":
            return round(float(random.uniform(0.1, 1)) * of) / of
        return {"constant": 0.1, "perfect": 1.0}[numbers.accuracies]

    rows = []
    for update, number in outcome.checkpoints:
        row = dict.fromkeys(("train_loss", "train_accuracy", "test_loss", "test_accuracy"))
        missing = sgd.TOO_EARLY if number is None else sgd.NOT_ASKED
        if outcome.evaluates_at(number):
            losses = values(numbers.losses, 2)
            accuracies = accuracy(outcome.images), accuracy(10_000)
            row, missing = dict(zip(row, (losses[0], accuracies[0], losses[1], accuracies[1]), strict=True)), None
        rows.append({"pass": number, "update": update, "diverged": 0, **row, "missing": missing})
    probed = [(update, number) for update, number in outcome.checkpoints if outcome.probes_at(number)]
    probes = [
        _probe(outcome, update, number, mode, direction, multiple, values)
        for update, number in probed
        for mode in (("full_batch", "eval") if number in outcome.detailed else ("full_batch",))
        for direction in range(outcome.directions)
        for multiple in outcome.multiples
    ]
    kinds = [
        (layer, None, metric) for metric in ("layer_gradient_norm", "activation_sd") for layer in ("conv1", "linear")
    ]
    kinds += [("conv1", index, "weight_norm") for index in range(2)]
    layers = [
        {"pass": number, "update": update, "mode": "full_batch"}
        | {"layer": layer, "filter": index, "metric": metric, "value": value}
        for update, number in probed
        if number
        for (layer, index, metric), value in zip(kinds, values(0.0, len(kinds)), strict=True)
    ]
    return Run(rows, probes, layers)


def _probe(outcome, update, number, mode, direction, multiple, values):
    names = [column.name for column in measures.COLUMNS]
    row = dict(zip(names, values(outcome.numbers.probed, len(names)), strict=True))
    row["loss"], row["displaced_loss"] = values(outcome.numbers.losses, 2)
    row["directional_curvature"] *= -1 if update % 2 else 1
    on_training_step = mode == "full_batch" and multiple == 1
    if not (on_training_step and number in outcome.detailed):
        row[OWN] = None
    if not (on_training_step and number == outcome.passes and direction == 0):
        row[ERROR] = None
    if len(outcome.multiples) == 1:
        row["loss_range"] = row["gradient_change_range"] = None
    place = {"pass": number, "update": update, "mode": mode, "direction": direction, "step_multiple": multiple}
    return {**place, "precision": "float32", **row, "missing": None}


# ------------------------------------------------------------------------------------------------------ what happened

PROBED = ("smoothness", "notebook_estimator", "directional_curvature", "optimality_gap", "effective_beta", OWN)


def _strike(event, made, rate, seed, outcome):
    """Change what was `made` of one rate and seed to what it is after the Event."""
    baseline = made[outcome.models[0], rate, seed]
    model = outcome.models[max(event.model, 1) if "twin" in event.what else event.model]
    run = made[model, rate, seed]
    if event.what == "no run" or run.history is None:
        made[model, rate, seed] = Run(None, None, None)
    elif event.what == "no probes":
        made[model, rate, seed] = run._replace(probes=None, layers=None)
    elif event.what in ("twin", "near twin"):
        made[model, rate, seed] = copy.deepcopy(baseline)
        for row in made[model, rate, seed].history or [] if event.what == "near twin" else []:
            for name in ("train_loss", "test_loss", *ACCURACIES):
                if row[name]:
                    row[name] = float(np.nextafter(row[name], 0))
    elif event.what == "diverged":
        made[model, rate, seed] = _diverged(event, run)
    else:
        _change(event, run)


def _diverged(event, run):
    blank = dict.fromkeys(("train_loss", "train_accuracy", "test_loss", "test_accuracy", "missing")) | {"diverged": 1}
    rows = [row if _place(row) < event.first else {**row, **blank} for row in run.history]
    kept = [table and [row for row in table if _place(row) < event.first] for table in (run.probes, run.layers)]
    return Run(rows, *kept)


def _place(row):
    """Return the pass after which a row's checkpoint lies, or WITHIN the first."""
    return WITHIN if row["pass"] is None else row["pass"]


def _change(event, run):
    """Change the rows of a Run in place."""
    for kind, rows in zip(Run._fields, run, strict=True):
        for row in rows or []:
            hit = _place(row) == event.first or (event.lasting and _place(row) > event.first)
            if hit and kind == "history" and row["train_loss"] is not None:
                _change_history(event.what, row)
            elif hit and kind == "probes":
                _change_probe(event.what, row)
            elif hit and kind == "layers" and row["layer"] == "conv1":
                row["value"] = {"dead layer": 0.0, "layer without number": math.nan}.get(event.what, row["value"])


def _change_history(what, row):
    if what == "constant accuracy":
        row |= dict.fromkeys(ACCURACIES, 0.1)
    if what in ("no train loss", "no loss"):
        row["train_loss"] = 0.0
    if what == "no loss":
        row["test_loss"] = 0.0


def _change_probe(what, row):
    match what:
        case "no loss":
            row["loss"] = 0.0
        case "zero step":
            row |= {name: 0.0 for name in ("displacement_norm", "gradient_change_norm")}
            _empty(row, PROBED, measures.ZERO)
        case "lost in rounding":
            _empty(row, (*PROBED, "loss_range"), measures.LOST)
        case "gap lost":
            _empty(row, ("optimality_gap",), measures.LOST)
        case "no number":
            _empty(row, ("displaced_loss", "smoothness", "gradient_change_norm", "effective_beta"), measures.NAN)
        case "no number anywhere":
            _empty(row, ("loss", "displaced_loss", "gradient_norm", "gradient_change_norm", *PROBED), measures.NAN)
        case "no number in float32" if row[ERROR] is not None:
            row[ERROR] = math.inf
        case "zero smoothness" if row["smoothness"] is not None:
            row |= {"smoothness": 0.0, "gradient_change_norm": 0.0}
        case "infinite probe" if row["smoothness"] is not None:
            row |= dict.fromkeys(("displaced_loss", "smoothness", "gradient_change_norm", "effective_beta"), math.inf)
        case "infinite gap" if row["optimality_gap"] is not None:
            row["optimality_gap"] = math.inf


def _empty(row, names, reason):
    """Empty those of the cells of a probe's row that have a number, and say why."""
    names = [name for name in names if row[name] is not None]
    if names:
        row |= dict.fromkeys(names) | {"precision": "float64"}
        row["missing"] = "; ".join(filter(None, [row["missing"], f"{' '.join(names)}: {reason}"]))


# ---------------------------------------------------------------------------------------------- files and the programs


def write(outcome, made, results):
    """Write what was `made` to the folder `results`, as the jobs before `aggregate` would; return the Runs."""
    settings, codes = outcome.settings, synthetic.CODES
    found = Runs(
        settings,
        codes,
        f"{results}/runs/{{model}}/lr-{{learning_rate}}/seed-{{seed}}",
        f"{results}/tensors/provenance-prepare-seed-{{seed}}.json",
    )

    def record(path, rule, key=None):
        facts = {"rule": rule, "settings": recipe(rule, settings, codes, key), "code": codes.get(rule)}
        provenance.write(path, JOB | facts)

    once = [results.parent / "data" / "provenance-download.json", results / "provenance-samples.json"]
    for path, rule in zip(once, ("download", "samples"), strict=True):
        record(path, rule)
    for seed in outcome.seeds:
        atomic.written[_tensors(results, seed)] = f"tensors of {seed}"
        record(Path(found.prepared.format(seed=seed)), "prepare", {"seed": seed})
    for (model, rate, seed), run in made.items():
        key = {"model": model, "learning_rate": rate, "seed": seed}
        folder, values = found.folder(key), {**key, "learning_rate": float(rate)}
        checkpoints = (folder / "checkpoints.safetensors").absolute(), f"checkpoints of {key}"
        if run.history is not None:
            provenance.take(_tensors(results, seed), f"tensors of {seed}")
            tables.write(folder / "history.csv", history.COLUMNS, [{**values, **row} for row in run.history])
            atomic.written[checkpoints[0]] = checkpoints[1]
            record(folder / "provenance-train.json", "train", key)
        if run.probes is not None:
            provenance.take(_tensors(results, seed), f"tensors of {seed}")
            provenance.take(*checkpoints)
            tables.write(folder / "smoothness.csv", columns.PROBES, [{**values, **row} for row in run.probes])
            tables.write(folder / "layers.csv", columns.LAYERS, [{**values, **row} for row in run.layers])
            record(folder / "provenance-probe.json", "probe", key)
    return found, once


def _tensors(results, seed):
    return (results / "tensors" / f"seed-{seed}.safetensors").absolute()


@cache
def program(name):
    """Return the `main` of one of the programs."""
    return runpy.run_path(str(ROOT / "scripts" / f"{name}.py"), run_name=name)["main"]


def report(outcome, results, written):
    """Run the real programs, from `aggregate` to `commentary`, on what `write` wrote; return the folder of the report.

    Each is given what its rule gives it, and leaves its provenance as a job does.
    """
    (found, once), settings, codes = written, outcome.settings, synthetic.CODES
    out = results / "partial" if outcome.partial else results
    report_folder = ROOT / "workflow" / "report"
    figures = [figure.name for figure in catalogue.FIGURES if not figure.lacking(settings)]
    metrics = {"metrics": out / "metrics.csv"}
    compared = {name: out / f"{name}.csv" for name in ("claims", "curves", "reproduction")}
    pictures = {"pictures": [out / f"{name}.png" for name in figures]}
    made = {"markdown": out / "commentary.md", "html": out / "commentary.html", "config": out / "config.json"}
    places = {"run": found.run, "prepared": found.prepared}
    analysis = {"analysis": results / "analysis.json"}
    looks, others = (folder / "looks.json" for folder in (out, results if outcome.partial else results / "partial"))
    arguments = {
        "register": {**analysis, "runs": results / "runs", "looks": []},
        "aggregate": {**places, **metrics, "partial": outcome.partial},
        "compare": {
            **{**analysis, **metrics, **compared, "notebook": report_folder / "notebook.csv"},
            **{"looks": looks, "other_looks": others},
        },
        "figures": {**metrics, **compared, **pictures},
        "commentary": {
            **{**places, **analysis, "looks": looks, **metrics, **compared, **pictures, **made},
            "once": once,
            "template": report_folder / "commentary.md.j2",
        },
    }
    for rule, given in arguments.items():
        asked = recipe(rule, settings, codes)
        program(rule)(**asked, **given)
        record = JOB | {"rule": rule, "settings": asked, "code": codes.get(rule)}
        provenance.write((results if rule == "register" else out) / f"provenance-{rule}.json", record)
    return out
