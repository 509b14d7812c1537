"""Draw what the step's length does to loss, gradient and smoothness along training, as Santurkar et al. did."""

import argparse
from pathlib import Path

from normscape import figures, jobs, landscape, metrics, tables


def main(arguments):
    measured = tables.read(arguments.metrics, metrics.METRICS, "aggregate")
    bands = landscape.bands(measured, arguments.models, arguments.learning_rate, arguments.seeds)
    figure = figures.landscape(bands, landscape.means(bands), arguments.models, (arguments.width, arguments.height))
    figures.save(figure, *arguments.figure, dpi=arguments.dpi)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dpi", required=True, type=int)
    parser.add_argument("--height", required=True, type=float, help="inches")
    parser.add_argument("--learning-rate", required=True, type=float)
    parser.add_argument("--models", required=True, nargs="+", help="those compared, in the order of their colours")
    parser.add_argument("--seeds", required=True, nargs="+", type=int)
    parser.add_argument("--width", required=True, type=float, help="inches")
    parser.add_argument("--metrics", required=True, type=Path, help="table of the aggregate rule")
    parser.add_argument("--figure", required=True, nargs="+", type=Path, help="pictures to write, PNG or SVG")
    parser.add_argument("--provenance", required=True, type=Path, help="the file to write")
    jobs.run("landscape_figure", main, parser.parse_args())
