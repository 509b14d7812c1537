"""Building a network from its entry in the config.

A network is a plain `nn.Sequential` with named layers, so that it can be cut at its BatchNorm layers and each layer's
weights can be drawn from a stream named after it: two networks of a replicate start from the same weights wherever
they have a layer of the same name and shape.
"""

import math
from collections import OrderedDict

import torch
from torch import nn

from ..streams import generator
from . import architectures
from .layers import shapes

ACTIVATIONS = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}
NOT_MONOTONE = ("gelu", "silu", "mish")


def build(entry, image_shape, classes, seed):
    """Return the network that `entry` describes, freshly initialised, in train mode, channels-last.

    entry: `channels`: filters of each convolution, a list. `kernel_size`: odd. `activation`: of ACTIVATIONS, with
        torch's constants. `normalisation`: none, or see `_normalisation`; then `placement`:
            `after_pool`, as in the notebook: convolution → activation → max-pool → normalisation
            `before_activation`, as in Ioffe & Szegedy 2015: convolution → normalisation → activation → max-pool
        A convolution keeps the image's size; a max-pool halves it.
    image_shape: (channels, height, width) of one image.
    classes: the number of outputs.
    seed: the replicate; its streams `weights/<layer>` give the initial weights of convolutions and the linear layer, by
        torch's default whatever the activation. A normalisation starts with γ = 1 and β = 0.
    Raises InputError where `architectures.check` does.
    """
    architectures.check(entry, image_shape)
    activation = entry["activation"]
    layers, inputs = OrderedDict(), image_shape[0]
    for i, outputs in enumerate(entry["channels"], start=1):
        convolution = nn.Conv2d(inputs, outputs, entry["kernel_size"], padding=entry["kernel_size"] // 2)
        activate = {f"{activation}{i}": ACTIVATIONS[activation]()}
        pool = {f"pool{i}": nn.MaxPool2d(2)}
        # A monotone activation and a max-pool commute: function and gradient are the same, and the activation sees a
        # quarter of the pixels.
        block = activate | pool if activation in NOT_MONOTONE else pool | activate
        if entry["normalisation"] != "none":
            norm = {f"norm{i}": _normalisation(entry, outputs)}
            block = norm | block if entry["placement"] == "before_activation" else block | norm
        layers |= {f"conv{i}": convolution} | block
        inputs = outputs
    layers["flatten"] = nn.Flatten()
    layers["linear"] = nn.Linear(shapes(nn.Sequential(layers), image_shape)[-1][1][0], classes)
    net = nn.Sequential(layers).to(memory_format=torch.channels_last)
    for name, layer in net.named_children():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            _initialise(layer, generator(seed, f"weights/{name}"))
    return net


def _normalisation(entry, filters):
    """Return the normalisation of so many filters' maps that `entry` asks for.

    Mean and variance are taken over the pixels and
        `batch`     the images of the batch, for each filter: BatchNorm (Ioffe & Szegedy 2015)
        `layer`     all filters, for each image: LayerNorm (Ba et al. 2016)
        `group`     the filters of one of `groups` groups, for each image: GroupNorm (Wu & He 2018)
        `instance`  nothing else, for each image and filter: InstanceNorm (Ulyanov et al. 2016)
    LayerNorm is GroupNorm with one group, InstanceNorm with one for each filter (Wu & He 2018, section 3.1). So with
    `affine` every kind has one γ and one β a filter, as theirs; torch's LayerNorm would have one of each a pixel.
    """
    affine = entry["affine"]
    match entry["normalisation"]:
        case "batch":
            return nn.BatchNorm2d(filters, affine=affine)
        case "layer":
            return nn.GroupNorm(1, filters, affine=affine)
        case "group":
            return nn.GroupNorm(entry["groups"], filters, affine=affine)
        case "instance":
            return nn.GroupNorm(filters, filters, affine=affine)


def _initialise(layer, stream):
    """Draw a layer's weights and biases as torch does by default, from a stream of their own."""
    # In the default memory order: the same draws give the same weights in whatever layout the layer keeps them.
    weight = torch.empty(layer.weight.shape)
    nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=stream)
    bound = 1 / math.sqrt(weight[0].numel())
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.uniform_(-bound, bound, generator=stream)
