"""What all tests share."""

from pathlib import Path

import hypothesis
import pytest
import yaml
from checkouts import Checkout
from normscape.data.datasets import DATASETS
from normscape.data.fetch import fetch

ROOT = Path(__file__).resolve().parents[1]

# An example that takes long on a busy machine is no failure.
hypothesis.settings.register_profile("normscape", deadline=None)
hypothesis.settings.load_profile("normscape")


def pytest_addoption(parser):
    parser.addoption(
        "--require", action="append", default=[], choices=["chromium", "slurm"],
        help="fail, instead of skipping its tests, where this isn't installed; may be given more than once",
    )  # fmt: skip


@pytest.fixture(scope="session")
def skip(pytestconfig):
    """Skip the test for lack of a tool; or fail, when `--require` names the tool."""

    def skip(tool, reason):
        (pytest.fail if tool in pytestconfig.getoption("require") else pytest.skip)(reason)

    return skip


@pytest.fixture(scope="session")
def raw_data(pytestconfig):
    """A folder with the raw Fashion-MNIST files, to be read only.

    They come from the repository's own results or else from the config's sources, and stay in pytest's cache.
    """
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    folder = pytestconfig.cache.mkdir("raw_data")
    sources = [str(ROOT / "results" / "data"), *config["dataset"]["sources"]]
    fetch(DATASETS["FashionMNIST"], folder, sources)
    return folder


@pytest.fixture
def checkout(tmp_path, raw_data):
    """A fresh checkout without results."""
    return Checkout(tmp_path / "checkout", raw_data)


@pytest.fixture(scope="session")
def finished(tmp_path_factory, raw_data):
    """A checkout in which the small experiment has run to its end, with four cores. Tests leave it as it is."""
    checkout = Checkout(tmp_path_factory.mktemp("finished") / "checkout", raw_data)
    checkout.finish("--cores", "4")
    return checkout


@pytest.fixture
def rerun(finished, tmp_path):
    """A copy of the finished checkout, to be edited, damaged and run again."""
    return finished.copy(tmp_path / "rerun")
