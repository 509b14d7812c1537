"""Train one network for one replicate, with a checkpoint after every pass."""

import argparse
import json
from pathlib import Path

from normscape import jobs, networks, sgd, tables, tensors


def main(arguments):
    device = jobs.device(arguments.device)
    data, classes, digest = tensors.load_data(arguments.tensors, device)
    image_shape = tuple(data.train_images.shape[1:])
    net = networks.build(arguments.model, image_shape, classes, arguments.seed)
    print(f"{arguments.name}: {networks.parameter_count(net)} parameters; input {image_shape}, then", flush=True)
    for name, shape in networks.layer_shapes(net, image_shape):
        print(f"  {name:11} {shape}", flush=True)

    key = {"model": arguments.name, "learning_rate": arguments.learning_rate, "seed": arguments.seed}
    rows, states = [], []
    for after in sgd.train(
        net.to(device), data, arguments.seed, arguments.learning_rate, arguments.batch_size, arguments.passes
    ):
        rows.append({**key, "pass": after.number, **after.measures})
        if after.state is not None:
            states.append(after.state)
        print(f"pass {after.number} of {arguments.passes}: {describe(after.measures)}", flush=True)
    sgd.save_checkpoints(arguments.checkpoints, states, facts={"model": json.dumps(arguments.model, sort_keys=True)})
    tables.write(arguments.history, sgd.HISTORY, rows)
    return {"data_sha256": digest, "device": jobs.device_name(device)}


def describe(measures):
    if measures["diverged"]:
        return "diverged (a loss was not finite)"
    return ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in measures.items() if name != "diverged")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch-size", required=True, type=int, help="images an update, drawn with replacement")
    parser.add_argument("--device", required=True, choices=["cpu", "cuda", "auto"])
    parser.add_argument("--learning-rate", required=True, type=float)
    parser.add_argument("--model", required=True, type=json.loads, help="the model's entry in the config, as JSON")
    parser.add_argument("--name", required=True, help="the model's name")
    parser.add_argument("--passes", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--tensors", required=True, type=Path, help="file of the prepare rule")
    parser.add_argument("--checkpoints", required=True, type=Path, help="the file to write")
    parser.add_argument("--history", required=True, type=Path, help="the table to write")
    parser.add_argument("--provenance", required=True, type=Path, help="the file to write")
    jobs.run("train", main, parser.parse_args())
