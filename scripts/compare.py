"""Test what the notebook asserts on the paired replicates, and give each model's curves their means and intervals."""

import argparse
from pathlib import Path

from normscape import claims, jobs, metrics, reproduction, tables


def main(arguments):
    measured = tables.read(arguments.metrics, metrics.METRICS, "aggregate")
    models = [arguments.baseline, *arguments.treatments]
    for left_out in claims.excluded(measured, models, arguments.learning_rate, arguments.seeds):
        print(f"seed {left_out.seed} is left out: {left_out.model} {left_out.reason}")
    rows = claims.evaluate(
        measured,
        arguments.baseline,
        arguments.treatments,
        arguments.confidence,
        arguments.learning_rate,
        arguments.seeds,
    )
    tables.write(arguments.claims, claims.CLAIMS, rows)
    tables.write(arguments.curves, claims.CURVE_ROWS, claims.curves(measured, arguments.confidence))
    printed = tables.read(arguments.notebook, reproduction.NOTEBOOK, made_by=None)
    replicates = claims.replicates(measured)
    tables.write(
        arguments.reproduction,
        reproduction.REPRODUCTION,
        reproduction.reproduce(replicates, printed, arguments.learning_rate),
    )
    for row in rows:
        print(f"{row['claim']:4} {row['treatment']} {row['verdict']}: {row['estimate']} (n = {row['n']})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baseline", required=True)
    parser.add_argument("--confidence", required=True, type=float)
    parser.add_argument("--learning-rate", required=True, type=float, help="at which the models are compared")
    parser.add_argument("--seeds", required=True, nargs="+", type=int, help="the replicates that there should be")
    parser.add_argument("--treatments", required=True, nargs="+")
    parser.add_argument("--metrics", required=True, type=Path, help="table of the aggregate rule")
    parser.add_argument("--notebook", required=True, type=Path, help="table of the numbers that the notebook printed")
    parser.add_argument("--claims", required=True, type=Path, help="the table to write")
    parser.add_argument("--curves", required=True, type=Path, help="the table to write")
    parser.add_argument("--reproduction", required=True, type=Path, help="the table to write")
    parser.add_argument("--provenance", required=True, type=Path, help="the file to write")
    jobs.run("compare", main, parser.parse_args())
