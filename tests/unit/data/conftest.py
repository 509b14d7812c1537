import os
import subprocess
import sys
import tempfile
from pathlib import Path

import normscape
import pytest
from small_data import ARCHIVE, PACKED

SCRIPTS = Path(normscape.__file__).parents[1]
TESTS = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def temporary_files(tmp_path_factory, monkeypatch):
    """Whatever a test does, no temporary folder outlives it."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.glob("normscape-*")) == []


@pytest.fixture
def interpret():
    """Run code in a fresh interpreter, with `folders` before all others on its path, and return what it prints."""

    def interpret(code, *folders):
        path = os.pathsep.join(map(str, (*folders, SCRIPTS, TESTS)))
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return interpret


@pytest.fixture
def folders(tmp_path):
    """A folder with the packed files of each data set that is kept so, by its name."""
    for name, content in {"KMNIST": PACKED, "CIFAR10": {"cifar-10-binary.tar.gz": ARCHIVE}}.items():
        (tmp_path / name).mkdir()
        for file, packed in content.items():
            (tmp_path / name / file).write_bytes(packed)
    return tmp_path
