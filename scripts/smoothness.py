"""Measure the smoothness of the loss at each of a training run's checkpoints, from the checkpoints alone."""

import argparse
import json
from pathlib import Path

import torch
from normscape import jobs, networks, population, sgd, smoothness, tables, tensors
from normscape.streams import generator


def main(arguments):
    device = jobs.device(arguments.device)
    data, classes, digest = tensors.load_data(arguments.tensors, device)
    net = networks.build(arguments.model, tuple(data.train_images.shape[1:]), classes, arguments.seed).to(device)
    key = {"model": arguments.name, "learning_rate": arguments.learning_rate, "seed": arguments.seed}
    probes, layers = [], []
    for number, state in enumerate(sgd.load_checkpoints(arguments.checkpoints, net)[1:], start=1):
        net.load_state_dict(state)
        found, found_layers = measure(net, data.train_images, data.train_labels, number, arguments)
        probes += [{**key, "pass": number, **row} for row in found]
        layers += [{**key, "pass": number, **row} for row in found_layers]
        print(f"pass {number}: " + describe(found[0]), flush=True)
    tables.write(arguments.smoothness, smoothness.SMOOTHNESS, probes)
    tables.write(arguments.layers, smoothness.LAYERS, layers)
    return {"data_sha256": digest, "device": jobs.device_name(device)}


def measure(net, images, labels, number, arguments):
    """Return the rows of SMOOTHNESS and of LAYERS, less their KEY, of `net` as it stands after pass `number`."""
    detailed = number in arguments.detailed_passes
    coupled = networks.has_batchnorm(net)  # else the loss is the same in every mode, and is measured once
    modes = ["population", "eval"] if detailed and coupled else ["population"]
    weights = networks.flat_parameters(net)
    sizes = [parameter.numel() for parameter in net.parameters()]

    def loss(mode, **options):
        return population.evaluate(net, images, labels, mode, **options)

    starts = {mode: loss(mode, activations=mode == "population") for mode in modes}
    probes = []
    for direction in range(arguments.directions):
        stream = generator(arguments.seed, f"probe/pass-{number}/direction-{direction}")
        indices = torch.randint(len(labels), (arguments.batch_size,), generator=stream)
        slope = loss("minibatch", indices=indices).gradient
        for mode, start in starts.items():

            def f(w, mode=mode):
                return loss(mode, weights=w)

            step = -arguments.learning_rate * slope
            found = smoothness.probe(f, weights, start, step, arguments.step_multiples, sizes)
            if detailed and mode == "population":
                row = next(row for row in found if row["step_multiple"] == 1)
                row["scale_normalised_smoothness"] = smoothness.scale_normalised_probe(
                    f, weights, start, slope, networks.filter_scales(net).to(weights), arguments.learning_rate
                )
            probes += [{"mode": mode, "direction": direction, **row} for row in found]
    if detailed and not coupled:
        probes += [{**row, "mode": "eval", "scale_normalised_smoothness": None} for row in probes]
    return probes, layer_rows(net, starts["population"])


def layer_rows(net, start):
    """Return the rows of LAYERS: gradient norm and activation SD of each layer with weights, norm of each filter."""
    slices = networks.layer_slices(net)
    norms = {layer: start.gradient[slices[layer]].norm().item() for layer in start.activation_sd}
    rows = [(layer, None, "layer_gradient_norm", norm) for layer, norm in norms.items()]
    rows += [(layer, None, "activation_sd", sd) for layer, sd in start.activation_sd.items()]
    rows += [
        (layer, index, "weight_norm", norm)
        for layer, filters in networks.filter_norms(net).items()
        for index, norm in enumerate(filters.tolist())
    ]
    return [
        {"mode": "population", "layer": layer, "filter": index, "metric": metric, "value": value}
        for layer, index, metric, value in rows
    ]


def describe(row):
    size = "the step is zero" if row["smoothness"] is None else f"smoothness {row['smoothness']:.4f}"
    return f"loss {row['loss']:.4f}, gradient norm {row['gradient_norm']:.4f}, {size}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch-size", required=True, type=int, help="images whose gradient is the step's direction")
    parser.add_argument("--detailed-passes", required=True, nargs="*", type=int, help="passes with the dearer measures")
    parser.add_argument("--device", required=True, choices=["cpu", "cuda", "auto"])
    parser.add_argument("--directions", required=True, type=int, help="independent steps a pass")
    parser.add_argument("--learning-rate", required=True, type=float, help="η of the step")
    parser.add_argument("--model", required=True, type=json.loads, help="the model's entry in the config, as JSON")
    parser.add_argument("--name", required=True, help="the model's name")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--step-multiples", required=True, nargs="+", type=float, help="α, 1 among them")
    parser.add_argument("--checkpoints", required=True, type=Path, help="file of the train rule")
    parser.add_argument("--tensors", required=True, type=Path, help="file of the prepare rule")
    parser.add_argument("--layers", required=True, type=Path, help="the table to write")
    parser.add_argument("--smoothness", required=True, type=Path, help="the table to write")
    parser.add_argument("--provenance", required=True, type=Path, help="the file to write")
    jobs.run("smoothness", main, parser.parse_args())
