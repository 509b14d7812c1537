"""Get the raw files, cache each replicate's subsample as normalised tensors, and draw a few images.

needs    a source of the data set
makes    results/data/<dataset.name>/raw/*, of each data set in its own folder
         <results>/tensors/seed-{seed}.safetensors
         <results>/samples.png
reruns   prepare and samples when dataset.name changes, and download for a data set that isn't there yet;
         prepare when dataset.fraction does; each but download when its code does
"""

RAW = [str(path) for path in datasets.raw_paths(DATASET, "results/data")]
DATA = shlex.quote(prefixed("results/data"))


rule download:
    """Take the raw files from the first source that serves the right bytes."""
    output:
        raw=RAW,
        provenance=f"results/data/{DATASET.name}/provenance-download.json",
    log:
        f"results/data/{DATASET.name}/download.log",
    localrule: True
    resources:
        # Not among the params, a change of which would run everything again: the bytes are the same from every source.
        sources=shlex.join(config["dataset"]["sources"]),
    params:
        program=program("download"),
    shell:
        "python {params.program} --sources {resources.sources} "
        f"--folder {DATA} "
        "--provenance {output.provenance:q} > {log:q} 2>&1"


rule prepare:
    """Draw a replicate's training images, normalise, and cache them with the test set."""
    input:
        raw=RAW,
    output:
        tensors=f"{RESULTS}/tensors/seed-{{seed}}.safetensors",
        provenance=f"{RESULTS}/tensors/provenance-prepare-seed-{{seed}}.json",
    log:
        f"{RESULTS}/tensors/seed-{{seed}}.log",
    # Before any training, which goes before any probes; training.smk says why.
    priority: 2
    threads: 1
    params:
        code=code_of("prepare"),
        program=program("prepare"),
    shell:
        "python {params.program} "
        f"--raw {DATA} "
        "--tensors {output.tensors:q} --provenance {output.provenance:q} > {log:q} 2>&1"


rule samples:
    """Draw five training images with the names of their classes."""
    input:
        raw=RAW,
    output:
        picture=in_report(f"{RESULTS}/samples.png", "Training images", "Figures", "samples.rst"),
        provenance=f"{RESULTS}/provenance-samples.json",
    log:
        f"{RESULTS}/samples.log",
    localrule: True
    params:
        code=code_of("samples"),
        program=program("samples"),
        images=words.images(DATASET),  # for the caption
    shell:
        "python {params.program} "
        f"--raw {DATA} "
        "--picture {output.picture:q} --provenance {output.provenance:q} > {log:q} 2>&1"
