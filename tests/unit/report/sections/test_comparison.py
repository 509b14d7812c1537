import pytest
from normscape.report.sections import comparison


@pytest.mark.parametrize(("n", "intervals"), [(1, False), (3, True)])
def test_the_caption_speaks_of_bands_only_where_there_are_any(n, intervals):
    rows = [{"model": "Plain", "pass": number, "metric": "train_loss", "n": n} for number in (0, 1)]
    caption = comparison.caption(rows, ["Plain"], 0.95)
    assert ("Bands: the 95 % t-interval" in caption, "there are no intervals" in caption) == (intervals, not intervals)


def test_the_caption_tells_of_bands_where_there_are_any_and_counts_once():
    def caption(models, counts):
        rows = [{"model": m, "pass": 1, "metric": "train_loss", "n": n} for m, n in zip(models, counts, strict=True)]
        return comparison.caption(rows, models, 0.95)

    assert "(n = 8 for A, n = 7 for B)" in caption("AB", [8, 7]) and "Bands: the 95 %" in caption("AB", [8, 7])
    assert "(n = 8 for each model)" in caption("ABCD", [8] * 4) and "Bands" not in caption("ABCD", [8] * 4)
    assert "n = 7 for D)" in caption("ABCD", [8, 8, 8, 7])


@pytest.mark.parametrize(
    ("n", "told"), [(1, "pass: train loss A 0.5, B 0.5."), (2, "pass: mean train loss A 0.5, B 0.5.")]
)
def test_the_alternative_text_calls_no_single_number_a_mean(n, told):
    rows = [{"model": model, "pass": 1, "metric": "train_loss", "n": n, "mean": 0.5} for model in "AB"]
    assert comparison.alternative_text(rows, "AB").endswith(told)
