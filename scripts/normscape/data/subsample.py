"""The training images that a replicate draws for itself, and their normalisation."""

import torch

from ..streams import generator


def subsample(total, size, seed):
    """Return the indices, shape (size,), of `size` of `total` images, drawn without replacement by replicate `seed`."""
    return torch.randperm(total, generator=generator(seed, "subsample"))[:size]


def pixel_statistics(images):
    """Return mean, standard deviation (ddof = 1) and whether it is constant, of each pixel over `images`.

    images: uint8, shape (n, …), n ≥ 2. Returns float32, float32 and bool tensors of one image's shape.
    Sums of pixels and of their squares are whole numbers below 2⁵³, so "constant" is exact.
    """
    n = len(images)
    total = torch.zeros(images.shape[1:], dtype=torch.int64)
    squares = torch.zeros_like(total)
    for part in images.split(1000):  # int64 copies of a few images at a time
        part = part.to(torch.int64)
        total += part.sum(0)
        squares += part.square().sum(0)
    scatter = n * squares - total.square()  # n(n − 1) times the variance
    std = (scatter.double() / (n * (n - 1))).sqrt()
    return (total.double() / n).float(), std.float(), scatter == 0


def normalise(images, mean, std, constant):
    """Return (images − mean) / (std + 10⁻⁶) as float32, and 0 in every pixel that is `constant`.

    The notebook's formula, but for constant pixels: dividing those by 10⁻⁶ puts a test image in which they are not
    constant millions of standard deviations away.
    """
    normalised = images.to(torch.float32, copy=True).sub_(mean).div_(std + 1e-6)  # in place: 60,000 images take 0.2 GB
    normalised[:, constant] = 0
    return normalised
