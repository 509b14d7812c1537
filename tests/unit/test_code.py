"""Words are no code, code is, and only that which a program reaches."""

import subprocess
import sys
from modulefinder import ModuleFinder
from pathlib import Path

import pytest
from normscape import code

SCRIPTS = Path(code.__file__).parents[1]
PROGRAMS = sorted(SCRIPTS.glob("*.py"))

FILES = {
    "program.py": "from library import first\n\n\ndef main():\n    return first.value()\n",
    "library/__init__.py": '"""A library."""\n',
    "library/first.py": (
        '"""The first module."""\n\nfrom .inner.second import CONSTANT\n\n\n'
        'def value():\n    """What it is."""\n    return CONSTANT + 1  # a comment\n'
    ),
    "library/inner/__init__.py": "",
    "library/inner/second.py": "from .. import third\n\nCONSTANT = third.TEXT * 2\n",
    "library/third.py": 'TEXT = "a text"\n',
    "library/unused.py": "VALUE = 1\n",
}


@pytest.fixture
def program(tmp_path):
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path / "program.py"


def edited(program, name, old, new):
    path = program.parent / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    return code.digest(program)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("library/first.py", "# a comment", "# another"),
        ("library/first.py", "The first module.", "A module."),
        ("library/first.py", "What it is.", "A line.\n\n    And more."),
        ("library/first.py", '    """What it is."""\n', ""),
        ("library/first.py", "return CONSTANT + 1", "return (\n        CONSTANT\n        + 1\n    )"),
        ("library/third.py", '"a text"', "'a text'"),
        ("library/__init__.py", "A library.", "Another."),
        ("library/unused.py", "VALUE = 1", "VALUE = 2"),
        ("program.py", "\n\n\n", "\n\n\n\n\n# so\n"),
        ("program.py", "\n", "\r\n"),
    ],
)
def test_words_layout_and_what_it_does_not_reach_change_nothing(program, name, old, new):
    before = code.digest(program)
    assert edited(program, name, old, new) == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("program.py", "first.value()", "first.value() + 1"),
        ("library/first.py", "CONSTANT + 1", "CONSTANT + 2"),
        ("library/first.py", "CONSTANT + 1", "CONSTANT + 1.0"),
        ("library/first.py", "CONSTANT + 1", "1 + CONSTANT"),
        ("library/inner/second.py", "* 2", "* 3"),
        ("library/third.py", "a text", "another text"),
        ("library/third.py", "TEXT", "WORDS"),
        ("library/__init__.py", '"""A library."""', '"""A library."""\nfrom . import unused'),
        ("program.py", "def main():", "def main():\n    from library import unused"),
        ("program.py", "def main():", "def main(x=None):"),
    ],
)
def test_code_that_it_reaches_changes_the_digest(program, name, old, new):
    before = code.digest(program)
    assert edited(program, name, old, new) != before


def test_a_new_import_brings_the_code_behind_it(program):
    edited(program, "program.py", "from library import first", "from library import first, unused")
    before = code.digest(program)
    assert edited(program, "library/unused.py", "VALUE = 1", "VALUE = 2") != before


def test_the_digest_is_the_same_wherever_the_program_lies(program, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "moved"
    subprocess.run(["cp", "-r", program.parent, elsewhere], check=True)
    assert code.digest(elsewhere / "program.py") == code.digest(program)


@pytest.mark.parametrize("script", PROGRAMS, ids=lambda path: path.stem)
def test_the_modules_are_those_that_pythons_own_finder_finds(script):
    finder = ModuleFinder([str(SCRIPTS)])
    finder.run_script(str(script))
    known = {Path(module.__file__).resolve() for module in finder.modules.values() if module.__file__}
    assert {path.resolve() for path in code.modules(script)} == {
        path for path in known if path.is_relative_to(SCRIPTS.resolve())
    }


def test_a_syntax_tree_has_the_same_form_in_every_python(program):
    """The digest of code with every construct that later versions of Python store in another way."""
    (program.parent / "library/third.py").write_text(
        "from typing import NamedTuple\n\nN = 3\nTEXT = f\"{N:>{N}} {'a' if N else 'b'!r}\"\n\n\n"
        "class Pair(NamedTuple):\n    x: int = 0\n\n\nasync def f(*a, b=(1, ...), **k) -> None:\n    match a:\n"
        "        case [x, *_] if x:\n            del k\n        case Pair(x=1) | None:\n            return\n"
    )
    assert code.digest(program) == "738cca7754b396f5"


@pytest.mark.parametrize("python", ["python3.12", "python3.13"])
def test_other_pythons_agree_on_every_program(python):
    statement = (
        "import sys; sys.path.insert(0, sys.argv[1]); from normscape import code; "
        "print(*[code.digest(path) for path in sys.argv[2:]])"
    )
    command = ["-c", statement, SCRIPTS, *PROGRAMS]
    try:
        theirs = subprocess.run([python, *command], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"no {python} here")
    assert theirs == subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True).stdout


def test_a_template_comes_with_all_that_it_includes(tmp_path):
    (tmp_path / "page.j2").write_text('{% import "macros.j2" as m %}\n{%- include \'part.j2\' %}{{ "other.j2" }}')
    (tmp_path / "macros.j2").write_text('{% include "part.j2" %}')
    (tmp_path / "part.j2").write_text("a part")
    (tmp_path / "other.j2").write_text("")
    found = code.templates(tmp_path / "page.j2")
    assert found[0] == tmp_path / "page.j2"
    assert sorted(path.name for path in found) == ["macros.j2", "page.j2", "part.j2"]
