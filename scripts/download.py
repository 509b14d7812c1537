from functools import partial
from pathlib import Path

from normscape import jobs
from normscape.data import datasets
from normscape.data.fetch import fetch


def main(*, dataset: str, folder: Path, sources: list[str]):
    """Put the raw files of a data set where the workflow reads them, from the first source that has the right bytes.

    dataset: its name
    folder: the raw files go to <folder>/<dataset>/raw/
    sources: tried in this order: a folder (with a "/" in it), "upstream", the address of a mirror, "debian"
    """
    dataset = datasets.named(dataset)
    fetch(dataset, folder, sources, log=partial(print, flush=True))
    return {"files_sha256": {file.name: file.sha256 for file in dataset.files}}


if __name__ == "__main__":
    jobs.run(main)
