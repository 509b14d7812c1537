"""Training runs that never took place: folders with tables and provenance like a run's, in any number."""

from itertools import product

import numpy as np
from normscape import atomic, provenance, tables
from normscape.analysis.runs import Runs
from normscape.measurement import columns, measures
from normscape.recipes import learning_rates, recipe
from normscape.training import history
from normscape.training.stops import stops

PROGRAMS = ("register", "prepare", "samples", "train", "probe", "aggregate", "compare", "figures", "commentary")
CODES = {name: f"code of {name}" for name in PROGRAMS}
FILTERS = {"conv1": 16, "conv2": 32, "linear": 0}
DETAILED = (1, 5, 10)
UPDATES, EARLY = 188, (1, 2, 4, 8, 20, 50, 94)
JOB = {
    "device": "cpu",
    "git": "0" * 40,
    "peak_memory_mb": 400.0,
    "platform": "none",
    "seconds": 1.0,
    "threads": 1,
    "versions": {"python": "3.11", "torch": "2.13.0"},
}


def settings(models, seeds, passes=10):
    """Return the settings of an experiment, those behind what is measured, and which models are compared."""
    baseline, *treatments = models
    return {
        "comparison": {"baseline": baseline, "treatments": treatments, "confidence": 0.95, "looks": "once"},
        "dataset": {"name": "FashionMNIST", "fraction": 0.1},
        "device": "cpu",
        "figure": {"width": 8, "height": 5, "dpi": 50},
        "models": {model: {"channels": [16, 32]} for model in models},
        "seeds": list(seeds),
        "smoothness": {
            "directions": 1,
            "step_multiples": [1.0],
            "passes": "all",
            "detailed_passes": list(DETAILED),
        },
        "training": {
            "batch_size": 32,
            "early_updates": list(EARLY),
            "evaluate_every": 1,
            "learning_rate": 0.04,
            "passes": passes,
        },
    }


def make(results, settings, codes=CODES):
    """Write to the folder `results` what the jobs before `aggregate` would, less data, tensors and checkpoints.

    settings: of the experiment, with one learning rate. codes: {program: digest of its code}.
    Returns its Runs. The k-th compared model's losses and smoothness are e^(−0.3 k) times the first's and its
    accuracies 0.05 k more, but for noise. A seed's numbers are the same among however many.
    """
    run, prepared = "runs/{model}/lr-{learning_rate}/seed-{seed}", "tensors/provenance-prepare-seed-{seed}.json"
    runs = Runs(settings, codes, f"{results}/{run}", f"{results}/{prepared}")

    def write_provenance(path, rule, key=None):
        facts = {"rule": rule, "settings": recipe(rule, settings, codes, key), "code": codes.get(rule)}
        provenance.write(path, JOB | facts)

    write_provenance(results.parent / "data" / "FashionMNIST" / "provenance-download.json", "download")
    write_provenance(results / "provenance-samples.json", "samples")
    (rate,) = learning_rates(settings)
    compared, passes = settings["comparison"], settings["training"]["passes"]
    models = [compared["baseline"], *compared["treatments"]]
    for seed, (place, model) in product(settings["seeds"], enumerate(models)):
        random = np.random.default_rng([place, seed])
        key = {"model": model, "learning_rate": rate, "seed": seed}
        folder, tensors = runs.folder(key), results / "tensors" / f"seed-{seed}.safetensors"

        def write(name, columns, rows, folder=folder, key=key):
            tables.write(folder / name, columns, [{**key, "learning_rate": float(rate), **row} for row in rows])

        if not place:
            atomic.written[tensors.absolute()] = f"tensors of {seed}"
            write_provenance(runs.prepared.format(seed=seed), "prepare", key)
        provenance.take(tensors, f"tensors of {seed}")
        write("history.csv", history.COLUMNS, _history_rows(place, passes, random))
        atomic.written[(folder / "checkpoints.safetensors").absolute()] = f"checkpoints of {model} {seed}"
        write_provenance(folder / "provenance-train.json", "train", key)
        provenance.take(tensors, f"tensors of {seed}")
        provenance.take(folder / "checkpoints.safetensors", f"checkpoints of {model} {seed}")
        write("smoothness.csv", columns.PROBES, _probe_rows(place, passes, random))
        write("layers.csv", columns.LAYERS, _layer_rows(passes, random))
        write_provenance(folder / "provenance-probe.json", "probe", key)
    return runs


def _history_rows(place, passes, random):
    """Yield the rows of history.COLUMNS, less their key."""
    for update, number in stops(UPDATES, passes, EARLY):
        if number is None:
            empty = dict.fromkeys(["train_loss", "train_accuracy", "test_loss", "test_accuracy"])
            yield {"pass": None, "update": update, "diverged": 0, **empty, "missing": "not evaluated"}
            continue
        loss, noise = 2 * np.exp(-0.3 * place) / (1 + number), random.normal(scale=0.01, size=4)
        accuracy = 0.1 + 0.7 * number / (1 + number) + 0.05 * place
        yield {
            "pass": number,
            "update": update,
            "diverged": 0,
            "missing": None,
            "train_loss": loss * np.exp(noise[0]),
            "train_accuracy": accuracy + noise[1],
            "test_loss": loss * np.exp(noise[2]),
            "test_accuracy": accuracy + noise[3],
        }


def _probe_rows(place, passes, random):
    """Yield the rows of columns.PROBES, less their key."""
    names = [column.name for column in measures.COLUMNS]
    for update, number in stops(UPDATES, passes, EARLY):
        for mode in ("full_batch", "eval") if number in DETAILED else ("full_batch",):
            level = 5 * np.exp(-0.3 * place) / (update / UPDATES + 0.1)
            row = dict(zip(names, level * np.exp(random.normal(scale=0.1, size=len(names))), strict=True))
            row |= {"loss_range": None, "gradient_change_range": None, "float32_error": None}
            row |= {"precision": "float32", "missing": None}
            if mode == "eval" or number not in DETAILED:
                row["scale_normalised_smoothness"] = None
            row |= {"mode": mode, "direction": 0, "step_multiple": 1.0}
            yield {"pass": number, "update": update, **row}


def _layer_rows(passes, random):
    """Yield the rows of columns.LAYERS, less their key."""
    kinds = [(layer, None, metric) for metric in ("layer_gradient_norm", "activation_sd") for layer in FILTERS]
    kinds += [(layer, index, "weight_norm") for layer, count in FILTERS.items() for index in range(count)]
    for number in range(1, passes + 1):
        values = np.exp(random.normal(scale=0.1, size=len(kinds)))
        for (layer, index, metric), value in zip(kinds, values, strict=True):
            yield {
                "pass": number,
                "update": number * UPDATES,
                "mode": "full_batch",
                "layer": layer,
                "filter": index,
                "metric": metric,
                "value": value,
            }
