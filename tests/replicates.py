"""Replicates of real images, trained within a test: what the jobs of an experiment do, without Snakemake."""

import copy

import torch
from normscape.data import datasets, raw
from normscape.data.subsample import normalise, pixel_statistics, subsample
from normscape.data.tensors import Data
from normscape.models import convnet
from normscape.training import sgd


def data(folder, fraction, seed, test_images=50):
    """Return the Data of a replicate: what `prepare` makes of the raw files in `folder`, with few test images."""
    images = raw.read(datasets.named("FashionMNIST"), folder)
    count = len(images.train_images)
    indices = subsample(count, round(fraction * count), seed)
    chosen = images.train_images[indices]
    statistics = pixel_statistics(chosen)
    test = images.test_images[:test_images], images.test_labels[:test_images]
    return Data(normalise(chosen, *statistics), images.train_labels[indices], normalise(test[0], *statistics), test[1])


def trained(entry, replicate, seed, learning_rate, batch_size, passes, early_updates=()):
    """Yield (net, Checkpoint) at each checkpoint of its training, from 0."""
    net = convnet.build(entry, tuple(replicate.train_images.shape[1:]), 10, seed)
    training = {"batch_size": batch_size, "passes": passes, "early_updates": early_updates, "evaluate_every": 1}
    for after in sgd.train(net, replicate, seed, learning_rate, **training):
        yield net, after


def one_graph(net, replicate, weights=None):
    """Return the loss of `net` over all training images in float64, as one graph, and its parameters.

    Torch's own layers in train mode, on all images at once: nothing of ours.
    """
    twin = copy.deepcopy(net).double().train()
    parameters = list(twin.parameters())
    if weights is not None:
        torch.nn.utils.vector_to_parameters(weights, parameters)
    logits = twin(replicate.train_images.double())
    return torch.nn.functional.cross_entropy(logits, replicate.train_labels), parameters


def flat(tensors):
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def gradient(net, replicate, weights=None):
    """Return the gradient of `one_graph`, flat."""
    return flat(torch.autograd.grad(*one_graph(net, replicate, weights)))


def hessian_product(net, replicate, vector):
    """Return the Hessian of `one_graph` times `vector`, by double backward."""
    loss, parameters = one_graph(net, replicate)
    slopes = torch.cat([g.flatten() for g in torch.autograd.grad(loss, parameters, create_graph=True)])
    return flat(torch.autograd.grad(slopes @ vector, parameters))
