"""Measure the smoothness of the loss at every checkpoint of a training run.

needs    <results>/tensors/seed-{seed}.safetensors
         <results>/runs/{model}/lr-{learning_rate}/seed-{seed}/checkpoints.safetensors
makes    <results>/runs/{model}/lr-{learning_rate}/seed-{seed}/smoothness.csv, layers.csv
reruns   when `smoothness` in config.yaml changes, or the code of smoothness.py, or the training
"""


rule smoothness:
    """Probe the loss around each checkpoint; the checkpoints stay as they are."""
    input:
        program=program("smoothness"),
        tensors=rules.prepare.output.tensors,
        checkpoints=rules.train.output.checkpoints,
    output:
        smoothness=f"{RUN}/smoothness.csv",
        layers=f"{RUN}/layers.csv",
        provenance=f"{RUN}/provenance-smoothness.json",
    log:
        f"{RUN}/smoothness.log",
    threads: 1
    params:
        flags=lambda wildcards: flags(
            batch_size=config["training"]["batch_size"],
            detailed_passes=sorted(config["smoothness"]["detailed_passes"]),
            device=config["device"],
            directions=config["smoothness"]["directions"],
            learning_rate=wildcards.learning_rate,
            model=config["models"][wildcards.model],
            name=wildcards.model,
            seed=wildcards.seed,
            step_multiples=sorted(map(float, config["smoothness"]["step_multiples"])),
        ),
    shell:
        "python {input.program[0]:q} {params.flags} --tensors {input.tensors:q} --checkpoints {input.checkpoints:q} "
        "--smoothness {output.smoothness:q} --layers {output.layers:q} --provenance {output.provenance:q} > {log:q} 2>&1"
