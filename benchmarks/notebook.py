"""The notebook's procedure, step by step as it was handed in: what the pipeline's speed and memory are held against.

    python benchmarks/notebook.py --data results/data --seed 1

Kept on purpose, though the pipeline does otherwise: the default memory layout, ReLU before the max-pool, indices from
NumPy's global generator, one forward of the whole set for each loss and another for each accuracy, two whole-set graphs
and a deep copy for the smoothness, 1e-6 as the deviation of a constant pixel, and probes in train mode, which leave
their mark on BatchNorm's running averages. Left out: the pictures. Added: the smoothness by the formula that the
notebook states, beside the estimator that its code computes, and a clock around each part.

Prints a line for each pass, then one line of JSON: the rows, the seconds by part and the peak memory.
"""

import argparse
import copy
import json
import resource
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from normscape.data import datasets, raw
from normscape.errors import InputError
from torch import nn
from torch.nn.functional import cross_entropy

LEARNING_RATE = 0.04
BATCH_SIZE = 32


class ConvNet(nn.Module):
    """Two convolutions with ReLU and max-pool, then a linear layer; with BatchNorm after each max-pool if asked."""

    def __init__(self, batch_norm):
        super().__init__()
        self.block1 = self._block(1, 16, batch_norm)
        self.block2 = self._block(16, 32, batch_norm)
        self.linear = nn.Linear(7 * 7 * 32, 10)

    @staticmethod
    def _block(inputs, outputs, batch_norm):
        layers = [nn.Conv2d(inputs, outputs, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(2)]
        return nn.Sequential(*layers, *([nn.BatchNorm2d(outputs)] if batch_norm else []))

    def forward(self, x):
        x = self.block2(self.block1(x.view(-1, 1, 28, 28)))
        return self.linear(x.view(x.shape[0], -1))


def load(folder, fraction):
    """Return train images and labels (a subsample) and test images and labels, normalised pixel by pixel."""
    read = raw.read(datasets.DATASETS["FashionMNIST"], folder)
    X_train, y_train, X_test, y_test = read.train_images, read.train_labels, read.test_images, read.test_labels
    chosen = np.random.choice(X_train.shape[0], replace=False, size=round(X_train.shape[0] * fraction))
    chosen = torch.from_numpy(chosen).long()
    X_train, y_train = X_train[chosen].float().view(-1, 784), y_train[chosen]
    X_test = X_test.float().view(-1, 784)
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    X_train = (X_train - mean[None, :]) / (std[None, :] + 1e-6)
    X_test = (X_test - mean[None, :]) / (std[None, :] + 1e-6)
    return X_train, y_train, X_test, y_test


def objective(net, X, y):
    """Return the mean cross-entropy over X, in whatever mode the network is in."""
    return cross_entropy(input=net(X), target=y, reduction="mean")


def gradients(net, X, y):
    """Return the objective's gradient over all of X in one graph, a tensor for each parameter, and the objective."""
    value = objective(net, X, y)
    return torch.autograd.grad(outputs=value, inputs=tuple(net.parameters())), value


@torch.no_grad()
def accuracy(net, X, y):
    """Return the share of X classified rightly, by a forward of its own in eval mode."""
    was_training = net.training
    net.eval()
    predictions = torch.argmax(net(X), axis=1)
    net.train(was_training)
    return (predictions == y).sum() * 1.0 / y.shape[0]


@torch.no_grad()
def evaluate(net, X_train, y_train, X_test, y_test):
    """Return train loss, train accuracy, test loss, test accuracy in eval mode: four forwards of whole sets."""
    was_training = net.training
    net.eval()
    train_loss, test_loss = objective(net, X_train, y_train), objective(net, X_test, y_test)
    train_accuracy, test_accuracy = accuracy(net, X_train, y_train), accuracy(net, X_test, y_test)
    net.train(was_training)
    return tuple(x.item() for x in (train_loss, train_accuracy, test_loss, test_accuracy))


def train_one_pass(net, X, y):
    """Take round(n / batch size) steps of SGD in place, each on a batch drawn with replacement."""
    average_loss = 0.0
    for _ in range(round(X.shape[0] / BATCH_SIZE)):
        drawn = np.random.choice(X.shape[0], size=(BATCH_SIZE,))
        images = X[drawn]
        net.train()
        step, value = gradients(net, images, y[drawn])
        average_loss = 0.99 * average_loss + 0.01 * value.item()
        with torch.no_grad():
            for w, g in zip(net.parameters(), step, strict=True):
                w -= LEARNING_RATE * g


def smoothness(net, X, y):
    """Return the notebook's estimator and the smoothness by its formula, along one step of SGD in train mode.

    The estimator sums the norms of single tensors and takes the root of that sum; the formula is the ratio of the norms
    of the whole vectors, ‖∇f(w+u) − ∇f(w)‖ / ‖u‖.
    """
    net.train()
    drawn = np.random.choice(X.shape[0], size=(BATCH_SIZE,))
    step, _ = gradients(net, X[drawn], y[drawn])
    displacement = [-LEARNING_RATE * g for g in step]
    here, _ = gradients(net, X, y)
    moved = copy.deepcopy(net)
    with torch.no_grad():
        for w, u in zip(moved.parameters(), displacement, strict=True):
            w += u
    there, _ = gradients(moved, X, y)
    changes = torch.stack([torch.linalg.norm(b - a) for a, b in zip(here, there, strict=True)])
    lengths = torch.stack([torch.linalg.norm(u) for u in displacement])
    estimator = torch.sqrt(changes.sum()) / torch.sqrt(lengths.sum())
    formula = torch.linalg.norm(changes) / torch.linalg.norm(lengths)
    return estimator.item(), formula.item()


@contextmanager
def clock(seconds, part):
    """Add the wall time of the block to seconds[part]."""
    start = time.perf_counter()
    yield
    seconds[part] += time.perf_counter() - start


def peak_memory_mb():
    """Return the most memory that this process has held, in MB of 10⁶ bytes."""
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes on macOS, in KiB on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def run(folder, fraction, passes):
    """Train and probe both networks one after the other; return the rows and the seconds by part."""
    seconds = {"data": 0.0, "training": 0.0, "evaluation": 0.0, "smoothness": 0.0}
    rows = []
    with clock(seconds, "data"):
        X_train, y_train, X_test, y_test = load(folder, fraction)
    nets = {"ConvNet": ConvNet(batch_norm=False), "BatchNormConvNet": ConvNet(batch_norm=True)}
    for name, net in nets.items():
        for i in range(1, passes + 1):
            with clock(seconds, "training"):
                train_one_pass(net, X_train, y_train)
            with clock(seconds, "evaluation"):
                train_loss, train_accuracy, test_loss, test_accuracy = evaluate(net, X_train, y_train, X_test, y_test)
            with clock(seconds, "smoothness"):
                estimator, formula = smoothness(net, X_train, y_train)
            print(
                f"{name:<16} pass {i:>2}: train loss {train_loss:.3f}, train accuracy {train_accuracy:.3f}, "
                f"test loss {test_loss:.3f}, test accuracy {test_accuracy:.3f}, "
                f"notebook's estimator {estimator:.4f}, local smoothness {formula:.4f}",
                flush=True,
            )
            rows.append(
                {
                    "model": name,
                    "pass": i,
                    "train_loss": train_loss,
                    "train_accuracy": train_accuracy,
                    "test_loss": test_loss,
                    "test_accuracy": test_accuracy,
                    "notebook_estimator": estimator,
                    "local_smoothness": formula,
                }
            )
    return rows, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("results/data"), help="holds FashionMNIST/raw/*-ubyte")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--passes", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fraction", type=float, default=0.1, help="share of the 60,000 training images")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    np.random.seed(options.seed)
    torch.manual_seed(options.seed)
    try:
        rows, seconds = run(options.data, options.fraction, options.passes)
    except InputError as error:
        sys.exit(str(error))
    print(json.dumps({"rows": rows, "seconds": seconds, "peak_memory_mb": peak_memory_mb()}))


if __name__ == "__main__":
    main()
