import math

import pytest
from normscape.report import words


@pytest.mark.parametrize(
    ("numbers", "signed", "texts"),
    [
        ((0.5521, 0.5012, 0.6077), False, ["0.55", "0.50", "0.61"]),
        ((1.3, 0.11, 21.4), False, ["1.3", "0.1", "21.4"]),
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


def test_ratios_are_told_as_multiples_and_differences_as_points():
    logs = [math.log(ratio) for ratio in (0.55, 0.5, 0.6)]
    assert words.on_readers_scale(logs, ratio=True) == ["0.55", "0.50", "0.60"]
    assert words.on_readers_scale((0.011, 0.004, 0.018), ratio=False) == ["+1.1", "+0.4", "+1.8"]
    assert words.on_readers_scale((logs[0], -math.inf, logs[2]), ratio=True)[1] == ""


def test_names_are_put_as_in_a_sentence():
    assert [words.plain(name) for name in ("full_batch_loss", "eval")] == ["full-batch loss", "eval"]
