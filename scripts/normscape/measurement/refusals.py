"""What the exact measurement can't follow: each is refused, in one line that names the layer, before anything is done.

Most of it shows in what a layer does, so it is tried out on a few of the images.
"""

import copy
import random
from contextlib import contextmanager

import numpy
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.modules.module import _has_any_global_hook

from .stages import is_norm

HOOKS = {
    "_forward_pre_hooks": "a forward pre-hook",
    "_forward_hooks": "a forward hook",
    "_backward_pre_hooks": "a backward pre-hook",
    "_backward_hooks": "a backward hook",
}
SAMPLE = 4  # images on which the layers are tried, cut in two
# Types that treat each image by itself if their input has so many dimensions. With these taken on trust, the trial adds
# some 6 % to the time of a minibatch of 32 images with the notebook's networks, and not 20 %.
KNOWN = {nn.ReLU: 1, nn.Flatten: 1, nn.Linear: 2, nn.Conv2d: 4, nn.MaxPool2d: 4}


def check_structure(net, mode):
    """Raise ValueError where `net` isn't what it seems: its parts one after another, each once what its type says.

    net: an `nn.Sequential`. mode: of `full_batch.MODES`.
    A hook acts only where a module is called as torch calls it, and BatchNorm isn't.
    """
    if _has_any_global_hook():
        raise ValueError("torch has a hook on all modules, which may change what they compute; remove it first")
    for name, module in net.named_modules():
        which = f"layer {name!r}" if name else "the net"
        if isinstance(module, LazyModuleMixin) and module.has_uninitialized_params():
            raise ValueError(f"{which} has no weights yet; send images through the net first")
        for attribute, kind in HOOKS.items():
            if getattr(module, attribute):
                raise ValueError(f"{which} has {kind}, which may change what it computes (parametrizations may stay)")
        if "forward" in vars(module):
            raise ValueError(f"{which} got its `forward` after it was built, which a copy of the net wouldn't follow")
    for name, parameter in net.named_parameters():
        if parameter._backward_hooks:
            raise ValueError(f"parameter {name!r} has a hook, which may change its gradient")
    if _has_own_call(net, nn.Sequential):
        raise ValueError(f"the net, a {type(net).__name__}, isn't its layers one after another: it has its own forward")
    for name, layer in net._modules.items():
        if not is_norm(layer):
            if any(map(is_norm, layer.modules())):
                raise ValueError(f"layer {name!r} has a BatchNorm inside, where the net can't be cut")
        elif _has_own_call(layer, _BatchNorm):
            raise ValueError(f"layer {name!r}, a {type(layer).__name__}, is a BatchNorm with its own forward")
        elif mode == "eval" and layer.running_mean is None:
            raise ValueError(f"layer {name!r} keeps no running averages, so mode 'eval' has no meaning for it")


def _has_own_call(module, kind):
    """Return whether calling `module` does something else than calling an object of its base class `kind`."""
    return type(module).forward is not kind.forward or type(module).__call__ is not nn.Module.__call__


@torch.enable_grad()  # as in the backward pass: a layer may ask
def check_layers(net, images, mode):
    """Return the number of logits; raise ValueError for a layer that doesn't treat each image by itself, and its own.

    net: a copy to try out, in eval mode. images: shape (N, ...). mode: of `full_batch.MODES`.
    Each layer but BatchNorm and the KNOWN gets a few images at once and cut in two, which must come to the same; must
    not write into its input, which is needed again; and must hand on a row for each image. One that isn't torch's own
    must not couple the images in train mode either, unless the mode is eval. BatchNorm takes its statistics from the
    whole few: any constants would do.
    A layer that draws at random in train mode only is fine, for it acts as in eval mode.
    """
    x, several = _sample(images), len(images) > 1  # a single image is coupled with none
    for name, layer in net._modules.items():
        if is_norm(layer):
            x = layer.train(mode != "eval")(x).detach()
        elif _is_known(layer, x):
            x = _in_rows(name, layer(x), len(x)).detach()
        else:
            with _streams_kept(x.device):
                x = _try(name, layer, x, several, mode)
    if x.dim() != 2 or x.shape[1] < 2:
        raise ValueError(f"an image gets {tuple(x.shape[1:])} values; a row of two logits or more is needed")
    return x.shape[1]


