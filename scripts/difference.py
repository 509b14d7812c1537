"""Hold one experiment's results against another's: settings that differ, and how much claims and final metrics moved.

python scripts/difference.py results/default results/other --output difference.md
"""

import argparse
import sys
from pathlib import Path

from normscape import difference, files


def main(arguments):
    text = difference.render(difference.read(arguments.left), difference.read(arguments.right))
    if arguments.output:
        files.write_text(arguments.output, text)
    print(text, end="")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("left", type=Path, help="folder of the experiment to start from, as results/default")
    parser.add_argument("right", type=Path, help="folder of the other")
    parser.add_argument("--output", type=Path, help="the Markdown file to write; it is printed in any case")
    try:
        main(parser.parse_args())
    except files.InputError as error:
        sys.exit(f"difference: {error}")
