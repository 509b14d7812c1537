from pathlib import Path

from normscape import jobs, tables
from normscape.analysis import curves as mean_curves
from normscape.analysis import lineage, register, verdicts
from normscape.analysis import reproduction as printed_numbers
from normscape.analysis.design import Design, excluded
from normscape.analysis.gaps import gaps
from normscape.analysis.metrics import COLUMNS


def main(
    *,
    settings: dict,
    codes: dict,
    analysis: Path,
    metrics: Path,
    notebook: Path,
    claims: Path,
    curves: Path,
    reproduction: Path,
    looks: Path,
    other_looks: Path,
):
    """Test what the notebook asserts on the paired replicates, and give each model's curves their means and intervals.

    settings: those sections of the config that the runs and their comparison rest on
    codes: digest of the code of each program behind the table
    analysis: register of the register rule
    metrics: table of the aggregate rule
    notebook: table of the numbers that the notebook printed
    claims: the table to write
    curves: the table to write
    reproduction: the table to write
    looks: the register of verdicts given to add to
    other_looks: that of partial results, or, for these, that of the whole; where there is one
    """
    lineage.require_gathered(metrics, settings, codes)
    design = Design.of(settings)
    register.require_fixed(analysis, design)
    measured = tables.read(metrics, COLUMNS, "aggregate")
    for exclusion in excluded(measured, design):
        what = "" if exclusion.concerns("train_loss") else " of what rests on probes"
        print(f"seed {exclusion.seed} is left out{what}: {exclusion.model} {exclusion.reason}")
    for gap in gaps(measured, design):
        print(f"{gap.claim} {gap.treatment} is not decidable: seed {gap.seed}, {gap.model or 'both'}: {gap.reason}")
    rows = verdicts.evaluate(measured, design)
    tables.write(claims, verdicts.COLUMNS, rows)
    tables.write(curves, mean_curves.COLUMNS, mean_curves.curves(measured, design.confidence))
    printed = tables.read(notebook, printed_numbers.NOTEBOOK_COLUMNS, made_by=None)
    reproduced = printed_numbers.reproduce(mean_curves.replicates(measured), printed, design.learning_rate)
    tables.write(reproduction, printed_numbers.COLUMNS, reproduced)
    register.add_look(looks, other_looks, register.look(settings, excluded(measured, design)))
    for row in rows:
        print(f"{row['claim']:8} {row['treatment']} {row['verdict']}: {row['estimate']} (n = {row['n']})")


if __name__ == "__main__":
    jobs.run(main)
