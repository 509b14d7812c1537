"""What a model's entry in the config must say so that a network can be built from it.

Without torch, so that the Snakefile can refuse an entry before anything runs.
"""

from ..errors import InputError


def check(entry, image_shape, batch_size=None):
    """Raise InputError, one line, where the parts of `entry`, right in themselves, don't go together.

    entry: as the config's schema has it. image_shape: (channels, height, width) of one image. batch_size: images an
    update; None where BatchNorm needn't be able to train.
    `placement` and `affine` belong to a normalisation and `groups` to `group`: required there, refused elsewhere. Each
    max-pool halves the image, which must not vanish; and each mean and variance must be of two values at least, for a
    single value minus its mean is 0.
    """
    kind = entry["normalisation"]
    for key, belongs, owner in (
        ("placement", kind != "none", "a normalisation"),
        ("affine", kind != "none", "a normalisation"),
        ("groups", kind == "group", "normalisation 'group'"),
    ):
        if belongs and key not in entry:
            raise InputError(f"the key {key!r} is missing, which normalisation {kind!r} needs")
        if key in entry and not belongs:
            raise InputError(f"{key!r} goes with {owner} only, not with normalisation {kind!r}; leave it out")

    size, depth = f"{image_shape[1]} × {image_shape[2]}", len(entry["channels"])
    if min(image_shape[1:]) < 2**depth:
        raise InputError(
            f"channels: {depth} convolutions with a max-pool each need images of at least {2**depth} pixels a side, "
            f"not {size}; shorten the list"
        )
    for i, filters in enumerate(entry["channels"], start=1):
        if kind == "group" and filters % entry["groups"]:
            raise InputError(f"groups: {entry['groups']} don't divide the {filters} filters of convolution {i}")
        if kind != "none" and values_per_statistic(entry, image_shape, i, batch_size) == 1:
            raise InputError(
                f"normalisation {kind!r} would take its statistics of a single value at convolution {i}, where images "
                f"of {size} pixels have shrunk to one pixel; shorten `channels`, or choose another"
            )


def values_per_statistic(entry, image_shape, i, batch_size=None):
    """Return the number of values behind each mean and variance at convolution i (1, 2, …).

    None for BatchNorm where `batch_size` is.
    """
    pools = i if entry["placement"] == "after_pool" else i - 1
    pixels = (image_shape[1] // 2**pools) * (image_shape[2] // 2**pools)
    filters = entry["channels"][i - 1]
    match entry["normalisation"]:
        case "batch":
            return batch_size and batch_size * pixels
        case "layer":
            return filters * pixels
        case "group":
            return filters // entry["groups"] * pixels
        case "instance":
            return pixels
