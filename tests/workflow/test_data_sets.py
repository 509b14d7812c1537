"""Another data set than the default's: the whole way with files of CIFAR-10's shape, and back again."""

import re

import pytest
from matplotlib.image import imread
from small_data import ARCHIVE, CIFAR10

OTHER = {
    "dataset": {"name": "CIFAR10", "fraction": 1.0},
    "seeds": [0],
    "training": {"batch_size": 10},
}


@pytest.fixture
def other(checkout, tmp_path):
    """A checkout that takes `small_data.CIFAR10` for CIFAR-10: its description is all that differs."""
    table = checkout.path("scripts/normscape/data/datasets.py")
    code, reading = table.read_text(), "\n\ndef raw_paths("
    table.write_text(code.replace(reading, f'\n\nDATASETS["CIFAR10"] = {CIFAR10!r}\n{reading}'))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "cifar-10-binary.tar.gz").write_bytes(ARCHIVE)
    sources = checkout.config()["dataset"]["sources"]
    checkout.edit_config({"dataset": {"sources": [*sources, str(tmp_path / "files")]}})
    return checkout


@pytest.mark.slow
def test_colour_images_go_all_the_way_and_going_to_and_fro_downloads_nothing_twice(other):
    other.edit_config(OTHER)
    other.finish("--cores", "2")
    log = other.run_folder("BatchNormConvNet", 0).joinpath("train.log").read_text()
    assert "input (3, 32, 32), then" in log and re.search(r"^  flatten +\(2048,\)$", log, re.MULTILINE)
    commentary = other.results("commentary.md").read_text()
    assert "One data set (CIFAR10: 32 × 32 colour pixels, 10 classes; all of its training images in every" in commentary
    assert "**This experiment's settings are not the notebook's" in commentary
    red, green, blue = imread(other.results("samples.png"))[:, :, :3].reshape(-1, 3).T
    assert abs(red - green).max() > 0.1 and abs(green - blue).max() > 0.1

    data = other.path("results/data")
    kept = {path: path.stat().st_mtime_ns for path in data.rglob("*") if path.is_file()}
    other.edit_config({"dataset": {"name": "FashionMNIST"}})
    other.finish("--cores", "2", "--until", "download")
    assert (data / "FashionMNIST" / "raw" / "train-images-idx3-ubyte").is_file()
    other.edit_config({"dataset": {"name": "CIFAR10"}})
    assert other.planned() == set()
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
