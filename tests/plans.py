"""The jobs that a dry run of the small experiment should tell of."""

RATE = "0.04"
MODELS = ("ConvNet", "BatchNormConvNet")


def jobs(*rules, models=MODELS, seeds=(0, 1), rate=RATE):
    """The jobs of `rules`, for all models and seeds."""
    planned = set()
    for rule in rules:
        if rule in ("train", "probe"):
            planned |= {f"{rule} {model} {rate} {seed}" for model in models for seed in seeds}
        elif rule == "prepare":
            planned |= {f"{rule} {seed}" for seed in seeds}
        else:
            planned.add(rule)
    return planned


AFTER_COMPARE = ("compare", "figures", "commentary")
AGGREGATING = ("aggregate", *AFTER_COMPARE)
AFTER_TRAINING = ("train", "probe", *AGGREGATING)
