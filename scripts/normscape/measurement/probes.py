"""The probes of a checkpoint: along which steps, in which modes, the measures are taken."""

from typing import NamedTuple

import torch

from ..models import layers
from ..streams import generator
from ..training.updates import update
from . import full_batch, measures


class Probing(NamedTuple):
    """How a replicate is probed: its seed, what makes a step of its training, and the config's section `smoothness`."""

    seed: int
    learning_rate: float
    batch_size: int
    directions: int
    step_multiples: list[float]
    detailed_passes: list[int]


def measure(net, images, labels, pass_number, probing):
    """Return the rows of columns.PROBES and of columns.LAYERS, less their KEY, of `net` as it stands after that pass.

    net: as `full_batch.evaluate` takes it. images, labels: all training images of the replicate. probing: a Probing.
    The dearer measures, in eval mode and scale-normalised, are taken at the detailed passes alone.
    """
    detailed = pass_number in probing.detailed_passes
    coupled = layers.has_batchnorm(net)  # else the loss is the same in every mode, and is measured once
    modes = ["full_batch", "eval"] if detailed and coupled else ["full_batch"]
    weights = layers.flat_parameters(net)
    sizes = [parameter.numel() for parameter in net.parameters()]
    starts = {mode: full_batch.evaluate(net, images, labels, mode, activations=mode == "full_batch") for mode in modes}
    rows = []
    for direction in range(probing.directions):
        slope = minibatch_gradient(net, images, labels, pass_number, direction, probing)
        step = update(slope, probing.learning_rate)
        for mode, start in starts.items():

            def f(w, mode=mode):
                return full_batch.evaluate(net, images, labels, mode, weights=w)

            found = measures.probe(f, weights, start, step, probing.step_multiples, sizes)
            if detailed and mode == "full_batch":
                row = next(row for row in found if row["step_multiple"] == 1)
                own = measures.ON_ITS_OWN_STEP
                scales = layers.filter_scales(net).to(weights)
                row[own.column.name] = own.value(f, weights, start, slope, scales, probing.learning_rate)
            rows += [{"mode": mode, "direction": direction, **row} for row in found]
    if detailed and not coupled:
        rows += [{**row, "mode": "eval", measures.ON_ITS_OWN_STEP.column.name: None} for row in rows]
    return rows, _layer_rows(net, starts["full_batch"])


def minibatch_gradient(net, images, labels, pass_number, direction, probing):
    """Return the gradient g_B, shape (p,), float64, of the independent minibatch that gives a probe its direction."""
    stream = generator(probing.seed, f"probe/pass-{pass_number}/direction-{direction}")
    indices = torch.randint(len(labels), (probing.batch_size,), generator=stream)
    return full_batch.evaluate(net, images, labels, "minibatch", indices=indices).gradient


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
