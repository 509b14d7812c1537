"""Draw loss, accuracy and smoothness against passes, and smoothness against loss, for all models."""

import argparse
from pathlib import Path

from normscape import claims, figures, jobs, metrics, tables


def main(arguments):
    measured = tables.read(arguments.metrics, metrics.METRICS)
    curves = tables.read(arguments.curves, claims.CURVE_ROWS)
    figure = figures.comparison(
        claims.replicates(measured),
        curves,
        arguments.models,
        arguments.learning_rate,
        (arguments.width, arguments.height),
    )
    figures.save(figure, arguments.png, dpi=arguments.dpi)
    figures.save(figure, arguments.svg)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dpi", required=True, type=int)
    parser.add_argument("--height", required=True, type=float, help="inches")
    parser.add_argument("--learning-rate", required=True, type=float)
    parser.add_argument("--models", required=True, nargs="+", help="in the order of their colours, the baseline first")
    parser.add_argument("--width", required=True, type=float, help="inches")
    parser.add_argument("--metrics", required=True, type=Path, help="table of the aggregate rule")
    parser.add_argument("--curves", required=True, type=Path, help="table of the compare rule")
    parser.add_argument("--png", required=True, type=Path, help="the picture to write")
    parser.add_argument("--svg", required=True, type=Path, help="the picture to write")
    parser.add_argument("--provenance", required=True, type=Path, help="the file to write")
    jobs.run("figure", main, parser.parse_args())
