"""A network seen layer by layer, and its parameters as one vector."""

import torch
from torch import nn


def shapes(net, image_shape):
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


def slices(net):
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
