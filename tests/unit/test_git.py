import os
import subprocess

import pytest
from normscape import git


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """A git that knows nothing of this machine's user."""
    for name, value in {"HOME": tmp_path, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}.items():
        monkeypatch.setenv(name, str(value))
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "A. U. Thor")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "author@example.org")


def run(folder, *words):
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def repository(folder, text="a\n"):
    """A repository with one commit, of one file."""
    folder.mkdir(parents=True, exist_ok=True)
    run(folder, "init", "--quiet")
    (folder / "file").write_text(text)
    run(folder, "add", "file")
    run(folder, "commit", "--quiet", "--message", "first")
    return folder


def head(folder):
    return run(folder, "rev-parse", "HEAD")


@pytest.fixture
def checkout(tmp_path):
    return repository(tmp_path / "checkout")


def test_the_state_is_the_whole_commit_and_says_whether_a_file_was_edited(checkout):
    assert git.state(checkout) == head(checkout)
    (checkout / "results").write_text("not git's")
    assert git.state(checkout) == head(checkout)
    (checkout / "file").write_text("b\n")
    assert git.state(checkout) == f"{head(checkout)}-dirty"
    run(checkout, "add", "file")
    assert git.state(checkout) == f"{head(checkout)}-dirty"


def test_a_release_is_named_with_what_came_after_it(checkout):
    run(checkout, "tag", "--annotate", "--message", "one", "v1.0")
    assert git.state(checkout) == "v1.0"
    run(checkout, "commit", "--quiet", "--allow-empty", "--message", "second")
    assert git.state(checkout) == f"v1.0-1-g{head(checkout)}"


def test_it_does_not_matter_where_the_program_runs(checkout, tmp_path, monkeypatch):
    other = repository(tmp_path / "other", "b\n")
    monkeypatch.chdir(other)
    assert git.state(checkout) == head(checkout) != head(other)


def test_the_checkout_is_the_folder_above_scripts():
    assert (git.CHECKOUT / "scripts" / "normscape" / "git.py").samefile(git.__file__)


@pytest.mark.parametrize("tracked", [False, True])
def test_a_tarball_in_the_repository_of_something_else_has_no_state(tmp_path, tracked):
    thesis = repository(tmp_path / "thesis")
    unpacked = thesis / "normscape"
    unpacked.mkdir()
    (unpacked / "Snakefile").write_text("")
    if tracked:
        run(thesis, "add", "normscape")
        run(thesis, "commit", "--quiet", "--message", "a copy")
    assert git.state(unpacked) is None


@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_is_left_of_a_repository_is_none_whatever_is_above_it(tmp_path, what):
    unpacked = repository(tmp_path / "thesis") / "normscape"
    unpacked.mkdir()
    if what == "folder":
        (unpacked / ".git").mkdir()
    else:  # a submodule, copied without the repository that it belongs to
        (unpacked / ".git").write_text("gitdir: ../.git/modules/normscape\n")
    assert git.state(unpacked) is None


def test_a_repository_without_a_commit_has_no_state(tmp_path):
    run(tmp_path, "init", "--quiet")
    assert git.state(tmp_path) is None


def test_a_worktree_has_a_state_of_its_own(checkout, tmp_path):
    tree = tmp_path / "tree"
    run(checkout, "worktree", "add", "--quiet", "-b", "other", str(tree))
    run(tree, "commit", "--quiet", "--allow-empty", "--message", "second")
    (checkout / "file").write_text("b\n")
    assert git.state(tree) == head(tree) != head(checkout)


def test_a_submodule_has_a_state_of_its_own(checkout, tmp_path):
    thesis = repository(tmp_path / "thesis", "b\n")
    run(thesis, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(checkout), "normscape")
    assert git.state(thesis / "normscape") == head(checkout) != head(thesis)
    (thesis / "normscape" / "file").write_text("c\n")
    assert git.state(thesis / "normscape") == f"{head(checkout)}-dirty"


@pytest.mark.parametrize("own", [True, False])
def test_variables_of_git_name_no_other_repository(checkout, tmp_path, monkeypatch, own):
    thesis = repository(tmp_path / "thesis", "b\n")
    place = checkout if own else tmp_path / "unpacked"
    place.mkdir(exist_ok=True)
    expected = head(checkout) if own else None
    variables = {
        "GIT_DIR": thesis / ".git",
        "GIT_WORK_TREE": thesis,
        "GIT_COMMON_DIR": thesis / ".git",
        "GIT_INDEX_FILE": thesis / ".git" / "index",
        "GIT_OBJECT_DIRECTORY": thesis / ".git" / "objects",
        "GIT_CEILING_DIRECTORIES": tmp_path,
        "GIT_NAMESPACE": "other",
        "GIT_TRACE": "1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    assert git.state(place) == expected


def test_without_git_there_is_no_state(checkout, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git.state(checkout) is None


def test_a_git_that_fails_or_hangs_is_none(checkout, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "git"
    program.write_text("#!/bin/sh\necho nonsense\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert git.state(checkout) is None
    monkeypatch.setattr(subprocess, "run", hangs)
    assert git.state(checkout) is None


def hangs(command, *, timeout, **_):
    raise subprocess.TimeoutExpired(command, timeout)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_a_checkout_of_another_user_has_a_state(checkout):
    """As in a container, whose root looks at a folder of its host."""
    for path in (checkout, *checkout.rglob("*")):
        os.chown(path, 12345, 12345)
    with pytest.raises(subprocess.CalledProcessError):
        head(checkout)
    assert len(git.state(checkout)) == 40
