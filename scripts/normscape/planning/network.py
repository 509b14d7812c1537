"""What a network has to compute for one image, from its entry in the config, without building it."""

from math import prod
from typing import NamedTuple

SCALED = ("relu", "leaky_relu")  # activations that cost no more than any other pass over their values
BEFORE_POOL = ("gelu", "silu", "mish")  # not monotone: these see the image before the max-pool, as convnet.build has it


class Network(NamedTuple):
    """Of one image: multiply-adds of convolutions and linear layer; numbers that the layers hand on, and how many of
    them come out of a BatchNorm, of an activation with an exponential. parameters: trainable ones, of all images."""

    multiply_adds: int
    values: int
    batchnorm_values: int
    smooth_values: int
    parameters: int

    def work(self, value, batchnorm_value):
        """Return all of it in multiply-adds, of which a `value` and a `batchnorm_value` cost so many."""
        values = self.values + 4 * self.smooth_values - self.batchnorm_values  # an exponential: five passes, measured
        return self.multiply_adds + value * values + batchnorm_value * self.batchnorm_values


def of(entry, image_shape, classes):
    """Return the Network that `entry` describes.

    entry: as `architectures.check` takes it. image_shape: (channels, height, width). classes: outputs.
    """
    inputs, *size = image_shape
    taps = entry["kernel_size"] ** 2
    products = values = batchnorm = smooth = parameters = 0
    for filters in entry["channels"]:
        whole = filters * prod(size)
        size = [side // 2 for side in size]
        pooled = filters * prod(size)
        activated = whole if entry["activation"] in BEFORE_POOL else pooled
        normed = 0 if entry["normalisation"] == "none" else pooled if entry["placement"] == "after_pool" else whole
        products += whole * inputs * taps
        values += whole + pooled + activated + normed
        batchnorm += normed if entry["normalisation"] == "batch" else 0
        smooth += activated if entry["activation"] not in SCALED else 0
        parameters += (inputs * taps + 1) * filters + (2 * filters if normed and entry["affine"] else 0)
        inputs = filters
    products += pooled * classes
    return Network(products, values + classes, batchnorm, smooth, parameters + (pooled + 1) * classes)
