"""A signature as a command line."""

from pathlib import Path
from typing import NamedTuple

import pytest
from normscape import cli


class Pair(NamedTuple):
    left: str
    right: list[int]


def main(place: Path, *, number: int, rate: float, names: list[str], model: dict, pair: Pair, fast: bool = False):
    """Do something.

    More about it.
    place: where
    rate: how much, 5 % say
    """


WORDS = [
    *("here", "--number", "3", "--rate", "0.5", "--names", "a", "b", "--model", '{"x": [1]}'),
    *("--pair", '{"left": "l", "right": [1, 2]}'),
]
VALUES = {
    "place": Path("here"), "number": 3, "rate": 0.5, "names": ["a", "b"], "model": {"x": [1]},
    "pair": Pair("l", [1, 2]), "fast": False,
}  # fmt: skip


def test_each_parameter_is_read_as_annotated():
    assert cli.parse(main, WORDS) == VALUES
    assert cli.parse(main, [*WORDS, "--fast"]) == VALUES | {"fast": True}
    assert cli.parse(main, [*WORDS, "--to", "x"], to=Path) == VALUES | {"to": Path("x")}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (WORDS[1:], "the following arguments are required: place"),
        (WORDS[:-2], "the following arguments are required: --pair"),
        (["here", "--number", "x", *WORDS[3:]], "argument --number: invalid int value: 'x'"),
        ([*WORDS[:-1], "{"], "argument --pair: invalid Pair value: '{'"),
        ([*WORDS[:-1], '{"left": 1}'], "argument --pair: invalid Pair value"),
        ([*WORDS, "--numbr", "3"], "unrecognized arguments: --numbr 3"),
    ],
)
def test_a_wrong_command_line_gets_a_line_that_names_the_option(words, line, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.parse(main, words)
    assert stopped.value.code == 2
    assert line in capsys.readouterr().err


def test_help_is_the_docstring(capsys):
    with pytest.raises(SystemExit):
        cli.parse(main, ["--help"])
    told = capsys.readouterr().out
    assert "Do something.\n\nMore about it." in told
    assert told.count("how much, 5 % say") == 1


def test_what_was_parsed_goes_into_json():
    assert cli.plain(VALUES) == {
        **VALUES, "place": "here", "pair": {"left": "l", "right": [1, 2]},
    }  # fmt: skip