def _sample(images):
    """Return SAMPLE images from all over the set, each weaker than the one before, so that no two are alike."""
    chosen = images.detach()[[i * len(images) // SAMPLE for i in range(SAMPLE)]]
    return chosen * torch.linspace(1, 1 / SAMPLE, SAMPLE).to(images).view(-1, *[1] * (images.dim() - 1))


def _is_known(layer, x):
    return x.dim() >= KNOWN.get(type(layer), torch.inf) and getattr(layer, "start_dim", 1) > 0


def _try(name, layer, x, several, mode):
    """Return what `layer` makes of `x`, or raise ValueError. several: whether it could couple images."""
    trained = copy.deepcopy(layer).train() if several and mode != "eval" and _is_own(layer) else None
    before, version = x.clone(), x._version
    y = layer(x)
    if x._version != version or not _same(x, before, 0):
        raise ValueError(f"layer {name!r} writes into its input, which is needed again")
    _in_rows(name, y, len(x))
    if several and not _same_by_halves(layer, x, y):
        if _repeats(layer, x, y):
            raise ValueError(f"layer {name!r} couples the images of a batch, and isn't a BatchNorm")
        raise ValueError(f"layer {name!r} gives the same images another output each time, in eval mode too")
    if trained is not None and _couples(trained, before):
        raise ValueError(f"layer {name!r} couples the images of a batch in train mode, and isn't a BatchNorm")
    return y.detach()


def _in_rows(name, y, images):
    """Return a layer's output `y`, or raise ValueError where it hasn't a row for each of so many images."""
    if not _has_rows(y, images):
        found = f"the shape {tuple(y.shape)}" if isinstance(y, torch.Tensor) else f"a {type(y).__name__}"
        raise ValueError(f"layer {name!r} makes {found} of {images} images; a tensor with a row for each is needed")
    return y


def _is_own(layer):
    """Return whether any part of `layer` isn't torch's own."""
    return not all(type(part).__module__.startswith("torch.nn.") for part in layer.modules())


def _couples(layer, x):
    """Return whether `layer` couples the images `x`. False where it draws at random. May write into `x`."""
    y = layer(x)
    return _has_rows(y, len(x)) and not _same_by_halves(layer, x, y) and _repeats(layer, x, y)


def _repeats(layer, x, y):
    """Return whether `layer` makes `y` of `x` once more, and draws nothing at random."""
    before = _streams(x.device)
    return _same(layer(x), y) and _streams(x.device) == before


def _streams(device):
    """Return the states of all global random streams: something to compare."""
    states = [torch.get_rng_state()] + ([torch.cuda.get_rng_state(device)] if device.type == "cuda" else [])
    _, words, *rest = numpy.random.get_state()
    return [state.tolist() for state in states], words.tolist(), rest, random.getstate()


@contextmanager
def _streams_kept(device):
    """Leave all global random streams as they were."""
    states = random.getstate(), numpy.random.get_state()
    try:
        with torch.random.fork_rng([device] if device.type == "cuda" else []):
            yield
    finally:
        random.setstate(states[0])
        numpy.random.set_state(states[1])


def _has_rows(y, images):
    return isinstance(y, torch.Tensor) and y.dim() > 0 and len(y) == images


def _same_by_halves(layer, x, y):
    half = len(x) // 2
    return _same(layer(x[:half]), y[:half]) and _same(layer(x[half:]), y[half:])


@torch.no_grad()
def _same(a, b, tolerance=None):
    """Return whether `a` and `b` are the same, up to a tolerance relative to the largest value in `b`.

    tolerance: by default 1e-3 for float32, TF32's precision, and 4e-8 for float64: the kernels may differ with the
    number of images. What isn't finite tells nothing.
    """
    if a.shape != b.shape:
        return False
    if torch.equal(a, b):
        return True
    if tolerance is None:
        tolerance = 3 * torch.finfo(b.dtype).eps ** 0.5 if b.is_floating_point() else 0
    apart = (a.double() - b.double()).abs()
    finite = apart.isfinite()
    return not finite.any() or bool(apart[finite].max() <= tolerance * b.double()[finite].abs().max())


def check_numbers(name, values, end=None):
    """Raise ValueError unless `values`, a tensor, are int64 of shape (n,) and, if `end` is given, in 0 … end − 1.

    name: what they are called.
    """
    if values.dtype != torch.int64 or values.dim() != 1:
        raise ValueError(
            f"{name} must be int64 of one dimension, not {values.dtype} of the shape {tuple(values.shape)}"
        )
    if end is not None and len(values):
        least, most = (each.item() for each in values.aminmax())
        if least < 0 or most >= end:
            raise ValueError(f"{name} must lie between 0 and {end - 1}; one is {least if least < 0 else most}")
