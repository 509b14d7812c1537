"""Training runs that never took place: folders with tables and provenance like a run's, in any number."""

from itertools import product

import numpy as np
from normscape import provenance, tables
from normscape.measurement import columns, measures
from normscape.training import history

FILTERS = {"conv1": 16, "conv2": 32, "linear": 0}
DETAILED = (1, 5, 10)
JOB = {
    "device": "cpu",
    "git": "0" * 40,
    "peak_memory_mb": 400.0,
    "platform": "none",
    "seconds": 1.0,
    "threads": 1,
    "versions": {"python": "3.11", "torch": "2.13.0"},
}


def make(results, models, seeds, passes=10, learning_rate=0.04):
    """Write to the folder `results` what the jobs before `aggregate` would, less data, tensors and checkpoints.

    Returns the pattern of a run's folder, with {model}, {learning_rate} and {seed}. The k-th model's losses and
    smoothness are e^(−0.3 k) times the first's and its accuracies 0.05 k more, but for noise. A seed's numbers are the
    same among however many.
    """
    pattern = f"{results}/runs/{{model}}/lr-{{learning_rate}}/seed-{{seed}}"
    _write_provenance(results.parent / "data" / "FashionMNIST" / "provenance-download.json", "download")
    _write_provenance(results / "provenance-samples.json", "samples")
    for seed in seeds:
        _write_provenance(results / "tensors" / f"provenance-prepare-seed-{seed}.json", "prepare")
    for (place, model), seed in product(enumerate(models), seeds):
        random = np.random.default_rng([place, seed])
        folder = results / "runs" / model / f"lr-{learning_rate}" / f"seed-{seed}"
        key = {"model": model, "learning_rate": learning_rate, "seed": seed}

        def write(name, columns, rows, folder=folder, key=key):
            tables.write(folder / name, columns, [{**key, **row} for row in rows])

        write("history.csv", history.COLUMNS, _history_rows(place, passes, random))
        _write_provenance(folder / "provenance-train.json", "train")
        write("smoothness.csv", columns.PROBES, _probe_rows(place, passes, random))
        write("layers.csv", columns.LAYERS, _layer_rows(passes, random))
        _write_provenance(folder / "provenance-probe.json", "probe")
    return pattern


def _write_provenance(path, rule):
    provenance.write(path, {**JOB, "rule": rule})


def _history_rows(place, passes, random):
    """Yield the rows of history.COLUMNS, less their key."""
    for number in range(passes + 1):
        loss, noise = 2 * np.exp(-0.3 * place) / (1 + number), random.normal(scale=0.01, size=4)
        accuracy = 0.1 + 0.7 * number / (1 + number) + 0.05 * place
        yield {
            "pass": number,
            "diverged": 0,
            "train_loss": loss * np.exp(noise[0]),
            "train_accuracy": accuracy + noise[1],
            "test_loss": loss * np.exp(noise[2]),
            "test_accuracy": accuracy + noise[3],
        }


def _probe_rows(place, passes, random):
    """Yield the rows of columns.PROBES, less their key."""
    names = [column.name for column in measures.COLUMNS]
    for number in range(1, passes + 1):
        for mode in ("full_batch", "eval") if number in DETAILED else ("full_batch",):
            level = 5 * np.exp(-0.3 * place) / number
            row = dict(zip(names, level * np.exp(random.normal(scale=0.1, size=len(names))), strict=True))
            row |= {"loss_range": None, "gradient_change_range": None}
            if mode == "eval" or number not in DETAILED:
                row["scale_normalised_smoothness"] = None
            yield {"pass": number, "mode": mode, "direction": 0, "step_multiple": 1.0, **row}


def _layer_rows(passes, random):
    """Yield the rows of columns.LAYERS, less their key."""
    kinds = [(layer, None, metric) for metric in ("layer_gradient_norm", "activation_sd") for layer in FILTERS]
    kinds += [(layer, index, "weight_norm") for layer, count in FILTERS.items() for index in range(count)]
    for number in range(1, passes + 1):
        values = np.exp(random.normal(scale=0.1, size=len(kinds)))
        for (layer, index, metric), value in zip(kinds, values, strict=True):
            yield {
                "pass": number,
                "mode": "full_batch",
                "layer": layer,
                "filter": index,
                "metric": metric,
                "value": value,
            }
