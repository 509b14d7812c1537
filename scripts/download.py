"""Put the raw files of a data set where the workflow reads them, from the first source that has the right bytes."""

import argparse
from functools import partial
from pathlib import Path

from normscape import datasets, jobs


def main(arguments):
    dataset = datasets.DATASETS[arguments.dataset]
    datasets.fetch(dataset, arguments.folder, arguments.sources, log=partial(print, flush=True))
    return {"files_sha256": {file.name: file.sha256 for file in dataset.files}}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", required=True, choices=datasets.DATASETS)
    parser.add_argument("--folder", required=True, type=Path, help="the raw files go to <folder>/<dataset>/raw/")
    parser.add_argument(
        "--sources",
        required=True,
        nargs="+",
        metavar="SOURCE",
        help='tried in this order: a folder (with a "/" in it), "upstream", the address of a mirror, "debian"',
    )
    parser.add_argument("--provenance", required=True, type=Path, help="the file to write")
    jobs.run("download", main, parser.parse_args())
