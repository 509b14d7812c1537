"""Write down the analysis, gather all runs in one table, and test the claims.

needs    history.csv, smoothness.csv and layers.csv of every model, rate and seed
makes    <results>/analysis.json, the register of the analyses that were asked for
         <results>/metrics.csv
         <results>/claims.csv, curves.csv, reproduction.csv, and looks.json, the register of the verdicts given
         and all but the first under <results>/partial/, from the runs that are there
         (`update`: where a job refuses what it is to read, its earlier results are put back; registers grow)
reruns   register and compare when `comparison` or `claims` changes; aggregate when models, seeds or rates come or go;
         each when its code does
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
PREFIXED_LOOKS = {part: prefixed(f"{RESULTS}/{part}looks.json") for part in ("", "partial/")}


wildcard_constraints:
    part="(partial/)?",


rule register:
    """Write down the analysis before anything is measured."""
    output:
        analysis=update(f"{RESULTS}/analysis.json"),
        provenance=update(f"{RESULTS}/provenance-register.json"),
    log:
        f"{RESULTS}/register.log",
    # Before all others. Not by being their input: a later change of the analysis trains nothing again.
    priority: 3
    localrule: True
    params:
        code=code_of("register"),
        program=program("register", runs=prefixed(f"{RESULTS}/runs"), looks=list(PREFIXED_LOOKS.values())),
    shell:
        "python {params.program} --analysis {output.analysis:q} --provenance {output.provenance:q} > {log:q} 2>&1"


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
        analysis=rules.register.output.analysis,
        metrics=rules.aggregate.output.metrics,
        notebook=local(str(REPORT / "notebook.csv")),
    output:
        claims=update(f"{OUT}claims.csv"),
        curves=update(f"{OUT}curves.csv"),
        reproduction=update(f"{OUT}reproduction.csv"),
        looks=update(f"{OUT}looks.json"),
        provenance=update(f"{OUT}provenance-compare.json"),
    log:
        f"{OUT}compare.log",
    localrule: True
    params:
        code=code_of("compare"),
        program=program("compare"),
        other=lambda wildcards: PREFIXED_LOOKS["" if wildcards.part else "partial/"],  # may not be there
    shell:
        "python {params.program} --analysis {input.analysis:q} --metrics {input.metrics:q} "
        "--notebook {input.notebook:q} --claims {output.claims:q} --curves {output.curves:q} "
        "--reproduction {output.reproduction:q} --looks {output.looks:q} --other-looks {params.other:q} "
        "--provenance {output.provenance:q} > {log:q} 2>&1"
