"""The update rule, for training and for the probes, whose steps are those that training would take."""


def update(gradient, learning_rate):
    """Return the step u = −η g that plain SGD takes, a tensor like `gradient`."""
    return -learning_rate * gradient
