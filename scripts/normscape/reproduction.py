"""The notebook's printed numbers among the replicates."""

import pandas

from .tables import Column

MEASURES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "notebook_estimator")

NOTEBOOK = (  # what the notebook printed after each pass of its one run
    Column("model", str),
    Column("pass", int, low=1),
    *(Column(measure, float, low=0) for measure in MEASURES),
)
REPRODUCTION = (
    Column("model", str),
    Column("pass", int, low=1),
    Column("metric", str),
    Column("notebook", float),  # the printed number
    Column("n", int, low=0),  # replicates
    Column("mean", float, optional=True),
    Column("sd", float, low=0, optional=True),  # of the replicates, ddof = 1
    Column("distance", float, optional=True),  # (notebook − mean) / sd
    Column("rank", int, low=0),  # number of replicates below the notebook's number
)


def reproduce(replicates, notebook, learning_rate):
    """Hold each printed number against the replicates: a DataFrame with the columns of REPRODUCTION.

    replicates: DataFrame with model, learning_rate, seed, pass, metric, value. notebook: table of NOTEBOOK. Rows are
    made for the models and passes that both have. One replicate has no SD, so no distance either.
    """
    printed = notebook.melt(id_vars=["model", "pass"], var_name="metric", value_name="notebook", ignore_index=False)
    printed = printed.sort_index(kind="stable")
    own = replicates[(replicates["learning_rate"] == learning_rate) & replicates["value"].notna()]
    both = printed.merge(own, on=["model", "pass", "metric"])
    both["below"] = both["value"] < both["notebook"]
    rows = both.groupby(["model", "pass", "metric", "notebook"], sort=False)
    table = rows.agg(
        n=("value", "size"), mean=("value", "mean"), sd=("value", "std"), rank=("below", "sum")
    ).reset_index()
    distance = (table["notebook"] - table["mean"]) / table["sd"]
    table["distance"] = distance.where(table["sd"] > 0)
    return pandas.DataFrame(table[[column.name for column in REPRODUCTION]])
