"""The models in words."""

ACTIVATIONS = {  # those that aren't written as in the config
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "mish": "Mish",
}
NORMALISATIONS = {"batch": "BatchNorm", "layer": "LayerNorm", "group": "GroupNorm", "instance": "InstanceNorm"}
PLACEMENTS = {"after_pool": "after the pooling", "before_activation": "before the activation"}


def facts(entries):
    """Return what the template says of the models' entries, {name: entry}: their table, and which are of which kind."""

    def named(key, value):
        return [name for name, entry in entries.items() if entry.get(key) == value]

    return {
        "architectures": [
            {
                "name": name,
                "filters": ", ".join(map(str, entry["channels"])),
                "size": f"{entry['kernel_size']} × {entry['kernel_size']}",
                "activation": ACTIVATIONS.get(entry["activation"], entry["activation"]),
                "normalisation": _normalisation(entry),
            }
            for name, entry in entries.items()
        ],
        "after_pool": named("placement", "after_pool"),
        "before_activation": named("placement", "before_activation"),
        "batch_norm": named("normalisation", "batch"),
        "image_norm": [name for kind in ("layer", "group", "instance") for name in named("normalisation", kind)],
    }


def _normalisation(entry):
    if entry["normalisation"] == "none":
        return "none"
    groups = f" of {entry['groups']} groups" if "groups" in entry else ""
    without = "" if entry["affine"] else ", without scale and shift"
    return f"{NORMALISATIONS[entry['normalisation']]}{groups} {PLACEMENTS[entry['placement']]}{without}"
