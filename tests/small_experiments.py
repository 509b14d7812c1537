"""Experiments of two models and two passes, for holding one against another."""

import copy
import math

import pandas
from normscape.analysis import metrics, verdicts
from normscape.analysis.experiments import Experiment

SETTINGS = {
    "experiment": "left",
    "models": {"Plain": {"channels": [16]}, "Normed": {"channels": [16]}},
    "seeds": [0, 1, 2],
    "training": {"learning_rate": 0.04, "passes": 2, "early_updates": [], "evaluate_every": 1},
    "comparison": {"baseline": "Plain", "treatments": ["Normed"], "confidence": 0.95, "looks": "once"},
    "dataset": {"name": "FashionMNIST", "fraction": 0.1},
    "device": "cpu",
    "figure": {"width": 8, "height": 5, "dpi": 50},
    "smoothness": {"directions": 1, "step_multiples": [1.0], "passes": "all", "detailed_passes": []},
}


def experiment(name="left", plain=(1.0, 1.1, 1.2), normed=(0.5, 0.6, 0.5), accuracy=(0.8, 0.8, 0.8), **changes):
    """An Experiment whose train losses at the last of two passes are `plain` and `normed`, one a seed."""
    settings = copy.deepcopy(SETTINGS) | {"experiment": name} | changes
    measured = []
    for model, losses in (("Plain", plain), ("Normed", normed)):
        for seed, loss, right in zip(settings["seeds"], losses, accuracy, strict=True):
            for number in (1, 2):
                values = {"train_loss": loss * (3 - number), "test_accuracy": right, "diverged": 0}
                measured += [
                    {
                        "model": model,
                        "seed": seed,
                        "pass": number,
                        "update": 10 * number,
                        "metric": metric,
                        "value": value,
                    }
                    for metric, value in values.items()
                ]
    table = pandas.DataFrame(measured).assign(learning_rate=0.04, mode="eval", step_multiple=math.nan)
    table = table.reindex(columns=[column.name for column in metrics.COLUMNS])
    bare = Experiment(name, settings, [], table)
    return bare._replace(claims=verdicts.evaluate(table, bare.design))
