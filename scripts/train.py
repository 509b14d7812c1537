from pathlib import Path

from normscape import jobs, tables
from normscape.data.tensors import load_data
from normscape.models import convnet, layers
from normscape.training import checkpoints as checkpoint_file
from normscape.training import sgd
from normscape.training.history import COLUMNS


def main(
    *,
    name: str,
    model: dict,
    learning_rate: float,
    seed: int,
    training: dict,
    device: str,
    tensors: Path,
    history: Path,
    checkpoints: Path,
):
    """Train one network for one replicate, with checkpoints at early updates and after every pass.

    name: the model's
    model: its entry in the config
    seed: the replicate
    training: the section of the config, less the learning rate
    device: cpu, cuda or auto
    tensors: file of the prepare rule
    history: the table to write
    checkpoints: the file to write
    """
    device = jobs.device(device)
    data, classes, digest = load_data(tensors, device)
    image_shape = tuple(data.train_images.shape[1:])
    net = convnet.build(model, image_shape, classes, seed)
    print(f"{name}: {layers.parameter_count(net)} parameters; input {image_shape}, then", flush=True)
    for layer, shape in layers.shapes(net, image_shape):
        print(f"  {layer:11} {shape}", flush=True)

    key = {"model": name, "learning_rate": learning_rate, "seed": seed}
    rows, states = [], {}
    for after in sgd.train(net.to(device), data, seed, learning_rate, **training):
        rows.append({**key, "pass": after.number, "update": after.update, **after.measures})
        if after.state is not None:
            states[after.update] = after.state
        place = f"update {after.update}" if after.number is None else f"pass {after.number} of {training['passes']}"
        print(f"{place}: {describe(after.measures)}", flush=True)
    checkpoint_file.save(checkpoints, states, model)
    tables.write(history, COLUMNS, rows)
    return {"data_sha256": digest, "device": jobs.device_name(device)}


def describe(measures):
    if measures["diverged"]:
        return "diverged (a loss was not finite)"
    if measures["missing"]:
        return measures["missing"]
    return ", ".join(f"{name.replace('_', ' ')} {measures[name]:.3f}" for name in sgd.MEASURES)


if __name__ == "__main__":
    jobs.run(main)
