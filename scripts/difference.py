import sys
from pathlib import Path

from normscape import atomic, cli
from normscape.analysis.experiments import read
from normscape.errors import InputError
from normscape.report.experiments import render


def main(left: Path, right: Path, *, output: str = ""):
    """Hold one experiment's results against another's: settings that differ, how much claims and final metrics moved.

    python scripts/difference.py results/default results/other --output difference.md

    left: folder of the experiment to start from, as results/default
    right: folder of the other
    output: the Markdown file to write; it is printed in any case
    """
    text = render(read(left), read(right))
    if output:
        atomic.write_text(output, text)
    print(text, end="")


if __name__ == "__main__":
    arguments = cli.parse(main)
    try:
        main(arguments.pop("left"), arguments.pop("right"), **arguments)
    except InputError as error:
        sys.exit(f"difference: {error}")
