"""Building a network from its entry in the config.

A network is a plain `nn.Sequential` with named layers, so that it can be cut at its BatchNorm layers and each layer's
weights can be drawn from a stream named after it: two networks of a replicate start from the same weights wherever
they have a layer of the same name and shape.
"""

import math
from collections import OrderedDict
from itertools import groupby

import torch
from torch import nn

from . import architectures
from .streams import generator

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
    layers["linear"] = nn.Linear(layer_shapes(nn.Sequential(layers), image_shape)[-1][1][0], classes)
    net = nn.Sequential(layers).to(memory_format=torch.channels_last)
    for name, layer in net.named_children():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            _initialise(layer, generator(seed, f"weights/{name}"))
    return net


def forward(layers, x):
    """Return what `layers`, one after another, make of the images `x`; where it can, in oneDNN's blocked layout.

    layers: modules; a network is such a sequence. Function and gradient are those of calling the layers, up to
    rounding. The blocked layout, kept from a convolution to the end of its block, takes 10 to 20 % less time.
    """
    for blocked, run in groupby(layers, _has_blocked_form):
        run = list(run)
        blocked = blocked and _fits_blocked(run, x)
        x = x.to_mkldnn() if blocked else x
        for layer in run:
            x = layer(x)
        x = x.to_dense() if blocked else x
    return x


def _has_blocked_form(layer):
    """Return whether oneDNN computes this layer in its own layout."""
    return (
        isinstance(layer, nn.ReLU)
        or (isinstance(layer, nn.Conv2d) and layer.padding_mode == "zeros")
        or (isinstance(layer, nn.MaxPool2d) and layer.dilation == 1 and not layer.return_indices)
    )


OVERFLOW_NEAR = 1e30  # float32 ends at 3.4e38


def _fits_blocked(layers, x):
    """Return whether `layers`, all of which have a blocked form, gain from it on `x`, and compute the same.

    oneDNN's max-pool and ReLU make numbers of NaN, which would hide a network that diverged. So nothing on the way may
    come near overflow, by a bound on each convolution's output: input × weight × weights a filter.
    """
    if x.device.type != "cpu" or x.dtype != torch.float32 or not torch.backends.mkldnn.is_available():
        return False
    if not isinstance(layers[0], nn.Conv2d):
        return False  # a pool or a ReLU alone isn't worth the change of layout
    largest = _bound(x)
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            bias = 0.0 if layer.bias is None else _bound(layer.bias)
            largest = layer.weight[0].numel() * _bound(layer.weight) * largest + bias
    return largest < OVERFLOW_NEAR  # not so where there is a NaN


def _bound(x):
    """Return a float that no absolute value in `x` exceeds; NaN where there is one.

    It is the 2-norm, at most √(number of values) times too large and five times as fast as the maximum itself.
    """
    return torch.linalg.vector_norm(x.detach()).item()


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


def layer_shapes(net, image_shape):
    """Return [(layer's name, shape of its output for one image)], from an image of zeros sent through `net`.

    The way of the notebook's step 1: sizes are computed, never written down. Leaves the network as it was.
    """
    was_training = net.training
    net.eval()  # so that BatchNorm's running averages stay as they are
    shapes, x = [], torch.zeros(1, *image_shape)
    with torch.no_grad():
        for name, layer in net.named_children():
            x = layer(x)
            shapes.append((name, tuple(x.shape[1:])))
    net.train(was_training)
    return shapes


def parameter_count(net):
    """Return the number of trainable parameters."""
    return sum(parameter.numel() for parameter in net.parameters())


def flat_parameters(net):
    """Return all parameters as one vector, shape (p,), float64, in the order of `net.parameters()`."""
    return torch.cat([parameter.detach().reshape(-1).double() for parameter in net.parameters()])


def has_batchnorm(net):
    """Return whether a layer of `net` couples the images of a batch through their mean and variance."""
    return any(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in net.modules())


def layer_slices(net):
    """Return {layer's name: slice of its parameters in the flattened parameter vector}, for layers with parameters."""
    slices, start = {}, 0
    for name, layer in net.named_children():
        size = parameter_count(layer)
        if size:
            slices[name] = slice(start, start + size)
        start += size
    return slices


@torch.no_grad()
def filter_norms(net):
    """Return {convolution's name: norm of each of its filters, bias included, shape (filters,)}, as float64."""
    return {
        name: torch.cat([layer.weight.flatten(1), layer.bias[:, None]], 1).double().norm(dim=1)
        for name, layer in net.named_children()
        if isinstance(layer, nn.Conv2d)
    }


def filter_scales(net):
    """Return, for each parameter, the norm of the convolution filter that it belongs to, or 1: shape (p,), float64.

    A rescaling of filters that multiplies a normalisation's input leaves the function as it is, up to ε, and multiplies
    these norms alike. With BatchNorm and InstanceNorm each filter can be rescaled by itself; with GroupNorm and
    LayerNorm, the filters of a group, or all of a convolution, together. Behind the pooling that takes an activation
    that passes scales on, relu or leaky_relu; before the activation, any will do. Without a normalisation the norms are
    a convention.
    """
    norms, parts = filter_norms(net), []
    for name, layer in net.named_children():
        for parameter in layer.parameters():
            scale = torch.ones(parameter.shape, dtype=torch.float64, device=parameter.device)
            if name in norms:
                scale *= norms[name].reshape(-1, *[1] * (parameter.dim() - 1))
            parts.append(scale.flatten())
    return torch.cat(parts)
