"""Where training stops to keep a checkpoint, and what is asked for there."""


def updates_per_pass(images, batch_size):
    """Return the number of SGD updates that the notebook calls a pass: images / batch size, rounded."""
    return round(images / batch_size)


def stops(updates, passes, early_updates):
    """Return where training keeps a checkpoint, as [(update, number of the pass that ends there, else None)], rising.

    updates: a pass has. early_updates: of the first pass; those that it doesn't have are dropped.
    """
    early = [(each, None) for each in sorted(early_updates) if each < updates]
    return [(0, 0), *early, *((number * updates, number) for number in range(1, passes + 1))]


def is_evaluated(number, passes, evaluate_every):
    """Return whether losses and accuracies are evaluated at a stop: after every so many passes, and after the last.

    number: of the pass that ends there, else None. passes, evaluate_every: of the config's section `training`.
    """
    return number is not None and (number % evaluate_every == 0 or number == passes)


def is_probed(number, passes):
    """Return whether there are probes at a stop: at each within a pass, and after the passes asked for.

    number: of the pass that ends there, else None. passes: of the config's section `smoothness`, a list or `all`.
    """
    return number is None or passes == "all" or number in passes
