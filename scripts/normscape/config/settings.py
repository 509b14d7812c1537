"""What the rules take from a config that is right."""


def settings(config):
    """Return what the results of `config` rest on, to be kept beside them, whatever the order in which it is listed.

    config: checked. Left out is where the data come from. Of several learning rates the first is the base rate; the
    others are in the order of their size.
    """
    given = config["training"]["learning_rate"]
    base, *others = given if isinstance(given, list) else [given]
    return {
        **config,
        "dataset": {key: value for key, value in config["dataset"].items() if key != "sources"},
        "seeds": sorted(config["seeds"]),
        "training": {
            **config["training"],
            "learning_rate": [base, *sorted(others)] if others else base,
            "early_updates": sorted(config["training"]["early_updates"]),
        },
        "smoothness": {
            key: sorted(value) if isinstance(value, list) else value for key, value in config["smoothness"].items()
        },
    }
