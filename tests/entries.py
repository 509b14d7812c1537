"""Models' entries, for the tests that build networks."""

from normscape.analysis.reproduction import MODELS

PLAIN, BATCH = MODELS["ConvNet"], MODELS["BatchNormConvNet"]  # the notebook's
SMALL = {"channels": [4, 6], "kernel_size": 3}

# What may differ from BATCH, one of each.
VARIANTS = {
    "plain": {"normalisation": "none"},
    "plain, gelu": {"normalisation": "none", "activation": "gelu"},
    "batch": {},
    "batch without affine": {"affine": False},
    "batch, gelu": {"activation": "gelu"},
    "batch before relu": {"placement": "before_activation"},
    "batch before silu": {"placement": "before_activation", "activation": "silu"},
    "batch before tanh without affine": {"placement": "before_activation", "activation": "tanh", "affine": False},
    "layer": {"normalisation": "layer"},
    "layer before mish": {"normalisation": "layer", "placement": "before_activation", "activation": "mish"},
    "group": {"normalisation": "group", "groups": 2},
    "group before relu": {"normalisation": "group", "groups": 2, "placement": "before_activation"},
    "instance": {"normalisation": "instance"},
    "instance without affine": {"normalisation": "instance", "affine": False},
}


def variant(name, **changes):
    """Return the entry of a variant, with `changes`."""
    entry = {**BATCH, **VARIANTS[name], **changes}
    if entry["normalisation"] == "none":
        del entry["placement"], entry["affine"]
    return entry
