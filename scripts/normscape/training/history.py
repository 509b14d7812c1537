"""The table of a training run's losses and accuracies, checkpoint by checkpoint."""

from ..tables import KEY, Column

COLUMNS = (
    *KEY,
    Column("diverged", int, low=0, high=1),  # 1 from the first checkpoint on with a non-finite loss; the rest is empty
    Column("train_loss", float, low=0, optional=True),  # mean cross-entropy in nats, eval mode
    Column("train_accuracy", float, low=0, high=1, optional=True),  # fraction of images
    Column("test_loss", float, low=0, optional=True),
    Column("test_accuracy", float, low=0, high=1, optional=True),
    Column("missing", str, optional=True),  # why these four are empty, though it didn't diverge
)
