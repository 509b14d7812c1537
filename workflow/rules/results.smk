"""Gather all runs in one table, and test the claims.

needs    history.csv, smoothness.csv and layers.csv of every model, rate and seed
makes    <results>/metrics.csv
         <results>/claims.csv, curves.csv, reproduction.csv
         and both under <results>/partial/, from the runs that are there
         (`update`: where a job refuses what it is to read, its earlier results are put back)
reruns   aggregate when models, seeds or rates come or go; compare when `comparison` does; each when its code does
"""

OUT = f"{RESULTS}/{{part}}"  # for the results of all runs, or, in partial/, of those runs that are there
TABLES = expand(
    f"{RUN}/{{table}}.csv",
    model=MODELS,
    learning_rate=RATES,
    seed=SEEDS,
    table=["history", "smoothness", "layers"],
)
PREFIXED_TABLES = {table: Path(prefixed(table)) for table in TABLES}
PREFIXED_RUN = prefixed(RUN)
PREPARED = rules.prepare.output.provenance  # an output has its prefix already


wildcard_constraints:
    part="(partial/)?",


rule aggregate:
    """Gather everything measured in one long table."""
    input:
        runs=lambda wildcards: [table for table in TABLES if not wildcards.part or run_exists(PREFIXED_TABLES[table])],
    output:
        metrics=update(f"{OUT}metrics.csv"),
        provenance=update(f"{OUT}provenance-aggregate.json"),
    log:
        f"{OUT}aggregate.log",
    localrule: True
    params:
        code=code_of("aggregate"),
        # The runs' folders as a pattern: the paths themselves would be too long for a command line at 2,000 seeds.
        program=program("aggregate", prepared=PREPARED, run=PREFIXED_RUN),
        partial=lambda wildcards: "--partial" if wildcards.part else "",
    shell:
        "python {params.program} {params.partial} "
        "--metrics {output.metrics:q} --provenance {output.provenance:q} > {log:q} 2>&1"


rule compare:
    """Test what the notebook asserts on the paired replicates."""
    input:
        metrics=rules.aggregate.output.metrics,
        notebook=local(str(REPORT / "notebook.csv")),
    output:
        claims=update(f"{OUT}claims.csv"),
        curves=update(f"{OUT}curves.csv"),
        reproduction=update(f"{OUT}reproduction.csv"),
        provenance=update(f"{OUT}provenance-compare.json"),
    log:
        f"{OUT}compare.log",
    localrule: True
    params:
        code=code_of("compare"),
        program=program("compare"),
    shell:
        "python {params.program} --metrics {input.metrics:q} --notebook {input.notebook:q} "
        "--claims {output.claims:q} --curves {output.curves:q} --reproduction {output.reproduction:q} "
        "--provenance {output.provenance:q} > {log:q} 2>&1"
