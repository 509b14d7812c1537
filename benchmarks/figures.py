"""What `make plan` reckons with where nothing ran before: figures from finished runs, fitted anew.

    python benchmarks/figures.py results/default results/tiny > figures.csv
    mv figures.csv scripts/normscape/planning/figures.csv

takes the folders of experiments that ran on this machine while it did nothing else. Two of different sizes,
at least, tell a job's start from its work.
"""

import argparse
import os
import platform
import re
from pathlib import Path

from normscape.planning import figures, fitting

HOW = (
    "CPU seconds of a job: to start, and for each unit of work (planning/amounts.py says what that is); 10⁶ bytes of",
    "memory likewise; seconds of waiting for the network. Fitted by benchmarks/figures.py to the provenance of",
    "{jobs} jobs of {folders}: least squares of relative errors, none below zero.",
)


def main(folders, every):
    records = [record for folder in folders for record in figures.records(folder)]
    records += figures.records("results/data") if not any(record.rule == "download" for record in records) else []
    names = ", ".join(Path(folder).name for folder in folders)
    how = [line.format(jobs=len(records), folders=names) for line in HOW]
    print(fitting.written(fitting.fit(records, every, machine()), how), end="")


def machine():
    """Return what this machine is, in words."""
    about = Path("/proc/cpuinfo")
    model = re.search(r"^model name\s*: (.*)$", about.read_text(), re.MULTILINE) if about.exists() else None
    return f"{os.cpu_count()} CPUs, {model[1] if model else platform.machine()}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", help="of experiments, as results/default")
    parser.add_argument(
        "--every", type=float, default=0.3,
        help="CPU seconds that a job takes beside its own: its shell, its end, and Snakemake's; default: %(default)s",
    )  # fmt: skip
    main(**vars(parser.parse_args()))
