"""What all tests share."""

from pathlib import Path

import pytest
import yaml
from normscape import datasets

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def raw_data(pytestconfig):
    """A folder with the raw Fashion-MNIST files, to be read only.

    They come from the repository's own results or else from the config's sources, and stay in pytest's cache.
    """
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    folder = pytestconfig.cache.mkdir("raw_data")
    sources = [str(ROOT / "results" / "data"), *config["dataset"]["sources"]]
    datasets.fetch(datasets.DATASETS["FashionMNIST"], folder, sources)
    return folder
