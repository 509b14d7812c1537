import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from normscape import files


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "new folder" / "file.txt"
    files.write_text(path, "first")
    files.write_text(path, "second")
    assert path.read_text() == "second"
    assert os.listdir(path.parent) == ["file.txt"]


def test_an_error_in_the_middle_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file.txt"
    files.write_text(path, "old")
    with pytest.raises(RuntimeError), files.replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file.txt"]


def test_a_folder_that_is_a_file_gets_one_line_with_path_and_remedy(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(files.InputError) as error:
        files.write_text(tmp_path / "file" / "inner.txt", "text")
    assert str(error.value).startswith(f"{tmp_path}/file/inner.txt: can't be written (")
    assert "\n" not in str(error.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_gets_one_line(tmp_path):
    with pytest.raises(files.InputError, match="No space left on device"), files.replacing(tmp_path / "x") as temporary:
        temporary.symlink_to("/dev/full")
        temporary.write_text("text")
    assert os.listdir(tmp_path) == []


KILLED = """
import os, signal, sys
from normscape import files
with files.replacing(sys.argv[1]) as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_writer_left_goes_with_the_next_write_of_that_file_and_nothing_else_does(tmp_path):
    path = tmp_path / "a.csv"
    environment = {**os.environ, "PYTHONPATH": str(Path(files.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", KILLED, path], env=environment)
    (leftover,) = tmp_path.iterdir()
    assert leftover.read_text() == "half"
    other_machine = leftover.with_name(leftover.name.replace("@", "@not-"))
    other_file = leftover.with_name(leftover.name.replace("a.csv", "aa.csv"))
    at_work = leftover.with_name(f".a.csv.{os.getppid()}@{leftover.name.partition('@')[2]}")
    for kept in (other_machine, other_file, at_work):
        kept.write_text("half")
    files.write_text(path, "whole")
    assert sorted(tmp_path.iterdir()) == sorted([path, other_machine, other_file, at_work])


@pytest.fixture
def made(tmp_path, tmp_path_factory):
    """A folder with two files and the provenance of the job that wrote them."""
    files.write_provenance(tmp_path_factory.mktemp("before") / "provenance.json", {})  # of all that tests wrote before
    files.write_text(tmp_path / "a.csv", "1,2\n")
    files.write_text(tmp_path / "b" / "c.csv", "3,4\n")
    files.write_provenance(tmp_path / "provenance-job.json", {"rule": "job", "seconds": 1.25})
    return tmp_path


def test_provenance_holds_the_digests_of_what_was_written_since_the_last(made):
    facts = files.read_provenance(made / "provenance-job.json")
    assert (facts["rule"], facts["seconds"]) == ("job", 1.25)
    assert facts["files"] == {name: files.sha256(made / name) for name in ("a.csv", "b/c.csv")}
    files.write_provenance(made / "provenance-next.json", {"rule": "next"})
    assert files.read_provenance(made / "provenance-next.json")["files"] == {}


def test_a_file_that_was_made_is_read_as_it_was_written(made):
    assert files.read_made(made / "a.csv", "job") == b"1,2\n"


@pytest.mark.parametrize(
    ("damage", "named", "what"),
    [
        (lambda folder: (folder / "a.csv").write_text("1,3\n"), "a.csv", "damaged since it was written"),
        (lambda folder: (folder / "a.csv").write_text("1,"), "a.csv", "damaged since it was written"),
        (lambda folder: (folder / "a.csv").unlink(), "a.csv", "can't be read (No such file or directory)"),
        (lambda folder: (folder / "provenance-job.json").unlink(), "provenance-job.json", "can't be read (No such"),
        (lambda folder: (folder / "provenance-job.json").write_text("{"), "provenance-job.json", "damaged since"),
        (lambda folder: files.write_provenance(folder / "provenance-job.json", {}), "a.csv", "damaged since"),
    ],
)
def test_a_file_that_is_not_what_its_job_wrote_is_refused(made, damage, named, what):
    damage(made)
    with pytest.raises(files.InputError) as error:
        files.read_made(made / "a.csv", "job")
    message = str(error.value)
    assert message.startswith(f"{made}/a.csv: ") and f"{named}: {what}" in message
    assert message.endswith("; delete the file and run again: it will be made anew") and "\n" not in message


def test_a_flipped_bit_of_a_provenance_is_noticed_or_changes_nothing(made):
    path = made / "provenance-job.json"
    whole, facts = path.read_bytes(), files.read_provenance(path)
    noticed = 0
    for place in range(len(whole)):
        for bit in (0, 5):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            try:
                assert files.read_provenance(path) == facts
            except files.InputError:
                noticed += 1
    assert noticed > 1.5 * len(whole)  # the rest is white space


@given(
    st.binary() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda x: json.dumps(x).encode())
)
def test_no_other_file_passes_for_a_provenance(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("provenance") / "provenance-job.json"
    path.write_bytes(content)
    with pytest.raises(files.InputError):
        files.read_provenance(path)


def test_json_that_is_nested_too_deep_is_refused(tmp_path):
    (tmp_path / "provenance-job.json").write_text("[" * 10**6)
    with pytest.raises(files.InputError):
        files.read_provenance(tmp_path / "provenance-job.json")
