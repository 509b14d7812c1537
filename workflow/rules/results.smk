"""Gather all runs in one table, test the claims, draw the figure, write the commentary.

needs    history.csv, smoothness.csv and layers.csv of every model and seed
makes    <results>/metrics.csv  claims.csv, curves.csv, reproduction.csv  comparison.png, .svg  commentary.md, .html
reruns   aggregate when models or seeds come or go; compare when `comparison` changes; figure when `figure` does;
         each when the code of its script or what stands before it in this list changes
"""


rule aggregate:
    """Gather everything measured in one long table."""
    input:
        program=program("aggregate"),
        runs=expand(
            f"{RUN}/{{table}}.csv",
            model=MODELS,
            learning_rate=RATE,
            seed=config["seeds"],
            table=["history", "smoothness", "layers"],
        ),
    output:
        metrics=f"{RESULTS}/metrics.csv",
        provenance=f"{RESULTS}/provenance-aggregate.json",
    log:
        f"{RESULTS}/aggregate.log",
    localrule: True
    params:
        # The runs' folders as a pattern: the paths themselves would be too long for a command line at 2,000 seeds.
        flags=lambda wildcards: flags(
            learning_rates=[RATE],
            models=MODELS,
            passes=config["training"]["passes"],
            run=RUN,
            seeds=sorted(config["seeds"]),
        ),
    shell:
        "python {input.program[0]:q} {params.flags} "
        "--metrics {output.metrics:q} --provenance {output.provenance:q} > {log:q} 2>&1"


rule compare:
    """Test what the notebook asserts on the paired replicates."""
    input:
        program=program("compare"),
        metrics=rules.aggregate.output.metrics,
        notebook=REPORT / "notebook.csv",
    output:
        claims=f"{RESULTS}/claims.csv",
        curves=f"{RESULTS}/curves.csv",
        reproduction=f"{RESULTS}/reproduction.csv",
        provenance=f"{RESULTS}/provenance-compare.json",
    log:
        f"{RESULTS}/compare.log",
    localrule: True
    params:
        flags=lambda wildcards: flags(learning_rate=RATE, seeds=sorted(config["seeds"]), **config["comparison"]),
    shell:
        "python {input.program[0]:q} {params.flags} --metrics {input.metrics:q} --notebook {input.notebook:q} "
        "--claims {output.claims:q} --curves {output.curves:q} --reproduction {output.reproduction:q} "
        "--provenance {output.provenance:q} > {log:q} 2>&1"


rule figure:
    """Draw loss, accuracy and smoothness against passes: every replicate, the mean and its interval."""
    input:
        program=program("figure"),
        metrics=rules.aggregate.output.metrics,
        curves=rules.compare.output.curves,
    output:
        png=f"{RESULTS}/comparison.png",
        svg=f"{RESULTS}/comparison.svg",
        provenance=f"{RESULTS}/provenance-figure.json",
    log:
        f"{RESULTS}/figure.log",
    localrule: True
    params:
        flags=lambda wildcards: flags(
            learning_rate=RATE,
            models=[config["comparison"]["baseline"], *config["comparison"]["treatments"]],
            **config["figure"],
        ),
    shell:
        "python {input.program[0]:q} {params.flags} --metrics {input.metrics:q} --curves {input.curves:q} "
        "--png {output.png:q} --svg {output.svg:q} --provenance {output.provenance:q} > {log:q} 2>&1"


rule commentary:
    """Say what the numbers say: as Markdown, and as a page that holds the figure."""
    input:
        program=program("commentary"),
        template=REPORT / "commentary.md.j2",
        metrics=rules.aggregate.output.metrics,
        claims=rules.compare.output.claims,
        curves=rules.compare.output.curves,
        reproduction=rules.compare.output.reproduction,
        figure=rules.figure.output.png,
    output:
        markdown=f"{RESULTS}/commentary.md",
        html=f"{RESULTS}/commentary.html",
        provenance=f"{RESULTS}/provenance-commentary.json",
    log:
        f"{RESULTS}/commentary.log",
    localrule: True
    params:
        flags=lambda wildcards: flags(
            batch_size=config["training"]["batch_size"],
            dataset=config["dataset"]["name"],
            directions=config["smoothness"]["directions"],
            fraction=config["dataset"]["fraction"],
            learning_rate=RATE,
            passes=config["training"]["passes"],
            prepared=rules.prepare.output.provenance,
            run=RUN,
            seeds=sorted(config["seeds"]),
            **config["comparison"],
        ),
    shell:
        "python {input.program[0]:q} {params.flags} --template {input.template:q} --metrics {input.metrics:q} "
        "--claims {input.claims:q} --curves {input.curves:q} --reproduction {input.reproduction:q} "
        "--figure {input.figure:q} --markdown {output.markdown:q} --html {output.html:q} "
        "--provenance {output.provenance:q} > {log:q} 2>&1"
