"""The stages into which a network is cut for the exact gradient; `full_batch` derives what they compute."""

import math

import torch
from torch.nn import functional
from torch.nn.modules.batchnorm import _BatchNorm

from ..models.blocked import forward


class Moments:
    """Count, mean and sum of squared deviations per channel of values that come in chunks."""

    def __init__(self):
        self.count, self.mean, self.squares = 0, 0.0, 0.0

    def add(self, x):
        """Take in a chunk, shape (n, channels, ...). Merges in float64, by the formula of Chan et al. (1983)."""
        x = x.detach()
        others = [axis for axis in range(x.dim()) if axis != 1]
        count, mean = x.numel() // x.shape[1], x.mean(others, dtype=torch.float64)
        deviations = x - mean.to(x.dtype).view(-1, *[1] * (x.dim() - 2))
        squares = deviations.square_().sum(others, dtype=torch.float64)  # five times as fast as torch.var_mean
        total, shift = self.count + count, mean - self.mean
        self.squares = self.squares + squares + shift.square() * (self.count * count / total)
        self.mean = self.mean + shift * (count / total)
        self.count = total

    def variance(self):
        """Return each channel's biased variance."""
        return self.squares / self.count

    def sd(self):
        """Return the biased standard deviation of all values of all channels together."""
        return math.sqrt(self.variance().mean() + self.mean.var(correction=0))


class Stage:
    """A part of the network that begins with a BatchNorm layer whose statistics must be measured, or with the images.

    layers: [(name, layer)].
    norm: the layer whose statistics must be measured; None if there is none.
    moments: of its inputs, if there is a `norm`.
    inputs: what it is fed, z, a tuple of chunks; in the backward pass each is overwritten by its gradient h.
    affine: (γ, β) of the `norm` in the graph of its last chunk: so that what else uses these parameters, or computes
        them, is left out of ∂f/∂γ and ∂f/∂β.
    correction: (constant, slope), per channel, such that ∂f/∂z = h + constant + slope z.
    """

    def __init__(self, norm):
        self.layers, self.norm, self.moments, self.inputs = [], norm, Moments(), ()
        self.affine, self.correction = (), None

    def __call__(self, x, meters=None):
        """Return what the layers make of a chunk. In its graph the statistics are constants."""
        layers = []
        for name, layer in self.layers:
            if layer is self.norm:
                x = self._normalise(x)
            else:
                layers.append(layer)
            if meters and name in meters:
                x, layers = forward(layers, x), []
                meters[name][1].add(x)
        return forward(layers, x)

    def _normalise(self, x):
        if self.moments.count < 2:
            raise ValueError(f"layer {self.layers[0][0]!r}: batch statistics need more than one value per channel")
        mean, variance = self.moments.mean.to(x.dtype), self.moments.variance().to(x.dtype)
        norm = self.norm
        self.affine = _alone(norm.weight, torch.ones_like(mean)), _alone(norm.bias, torch.zeros_like(mean))
        return functional.batch_norm(x, mean, variance, *self.affine, training=False, eps=norm.eps)

    def parameters(self):
        """Return the trainable parameters of its layers."""
        return list(dict.fromkeys(p for _, layer in self.layers for p in layer.parameters()))

    def correct(self, weight_gradient, bias_gradient):
        """Find the correction. weight_gradient, bias_gradient: ∂f/∂γ and ∂f/∂β, all chunks summed."""
        inverse_sd = (self.moments.variance() + self.norm.eps).rsqrt()
        scale = self.affine[0].detach() * inverse_sd / self.moments.count
        slope = -scale * inverse_sd * weight_gradient
        constant = -scale * bias_gradient - slope * self.moments.mean
        shape = (-1,) + (1,) * (self.inputs[0].dim() - 2)
        self.correction = [c.to(self.inputs[0].dtype).view(shape) for c in (constant, slope)]

    def input_gradient(self, i, z):
        """Return ∂f/∂z of chunk i, in the place of its h."""
        constant, slope = self.correction
        return self.inputs[i].addcmul_(slope, z.detach()).add_(constant)


def _alone(parameter, default):
    """Return a tensor that stands for this use of `parameter` alone, or `default` where it is None."""
    return default.requires_grad_() if parameter is None else parameter.view_as(parameter)


def is_norm(layer):
    return isinstance(layer, _BatchNorm)


def cut(net):
    """Return the network as a list of stages, a new one at each BatchNorm layer."""
    stages = [Stage(norm=None)]
    for name, layer in net._modules.items():  # named_children() would leave out a layer's second use
        if is_norm(layer):
            stages.append(Stage(norm=layer))
        stages[-1].layers.append((name, layer))
    return stages if stages[0].layers else stages[1:]


def uncut(net):
    """Return the network as one stage, whose BatchNorm layers hold their running averages constant."""
    stage = Stage(norm=None)
    stage.layers += net._modules.items()
    return [stage]


def activation_meters(net):
    """Return {name of the last layer of a block: (name of its layer with a weight matrix, empty moments)}."""
    meters, block, end = {}, None, None
    for name, layer in [*net._modules.items(), (None, None)]:
        weight = getattr(layer, "weight", None)
        if layer is None or (weight is not None and weight.dim() > 1):
            if block is not None:
                meters[end] = (block, Moments())
            block = name
        end = name
    return meters
