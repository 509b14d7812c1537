"""Draw the figures, and write the commentary.

needs    <results>/metrics.csv, claims.csv, curves.csv, reproduction.csv, and every job's provenance
makes    <results>/comparison, claims, reproduction, each .png and .svg
         <results>/sweep.png, .svg, with several learning rates; landscape.png, .svg, with several step multiples
         <results>/commentary.md, .html, and config.json: the settings that all this was made with
         and all of these under <results>/partial/, from the runs that are there
reruns   the figures when `figure` changes, the commentary when any setting does; each when its code does
"""

PROVENANCE = [
    f"results/data/{DATASET.name}/provenance-download.json",
    f"{RESULTS}/provenance-samples.json",
    *expand(f"{RESULTS}/tensors/provenance-prepare-seed-{{seed}}.json", seed=SEEDS),
    *expand(
        f"{RUN}/provenance-{{job}}.json",
        job=["train", "probe"],
        model=MODELS,
        learning_rate=RATES,
        seed=SEEDS,
    ),
]
PREFIXED_PROVENANCE = {path: Path(prefixed(path)) for path in PROVENANCE}


rule figures:
    """Draw each figure that this config has."""
    input:
        metrics=rules.aggregate.output.metrics,
        curves=rules.compare.output.curves,
        claims=rules.compare.output.claims,
        reproduction=rules.compare.output.reproduction,
    output:
        pictures=[
            update(in_report(f"{OUT}{figure.name}.png", figure.title, "Figures", f"{figure.name}.rst"))
            for figure in FIGURES
        ],
        vectors=[update(f"{OUT}{figure.name}.svg") for figure in FIGURES],
        provenance=update(f"{OUT}provenance-figures.json"),
    log:
        f"{OUT}figures.log",
    localrule: True
    params:
        code=code_of("figures"),
        program=program("figures"),
    shell:
        "python {params.program} --metrics {input.metrics:q} --curves {input.curves:q} "
        "--claims {input.claims:q} --reproduction {input.reproduction:q} --pictures {output.pictures:q} "
        "--provenance {output.provenance:q} > {log:q} 2>&1"


for figure in LACKING:

    rule:
        name:
            f"{figure.name}_lacking"
        input:
            lambda wildcards, line=figure.lacking(config): exit_unless(False, line),
        output:
            f"{OUT}{figure.name}.png",


rule commentary:
    """Say what the numbers say: as Markdown, and as a page that holds the figures."""
    input:
        template=templates("commentary.md.j2"),
        analysis=rules.register.output.analysis,
        looks=rules.compare.output.looks,
        metrics=rules.aggregate.output.metrics,
        claims=rules.compare.output.claims,
        curves=rules.compare.output.curves,
        reproduction=rules.compare.output.reproduction,
        pictures=rules.figures.output.pictures,
        vectors=rules.figures.output.vectors,
        provenance=lambda wildcards: [
            path for path in PROVENANCE if not wildcards.part or PREFIXED_PROVENANCE[path].exists()
        ],
    output:
        markdown=update(f"{OUT}commentary.md"),
        html=update(in_report(f"{OUT}commentary.html", "Commentary", "Commentary", "commentary.rst")),
        settings=update(f"{OUT}config.json"),
        provenance=update(f"{OUT}provenance-commentary.json"),
    log:
        f"{OUT}commentary.log",
    localrule: True
    params:
        code=code_of("commentary"),
        program=program(
            "commentary",
            once=[rules.download.output.provenance, rules.samples.output.provenance],
            prepared=PREPARED,
            run=PREFIXED_RUN,
        ),
    shell:
        "python {params.program} --template {input.template[0]:q} --analysis {input.analysis:q} "
        "--looks {input.looks:q} --metrics {input.metrics:q} --claims {input.claims:q} "
        "--curves {input.curves:q} --reproduction {input.reproduction:q} "
        "--pictures {input.pictures:q} --markdown {output.markdown:q} --html {output.html:q} "
        "--config {output.settings:q} --provenance {output.provenance:q} > {log:q} 2>&1"
