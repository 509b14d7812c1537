"""Gather the tables of all training runs in one long table."""

import argparse
from itertools import product
from pathlib import Path

from normscape import files, jobs, metrics, sgd, smoothness, tables

TABLES = (
    ("history.csv", sgd.HISTORY, "train"),
    ("smoothness.csv", smoothness.SMOOTHNESS, "smoothness"),
    ("layers.csv", smoothness.LAYERS, "smoothness"),
)


def main(arguments):
    runs = []
    for model, rate, seed in product(arguments.models, arguments.learning_rates, arguments.seeds):
        run = Path(arguments.run.format(model=model, learning_rate=rate, seed=seed))
        key = {"model": model, "learning_rate": float(rate), "seed": seed}
        present = [(run / name).exists() for name, *_ in TABLES]
        if arguments.partial and not present[0]:
            print(f"missing: {run}")
            continue
        runs.append(
            [
                None if arguments.partial and not there else metrics.read_run(run / name, columns, rule, key)
                for (name, columns, rule), there in zip(TABLES, present, strict=True)
            ]
        )
    if not runs:
        raise files.InputError(f"{arguments.run}: no run is there yet; run `snakemake --cores 4` first")
    table = metrics.gather(runs, arguments.passes)
    tables.write(arguments.metrics, metrics.METRICS, table)
    print(f"{len(runs)} runs, {len(table)} rows")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learning-rates", required=True, nargs="+", help="as they stand in the paths")
    parser.add_argument("--models", required=True, nargs="+")
    parser.add_argument("--partial", action="store_true", help="take the runs that are there")
    parser.add_argument("--passes", required=True, type=int, help="number of the last pass")
    parser.add_argument("--run", required=True, help="a run's folder, with {model}, {learning_rate} and {seed}")
    parser.add_argument("--seeds", required=True, nargs="+", type=int)
    parser.add_argument("--metrics", required=True, type=Path, help="the table to write")
    parser.add_argument("--provenance", required=True, type=Path, help="the file to write")
    jobs.run("aggregate", main, parser.parse_args())
