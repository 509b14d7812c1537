"""The exact loss and gradient over all images, in each mode of BatchNorm, in bounded memory.

In train mode BatchNorm couples every image with every other through the mean and the variance of its input, so summing
the gradients of chunks silently computes something else ("ghost" batch norm). Here the sum over all N images is
streamed in chunks and exact all the same:

The network is cut into stages, a new one at each BatchNorm layer. Let z be a BatchNorm's input, M the number of values
that it averages in each channel (images × pixels), μ and v their mean and biased variance, σ = √(v + ε), and

    x̂ = (z − μ)/σ,    y = γ x̂ + β.

Forward, stage by stage: all chunks go through one stage before any enters the next, so that μ and v of what comes out
are known in time. Each chunk's z is kept: it is the next stage's input.

Backward, stage by stage from the last: a chunk is sent through its stage once more, now as a graph. With g = ∂f/∂y,

    ∂f/∂γ = Σ g x̂,    ∂f/∂β = Σ g,    (sums over all M values of a channel)

and z acts on f along three ways: directly, and through μ and v. In the graph μ and v are constants, so it yields
the first alone,

    h = (γ/σ) g,

which takes the place of the kept z. When all chunks have passed, the sums are complete, and the two other ways follow
(∂f/∂μ = −Σ h, ∂f/∂v = −Σ h x̂ / 2σ; ∂μ/∂z = 1/M, ∂v/∂z = 2(z − μ)/M = 2σ x̂/M):

    ∂f/∂z = h − (γ/σ)/M · (∂f/∂β + x̂ ∂f/∂γ).

The stage before recomputes z anyway when its turn comes, so this is formed there, chunk by chunk.

Costs beside a plain gradient: one more forward, and the kept inputs. Measured with the notebook's network on one core:
1.2 to 1.7 times the plain gradient's time an image, the same at 6000 images as at 60,000; 18.8 KB an image, so that
the process peaks at 0.5 to 0.65 and 1.7 to 1.8 GB. Each h must be kept in any case. Not keeping the first BatchNorm's z
would still take 1.4 GB, and about 13 % longer (reckoned from 17 µs a forward through that stage, twice more, of 270 µs
an image). BatchNorm before the activation gets maps of four times as many pixels: 75.3 KB an image, and about
twice the time.

Layer, group and instance norms take their statistics from each image by itself, so that their loss is a plain sum over
images: such a network is one stage, and the same in every mode.
"""

import copy
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.utils import vector_to_parameters

from ..losses import cross_entropy
from .refusals import check_layers, check_numbers, check_structure
from .stages import activation_meters, cut, uncut

MODES = ("full_batch", "minibatch", "eval")


class Evaluation(NamedTuple):
    """What `evaluate` returns.

    loss: the mean cross-entropy, in nats.
    gradient: its gradient, flat, shape (p,), float64, on the images' device, in the order of `net.parameters()`.
    activation_sd: {layer: standard deviation of what its block hands on}, or None where it wasn't asked for.
    """

    loss: float
    gradient: torch.Tensor
    activation_sd: dict | None


def evaluate(net, images, labels, mode, *, weights=None, indices=None, chunk=250, activations=False):
    """Return the loss of `net` over all images, and its gradient, as an `Evaluation`. Leaves `net` as it was.

    net: an `nn.Sequential` of any layers, BatchNorm among them wherever and however often (but not nested in another).
        Layers other than BatchNorm treat each image by itself, don't write into their input, and act as in eval mode,
        so nothing is drawn at random.
    images: shape (N, ...), floating. Their dtype and device are those of the computation, whatever the net's.
        On CUDA, float32 convolutions are TF32 (three digits) unless `torch.backends.cudnn.allow_tf32` is False.
    labels: shape (N,), class numbers, int64: columns of the net's output, which is of shape (N, classes).
    mode: which statistics BatchNorm uses:
        `full_batch`: mean and biased variance of all N images at once, differentiated through: train mode, one batch
        `minibatch`: the same of only the images at `indices`; loss and gradient are of these images too
        `eval`: the running averages, held constant
    weights: flat, shape (p,), in the order of `net.parameters()`: where to evaluate; None: at the net's own.
    indices: int64, shape (B,), may repeat; for mode `minibatch` alone.
    chunk: how many images go through the network at a time: bounds the memory, and changes results by rounding only.
    activations: whether to measure, for each layer with a weight matrix, the SD (over all images and units, biased) of
        what its block hands on: the output of the last layer before the next such layer; at the end, the logits.
    Raises ValueError for arguments that contradict this; an empty set; statistics that don't exist, of a single value
    a channel (as torch does), or running averages that a layer doesn't keep; and what can't be followed: hooks, a
    `forward` of its own in the net or a BatchNorm, a layer that couples images or writes into its input (`refusals`).
    Source: the module's docstring.
    """
    _check(net, images, labels, mode, weights, indices, chunk)
    if mode == "minibatch":
        images, labels = images[indices], labels[indices]
    twin, parameters = _twin(net, images, weights)
    check_numbers("labels", labels, check_layers(twin, images, mode))
    stages = cut(twin) if mode != "eval" else uncut(twin)
    meters = activation_meters(twin) if activations else {}
    stages[0].inputs = images.split(chunk)
    _forward(stages, len(images))
    loss, gradients = _backward(stages, labels.to(images.device).split(chunk), meters)
    return Evaluation(
        loss=loss / len(images),
        gradient=torch.cat([gradients[p].flatten() for p in parameters]) / len(images),
        activation_sd={layer: moments.sd() for layer, moments in meters.values()} if activations else None,
    )


