"""Which tables a training run leaves, and the reading of those of all runs."""

from itertools import product
from pathlib import Path

from ..measurement import columns
from ..training import history
from . import metrics

TABLES = (
    ("history.csv", history.COLUMNS, "train"),
    ("smoothness.csv", columns.PROBES, "probe"),
    ("layers.csv", columns.LAYERS, "probe"),
)


def read(pattern, models, learning_rates, seeds, partial=False):
    """Return the Tables of all runs as `metrics.gather` takes them, and the folders of those runs that are missing.

    pattern: a run's folder, with {model}, {learning_rate} and {seed}. learning_rates: as they stand in the paths.
    partial: take what is there; else a missing table is an error.
    Raises InputError, naming the file, where a table is damaged, missing or of another run.
    """
    runs, missing = [], []
    for model, rate, seed in product(models, learning_rates, seeds):
        folder = Path(pattern.format(model=model, learning_rate=rate, seed=seed))
        key = {"model": model, "learning_rate": float(rate), "seed": seed}
        present = [not partial or (folder / name).exists() for name, *_ in TABLES]
        if present[0]:
            runs.append(
                [
                    metrics.read_run(folder / name, columns, rule, key) if there else None
                    for (name, columns, rule), there in zip(TABLES, present, strict=True)
                ]
            )
        else:
            missing.append(folder)
    return runs, missing
