"""How the library is built: arrows one way, small files, no words where they would retrain."""

import ast
import re
from pathlib import Path

import normscape
import pytest
from normscape import code

SCRIPTS = Path(normscape.__file__).parents[1]
FILES = sorted(SCRIPTS.rglob("*.py"))
ORDER = re.findall(r"^    (\w+) ", normscape.__doc__, re.MULTILINE)


def wing(path):
    return path.relative_to(SCRIPTS / "normscape").parts[0].removesuffix(".py")


def test_the_list_of_modules_and_packages_is_whole():
    assert sorted(ORDER) == sorted(
        {wing(path) for path in FILES if path.is_relative_to(SCRIPTS / "normscape")} - {"__init__"}
    )


@pytest.mark.parametrize("name", ORDER)
def test_a_wing_imports_only_from_those_above_it(name):
    place = SCRIPTS / "normscape" / name
    for path in place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]:
        reached = {wing(each) for each in code.modules(path, SCRIPTS)} - {"__init__"}
        below = ORDER[ORDER.index(name) + 1 :]
        assert not reached & set(below), f"{path} reaches {reached & set(below)}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SCRIPTS)))
def test_files_and_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 60, f"{node.name} has {node.end_lineno - node.lineno + 1} lines"


@pytest.mark.parametrize("program", ["train", "probe"])
def test_training_and_probes_reach_nothing_that_is_written_for_readers(program):
    reached = {path.relative_to(SCRIPTS).as_posix() for path in code.modules(SCRIPTS / f"{program}.py")}
    assert not [path for path in reached if path.startswith(("normscape/analysis/", "normscape/report/"))]