def _check(net, images, labels, mode, weights, indices, chunk):
    """Raise ValueError where `evaluate` can't do what its arguments ask."""
    if mode not in MODES:
        raise ValueError(f"mode {mode!r} is unknown; it is one of {', '.join(MODES)}")
    if (mode == "minibatch") != (indices is not None):
        raise ValueError(f"mode {mode!r} with indices={indices}: mode 'minibatch' takes indices, the others none")
    if not isinstance(net, nn.Sequential) or not images.is_floating_point():
        raise ValueError(
            f"an nn.Sequential and floating images are needed, not {type(net).__name__} and {images.dtype}"
        )
    if chunk < 1:
        raise ValueError(f"chunk is {chunk}; it must be at least 1")
    check_numbers("labels", labels)
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} images with {len(labels)} labels")
    if indices is not None:
        check_numbers("indices", indices, len(images))
    if not len(images if indices is None else indices):
        raise ValueError("no images: a mean over none has no meaning")
    check_structure(net, mode)
    size = sum(p.numel() for p in net.parameters())
    if not size:
        raise ValueError("the net has no parameters, so its loss has no gradient")
    if weights is not None and weights.shape != (size,):
        raise ValueError(f"weights have the shape {tuple(weights.shape)}; this net's have ({size},)")


def _twin(net, images, weights):
    """Return a copy of `net` to work on, so that nothing of the net itself can change, and the copy's parameters."""
    twin = copy.deepcopy(net).to(images.device, images.dtype).eval().requires_grad_(True)
    parameters = list(twin.parameters())
    if weights is not None:
        vector_to_parameters(weights.to(images, copy=True), parameters)
    for p in parameters:
        if p.dim() == 4:  # channels-last: twice as fast as the default; spreads from the weights to all outputs
            p.data = p.data.to(memory_format=torch.channels_last)
    for layer in twin.modules():
        if hasattr(layer, "inplace"):
            layer.inplace = False  # the inputs of stages are needed again
    return twin, parameters


@torch.no_grad()
def _forward(stages, images):
    """For so many images, give every stage its inputs and, where it begins with a BatchNorm layer, their moments."""
    if stages[0].norm is not None:
        for x in stages[0].inputs:
            stages[0].moments.add(x)
    for stage, following in pairwise(stages):
        for i, x in enumerate(stage.inputs):
            y = stage(x)
            if i == 0:
                following.inputs = _buffer(y, images).split(len(y))
            following.inputs[i].copy_(y)
            following.moments.add(y)  # while it is in the cache


def _buffer(y, images):
    """Return an uninitialised tensor for so many images like those in `y`.

    One piece: with a small tensor for each chunk the heap fragments (60,000 images: 1.9 instead of 1.6 GB).
    """
    plain = y.dim() != 4 or y.is_contiguous()
    layout = torch.contiguous_format if plain else torch.channels_last
    return torch.empty((images, *y.shape[1:]), dtype=y.dtype, device=y.device, memory_format=layout)


@torch.enable_grad()
def _backward(stages, labels, meters):
    """Return the sum of the losses, and {parameter: gradient of this sum} in float64. Uses up the stages' inputs.

    labels: a list of chunks.
    """
    loss, gradients = 0.0, {}
    for stage, following in reversed(list(zip(stages, [*stages[1:], None], strict=True))):
        parameters, inner = stage.parameters(), stage is not stages[0]
        if not parameters and not inner:
            break  # nothing before the first BatchNorm has parameters
        sums = [0.0] * (len(parameters) + 2 * inner)
        for i, x in enumerate(stage.inputs):
            x = x.detach().requires_grad_(inner)
            y = stage(x, meters)
            if following is None:
                y, g = cross_entropy(y, labels[i]), None
                loss += y.detach()
            else:
                g = following.input_gradient(i, y)
            wanted = [*parameters, *stage.affine, x] if inner else parameters
            parts = torch.autograd.grad(y, wanted, g, materialize_grads=True)
            sums = [total + part.double() for total, part in zip(sums, parts, strict=False)]
            if inner:
                stage.inputs[i].copy_(parts[-1])
        if following is not None:
            following.inputs = ()  # frees them
        if inner:
            stage.correct(*sums[-2:])
        for p, total in zip(parameters, sums, strict=False):
            gradients[p] = gradients.get(p, 0) + total
    return float(loss), gradients
