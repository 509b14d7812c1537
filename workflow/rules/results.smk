"""Gather all runs in one table, test the claims, draw the figures, write the commentary.

needs    history.csv, smoothness.csv and layers.csv of every model and seed, and every job's provenance
makes    <results>/metrics.csv
         <results>/claims.csv, curves.csv, reproduction.csv
         <results>/comparison, claims, reproduction, each .png and .svg
         <results>/sweep.png, .svg, with several learning rates; landscape.png, .svg, with several step multiples
         <results>/commentary.md, .html, and config.json: the settings that all this was made with
         and all of these under <results>/partial/, from the runs that are there
reruns   aggregate when models, seeds or rates come or go; compare when `comparison` changes; the figures when `figure`
         does; each when the code of its script or what stands before it in this list changes
"""

PART = f"{RESULTS}/{{part}}"  # the results of all runs, or, in a folder of their own, of those runs that are there
TABLES = expand(
    f"{RUN}/{{table}}.csv",
    model=MODELS,
    learning_rate=RATES,
    seed=config["seeds"],
    table=["history", "smoothness", "layers"],
)
PROVENANCE = [
    f"results/data/{DATASET.name}/provenance-download.json",
    f"{RESULTS}/provenance-samples.json",
    *expand(f"{RESULTS}/tensors/provenance-prepare-seed-{{seed}}.json", seed=config["seeds"]),
    *expand(
        f"{RUN}/provenance-{{job}}.json",
        job=["train", "smoothness"],
        model=SHOWN,
        learning_rate=RATES,
        seed=config["seeds"],
    ),
]
PLACES = {path: placed(path) for path in [*TABLES, *PROVENANCE]}
RUN_PLACE = placed(RUN)


wildcard_constraints:
    part="(partial/)?",


rule aggregate:
    """Gather everything measured in one long table."""
    input:
        program=program("aggregate"),
        runs=lambda wildcards: [table for table in TABLES if not wildcards.part or there(PLACES[table])],
    output:
        metrics=f"{PART}metrics.csv",
        provenance=f"{PART}provenance-aggregate.json",
    log:
        f"{PART}aggregate.log",
    localrule: True
    params:
        # The runs' folders as a pattern: the paths themselves would be too long for a command line at 2,000 seeds.
        flags=lambda wildcards: flags(
            learning_rates=sorted(RATES, key=float),
            models=MODELS,
            passes=config["training"]["passes"],
            run=RUN_PLACE,
            seeds=sorted(config["seeds"]),
        ),
        partial=lambda wildcards: "--partial" if wildcards.part else "",
    shell:
        "python {input.program[0]:q} {params.flags} {params.partial} "
        "--metrics {output.metrics:q} --provenance {output.provenance:q} > {log:q} 2>&1"


rule compare:
    """Test what the notebook asserts on the paired replicates."""
    input:
        program=program("compare"),
        metrics=rules.aggregate.output.metrics,
        notebook=ours(REPORT / "notebook.csv"),
    output:
        claims=f"{PART}claims.csv",
        curves=f"{PART}curves.csv",
        reproduction=f"{PART}reproduction.csv",
        provenance=f"{PART}provenance-compare.json",
    log:
        f"{PART}compare.log",
    localrule: True
    params:
        flags=lambda wildcards: flags(learning_rate=RATE, seeds=sorted(config["seeds"]), **config["comparison"]),
    shell:
        "python {input.program[0]:q} {params.flags} --metrics {input.metrics:q} --notebook {input.notebook:q} "
        "--claims {output.claims:q} --curves {output.curves:q} --reproduction {output.reproduction:q} "
        "--provenance {output.provenance:q} > {log:q} 2>&1"


rule figure:
    """Draw the comparison of the models, the claims with their intervals, and the notebook among the replicates."""
    input:
        program=program("figure"),
        metrics=rules.aggregate.output.metrics,
        curves=rules.compare.output.curves,
        claims=rules.compare.output.claims,
        reproduction=rules.compare.output.reproduction,
    output:
        comparison=[
            shown(f"{PART}comparison.png", "Models compared", "Figures", "comparison.rst"),
            f"{PART}comparison.svg",
        ],
        forest=[
            shown(f"{PART}claims.png", "Claims with their intervals", "Figures", "claims.rst"),
            f"{PART}claims.svg",
        ],
        reproduction=[
            shown(f"{PART}reproduction.png", "Notebook among the replicates", "Figures", "reproduction.rst"),
            f"{PART}reproduction.svg",
        ],
        provenance=f"{PART}provenance-figure.json",
    log:
        f"{PART}figure.log",
    localrule: True
    params:
        flags=lambda wildcards: flags(
            learning_rate=RATE,
            models=SHOWN,
            seeds=sorted(config["seeds"]),
            **config["comparison"],
            **config["figure"],
        ),
    shell:
        "python {input.program[0]:q} {params.flags} --metrics {input.metrics:q} --curves {input.curves:q} "
        "--claims {input.claims:q} --reproduction {input.reproduction:q} --comparison-figure {output.comparison:q} "
        "--claims-figure {output.forest:q} --reproduction-figure {output.reproduction:q} "
        "--provenance {output.provenance:q} > {log:q} 2>&1"


