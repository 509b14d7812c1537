from pathlib import Path

from normscape import jobs, tables
from normscape.analysis import runs
from normscape.analysis.metrics import COLUMNS, gather
from normscape.errors import InputError


def main(
    *,
    models: list[str],
    learning_rates: list[str],
    seeds: list[int],
    passes: int,
    run: str,
    metrics: Path,
    partial: bool = False,
):
    """Gather the tables of all training runs in one long table.

    models: names
    learning_rates: as they stand in the paths
    seeds: the replicates
    passes: number of the last pass
    run: a run's folder, with {model}, {learning_rate} and {seed}
    metrics: the table to write
    partial: take the runs that are there
    """
    tables_of_runs, missing = runs.read(run, models, learning_rates, seeds, partial)
    for folder in missing:
        print(f"missing: {folder}")
    if not tables_of_runs:
        raise InputError(f"{run}: no run is there yet; run `snakemake --cores 4` first")
    table = gather(tables_of_runs, passes)
    tables.write(metrics, COLUMNS, table)
    print(f"{len(tables_of_runs)} runs, {len(table)} rows")


if __name__ == "__main__":
    jobs.run(main)
