"""The probes of a checkpoint: along which steps, in which modes and precision, the measures are taken."""

import math
from functools import cache
from typing import NamedTuple

import torch

from ..models import layers
from ..streams import generator
from ..training.stops import is_probed
from ..training.updates import update
from . import full_batch, measures
from .precision import UNDERFLOW_NEAR, rounding

CHUNK = {"float32": 250, "float64": 50}  # images at a time; in float64 a convolution unfolds all of theirs
SAMPLE = 40  # images on which float32 is compared with float64, which takes 0.8 % of the default run
OWN, ERROR = measures.ON_ITS_OWN_STEP.column.name, measures.FLOAT32_ERROR.name  # not of every row


class Place(NamedTuple):
    """Where on its way a network is probed: after how many updates, and which pass ends there, None within a pass."""

    update: int
    number: int | None

    @property
    def name(self):
        """Its name in the streams: “pass-3”, “update-4”."""
        return f"update-{self.update}" if self.number is None else f"pass-{self.number}"


class Probing(NamedTuple):
    """How a replicate is probed: its seed, what makes a step of its training, and the config's section `smoothness`."""

    seed: int
    learning_rate: float
    batch_size: int
    directions: int
    step_multiples: list[float]
    passes: list[int] | str
    detailed_passes: list[int]

    def takes(self, place):
        """Return whether the network is probed at a Place."""
        return is_probed(place.number, self.passes)


class Loss:
    """The loss of `net` over all `images` in one mode, a function of its weights, in the precision of the images.

    rounding: what it is uncertain by.
    start: the Evaluation at the net's own weights; in full-batch mode with the activations.
    """

    def __init__(self, net, images, labels, mode):
        self.net, self.images, self.labels, self.mode = net, images, labels, mode
        self.precision = str(images.dtype).removeprefix("torch.")
        self.rounding = rounding(self.precision, len(images))
        self.start = self(None, activations=mode == "full_batch")

    def __call__(self, weights, **options):
        """Return the Evaluation at `weights`; None: at the net's own."""
        chunk = CHUNK[self.precision]
        return full_batch.evaluate(
            self.net, self.images, self.labels, self.mode, weights=weights, chunk=chunk, **options
        )

    def probe(self, slope, probing, own):
        """Return what is Found at each multiple of training's step along `slope`; with `own`, scale-normalised, too."""
        weights, sizes = layers.flat_parameters(self.net), [weight.numel() for weight in self.net.parameters()]
        step = update(slope, probing.learning_rate)
        found = measures.probe(
            self, weights, self.start, step, probing.step_multiples, sizes, self.rounding, slope.norm().item()
        )
        if own:
            scales = layers.filter_scales(self.net).to(weights)
            arguments = (self, weights, self.start, slope, scales, probing.learning_rate, self.rounding)
            _of_training(found).add(measures.scale_normalised_probe(*arguments))
        return found


def measure(net, images, labels, place, probing):
    """Return the rows of columns.PROBES and of columns.LAYERS, less their KEY, of `net` as it stands at that Place.

    net: as `full_batch.evaluate` takes it. images, labels: all training images of the replicate. probing: a Probing.
    The dearer measures, in eval mode, scale-normalised, and in both precisions on SAMPLE of the images, are taken at
    the detailed passes alone. What is measured along a direction is so in the images' precision, or all of it in
    float64 where rounding would lose any.
    """
    detailed = place.number in probing.detailed_passes
    coupled = layers.has_batchnorm(net)  # else the loss is the same in every mode, and is measured once
    in_precision = cache(images.to)
    loss = cache(lambda mode, dtype: Loss(net, in_precision(dtype), labels, mode))
    dtypes = dict.fromkeys([images.dtype, torch.float64])
    if loss("full_batch", images.dtype).start.gradient.norm() < UNDERFLOW_NEAR:
        dtypes = [torch.float64]
    found = []  # (mode, direction, precision, Found)
    for direction in range(probing.directions):
        slope = minibatch_gradient(net, images, labels, place, direction, probing)
        for mode in ["full_batch", "eval"] if detailed and coupled else ["full_batch"]:
            losses = (loss(mode, dtype) for dtype in dtypes)
            precision, along = _along(losses, slope, probing, own=detailed and mode == "full_batch")
            found += [(mode, direction, precision, each) for each in along]
        if detailed and not direction:
            error = float32_error(net, images[:SAMPLE], labels[:SAMPLE], update(slope, probing.learning_rate))
            _of_training(each for *_, each in found).values[ERROR] = error
    if detailed and not coupled:
        found += [("eval", *place, each.less((OWN, ERROR))) for _, *place, each in found]
    return [_row(*each) for each in found], _layer_rows(net, loss("full_batch", next(iter(dtypes))).start)


