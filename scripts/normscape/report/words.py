"""Numbers and names in words."""

import math
from typing import NamedTuple


class Bound(NamedTuple):
    """How to tell an estimate that is only a bound: what stands before it, and what is left of its interval."""

    size: str
    interval: str


BOUNDS = {  # by which ends of the interval are open, the lower and the upper
    (False, True): Bound("at least ", "{} or more"),
    (True, False): Bound("at most ", "{} or less"),
    (True, True): Bound("", "unbounded"),
}


def bound(low, high):
    """Return the Bound that an interval with open ends, ±inf, makes of its estimate; None where both are closed."""
    return BOUNDS.get(tuple(end is not None and math.isinf(end) for end in (low, high)))


def on_readers_scale(numbers, ratio):
    """Return estimate, low and high as texts: log ratios as multiples, differences of fractions as percentage points.

    numbers: (estimate, low, high); None, and an open end, ±inf, become "". ratio: whether they are log ratios.
    """
    finite = [None if number is None or math.isinf(number) else number for number in numbers]
    scaled = [None if number is None else math.exp(number) if ratio else 100 * number for number in finite]
    return to_precision(*scaled, signed=not ratio)


def with_unit(size, ratio):
    """Return a number of `on_readers_scale` as it stands in a table."""
    return f"× {size}" if ratio else f"{size} points"


def to_precision(estimate, low, high, signed):
    """Return the three as texts, "" for None, rounded to the precision of the interval.

    That is the first significant digit of its lower arm, and one digit more where that is a 1 or a 2.
    """
    arm = estimate - low if low is not None and estimate > low else abs(estimate) / 10 or 1
    place = math.floor(math.log10(arm))
    decimals = min(max(-place + (arm < 3 * 10**place), 0), 6)
    form = f"{'+' if signed else ''}.{decimals}f"
    return ["" if number is None else format(number, form).replace("-", "−") for number in (estimate, low, high)]


def p_value(p):
    """Return a p-value as it follows the letter p, or "" for None."""
    if p is None:
        return ""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}" if p < 0.1 else f"= {p:.2f}"


def percent(share):
    """Return a share within 0…1 in per cent."""
    return f"{100 * share:g} %"


def plain(name):
    """Return the name of a metric, curve or mode as it stands in a sentence."""
    return name.replace("full_batch", "full-batch").replace("_", " ")


def images(dataset):
    """Return what an image of the Dataset is."""
    channels, height, width = dataset.image_shape
    return f"{height} × {width} {'grey' if channels == 1 else 'colour'} pixels"
