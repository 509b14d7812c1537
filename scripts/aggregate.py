from pathlib import Path

from normscape import jobs, tables
from normscape.analysis import runs
from normscape.analysis.metrics import COLUMNS, gather
from normscape.errors import InputError


def main(*, settings: dict, codes: dict, run: str, prepared: str, metrics: Path, partial: bool = False):
    """Gather the tables of all training runs in one long table.

    settings: those sections of the config that the runs rest on
    codes: digest of the code of each program behind them
    run: a run's folder, with {model}, {learning_rate} and {seed}
    prepared: provenance of the prepare rule, with {seed}
    metrics: the table to write
    partial: take the runs that are there
    """
    tables_of_runs, missing = runs.read(runs.Runs(settings, codes, run, prepared), partial)
    for folder in missing:
        print(f"missing: {folder}")
    if not tables_of_runs:
        raise InputError(f"{run}: no run is there yet; run `snakemake --cores 4` first")
    table = gather(tables_of_runs, settings["training"], settings["smoothness"]["passes"])
    tables.write(metrics, COLUMNS, table)
    print(f"{len(tables_of_runs)} runs, {len(table)} rows")


if __name__ == "__main__":
    jobs.run(main)
