"""How much a job has to do: what its time and its memory grow with, and the disk that it fills."""

from typing import NamedTuple

from ..data import datasets
from ..recipes import learning_rates
from ..training.stops import is_evaluated, is_probed, stops, updates_per_pass
from . import network

# Measured with eleven networks on one core: kernels of 3 and 5, one to three convolutions of 8 to 64 filters, every
# normalisation. What a value, and one of BatchNorm's, costs in multiply-adds in each kind of work:
GRADIENT, TRAINING, EVALUATION = (60, 480), (150, 600), (280, 840)
UPDATE = 0.06  # 10⁹ of training's multiply-adds that an update costs by itself
EVALUATED = 0.66  # a multiply-add of an evaluation, in those of training

CHUNK = 250  # images that a gradient takes at a time, as measurement.probes has it
SAMPLE = 40 * (2 + 2 * 6)  # images that a detailed pass takes in both precisions, float64 six times as long


class Amounts(NamedTuple):
    """What a job has to do beside its start: work, in a unit of its rule's, and 10⁶ bytes of data that it holds.

    disk: bytes of the files that it leaves.
    """

    work: float
    held: float
    disk: int


def of(rule, settings):
    """Return the Amounts of a job of `rule`.

    settings: what it is made with, by the names of its program's options, and with them what its inputs were made with:
        `dataset`, its name; `fraction`; for probe `training`, too.
    Raises LookupError, TypeError or ValueError where they aren't settings as this code knows them.
    """
    return _AMOUNTS.get(rule, _gathering)(settings)


def _download(settings):
    return Amounts(0, 0, sum(file.size for file in _dataset(settings).files))


def _start_alone(settings):
    return Amounts(0, 0, 30_000)


def _prepare(settings):
    """Its work is in 10⁶ bytes of tensors."""
    tensors = _tensors(settings)
    return Amounts(tensors, tensors, int(1e6 * tensors))


def _train(settings):
    """Its work is in 10⁹ multiply-adds of training."""
    dataset, images, training = _dataset(settings), _images(settings), settings["training"]
    net, passes, every = _network(settings), training["passes"], training["evaluate_every"]
    updates = updates_per_pass(images, training["batch_size"])
    evaluations = sum(is_evaluated(number, passes, every) for number in range(passes + 1))
    evaluated = EVALUATED * 1e-9 * evaluations * (images + dataset.test_images) * net.work(*EVALUATION)
    trained = updates * passes * (UPDATE + 3e-9 * training["batch_size"] * net.work(*TRAINING))
    states = len(stops(updates, passes, training["early_updates"]))
    return Amounts(trained + evaluated, _tensors(settings), states * (4 * net.parameters + 200) + 2000)


def _probe(settings):
    """Its work is in 10⁹ multiply-adds of gradients over all images."""
    images, probing, net = _images(settings), settings["probing"], _network(settings)
    probed = _probed(settings["training"], probing, images)
    detailed = sum(number in probing["detailed_passes"] for number in probed)
    steps, coupled = probing["directions"] * len(probing["step_multiples"]), net.batchnorm_values > 0
    full = len(probed) * (1 + steps) + detailed * probing["directions"]  # at the weights, each step, the normalised one
    in_eval_mode = detailed * (1 + steps) if coupled else 0  # without BatchNorm it is the same
    through = 4 if coupled else 3  # times through the net: forward, which is twice with BatchNorm, and as two back
    some = len(probed) * probing["directions"] * settings["batch_size"] + detailed * SAMPLE
    times = images * (through * full + 3 * in_eval_mode) + through * some
    held = _tensors(settings) + 4e-6 * (CHUNK * net.values + images * net.batchnorm_values)
    rows = 600 * len(probed) * steps + 70 * len(probed) * (2 + sum(settings["model"]["channels"]))
    return Amounts(1e-9 * times * net.work(*GRADIENT), held, rows + 2000)


def _gathering(settings):
    """Of the rules after the runs, which read all that was measured: their work is in 1000 checkpoints, and so is what
    they hold."""
    everything = settings["settings"]
    training, probing, dataset = everything["training"], everything["smoothness"], everything["dataset"]
    runs = len(everything["models"]) * len(learning_rates(everything)) * len(everything["seeds"])
    images = _images({"dataset": dataset["name"], "fraction": dataset["fraction"]})
    states = 1e-3 * runs * len(_probed(training, probing, images))
    return Amounts(states, states, int(300_000 + 3e6 * states))


def _probed(training, probing, images):
    """Return the numbers of the passes at which a run's checkpoints are probed, None for each early update."""
    found = stops(updates_per_pass(images, training["batch_size"]), training["passes"], training["early_updates"])
    return [number for _, number in found if is_probed(number, probing["passes"])]


def _network(settings):
    dataset = _dataset(settings)
    return network.of(settings["model"], dataset.image_shape, len(dataset.classes))


def _dataset(settings):
    return datasets.DATASETS[settings["dataset"]]


def _images(settings):
    return _dataset(settings).drawn(settings["fraction"])


def _tensors(settings):
    """Return the size of a replicate's tensors, in 10⁶ bytes."""
    dataset = _dataset(settings)
    channels, height, width = dataset.image_shape
    return 1e-6 * (_images(settings) + dataset.test_images) * (4 * channels * height * width + 8)


_AMOUNTS = {
    "download": _download,
    "register": _start_alone,
    "samples": _start_alone,
    "prepare": _prepare,
    "train": _train,
    "probe": _probe,
}
