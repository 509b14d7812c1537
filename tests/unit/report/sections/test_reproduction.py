from normscape.report.sections import reproduction
from sentences import text


def printed(**changes):
    return {
        "model": "ConvNet",
        "pass": 1,
        "metric": "train_loss",
        "notebook": 0.554,
        "n": 8,
        "mean": 0.6,
        "sd": 0.02,
        "distance": -2.3,
        "rank": 1,
    } | changes


def test_the_notebooks_numbers_are_held_against_the_replicates():
    rows = [printed(), printed(distance=3.5), printed(distance=0.1, **{"pass": 2})]
    found = text(**reproduction.facts(rows, (1, 10)))
    assert "1 of 3 numbers lie within two standard deviations of our mean, 1 beyond three." in found
    assert "| ConvNet | 1 | train loss | 0.554 | 0.600 | 0.020 | −2.3 | 1 of 8 |" in found
    assert "settings are not the notebook's" not in found
    assert "settings are not the notebook's (fraction, ConvNet), so" in text(
        **reproduction.facts(rows, (1,)), unlike_notebook=["fraction", "ConvNet"]
    )
    assert "among the replicates" not in text()


def test_one_replicate_has_no_distance():
    rows = [printed(n=1, sd=None, distance=None)]
    found = text(**reproduction.facts(rows, (1,)))
    assert "| 0.554 | 0.600 | – | – | 1 of 1 |" in found
    assert "standard deviations of our mean" not in found


def test_replicates_that_are_all_the_same_are_not_called_one():
    rows = [printed(sd=0.0, distance=None)]
    assert "No distance can be told, for the replicates have no standard deviation." in text(
        **reproduction.facts(rows, (1,))
    )
    assert "One replicate has no standard deviation." in text(
        **reproduction.facts([printed(n=1, sd=None, distance=None)], (1,))
    )


def test_small_numbers_are_not_written_as_none_and_far_ones_without_end():
    rows = [printed(mean=1.8e-10, sd=0.0004, distance=3e9), printed(mean=0.0006, distance=-2e3)]
    found = text(**reproduction.facts(rows, (1,)))
    assert "| 0.554 | 1.8e-10 | 0.0004 | beyond +1000 | " in found
    assert "| 0.554 | 0.001 | 0.020 | beyond −1000 | " in found
