from pathlib import Path

from normscape import jobs, tables
from normscape.data.tensors import load_data
from normscape.measurement import columns, probes
from normscape.models import convnet
from normscape.training import checkpoints as checkpoint_file
from normscape.training.stops import updates_per_pass


def main(
    *,
    name: str,
    model: dict,
    learning_rate: float,
    seed: int,
    batch_size: int,
    probing: dict,
    device: str,
    tensors: Path,
    checkpoints: Path,
    smoothness: Path,
    layers: Path,
):
    """Measure the smoothness of the loss at a training run's checkpoints, from the checkpoints alone.

    name: the model's
    model: its entry in the config
    learning_rate: η of the step
    seed: the replicate
    batch_size: images whose gradient is the step's direction
    probing: the section `smoothness` of the config
    device: cpu, cuda or auto
    tensors: file of the prepare rule
    checkpoints: file of the train rule
    smoothness: the table to write
    layers: the table to write
    """
    device = jobs.device(device)
    data, classes, digest = load_data(tensors, device)
    net = convnet.build(model, tuple(data.train_images.shape[1:]), classes, seed).to(device)
    probing = probes.Probing(seed, learning_rate, batch_size, **probing)
    key = {"model": name, "learning_rate": learning_rate, "seed": seed}
    rows, layer_rows = [], []
    updates = updates_per_pass(len(data.train_labels), batch_size)
    for update, state in checkpoint_file.load(checkpoints, net).items():
        place = probes.Place(update, None if update % updates else update // updates)
        if not probing.takes(place):
            continue
        net.load_state_dict(state)
        found, found_layers = probes.measure(net, data.train_images, data.train_labels, place, probing)
        here = {**key, "pass": place.number, "update": update}
        rows += [{**here, **row} for row in found]
        layer_rows += [{**here, **row} for row in found_layers if place.number]
        print(f"{place.name.replace('-', ' ')}: {describe(found[0])}", flush=True)
    tables.write(smoothness, columns.PROBES, rows)
    tables.write(layers, columns.LAYERS, layer_rows)
    return {"data_sha256": digest, "device": jobs.device_name(device)}


def describe(row):
    told = [
        f"{name.replace('_', ' ')} {row[name]:#.5g}"
        for name in ("loss", "gradient_norm", "smoothness")
        if row[name] is not None
    ]
    return ", ".join([*told, row["precision"], *filter(None, [row["missing"]])])


if __name__ == "__main__":
    jobs.run(main)
