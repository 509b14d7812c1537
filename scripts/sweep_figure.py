"""Draw where training ends, and which replicates diverge, against the learning rate."""

import argparse
from pathlib import Path

from normscape import claims, figures, jobs, metrics, tables


def main(arguments):
    measured = tables.read(arguments.metrics, metrics.METRICS, "aggregate")
    curves = tables.read(arguments.curves, claims.CURVE_ROWS, "compare")
    figure = figures.sweep(
        claims.at_last_pass(claims.replicates(measured)),
        claims.at_last_pass(curves),
        claims.outcomes(measured, arguments.models, arguments.seeds),
        arguments.models,
        arguments.learning_rate,
        (arguments.width, arguments.height),
    )
    figures.save(figure, *arguments.figure, dpi=arguments.dpi)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dpi", required=True, type=int)
    parser.add_argument("--height", required=True, type=float, help="inches")
    parser.add_argument("--learning-rate", required=True, type=float, help="the base rate")
    parser.add_argument("--models", required=True, nargs="+", help="in the order of their colours")
    parser.add_argument("--seeds", required=True, nargs="+", type=int, help="the replicates that there should be")
    parser.add_argument("--width", required=True, type=float, help="inches")
    parser.add_argument("--metrics", required=True, type=Path, help="table of the aggregate rule")
    parser.add_argument("--curves", required=True, type=Path, help="table of the compare rule")
    parser.add_argument("--figure", required=True, nargs="+", type=Path, help="pictures to write, PNG or SVG")
    parser.add_argument("--provenance", required=True, type=Path, help="the file to write")
    jobs.run("sweep_figure", main, parser.parse_args())
