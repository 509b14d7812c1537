"""Measure the smoothness of the loss at every checkpoint of a training run.

needs    <results>/tensors/seed-{seed}.safetensors
         <results>/runs/{model}/lr-{learning_rate}/seed-{seed}/checkpoints.safetensors
makes    <results>/runs/{model}/lr-{learning_rate}/seed-{seed}/smoothness.csv, layers.csv
reruns   when `smoothness` in config.yaml changes, or the code of probe.py, or the training
"""


rule probe:
    """Probe the loss around each checkpoint; the checkpoints stay as they are."""
    input:
        tensors=rules.prepare.output.tensors,
        checkpoints=rules.train.output.checkpoints,
    output:
        smoothness=f"{RUN}/smoothness.csv",
        layers=f"{RUN}/layers.csv",
        provenance=f"{RUN}/provenance-probe.json",
    log:
        f"{RUN}/probe.log",
    threads: 1
    params:
        code=code_of("probe"),
        program=program("probe"),
    shell:
        "python {params.program} --tensors {input.tensors:q} --checkpoints {input.checkpoints:q} "
        "--smoothness {output.smoothness:q} --layers {output.layers:q} --provenance {output.provenance:q} > {log:q} 2>&1"
