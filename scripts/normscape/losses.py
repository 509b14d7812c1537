"""The loss, with all its digits however small it is."""

import torch
from torch.nn import functional

LINEAR = 40  # from here on, softplus is its argument to the last digit of a float64


def cross_entropy(logits, labels):
    """Return the cross-entropy of each image's label, summed over the images: a float64 scalar, in nats.

    logits: shape (n, classes), at least two, floating. labels: shape (n,), class numbers, int64. Differentiable.

    With z the logits and y the label, −log softmax(z)_y = log(1 + Σ exp(z_j − z_y)), j over the other classes. Taken
    so, by log1p, loss and gradient keep their precision; log(softmax) loses what is below 1e-16, in float32 1e-7.
    """
    logits, labels = logits.double(), labels[:, None]
    others = (logits - logits.gather(1, labels)).scatter(1, labels, -torch.inf)
    return functional.softplus(others.logsumexp(1), threshold=LINEAR).sum()
