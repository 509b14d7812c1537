import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from normscape.report import words


@pytest.mark.parametrize(
    ("numbers", "signed", "texts"),
    [
        ((0.5521, 0.5012, 0.6077), False, ["0.55", "0.50", "0.61"]),
        ((1.1234, 0.4, 1.8), True, ["+1.1", "+0.4", "+1.8"]),
        ((-0.35, -0.5, -0.2), True, ["−0.35", "−0.50", "−0.20"]),
        ((123.4, 100.0, 150.0), False, ["123", "100", "150"]),
        ((0.7, None, None), False, ["0.70", "", ""]),
        ((0.0, 0.0, 0.0), True, ["+0.0", "+0.0", "+0.0"]),
    ],
)
def test_numbers_are_rounded_to_their_intervals_precision(numbers, signed, texts):
    assert words.to_precision(*numbers, signed=signed) == texts


@pytest.mark.parametrize(("p", "told"), [(0.0004, "< 0.001"), (0.0123, "= 0.012"), (0.237, "= 0.24"), (None, "")])
def test_p_values_are_rounded(p, told):
    assert words.p_value(p) == told


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.95, "95 %"),
        (0.999, "99.9 %"),
        (0.9999, "99.99 %"),
        (0.9999999, "99.99999 %"),
        (0.07, "7 %"),
        (0.1, "10 %"),
        (1, "100 %"),
        (0.0000334, "0.00334 %"),
    ],
)
def test_a_share_keeps_its_digits_and_gets_no_others(share, told):
    assert words.percent(share) == told


def multiples(*ratios):
    logs = [None if ratio is None else math.log(ratio) for ratio in ratios]
    told = words.told(*logs, ratio=True)
    return told.cell, told.interval


def test_ratios_are_told_as_multiples_and_differences_as_points():
    assert multiples(0.55, 0.5, 0.6) == ("× 0.55", "0.50 to 0.60")
    points = words.told(0.011, 0.004, 0.018, ratio=False)
    assert (points.cell, points.interval) == ("+1.1 points", "+0.4 to +1.8")


@pytest.mark.parametrize(
    ("ratios", "cell", "interval"),
    [
        ((0.5, 0.02, 15.3), "× 0.50", "0.020 to 15"),
        ((1.0, 0.33, 3.1), "× 1.0", "0.3 to 3.1"),  # within a power of ten, rounded alike
        ((1.0, 0.3, 3.5), "× 1.0", "0.30 to 3.5"),
        ((27.4, 5.53, 134.2), "× 27", "5.5 to 130"),
        ((5.0, 1e-30, 1e31), "× 5.0", "less than 0.0001 to more than 10,000"),
        ((0.0002, 0.00008, 0.0005), "× 0.00020", "less than 0.0001 to 0.00050"),
        ((9960.0, 2000.0, 49000.0), "× 10,000", "2,000 to more than 10,000"),
        ((1e4, 1e-4, 1e12), "× 10,000", "0.00010 to more than 10,000"),  # at the bounds, not beyond them
        ((1e-8, 1e-9, 1e-7), "less than × 0.0001", "wholly below 0.0001"),
        ((1e8, 1e-9, 1e25), "more than × 10,000", "less than 0.0001 to more than 10,000"),
        ((1e8, None, None), "more than × 10,000", ""),
    ],
)
def test_a_wide_interval_has_significant_digits_up_to_a_bound(ratios, cell, interval):
    assert multiples(*ratios) == (cell, interval)


LOGS = st.floats(-1e5, 1e5)


@given(LOGS, st.floats(0, 1e5))
def test_no_ratio_is_zero_and_none_has_eighty_digits(log, arm):
    told = words.told(log, log - arm, log + arm, ratio=True)
    text = f"{told.cell} ({told.interval})"
    assert len(text) < 60 and "inf" not in text and "nan" not in text
    numbers = text.replace(",", "").replace("(", " ").replace(")", " ").split()
    assert all(float(word) > 0 for word in numbers if word[0].isdigit())


@given(LOGS, st.sampled_from([-1, 1]), st.none() | st.floats(0, 1e5))
def test_a_bound_is_one_number(log, side, arm):
    end = None if arm is None else log - side * arm
    low, high = (end, math.inf) if side > 0 else (-math.inf, end)
    told = words.told(log, low, high, ratio=True)
    assert told.before == ("at least " if side > 0 else "at most ")
    assert "than" not in told.number + told.interval
    assert told.interval.endswith("" if end is None else " or more" if side > 0 else " or less")
    assert bool(told.interval) == (end is not None)


@pytest.mark.parametrize(
    ("log", "told"),
    [
        (0.0, "1.0 · 10⁰"),
        (math.log(2e-6), "2.0 · 10⁻⁶"),
        (math.log(9.99e5), "1.0 · 10⁶"),
        (1e4, "8.8 · 10⁴³⁴²"),
    ],
)
def test_powers_of_ten(log, told):
    assert words.power_of_ten(log) == told


def test_a_mean_that_is_not_there_says_why():
    assert words.mean({"mean": 0.51234, "n": 6, "missing": 0}) == "0.512"
    assert words.mean({"mean": None, "n": 5, "missing": 1}) == "no mean (1 of 6 unusable)"


def test_what_has_no_mean_is_told_once_for_all_passes():
    def row(model, number, missing, metric="a"):
        return {"model": model, "pass": number, "metric": metric, "n": 6 - missing, "missing": missing}

    rows = [row("A", 1, 0), row("A", 2, 1), row("A", 3, 2), row("B", 3, 1), row("B", 3, 1, "hidden")]
    assert words.without_mean(rows, {"a": "loss"}, "metric") == (
        " There is no mean where a replicate's number is missing or has no logarithm: loss, A, passes 2, 3 (in up to 2 "
        "of 6); loss, B, pass 3 (in 1 of 6)."
    )
    assert words.without_mean(rows[:1], {"a": "loss"}, "metric") == ""


def test_names_are_put_as_in_a_sentence():
    assert [words.plain(name) for name in ("full_batch_loss", "eval")] == ["full-batch loss", "eval"]


def test_a_difference_that_counts_is_never_told_as_none():
    assert words.told(5.4e-11, 4e-11, 6.8e-11, True).number == "1.000000000054"
    assert words.told(-3e-11, None, None, False).number == "−0.0000000030"
    assert words.told(0.0, 0.0, 0.0, True).number == "1.00"