def _along(losses, slope, probing, own):
    """Return (precision, what is Found along a direction) of the first of `losses` in which rounding loses nothing.

    If it loses something in each, of the last.
    """
    for loss in losses:
        found = loss.probe(slope, probing, own)
        if not any(measures.LOST in each.missing.values() for each in found):
            break
    return loss.precision, found


def _of_training(found):
    """Return what was Found on the step that training would take."""
    return next(each for each in found if each.values["step_multiple"] == 1)


def _row(mode, direction, precision, found):
    reasons = {}
    for name, reason in found.missing.items():
        reasons.setdefault(reason, []).append(name)
    missing = "; ".join(f"{' '.join(names)}: {reason}" for reason, names in reasons.items())
    return {
        **{"mode": mode, "direction": direction, "precision": precision},
        **dict.fromkeys((OWN, ERROR)),
        **found.values,
        "missing": missing or None,
    }


def float32_error(net, images, labels, step):
    """Return how far L̂ along `step`, shape (p,), over all `images` in float32 is from L̂ in float64, relative to that.

    None where it can't be said: the step is zero, or too short for float64. Infinite where float32 gives no number.
    """
    end = layers.flat_parameters(net) + step
    single, exact = (
        measures.Step(loss.start, loss(end), step, rounding=loss.rounding)
        for loss in (Loss(net, images.to(dtype), labels, "full_batch") for dtype in (torch.float32, torch.float64))
    )
    found = measures.take([measures.SMOOTHNESS], exact, moved=bool(step.any())).values["smoothness"]
    if found is None:
        return None
    error = abs(measures.SMOOTHNESS.value(single) / found - 1)
    return math.inf if math.isnan(error) else error


def minibatch_gradient(net, images, labels, place, direction, probing):
    """Return the gradient g_B, shape (p,), float64, of the independent minibatch that gives a probe its direction."""
    stream = generator(probing.seed, f"probe/{place.name}/direction-{direction}")
    indices = torch.randint(len(labels), (probing.batch_size,), generator=stream)
    gradient = full_batch.evaluate(net, images, labels, "minibatch", indices=indices).gradient
    if gradient.norm() < UNDERFLOW_NEAR:
        gradient = full_batch.evaluate(net, images[indices].double(), labels[indices], "full_batch").gradient
    return gradient


def _layer_rows(net, start):
    """Return the rows of columns.LAYERS: gradient norm and activation SD of weighted layers, norm of each filter."""
    slices = layers.slices(net)
    rows = [
        (layer, None, "layer_gradient_norm", start.gradient[slices[layer]].norm().item())
        for layer in start.activation_sd
    ]
    rows += [(layer, None, "activation_sd", sd) for layer, sd in start.activation_sd.items()]
    rows += [
        (layer, index, "weight_norm", norm)
        for layer, filters in layers.filter_norms(net).items()
        for index, norm in enumerate(filters.tolist())
    ]
    return [
        {"mode": "full_batch", "layer": layer, "filter": index, "metric": metric, "value": value}
        for layer, index, metric, value in rows
    ]
