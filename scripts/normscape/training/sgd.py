"""Plain minibatch SGD as in the notebook: batches, the update, evaluation."""

import math
from itertools import islice
from typing import NamedTuple

import torch
from torch.nn.functional import cross_entropy

from .. import losses
from ..models.blocked import forward
from ..streams import generator
from .stops import is_evaluated, stops, updates_per_pass
from .updates import update

MEASURES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")  # of `history`
CHUNK = 100  # images a forward pass: their activations stay in a core's cache
# Why measures are empty. The eval loss of a net with BatchNorm was seen to be up to 72 % off the full-batch loss there.
TOO_EARLY = "not evaluated: running averages have seen too few batches"
NOT_ASKED = "not evaluated: training.evaluate_every"


class Checkpoint(NamedTuple):
    """What stands after some updates: the measures of `history`, and weights and buffers (None once diverged)."""

    update: int
    number: int | None  # of the pass that ends there
    measures: dict
    state: dict | None


def train(net, data, seed, learning_rate, *, batch_size, passes, early_updates, evaluate_every):
    """Train `net` in place, yielding the Checkpoint at each of `stops`.

    data: tensors.Data. seed: the replicate, whose stream `batches` gives each update's images, with replacement.
    batch_size, passes, early_updates, evaluate_every: the rest of the config's section `training`.
    A loss or weight that isn't finite ends the training: that checkpoint and the rest are yielded as diverged.
    """
    count = len(data.train_labels)
    updates = updates_per_pass(count, batch_size)
    drawn = _batches(generator(seed, "batches"), count, updates, batch_size)
    done, diverged = 0, False
    for stop, number in stops(updates, passes, early_updates):
        if stop and not diverged:
            batches = torch.stack([*islice(drawn, stop - done)])
            diverged = not _update(net, data.train_images, data.train_labels, batches, learning_rate)
            done = stop
        asked = is_evaluated(number, passes, evaluate_every)
        measures = dict.fromkeys(MEASURES)
        if asked and not diverged:
            measures, diverged = _evaluated(net, data)
        missing = None if asked or diverged else TOO_EARLY if number is None else NOT_ASKED
        state = None if diverged else {name: value.cpu().clone() for name, value in net.state_dict().items()}
        yield Checkpoint(stop, number, {"diverged": int(diverged), **measures, "missing": missing}, state)


def _batches(stream, count, updates, batch_size):
    """Yield the images of each update, shape (batch_size,), drawn for a pass of `updates` at a time."""
    while True:
        yield from torch.randint(count, (updates, batch_size), generator=stream)


def _update(net, images, labels, batches, learning_rate):
    """Update `net` once for each row of `batches`. Return whether each loss was finite, and the weights now are."""
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
    return math.isfinite(total.item()) and all(bool(weight.isfinite().all()) for weight in weights)


def _evaluated(net, data):
    """Return the MEASURES of `net`, and whether a loss isn't finite: then they are empty."""
    found = (*evaluate(net, data.train_images, data.train_labels), *evaluate(net, data.test_images, data.test_labels))
    if not (math.isfinite(found[0]) and math.isfinite(found[2])):
        return dict.fromkeys(MEASURES), True
    return dict(zip(MEASURES, found, strict=True)), False


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
