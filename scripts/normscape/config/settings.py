"""What the rules take from a config that is right."""

from typing import NamedTuple

from ..data.datasets import DATASETS, Dataset


class Settings(NamedTuple):
    """What the rules take from the config, whatever the order in which the config lists it.

    results: the folder of all that the experiment makes. rates: the learning rates in the one spelling that stands in
    paths, the base rate first, the others by size. models: by name. plotted_models: the compared ones, then the others,
    in the order of their colours. design: the fields of `analysis.design.Design`. training: the section without the
    learning rate. probing: the section `smoothness`. kept: what the results rest on, to be kept beside them: not where
    the data come from.
    """

    results: str
    dataset: Dataset
    rates: list[str]
    models: list[str]
    plotted_models: list[str]
    seeds: list[int]
    design: dict
    training: dict
    probing: dict
    kept: dict


def settings(config):
    """Return the Settings of `config`, which has been checked."""
    given = config["training"]["learning_rate"]
    base, *others = given if isinstance(given, list) else [given]
    others.sort()
    models, seeds = sorted(config["models"]), sorted(config["seeds"])
    compared = [config["comparison"]["baseline"], *config["comparison"]["treatments"]]
    smoothness = {
        key: sorted(value) if isinstance(value, list) else value for key, value in config["smoothness"].items()
    }
    return Settings(
        results=f"results/{config['experiment']}",
        dataset=DATASETS[config["dataset"]["name"]],
        rates=[repr(float(rate)) for rate in (base, *others)],
        models=models,
        plotted_models=[*compared, *(model for model in models if model not in compared)],
        seeds=seeds,
        design={**config["comparison"], "learning_rate": float(base), "seeds": seeds},
        training={key: value for key, value in config["training"].items() if key != "learning_rate"},
        probing={**smoothness, "step_multiples": list(map(float, smoothness["step_multiples"]))},
        kept={
            **config,
            "dataset": {key: value for key, value in config["dataset"].items() if key != "sources"},
            "seeds": seeds,
            "training": {**config["training"], "learning_rate": [base, *others] if others else base},
            "smoothness": smoothness,
        },
    )
