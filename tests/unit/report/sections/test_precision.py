"""How far float32 was from float64, in the commentary."""

import math

import pandas
import pytest
from normscape.report.sections import precision
from sentences import DESIGN, text


def told(*values, **columns):
    """The commentary's line of runs of the seeds 0, 1, …, each with its float32_error."""
    rows = pandas.DataFrame({"value": values, "seed": range(len(values))})
    blank = {"metric": "float32_error", "model": "Normed", "learning_rate": 0.04, "missing": ""}
    lines = [
        line
        for line in text(float32=precision.float32(rows.assign(**blank | columns), DESIGN)).splitlines()
        if line.startswith("- On a sample")
    ]
    return " ".join(lines)


START = "- On a sample of images, at the detailed passes, L̂ was taken in float32 and in float64."
WHERE = (
    " Where rounding could have changed a number by more than 1 %, it was taken in float64: `precision` in the runs'"
)


def test_the_largest_difference_is_told_with_its_run():
    assert told(1e-6, 2.1e-6, 3e-7) == f"{START} At most they differed by 2.1 · 10⁻⁶ of the latter (Normed, seed 1)."
    assert "(Normed, rate 0.4, seed 1)." in told(1e-6, 2.1e-6, learning_rate=0.4)


@pytest.mark.parametrize("value", [0.02, 1.0, 4e30])
def test_a_difference_that_is_too_large_says_what_was_done_about_it(value):
    assert WHERE in told(1e-6, value)
    assert WHERE not in told(1e-6, 0.009)
    assert "At most they differed by 140 % of the latter" in told(1e-6, 1.4)
    assert "At most they differed by 4.0 · 10³⁰ of the latter" in told(4e30)


def test_a_number_that_float32_did_not_give_is_the_largest_difference():
    for value in (math.inf, math.nan):
        found = told(1e-6, value)
        assert found.startswith(f"{START} Float32 gave no number (Normed, seed 1).") and WHERE in found


def test_no_difference_is_told_as_none():
    assert told(0.0, 0.0) == f"{START} They were the same."


def test_without_a_sample_there_is_no_sentence():
    assert told() == told(1e-6, metric="smoothness") == told(math.nan, missing="the step is zero") == ""
    assert "On a sample" not in text()
