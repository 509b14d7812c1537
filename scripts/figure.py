"""Draw the comparison of the models, the claims with their intervals, and the notebook among the replicates."""

import argparse
from pathlib import Path

from normscape import claims, figures, jobs, metrics, reproduction, tables


def main(arguments):
    measured = tables.read(arguments.metrics, metrics.METRICS, "aggregate")
    curves = tables.read(arguments.curves, claims.CURVE_ROWS, "compare")
    rows = tables.records(tables.read(arguments.claims, claims.CLAIMS, "compare"))
    printed = tables.read(arguments.reproduction, reproduction.REPRODUCTION, "compare")
    replicates = claims.replicates(measured)
    replicates = replicates[replicates["learning_rate"] == arguments.learning_rate]
    curves = curves[curves["learning_rate"] == arguments.learning_rate]
    compared = (arguments.baseline, arguments.treatments, arguments.learning_rate, arguments.seeds)
    differences = {
        (estimand.claim, treatment): values for estimand, treatment, values in claims.differences(measured, *compared)
    }
    size = (arguments.width, arguments.height)
    for figure, paths in (
        (figures.comparison(replicates, curves, arguments.models, size), arguments.comparison_figure),
        (figures.forest(rows, differences, [arguments.baseline, *arguments.treatments], size), arguments.claims_figure),
        (figures.reproduction(replicates, printed, arguments.models, size), arguments.reproduction_figure),
    ):
        figures.save(figure, *paths, dpi=arguments.dpi)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baseline", required=True)
    parser.add_argument("--confidence", required=True, type=float, help="of the intervals in the tables")
    parser.add_argument("--dpi", required=True, type=int)
    parser.add_argument("--height", required=True, type=float, help="inches")
    parser.add_argument("--learning-rate", required=True, type=float)
    parser.add_argument(
        "--models", required=True, nargs="+", help="in the order of their colours, the compared ones first"
    )
    parser.add_argument("--seeds", required=True, nargs="+", type=int)
    parser.add_argument("--treatments", required=True, nargs="+")
    parser.add_argument("--width", required=True, type=float, help="inches")
    parser.add_argument("--metrics", required=True, type=Path, help="table of the aggregate rule")
    parser.add_argument("--curves", required=True, type=Path, help="table of the compare rule")
    parser.add_argument("--claims", required=True, type=Path, help="table of the compare rule")
    parser.add_argument("--reproduction", required=True, type=Path, help="table of the compare rule")
    for name in ("comparison", "claims", "reproduction"):
        parser.add_argument(
            f"--{name}-figure", required=True, nargs="+", type=Path, help="pictures to write, PNG or SVG"
        )
    parser.add_argument("--provenance", required=True, type=Path, help="the file to write")
    jobs.run("figure", main, parser.parse_args())
