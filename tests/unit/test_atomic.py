import os
import subprocess
import sys
from pathlib import Path

import pytest
from normscape import atomic
from normscape.errors import InputError


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "new folder" / "file.txt"
    atomic.write_text(path, "first")
    atomic.write_text(path, "second")
    assert path.read_text() == "second"
    assert os.listdir(path.parent) == ["file.txt"]


def test_an_error_in_the_middle_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file.txt"
    atomic.write_text(path, "old")
    with pytest.raises(RuntimeError), atomic.replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file.txt"]


def test_a_folder_that_is_a_file_gets_one_line_with_path_and_remedy(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError) as error:
        atomic.write_text(tmp_path / "file" / "inner.txt", "text")
    assert str(error.value).startswith(f"{tmp_path}/file/inner.txt: can't be written (")
    assert "\n" not in str(error.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_gets_one_line(tmp_path):
    with pytest.raises(InputError, match="No space left on device"), atomic.replacing(tmp_path / "x") as temporary:
        temporary.symlink_to("/dev/full")
        temporary.write_text("text")
    assert os.listdir(tmp_path) == []


KILLED = """
import os, signal, sys
from normscape import atomic
with atomic.replacing(sys.argv[1]) as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_writer_left_goes_with_the_next_write_of_that_file_and_nothing_else_does(tmp_path):
    path = tmp_path / "a.csv"
    environment = {**os.environ, "PYTHONPATH": str(Path(atomic.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", KILLED, path], env=environment)
    (leftover,) = tmp_path.iterdir()
    assert leftover.read_text() == "half"
    other_machine = leftover.with_name(leftover.name.replace("@", "@not-"))
    other_file = leftover.with_name(leftover.name.replace("a.csv", "aa.csv"))
    at_work = leftover.with_name(f".a.csv.{os.getppid()}@{leftover.name.partition('@')[2]}")
    for kept in (other_machine, other_file, at_work):
        kept.write_text("half")
    atomic.write_text(path, "whole")
    assert sorted(tmp_path.iterdir()) == sorted([path, other_machine, other_file, at_work])
