import pytest
from normscape.report.sections import comparison


@pytest.mark.parametrize(("n", "intervals"), [(1, False), (3, True)])
def test_the_caption_speaks_of_bands_only_where_there_are_any(n, intervals):
    rows = [{"model": "Plain", "pass": number, "metric": "train_loss", "n": n, "missing": 0} for number in (0, 1)]
    caption = comparison.caption(rows, ["Plain"], 0.95)
    assert ("Bands: the 95 % t-interval" in caption, "there are no intervals" in caption) == (intervals, not intervals)


def test_the_caption_tells_of_bands_where_there_are_any_and_counts_once():
    def caption(models, counts):
        row = {"pass": 1, "metric": "train_loss", "missing": 0}
        rows = [{**row, "model": m, "n": n} for m, n in zip(models, counts, strict=True)]
        return comparison.caption(rows, models, 0.95)

    assert "(n = 8 for A, n = 7 for B)" in caption("AB", [8, 7]) and "Bands: the 95 %" in caption("AB", [8, 7])
    assert "(n = 8 for each model)" in caption("ABCD", [8] * 4) and "Bands" not in caption("ABCD", [8] * 4)
    assert "n = 7 for D)" in caption("ABCD", [8, 8, 8, 7])


@pytest.mark.parametrize(
    ("n", "told"), [(1, "pass: train loss A 0.5, B 0.5."), (2, "pass: mean train loss A 0.5, B 0.5.")]
)
def test_the_alternative_text_calls_no_single_number_a_mean(n, told):
    rows = [{"model": model, "pass": 1, "metric": "train_loss", "n": n, "missing": 0, "mean": 0.5} for model in "AB"]
    assert comparison.alternative_text(rows, "AB").endswith(told)


def test_a_mean_that_a_replicate_keeps_from_being_one_is_told_in_caption_and_alternative_text():
    row = {"model": "A", "pass": 2, "metric": "smoothness", "n": 6, "missing": 0, "mean": 0.5}
    rows = [{**row, "model": "B", "n": 5, "missing": 1, "mean": None}, row]
    rows += [{**row, "model": model, "metric": "train_loss"} for model in "AB"]
    assert "mean local smoothness A 0.5, B no mean (1 of 6 unusable)." in comparison.alternative_text(rows, "AB")
    told = (
        " There is no mean where a replicate's number is missing or has no logarithm: local smoothness, B, pass 2 (in 1"
    )
    assert told in comparison.caption(rows, "AB", 0.95) and told not in comparison.caption(rows[1:], "AB", 0.95)


def test_replicates_of_which_all_but_one_lack_their_number_are_not_called_one():
    row = {"model": "A", "pass": 1, "metric": "train_loss", "n": 1, "missing": 5, "mean": None}
    assert "(n = 6 for A)" in comparison.caption([row], "A", 0.95)
    assert "mean train loss A no mean (5 of 6 unusable)" in comparison.alternative_text([row], "A")


def test_where_all_diverged_there_is_no_number_to_show():
    assert comparison.alternative_text([], "AB").endswith("No run has a number to show.")
    assert comparison.caption([], "AB", 0.95).startswith("No replicate is left to draw. The axis ")
