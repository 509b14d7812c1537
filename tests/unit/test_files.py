import os
from pathlib import Path

import pytest
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