rule sweep_figure:
    """Draw where training ends, and which replicates diverge, against the learning rate."""
    input:
        required=lambda wildcards: required(
            "sweep" in EXTRAS,
            "training.learning_rate: a sweep needs a list of rates, the base rate first, as [0.04, 0.01, 0.16]",
        ),
        program=program("sweep_figure"),
        metrics=rules.aggregate.output.metrics,
        curves=rules.compare.output.curves,
    output:
        figure=[
            shown(f"{PART}sweep.png", "Learning rates", "Figures", "sweep.rst"),
            f"{PART}sweep.svg",
        ],
        provenance=f"{PART}provenance-sweep_figure.json",
    log:
        f"{PART}sweep_figure.log",
    localrule: True
    params:
        flags=lambda wildcards: flags(
            learning_rate=RATE, models=SHOWN, seeds=sorted(config["seeds"]), **config["figure"]
        ),
    shell:
        "python {input.program[0]:q} {params.flags} --metrics {input.metrics:q} --curves {input.curves:q} "
        "--figure {output.figure:q} --provenance {output.provenance:q} > {log:q} 2>&1"


rule landscape_figure:
    """Draw what the step's length does to loss, gradient and smoothness along training, as Santurkar et al. did."""
    input:
        required=lambda wildcards: required(
            "landscape" in EXTRAS, "smoothness.step_multiples: the landscape needs several, as [0.5, 1, 2, 4]"
        ),
        program=program("landscape_figure"),
        metrics=rules.aggregate.output.metrics,
    output:
        figure=[
            shown(f"{PART}landscape.png", "Landscape along the steps", "Figures", "landscape.rst"),
            f"{PART}landscape.svg",
        ],
        provenance=f"{PART}provenance-landscape_figure.json",
    log:
        f"{PART}landscape_figure.log",
    localrule: True
    params:
        flags=lambda wildcards: flags(
            learning_rate=RATE, models=COMPARED, seeds=sorted(config["seeds"]), **config["figure"]
        ),
    shell:
        "python {input.program[0]:q} {params.flags} --metrics {input.metrics:q} "
        "--figure {output.figure:q} --provenance {output.provenance:q} > {log:q} 2>&1"


rule commentary:
    """Say what the numbers say: as Markdown, and as a page that holds the figures."""
    input:
        program=program("commentary"),
        template=ours(REPORT / "commentary.md.j2"),
        metrics=rules.aggregate.output.metrics,
        claims=rules.compare.output.claims,
        curves=rules.compare.output.curves,
        reproduction=rules.compare.output.reproduction,
        figures=[f"{PART}{name}.svg" for name in ("comparison", "claims", "reproduction", *EXTRAS)],
        provenance=lambda wildcards: [path for path in PROVENANCE if not wildcards.part or Path(PLACES[path]).exists()],
    output:
        markdown=f"{PART}commentary.md",
        html=shown(f"{PART}commentary.html", "Commentary", "Commentary", "commentary.rst"),
        settings=f"{PART}config.json",
        provenance=f"{PART}provenance-commentary.json",
    log:
        f"{PART}commentary.log",
    localrule: True
    params:
        flags=lambda wildcards: flags(
            batch_size=config["training"]["batch_size"],
            dataset=config["dataset"]["name"],
            directions=config["smoothness"]["directions"],
            fraction=config["dataset"]["fraction"],
            learning_rate=RATE,
            learning_rates=sorted(RATES, key=float),
            models=SHOWN,
            once=[rules.download.output.provenance, rules.samples.output.provenance],
            passes=config["training"]["passes"],
            prepared=rules.prepare.output.provenance,
            run=RUN_PLACE,
            seeds=sorted(config["seeds"]),
            settings=SETTINGS,
            **config["comparison"],
        ),
    shell:
        "python {input.program[0]:q} {params.flags} --template {input.template:q} --metrics {input.metrics:q} "
        "--claims {input.claims:q} --curves {input.curves:q} --reproduction {input.reproduction:q} "
        "--figures {input.figures:q} --markdown {output.markdown:q} --html {output.html:q} "
        "--config {output.settings:q} --provenance {output.provenance:q} > {log:q} 2>&1"
