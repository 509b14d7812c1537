"""Numbers and names in words."""

import math
from decimal import Decimal
from typing import NamedTuple

LIMIT = math.log(10_000)  # multiples beyond 10,000, and below its inverse, are told as a bound
MORE, LESS = ("more than ", "10,000"), ("less than ", "0.0001")
WIDE = math.log(10) / 2  # an interval whose end is so far from the estimate goes over a power of ten
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
FEW = 3  # of many, so many are named
NOT_YET = "not yet"  # an interval that holds at any look, and has no ends before there are enough replicates
DIGITS = 12  # behind the point; numbers that differ by less are the same (`analysis.statistics.ROUNDING`)


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


class Told(NamedTuple):
    """An estimate and its interval as texts."""

    before: str  # of what the number is a bound: “at least ”, “more than ”; or ""
    number: str
    interval: str  # "" for none
    ratio: bool  # whether they are multiples; else percentage points

    @property
    def cell(self):
        """The estimate as it stands in a table."""
        return self.before + (f"× {self.number}" if self.ratio else f"{self.number} points")


def told(estimate, low, high, ratio, bounded=True):
    """Return the Told of an estimate and its interval, whose ends are None where there are none and ±inf where open.

    ratio: whether they are log ratios, told as multiples; else they are differences of fractions, told as points.
    bounded: whether an open end makes the estimate a bound; if not, an interval open at both ends is none yet.
    """
    if not bounded and None not in (low, high) and math.isinf(low) and math.isinf(high):
        return told(estimate, None, None, ratio)._replace(interval=NOT_YET)
    mark = bound(low, high)
    numbers = [None if number is None or math.isinf(number) else number for number in (estimate, low, high)]
    size, low, high = _multiples(numbers, exact=mark is not None) if ratio else _points(numbers)
    if not mark:
        return Told(*size, _interval(low, high), ratio)
    end = low[1] or high[1]
    return Told(mark.size, size[1], mark.interval.format(end) if end or not mark.size else "", ratio)


def _points(numbers):
    """Return differences of fractions as percentage points; an interval is cut at ±100: no difference is larger."""
    cut = [None if number is None else min(max(100 * number, -100.0), 100.0) for number in numbers]
    return [("", text) for text in to_precision(*cut, signed=True)]


def _multiples(logs, exact):
    """Return log ratios, estimate first, as multiples: of what each is a bound, “more than ”, or ""; and the number.

    They are rounded alike, to the precision of their interval, or, where that goes over powers of ten, each by itself
    to two digits. exact: bounds of bounds would say nothing, so a number beyond the limits is told as a power of ten.
    """
    multiples = [None if log is None else math.exp(min(max(log, -700), 700)) for log in logs]
    if max(abs(log - logs[0]) for log in logs if log is not None) < WIDE:
        texts = to_precision(*multiples, signed=False)
    else:
        texts = ["" if multiple is None else two_digits(multiple) for multiple in multiples]
    return [_limited(log, text, exact) for log, text in zip(logs, texts, strict=True)]


def _limited(log, text, exact):
    if log is None or abs(log) < LIMIT + 1e-9:
        return "", text
    return ("", power_of_ten(log)) if exact else MORE if log > 0 else LESS


def _interval(low, high):
    """Return the interval between two of `_multiples` or `_points`, "" for none."""
    if not low[1]:
        return ""
    if low == high in (MORE, LESS):
        return f"wholly {'above' if low == MORE else 'below'} {low[1]}"
    return f"{''.join(low)} to {''.join(high)}"


def to_precision(estimate, low, high, signed):
    """Return the three as texts, "" for None, rounded to the precision of the interval.

    That is the first significant digit of its lower arm, and one digit more where that is a 1 or a 2.
    """
    arm = estimate - low if low is not None and estimate > low else abs(estimate) / 10 or 1
    place = math.floor(math.log10(arm))
    decimals = min(max(-place + (arm < 3 * 10**place), 0), DIGITS)
    form = f"{'+' if signed else ''},.{decimals}f"
    return ["" if number is None else format(number, form).replace("-", "−") for number in (estimate, low, high)]


def two_digits(number):
    """Return a number above 0 with two significant digits."""
    rounded = f"{number:.1e}"
    return f"{float(rounded):,.{max(1 - int(rounded.partition('e')[2]), 0)}f}"


def power_of_ten(log):
    """Return the number whose natural logarithm is given, however large or small: “1.2 · 10⁻⁶”."""
    exponent = math.floor(log / math.log(10))
    mantissa = f"{math.exp(log - exponent * math.log(10)):.1f}"
    if mantissa == "10.0":
        mantissa, exponent = "1.0", exponent + 1
    return f"{mantissa} · 10{str(exponent).translate(SUPERSCRIPTS)}"


def mean(row):
    """Return the mean of a row of curves.csv, a dict, or why there is none."""
    if row["mean"] is None:
        return f"no mean ({row['missing']} of {row['n'] + row['missing']} unusable)"
    return f"{row['mean']:.3g}"


def without_mean(rows, titles, key):
    """Return a sentence, with a space before it, that tells where replicates lack their numbers; "" for nowhere.

    rows: dicts with model, pass (None within a pass, and then update), n, missing and `key`, one of `titles`,
    {key: title}; others are passed over.
    """
    lacking = {}
    for row in rows:
        if row["missing"] and row[key] in titles:
            lacking.setdefault((titles[row[key]], row["model"]), []).append(row)
    told = []
    for (title, model), own in lacking.items():
        worst = max(own, key=lambda row: row["missing"])
        share = f"{'up to ' if len(own) > 1 else ''}{worst['missing']} of {worst['n'] + worst['missing']}"
        told.append(f"{title}, {model}, {_checkpoints(own)} (in {share})")
    if not told:
        return ""
    return f" There is no mean where a replicate's number is missing or has no logarithm: {'; '.join(told)}."


def _checkpoints(rows):
    """Return the checkpoints of `rows` as “updates 1, 2, pass 1”."""
    updates = [row["update"] for row in rows if row["pass"] is None]
    passes = [row["pass"] for row in rows if row["pass"] is not None]
    parts = (("update", "updates", updates), ("pass", "passes", passes))
    return ", ".join(numbered(*part) for part in parts if part[-1])


def p_value(p):
    """Return a p-value as it follows the letter p, or "" for None."""
    if p is None:
        return ""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}" if p < 0.1 else f"= {p:.2f}"


def percent(share):
    """Return a share within 0…1 in per cent, with all its digits and no others."""
    return f"{(100 * Decimal(str(share))).normalize():f} %"


def numbered(one, many, numbers):
    """Return “seed 4”, “seeds 1, 2”, or of many the first few: “seeds 0, 1, 2 and 5 more”."""
    rest = len(numbers) - FEW
    named = ", ".join(map(str, numbers if rest <= 1 else numbers[:FEW]))
    return f"{many if len(numbers) > 1 else one} {named}{f' and {rest} more' if rest > 1 else ''}"


def plain(name):
    """Return the name of a metric, curve or mode as it stands in a sentence."""
    return name.replace("full_batch", "full-batch").replace("_", " ")


def images(dataset):
    """Return what an image of the Dataset is."""
    channels, height, width = dataset.image_shape
    return f"{height} × {width} {'grey' if channels == 1 else 'colour'} pixels"
