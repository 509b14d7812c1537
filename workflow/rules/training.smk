"""Train one network per model and seed.

needs    <results>/tensors/seed-{seed}.safetensors
makes    <results>/runs/{model}/lr-{learning_rate}/seed-{seed}/history.csv, checkpoints.safetensors
reruns   when `training`, `device` or this model's entry in config.yaml changes, or the code of train.py
"""


rule train:
    """Train by plain minibatch SGD, evaluate and keep a checkpoint after every pass."""
    input:
        tensors=rules.prepare.output.tensors,
    output:
        history=f"{RUN}/history.csv",
        checkpoints=f"{RUN}/checkpoints.safetensors",
        provenance=f"{RUN}/provenance-train.json",
    log:
        f"{RUN}/train.log",
    # Before any probes: a training begun last would leave the other cores idle while it and its probes end the run.
    priority: 1
    threads: 1
    params:
        code=code_of("train"),
        program=program("train"),
    shell:
        "python {params.program} --tensors {input.tensors:q} --history {output.history:q} "
        "--checkpoints {output.checkpoints:q} --provenance {output.provenance:q} > {log:q} 2>&1"
