"""Plain minibatch SGD as in the notebook: batches, the update, evaluation."""

import math
from typing import NamedTuple

import torch
from torch.nn.functional import cross_entropy

from .. import losses
from ..models.blocked import forward
from ..streams import generator
from .updates import update

MEASURES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")  # of `history`
CHUNK = 100  # images a forward pass: their activations stay in a core's cache


class Pass(NamedTuple):
    """What stands after one pass: the measures of `history`, and weights and buffers (None once diverged)."""

    number: int
    measures: dict
    state: dict | None


def updates_per_pass(images, batch_size):
    """Return the number of SGD updates that the notebook calls a pass: images / batch size, rounded."""
    return round(images / batch_size)


def train(net, data, seed, learning_rate, *, batch_size, passes):
    """Train `net` in place, yielding the Pass after 0, 1, …, `passes` passes.

    data: tensors.Data. seed: the replicate, whose stream `batches` gives each update's images, with replacement.
    batch_size, passes: the rest of the config's section `training`.
    A non-finite loss ends the training: that pass and the remaining ones are yielded as diverged.
    """
    stream = generator(seed, "batches")
    count = len(data.train_labels)
    diverged = False
    for number in range(passes + 1):
        if number and not diverged:
            batches = torch.randint(count, (updates_per_pass(count, batch_size), batch_size), generator=stream)
            diverged = not math.isfinite(_one_pass(net, data.train_images, data.train_labels, batches, learning_rate))
        measures = dict.fromkeys(MEASURES)
        if not diverged:
            train, test = (data.train_images, data.train_labels), (data.test_images, data.test_labels)
            found = (*evaluate(net, *train), *evaluate(net, *test))
            diverged = not (math.isfinite(found[0]) and math.isfinite(found[2]))
            measures = measures if diverged else dict(zip(MEASURES, found, strict=True))
        state = None if diverged else {name: value.cpu().clone() for name, value in net.state_dict().items()}
        yield Pass(number, {"diverged": int(diverged), **measures}, state)


def _one_pass(net, images, labels, batches, learning_rate):
    """Update `net` once for each row of `batches`, and return the sum of the losses: finite only if each was."""
    net.train()
    weights = list(net.parameters())
    total = torch.zeros((), device=images.device)
    for batch in batches.to(images.device):
        loss = cross_entropy(forward(net, images[batch]), labels[batch])
        gradient = torch.autograd.grad(loss, weights)
        with torch.no_grad():  # by hand: torch.optim loads torch's compiler, a second and more a job, for this one line
            for weight, slope in zip(weights, gradient, strict=True):
                weight += update(slope, learning_rate)
        total += loss.detach()
    return total.item()


@torch.no_grad()
def evaluate(net, images, labels):
    """Return the mean cross-entropy in nats and the accuracy of `net` on `images` in eval mode, by one forward pass."""
    net.eval()
    loss, correct = 0.0, 0
    for part, target in zip(images.split(CHUNK), labels.split(CHUNK), strict=True):
        scores = forward(net, part)
        loss += losses.cross_entropy(scores, target).item()
        correct += (scores.argmax(1) == target).sum().item()
    return loss / len(labels), correct / len(labels)
