"""What comparison and sweep show, each measure in a panel of its own."""

from typing import NamedTuple


class Panel(NamedTuple):
    """One panel: the curve of `analysis.curves` it shows, its title, its y axis."""

    metric: str
    title: str
    unit: str
    log: bool  # else the metric is a fraction, shown in per cent
    first: int = 0  # the pass from which on it is drawn against passes

    @property
    def factor(self):
        """What the metric is multiplied by."""
        return 1 if self.log else 100


PANELS = (
    Panel("train_loss", "Train loss", "cross-entropy (nats), log scale", True),
    Panel("smoothness", "Local smoothness L̂", "loss per squared weight, log scale", True, 1),
    Panel("test_accuracy", "Test accuracy", "per cent of the test images", False),
)


def select(table, model, metric):
    """Return the rows of a model and metric."""
    return table[(table["model"] == model) & (table["metric"] == metric)]
