"""The tables of the probes. Without torch, so that whoever only reads them needn't wait for it."""

from ..tables import KEY, Column
from . import measures

PROBES = (
    *KEY,
    Column("mode", str),  # of BatchNorm in f: full_batch or eval
    Column("direction", int, low=0),  # which of the independent minibatches
    Column("step_multiple", float),  # α
    Column("precision", str),  # of the computation: float32 or float64
    *measures.COLUMNS,
    Column("missing", str, optional=True),  # why cells are empty that were asked for: "column column: reason; …"
)
LAYERS = (
    *KEY,
    Column("mode", str),
    Column("layer", str),
    Column("filter", int, low=0, optional=True),
    Column("metric", str),  # layer_gradient_norm, activation_sd, or, for each filter, weight_norm
    Column("value", float, low=0),
)
