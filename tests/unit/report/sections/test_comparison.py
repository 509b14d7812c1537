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


def of_the_first_pass(model="A", passes=(0, None, 1), n=2, mean=3.0):
    """Rows of the local smoothness at the end of a pass, or after update 8 within the first."""
    row = {"model": model, "metric": "smoothness", "n": n, "missing": 0, "mean": mean}
    return [{**row, "pass": number, "update": 8 if number is None else 100 * number} for number in passes]


def test_with_probes_in_the_first_pass_there_are_six_panels_and_the_numbers_before_training():
    rows = of_the_first_pass() + of_the_first_pass("B", mean=6.0)
    told = comparison.alternative_text(rows, "AB")
    assert told.startswith("Six panels: ") and "against the updates of the first pass" in told
    assert told.endswith(
        "At the last pass: mean local smoothness A 3, B 6. Before training: mean local smoothness A 3, B 6."
    )
    caption = comparison.caption(rows, "AB", 0.95)
    assert "Lower row: " in caption and "0, before training, stands apart" in caption and "hollow" in caption


def test_what_was_not_probed_of_the_first_pass_is_not_told():
    without_0 = of_the_first_pass(passes=(None, 1))
    assert comparison.alternative_text(without_0, "A").startswith("Six panels: ")
    assert "Before training" not in comparison.alternative_text(without_0, "A")
    caption = comparison.caption(without_0, "A", 0.95)
    assert "Lower row: " in caption and "stands apart" not in caption and "hollow" not in caption
    whole = of_the_first_pass(passes=(1, 2))
    assert comparison.alternative_text(whole, "A").startswith("Four panels: ")
    caption = comparison.caption(whole, "A", 0.95)
    assert "Lower row" not in caption and "one point for each pass that was probed" in caption


def test_a_number_before_training_that_some_replicate_lacks_is_told_as_such():
    rows = of_the_first_pass(n=1, mean=None)
    rows[0]["missing"] = 1
    assert "Before training: mean local smoothness A no mean (1 of 2 unusable)." in comparison.alternative_text(
        rows, "A"
    )


def test_a_smoothness_that_was_not_probed_after_the_last_pass_is_told_with_its_pass():
    row = {"model": "A", "metric": "train_loss", "pass": 3, "update": 300, "n": 2, "missing": 0, "mean": 0.5}
    told = comparison.alternative_text([row, *of_the_first_pass(passes=(1, 2))], "A")
    assert told.endswith("mean train loss A 0.5; mean local smoothness (last measured after pass 2) A 3.")
