import math
import re

import pytest
from normscape.analysis.sweep import Outcome
from normscape.report import findings
from normscape.report.sections import sweep
from sentences import DESIGN, asked, row, text


def outcome(model, rate, diverged=0, missing=()):
    return Outcome(model, rate, 6 - len(missing), diverged, tuple(missing))


WHOLE = [outcome(model, rate) for model in ("Plain", "Normed") for rate in (0.04, 0.4)]


def swept(outcomes=WHOLE, largest=None, means=None, **c7):
    """The commentary's section on a sweep, and C7's paragraph. means: how the rows of curves.csv differ."""
    curves = [
        {"model": each.model, "learning_rate": each.learning_rate, "metric": metric, "n": 6, "missing": 0, "mean": 0.5}
        | (means or {})
        for each in outcomes
        if each.diverged < each.trained
        for metric in sweep.MEASURES
    ]
    c7 = {"low": 2.0, "high": 3.0, **c7}
    largest = largest or {"Plain": dict.fromkeys(range(6), 0.04), "Normed": dict.fromkeys(range(6), 0.4)}
    facts = sweep.sweep(outcomes, curves, largest, [row("C7", **c7)], DESIGN)
    whole = text(sweep=facts, changes={"C7": c7})
    section = whole.partition("## The learning rates")[2].partition("\n## ")[0]
    return section, re.search(r"^\*\*C7 · .*$", whole, re.MULTILINE)[0]


def test_one_rate_has_no_section_on_the_learning_rates():
    assert sweep.sweep(WHOLE[::2], [], {}, [], DESIGN) is None
    assert "The learning rates" not in text() and "Along the steps" not in text()


def test_a_sweep_says_what_diverged_and_what_did_not():
    section, _ = swept()
    assert "- Plain diverged in no replicate at any rate.\n- Normed diverged in no replicate at any rate.\n" in section
    assert "| Normed | 0.4 | 6 | 0 | 0.5 | 0.5 | 0.5 |" in section
    section, _ = swept([*WHOLE[:3], outcome("Normed", 0.4, 6), outcome("Plain", 4, 2), outcome("Normed", 4, 6)])
    assert "- Plain diverged at 4 in 2 of 6 replicates.\n" in section
    assert "- Normed diverged at 0.4 in 6 of 6, at 4 in 6 of 6 replicates.\n" in section
    assert "| Normed | 0.4 | 6 | 6 | – | – | – |" in section
    assert "Diverged: Normed at 0.4 in 6 of 6; Plain at 4 in 2 of 6; Normed at 4 in 6 of 6." in section  # alt text
    assert "| Plain | 0.04 (base) | 6 | 0 |" in section


def test_a_sweep_says_what_is_about_the_base_rate_and_what_is_not():
    section, _ = swept()
    assert "Everything but this section and C7 is about the base rate, 0.04." in section
    assert "(but for C7 and the sweep)" in text(
        sweep=sweep.sweep(WHOLE, [], {"Plain": {}, "Normed": {}}, [row("C7")], DESIGN)
    )


def test_a_sweep_names_the_runs_that_are_missing():
    section, _ = swept([*WHOLE[:3], outcome("Normed", 0.4, missing=(2, 5))])
    assert "- Normed diverged in no replicate at any rate. Missing: 0.4 (seed 2, 5).\n" in section
    assert "(n = 4 to 6 trained for each model and rate)" in section


def test_the_largest_workable_rate_is_told_with_what_the_grid_cut_off():
    section, paragraph = swept(largest={"Plain": {0: 0.04, 1: 0.04}, "Normed": {0: 0.04, 1: 0.4}})
    assert "- Plain: 0.04 in 2 of 2 replicates.\n" in section
    assert "- Normed: 0.04 in 1 of 2 replicates; 0.4 in 1 of 2 replicates, the largest rate tried, so " in section
    assert "cut off" not in section
    assert "Normed's was 2.4 times Plain's (95 % interval 2.0 to 3.0; " in paragraph
    assert "A rate works where training neither diverges nor ends with a higher train loss" in paragraph
    assert "- Plain: no replicate has one.\n" in swept(largest={"Plain": {}, "Normed": {}})[0]


@pytest.mark.parametrize(
    ("ends", "effect", "sentence"),
    [
        ({"high": math.inf}, "at least 2.5 times Plain's (95 % interval 2.0 or more; ", "from below only"),
        ({"low": -math.inf}, "at most 2.50 times Plain's (95 % interval 3.00 or less; ", "from above only"),
        ({"low": -math.inf, "high": math.inf}, "2.50 times Plain's (95 % interval unbounded; ", "says nothing of"),
    ],
)
def test_a_bound_is_told_as_one(ends, effect, sentence):
    c7 = row("C7") | {"low": math.log(2), "high": math.log(3), "estimate": math.log(2.5)} | ends
    assert findings.finding(c7, DESIGN, asked(swept=True), []).effect.startswith(effect)
    largest = {"Plain": {0: 0.4 if "low" in ends else 0.04}, "Normed": {0: 0.4 if "high" in ends else 0.04}}
    assert sentence in text(sweep=sweep.sweep(WHOLE, [], largest, [c7], DESIGN))


def test_an_interval_that_has_no_ends_yet_was_not_cut_off_by_the_grid():
    section, _ = swept(low=-math.inf, high=math.inf, estimate=0.9, largest={"Plain": {0: 0.04}, "Normed": {0: 0.04}})
    assert "cut off" not in section
    assert "from below only" in swept(low=-math.inf, high=math.inf, estimate=0.9)[0]


def test_a_c7_that_the_config_made_another_claim_is_no_part_of_the_sweep():
    design = DESIGN._replace(claims={"C7": {"metric": "gradient_norm", "claimed": "below"}})
    c7 = row("C7", low=-math.inf, high=math.inf, estimate=0.9, design=design)
    assert "(95 % interval not yet; " in findings.finding(c7, design, asked(swept=True), []).effect
    largest = {"Plain": {0: 0.4}, "Normed": {0: 0.4}}
    section = text(sweep=sweep.sweep(WHOLE, [], largest, [c7], design))
    assert "Everything but this section is about the base rate, 0.04." in section
    assert "cut off" not in section and "(but for the sweep)" in section


def test_a_sweep_tells_where_a_replicate_lacks_its_number():
    section, _ = swept(means={"n": 5, "missing": 1, "mean": None})
    none = "no mean (1 of 6 unusable)"
    assert f"| Normed | 0.4 | 6 | 0 | {none} | {none} | {none} |" in section
    assert "There is none where a replicate's number is missing or has no logarithm." in section
    assert "where no replicate diverged and each has its number." in section  # caption
    assert f"Mean train loss: Plain at 0.04: {none}; " in section  # alternative text
    assert "each has its number" not in swept()[0] and "There is none" not in swept()[0]


def test_a_sweep_in_which_all_diverged_has_no_means():
    section, _ = swept([each._replace(diverged=6) for each in WHOLE], {"Plain": {}, "Normed": {}})
    assert "Mean train loss: none. Diverged: Plain at 0.04 in 6 of 6; " in section
    assert "| Plain | 0.04 (base) | 6 | 6 | – | – | – |" in section
