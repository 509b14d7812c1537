from normscape.report.sections import landscape
from sentences import text


def test_the_landscape_is_told_as_a_range_over_steps():
    edge = {"low": 1.0, "high": 2.5, "low_multiples": (0.5,), "high_multiples": (1.0, 4.0), "n": 6, "missing": 0}
    rows = [
        {"model": model, "pass": number, "measure": measure, **edge}
        for model in ("Plain", "Normed")
        for number in (1, 2)
        for measure in landscape.MEASURES
    ]
    found = text(landscape=landscape.landscape(rows, ["Plain", "Normed"]))
    assert "| Plain | loss f(w + αu) | 1 (α = 0.5) | 2.5 (α = 1, 4) | 6 |" in found
    assert "the bands are not uncertainty over seeds. At pass 2," in found  # alt text
    assert "They are ranges over step lengths, not intervals over seeds." in found
    assert "At pass 0, from the least to the largest over the steps: none." in text(
        landscape=landscape.landscape([], ["Plain"])
    )


def test_a_band_that_a_replicate_lacks_has_no_mean():
    edge = {"low": 1.0, "high": 2.5, "low_multiples": (0.5,), "high_multiples": (1.0,), "n": 6, "missing": 0}
    none = {"low": None, "high": None, "low_multiples": (), "high_multiples": (), "n": 5, "missing": 1}
    row = {"pass": 1, "measure": "loss"}
    found = text(landscape=landscape.landscape([{**row, "model": "A", **edge}, {**row, "model": "B", **none}], "AB"))
    assert "| B | loss f(w + αu) | no mean | no mean | 5 |" in found
    assert "B, loss f(w + αu): no mean." in found  # alternative text
    told = (
        "There is no mean where a replicate's number is missing or has no logarithm: loss f(w + αu), B, pass 1 (in 1 of"
    )
    assert told in found
    assert "There is no mean" not in text(landscape=landscape.landscape([{**row, "model": "A", **edge}], "A"))
