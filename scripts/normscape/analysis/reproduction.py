"""The notebook's printed numbers among the replicates."""

import numpy as np
import pandas

from ..tables import Column
from . import states
from .statistics import ROUNDING

PRINTED = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "notebook_estimator")

NOTEBOOK_COLUMNS = (  # what the notebook printed after each pass of its one run
    Column("model", str),
    Column("pass", int, low=1),
    *(Column(name, float, low=0) for name in PRINTED),
)
COLUMNS = (
    Column("model", str),
    Column("pass", int, low=1),
    Column("metric", str),
    Column("notebook", float),  # the printed number
    Column("n", int, low=0),  # replicates that have the number; with one that doesn't, the next three are empty
    Column("mean", float, optional=True),
    Column("sd", float, low=0, optional=True),  # of the replicates, ddof = 1
    Column("distance", float, optional=True),  # (notebook − mean) / sd
    Column("rank", int, low=0),  # number of replicates below the notebook's number
)


SETTINGS = {"dataset": "FashionMNIST", "fraction": 0.1, "learning_rate": 0.04, "batch_size": 32}
_PLAIN = {"channels": [16, 32], "kernel_size": 5, "activation": "relu", "normalisation": "none"}
MODELS = {  # their entries in the config
    "ConvNet": _PLAIN,
    "BatchNormConvNet": {**_PLAIN, "normalisation": "batch", "placement": "after_pool", "affine": True},
}


def unlike(settings, entries):
    """Return the names of the settings and models that are not the notebook's.

    settings: has the keys of SETTINGS. entries: {model's name: its entry in the config}; models that the notebook
    doesn't have, and so printed no numbers of, don't count.
    """
    differing = [name.replace("_", " ") for name, value in SETTINGS.items() if settings[name] != value]
    return differing + [name for name, entry in MODELS.items() if name in entries and entries[name] != entry]


def reproduce(replicates, notebook, learning_rate):
    """Hold each printed number against the replicates: a DataFrame with the columns of COLUMNS.

    replicates: DataFrame with model, learning_rate, seed, pass, metric, value. notebook: table of NOTEBOOK_COLUMNS.
    Rows are made for the models and passes that both have. One replicate has no SD, so no distance either; nor have
    several that are the same but for rounding.
    """
    printed = notebook.melt(id_vars=["model", "pass"], var_name="metric", value_name="notebook", ignore_index=False)
    printed = printed.sort_index(kind="stable")
    own = states.select(replicates[replicates["learning_rate"] == learning_rate], states.PASSES)
    both = printed.merge(own, on=["model", "pass", "metric"])
    both["there"] = np.isfinite(both["value"])
    both["below"] = both["value"] < both["notebook"]
    rows = both.groupby(["model", "pass", "metric", "notebook"], sort=False)
    table = rows.agg(
        n=("there", "sum"), all=("there", "all"), mean=("value", "mean"), sd=("value", "std"), rank=("below", "sum")
    ).reset_index()
    table[["mean", "sd"]] = table[["mean", "sd"]].where(table["all"])
    distance = (table["notebook"] - table["mean"]) / table["sd"]
    table["distance"] = distance.where(table["sd"] > ROUNDING * table["mean"].abs())
    return pandas.DataFrame(table[[column.name for column in COLUMNS]])
