"""How exact is the local smoothness in float32? The same steps in float64, on a finished experiment's checkpoints.

    python benchmarks/accuracy.py results/default [--seeds 0] [--passes 1 5 10]

Prints the largest and the median relative error of L̂ for each network and pass.
"""

import argparse
import json
from pathlib import Path
from statistics import median

import torch
from normscape.data import tensors
from normscape.measurement import full_batch, probes
from normscape.measurement.estimators import local_smoothness
from normscape.models import convnet, layers
from normscape.training import checkpoints
from normscape.training.stops import updates_per_pass
from normscape.training.updates import update

DIRECTIONS = 2  # steps at each checkpoint; in float64 a gradient takes some fifteen times as long


def main(arguments):
    torch.set_num_threads(1)
    print("| model | pass | largest relative error of L̂ | median | n |\n|---|---|---|---|---|")
    for folder in sorted(arguments.results.glob("runs/*/*")):
        runs = [folder / f"seed-{seed}" for seed in arguments.seeds]
        for number in arguments.passes:
            errors = [error for run in runs for error in errors_at(run, number, arguments.results)]
            model = folder.parent.name
            print(f"| {model} | {number} | {max(errors):.1e} | {median(errors):.1e} | {len(errors)} |", flush=True)


def errors_at(run, number, results):
    """Return the relative errors of L̂ along several steps after pass `number` of one training run."""
    settings = json.loads((run / "provenance-probe.json").read_text())["settings"]
    seed, rate, model = settings["seed"], settings["learning_rate"], settings["model"]
    probing = probes.Probing(seed, rate, settings["batch_size"], **settings["probing"])
    data, classes, _ = tensors.load_data(results / "tensors" / f"seed-{seed}.safetensors")
    net = convnet.build(model, tuple(data.train_images.shape[1:]), classes, seed)
    place = probes.Place(number * updates_per_pass(len(data.train_labels), settings["batch_size"]), number)
    net.load_state_dict(checkpoints.load(run / "checkpoints.safetensors", net)[place.update])
    weights = layers.flat_parameters(net)

    def gradient(precision, **options):
        images = data.train_images.to(precision)
        return full_batch.evaluate(net, images, data.train_labels, "full_batch", **options).gradient

    start = {precision: gradient(precision) for precision in (torch.float32, torch.float64)}
    errors = []
    for direction in range(DIRECTIONS):
        images = data.train_images.double()
        step = update(probes.minibatch_gradient(net, images, data.train_labels, place, direction, probing), rate)
        found, exact = (
            local_smoothness(gradient(precision, weights=weights + step) - start[precision], step)
            for precision in (torch.float32, torch.float64)
        )
        errors.append(abs(found / exact - 1))
    return errors


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, help="folder of a finished experiment")
    parser.add_argument("--passes", nargs="+", type=int, default=[1, 5, 10])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    main(parser.parse_args())
