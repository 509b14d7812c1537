"""normscape: does batch normalisation smooth the loss landscape?

snakemake --cores 4              the experiment of config.yaml, into results/<experiment>/
snakemake --cores 4 --dry-run    what that would run, and why
snakemake --cores 4 sweep        with several learning rates in the config: their figure and the commentary
snakemake --cores 4 landscape    with several step multiples: Santurkar's bands and the commentary
snakemake --cores 4 partial      figures and commentary from the runs that are there, when some have failed
"""

from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/workarounds.smk"
include: "workflow/rules/surroundings.smk"


configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/config.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/probing.smk"
include: "workflow/rules/results.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/lineage.smk"


rule all:
    """The figures, the commentary, and the tables that they rest on."""
    default_target: True
    input:
        TABLES,  # each run's own, too: nothing else would make one again that was lost after metrics.csv was made
        f"{RESULTS}/samples.png",
        expand(f"{RESULTS}/{{table}}.csv", table=["metrics", "claims", "curves", "reproduction"]),
        expand(f"{RESULTS}/{{register}}.json", register=["analysis", "looks"]),
        [f"{RESULTS}/{figure.name}.{form}" for figure in FIGURES for form in ("png", "svg")],
        expand(f"{RESULTS}/{{name}}", name=["commentary.md", "commentary.html", "config.json"]),


rule sweep:
    """Where training ends at each learning rate; refused with a single rate in the config."""
    input:
        f"{RESULTS}/sweep.png",
        f"{RESULTS}/commentary.md",


rule landscape:
    """Loss, gradient and smoothness over the lengths of the step; refused with a single one in the config."""
    input:
        f"{RESULTS}/landscape.png",
        f"{RESULTS}/commentary.md",


rule partial:
    """The same from the runs that are there, naming what is missing: for when some have failed."""
    input:
        f"{RESULTS}/partial/claims.csv",
        f"{RESULTS}/partial/comparison.png",
        f"{RESULTS}/partial/commentary.md",
