"""The update rule, for training and for the probes, whose steps are those that training would take."""


def update(gradient, learning_rate):
    """Return the step u = −η g that plain SGD takes, a tensor like `gradient`."""
    return -learning_rate * gradient


def updates_per_pass(images, batch_size):
    """Return the number of SGD updates that the notebook calls a pass: images / batch size, rounded."""
    return round(images / batch_size)


def stops(updates, passes, early_updates):
    """Return where training keeps a checkpoint, as [(update, number of the pass that ends there, else None)], rising.

    updates: a pass has. early_updates: of the first pass; those that it doesn't have are dropped.
    """
    early = [(each, None) for each in sorted(early_updates) if each < updates]
    return [(0, 0), *early, *((number * updates, number) for number in range(1, passes + 1))]
