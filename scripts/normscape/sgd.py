"""Plain minibatch SGD as in the notebook: batches, the update, evaluation, checkpoints."""

import math
from typing import NamedTuple

import torch
from torch.nn.functional import cross_entropy

from . import networks, tensors
from .files import InputError
from .streams import generator
from .tables import KEY, Column

HISTORY = (
    *KEY,
    Column(
        "diverged", int, low=0, high=1
    ),  # 1 from the pass on in which a loss was not finite; then nothing is measured
    Column("train_loss", float, low=0, optional=True),  # mean cross-entropy in nats, eval mode
    Column("train_accuracy", float, low=0, high=1, optional=True),  # fraction of images
    Column("test_loss", float, low=0, optional=True),
    Column("test_accuracy", float, low=0, high=1, optional=True),
)

CHUNK = 100  # images a forward pass: their activations stay in a core's cache


class Pass(NamedTuple):
    """What stands after one pass: the measures of HISTORY, and weights and buffers (None once diverged)."""

    number: int
    measures: dict
    state: dict | None


def updates_per_pass(images, batch_size):
    """Return the number of SGD updates that the notebook calls a pass: images / batch size, rounded."""
    return round(images / batch_size)


def train(net, data, seed, learning_rate, batch_size, passes):
    """Train `net` in place, yielding the Pass after 0, 1, …, `passes` passes.

    data: tensors.Data. seed: the replicate, whose stream `batches` gives each update's images, with replacement.
    A non-finite loss ends the training: that pass and the remaining ones are yielded as diverged.
    """
    stream = generator(seed, "batches")
    count = len(data.train_labels)
    diverged = False
    for number in range(passes + 1):
        if number and not diverged:
            batches = torch.randint(count, (updates_per_pass(count, batch_size), batch_size), generator=stream)
            diverged = not math.isfinite(_one_pass(net, data.train_images, data.train_labels, batches, learning_rate))
        measures = dict.fromkeys(("train_loss", "train_accuracy", "test_loss", "test_accuracy"))
        if not diverged:
            measures["train_loss"], measures["train_accuracy"] = evaluate(net, data.train_images, data.train_labels)
            measures["test_loss"], measures["test_accuracy"] = evaluate(net, data.test_images, data.test_labels)
            diverged = not (math.isfinite(measures["train_loss"]) and math.isfinite(measures["test_loss"]))
        if diverged:
            measures = dict.fromkeys(measures)
        state = None if diverged else {name: value.cpu().clone() for name, value in net.state_dict().items()}
        yield Pass(number, {"diverged": int(diverged), **measures}, state)


def _one_pass(net, images, labels, batches, learning_rate):
    """Update `net` once for each row of `batches`, and return the sum of the losses: finite only if each was."""
    net.train()
    weights = list(net.parameters())
    total = torch.zeros((), device=images.device)
    for batch in batches.to(images.device):
        loss = cross_entropy(networks.forward(net, images[batch]), labels[batch])
        gradient = torch.autograd.grad(loss, weights)
        with torch.no_grad():  # by hand: torch.optim loads torch's compiler, a second and more a job, for this one line
            for weight, slope in zip(weights, gradient, strict=True):
                weight -= learning_rate * slope
        total += loss.detach()
    return total.item()


@torch.no_grad()
def evaluate(net, images, labels):
    """Return the mean cross-entropy in nats and the accuracy of `net` on `images` in eval mode, by one forward pass."""
    net.eval()
    loss, correct = 0.0, 0
    for part, target in zip(images.split(CHUNK), labels.split(CHUNK), strict=True):
        scores = networks.forward(net, part)
        loss += cross_entropy(scores, target, reduction="sum").item()
        correct += (scores.argmax(1) == target).sum().item()
    return loss / len(labels), correct / len(labels)


def save_checkpoints(path, states, facts):
    """Write the weights and buffers after pass 0, 1, … as `<pass>/<name>`."""
    named = {f"{number}/{name}": value for number, state in enumerate(states) for name, value in state.items()}
    return tensors.save(path, named, facts)


def load_checkpoints(path, net):
    """Return the states after pass 0, 1, … that were saved to `path`, each a state_dict of `net`.

    Raises InputError where the file is damaged or holds another network's weights.
    """
    named, _ = tensors.load(path)
    states = {}
    for name, value in named.items():
        number, _, name = name.partition("/")
        states.setdefault(number, {})[name] = value
    expected = {name: value.shape for name, value in net.state_dict().items()}
    for number in map(str, range(len(states))):
        if {name: value.shape for name, value in states.get(number, {}).items()} != expected:
            raise InputError(
                f"{path}: pass {number} isn't a checkpoint of this model; delete the file and run again: "
                "the model will be trained anew"
            )
    return [states[str(number)] for number in range(len(states))]
