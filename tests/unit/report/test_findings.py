"""Each row of claims.csv in words: what its paragraph says follows from its verdict."""

import math
import re

import pytest
from entries import BATCH, variant
from normscape.analysis.claims import CLAIMS, quotes
from normscape.analysis.claims.claim import BESIDE
from normscape.analysis.gaps import Gap
from normscape.report import findings
from sentences import (
    DESIGN,
    FEW,
    NEGLIGIBLE,
    NOT_MEASURED,
    NOT_YET,
    ONE,
    TWINS,
    UNCLEAR,
    UNDECIDABLE,
    WORSE,
    asked,
    row,
    text,
)

INTERVAL = "0.55 times Plain's (95 % interval 0.50 to 0.60; n = 8, p = 0.002; 8 of 8 agree)"
LAYER = variant("layer")
ASKED = asked(swept=True)


GAPS = [Gap("C1", "Normed", 4, "Normed", "pass 2: the step is zero")]


def paragraph(id, **arguments):
    (found,) = re.findall(rf"^\*\*{id} · .*$", text(**arguments), re.MULTILINE)
    return found


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, f"**Supported:** Normed's was {INTERVAL}."),
        (WORSE, "**Contradicted:** Normed's was 1.64 times Plain's (95 % interval 1.50 to 1.80; "),
        (UNCLEAR, "8 of 8 agree); the difference is not statistically significant."),
        (
            {"verdict": "inconclusive", "p_holm": 0.08},
            "; the interval lies on one side, but among all the claims tested here this is not statistically "
            "significant (Holm-adjusted p = 0.080).",
        ),
        (
            ONE,
            "**Inconclusive:** in the one pair of replicates there is, Normed's was 0.70 times Plain's; one pair says",
        ),
        (NOT_MEASURED, "**Not measured** in this run."),
        (
            FEW,
            "**Inconclusive:** Normed's was 0.55 times Plain's (95 % interval 0.50 to 0.60; n = 3, p = 0.002; 3 of 3 "
            "agree); so few replicates give no verdict.",
        ),
        (TWINS, "n = 6, p = 1.00; identical in all 6); the difference is not statistically significant."),
        (
            UNDECIDABLE,
            "**Not decidable for these replicates:** seed 4 (Normed, pass 2: the step is zero). Pair by pair, Normed's "
            "was lower in 4 of 6, higher in 2.",
        ),
        (
            {**UNDECIDABLE, "lower": 0, "higher": 0, "undecided": 6},
            "pass 2: the step is zero). In no pair is it known which of the two was lower.",
        ),
        (
            {**UNDECIDABLE, "n": 1, "lower": 1, "higher": 0},
            "pass 2: the step is zero). In the one pair there is, Normed's was lower.",
        ),
        (
            {**UNDECIDABLE, "n": 1, "lower": 0, "higher": 0, "undecided": 1},
            "pass 2: the step is zero). It isn't known which of the two was lower.",
        ),
    ],
)
def test_a_claims_paragraph_follows_from_its_verdict(change, sentence):
    assert sentence in paragraph("C1", changes={"C1": change}, gaps=GAPS)


def told(*gaps):
    gaps = [Gap("C1", "Normed", *gap) for gap in gaps] + [
        Gap("C1", "Other", 9, "", "x"),
        Gap("C2b", "Normed", 9, "", "x"),
    ]
    return findings.finding(row("C1", **UNDECIDABLE), DESIGN, ASKED, gaps).gaps


def test_gaps_are_grouped_and_of_many_the_first_are_named():
    assert told((4, "Plain", "why")) == "seed 4 (Plain, why)"
    assert told((1, "Plain", "why"), (2, "Plain", "why"), (3, "", "no")) == "seeds 1, 2 (Plain, why); seed 3 (no)"
    assert told(*((seed, "", "no") for seed in range(4))) == "seeds 0, 1, 2, 3 (no)"
    assert told(*((seed, "", "no") for seed in range(5))) == "seeds 0, 1, 2 and 2 more (no)"
    many = [(seed, "Plain", f"pass {seed}: no") for seed in range(3)] + [(seed, "", "no") for seed in (0, 7)]
    assert told(*many).endswith("seed 1 (Plain, pass 1: no); seed 2 (Plain, pass 2: no); and 2 more")


def test_an_interval_of_any_width_can_be_told():
    def cells(**changes):
        return findings.size_and_interval(row("C1", **changes))

    assert cells(low=1e-9, high=2.5e10) == ("× 5.0", "less than 0.0001 to more than 10,000")
    assert cells(low=0.018, high=15.3) == ("× 0.52", "0.018 to 15")
    assert cells(estimate=0.0, low=None, high=None) == ("× 1.00", "")
    assert cells(low=1e5, high=2e5) == ("more than × 10,000", "wholly above 10,000")
    wide = row("C1") | {"estimate": 0.5, "low": -7000.0, "high": 7001.0}
    assert findings.size_and_interval(wide) == ("× 1.6", "less than 0.0001 to more than 10,000")
    effect = findings.finding(wide, DESIGN, ASKED, []).effect
    assert effect.startswith(
        "1.6 times Plain's (95 % interval less than 0.0001 to more than 10,000; n = 8, p = 0.002; "
    )
    tiny = findings.finding(row("C1", low=1e-9, high=2e-9), DESIGN, ASKED, []).effect
    assert tiny.startswith("less than 0.0001 times Plain's (95 % interval wholly below 0.0001; n = 8, ")


def test_no_difference_of_accuracies_is_more_than_a_hundred_points():
    accuracies = row("C2a", estimate=0.05, low=-31.8, high=31.9)
    assert findings.size_and_interval(accuracies) == ("+5 points", "−100 to +100")


@pytest.mark.parametrize(
    ("row_changes", "size", "interval", "effect"),
    [
        ({"low": None, "high": math.inf}, "at least × 2.50", "", "at least 2.50 times Plain's"),
        ({"low": -math.inf, "high": None}, "at most × 2.50", "", "at most 2.50 times Plain's"),
        (
            {"low": -math.inf, "high": math.inf},
            "× 2.50",
            "unbounded",
            "2.50 times Plain's (95 % interval unbounded; n = 1)",
        ),
    ],
)
def test_one_pair_at_the_end_of_the_grid_gives_a_bound(row_changes, size, interval, effect):
    c7 = row("C7", **ONE) | {"estimate": math.log(2.5), "verdict": "inconclusive", **row_changes}
    assert findings.size_and_interval(c7) == (size, interval)
    found = findings.finding(c7, DESIGN, ASKED, [])
    assert (found.effect, found.side) == (effect, "")
    assert f"Normed's was {effect};" in paragraph("C7", changes={"C7": {key: c7[key] for key in ENDS} | {"n": 1}})


ENDS = ("estimate", "low", "high", "p", "p_holm", "verdict")


def test_a_bound_beyond_all_bounds_is_told_as_a_power_of_ten():
    c7 = row("C7") | {"estimate": math.log(3e-7), "low": math.log(1.2e-7), "high": math.inf}
    assert findings.size_and_interval(c7) == ("at least × 3.0 · 10⁻⁷", "1.2 · 10⁻⁷ or more")
    c7 = row("C7") | {"estimate": 0.0, "low": -math.inf, "high": 7000.0}
    assert findings.size_and_interval(c7)[1] == "1.2 · 10³⁰⁴⁰ or less"


def test_rates_that_the_grid_cut_off_are_equal_on_the_grid_alone():
    c7 = row("C7", n=6, estimate=0.0, low=1.0, high=1.0) | {"low": -math.inf, "high": math.inf}
    assert "identical on the grid in all 6)" in findings.finding(c7, DESIGN, ASKED, []).effect


def test_the_primary_endpoint_is_corrected_among_the_treatments_alone():
    found = paragraph("C3", changes={"C3": {"verdict": "inconclusive", "p_holm": 0.08}})
    assert "but among the treatments tested here this is not statistically significant" in found


def test_a_difference_of_accuracies_is_in_percentage_points():
    assert "Normed's was +1.1 percentage points from Plain's (95 % interval +0.4 to +1.8; " in paragraph("C2a")


def test_larger_steps_need_a_sweep():
    assert "**Not measured:** it takes a sweep over learning rates." in text()


def test_volatility_takes_three_passes():
    found = paragraph("C6b", changes={"C6b": NOT_MEASURED}, passes=2)
    assert "**Not measured:** it takes at least three passes." in found


def test_one_direction_is_told_where_its_noise_matters():
    assert "One probe a pass: its own noise is included." in text()
    assert "One probe a pass" not in text(directions=2)


def test_equal_differences_of_a_few_pairs_are_not_called_one_pair():
    found = text(changes={"C7": {**ONE, "n": 3}})
    assert (
        "**Inconclusive:** in each of the 3 pairs of replicates there are, Normed's was 0.70 times Plain's; " in found
    )


def test_every_claim_stands_in_the_table():
    for line in ("| C3 | ", "| C7 | "):
        assert line in text()
    assert text().count("\n| C") == sum(claim.family != BESIDE for claim in CLAIMS)
    assert (
        "| C1 | train loss, mean over passes | eval | 8 | × 0.55 | 0.50 to 0.60 | 0.002 | 0.010 | supported |" in text()
    )
    assert "| C3 | smoothness, mean over passes | full-batch | 8 | " in text()


def test_what_is_not_decidable_has_its_sides_in_the_table():
    found = text(changes={"C1": UNDECIDABLE})
    assert "| eval | 6 | lower in 4 of 6, higher in 2 | – | – | – | not decidable |" in found
    unknown = {**UNDECIDABLE, "lower": 0, "higher": 0, "undecided": 6}
    assert "| eval | 6 | – | – | – | – | not decidable |" in text(changes={"C1": unknown})


def test_the_notebooks_sentences_get_the_verdicts_of_their_claims():
    found = text(changes={"C6c": WORSE, "C6a": UNCLEAR})
    assert (
        "- “local effective smoothness is much lower when using the BatchNormConvNet model”: **supported** (C3).\n"
        in found
    )
    assert "- “It also shows less volatility”: **inconclusive** (C6a).\n" in found
    assert "improve more smoothly”: **mixed: C6b supported, C6c contradicted**.\n" in found
    assert "larger steps for gradient descent”: **not measured** (C7).\n" in found


def test_all_of_the_notebooks_sentences_are_there():
    found = text()
    assert [quote for quote in quotes.QUOTES if f"“{quote}”" not in found] == []


def test_a_sentence_of_which_nothing_is_decided_is_not_called_mixed():
    found = text(changes={"C6b": UNCLEAR, "C6c": NOT_MEASURED})
    assert "improve more smoothly”: **undecided: C6b inconclusive, C6c not measured**.\n" in found
    found = text(changes={"C6b": UNDECIDABLE, "C6c": NOT_MEASURED, "C6a": UNDECIDABLE})
    assert "improve more smoothly”: **undecided: C6b not decidable, C6c not measured**.\n" in found
    assert "- “It also shows less volatility”: **not decidable** (C6a).\n" in found
    found = text(changes={"C6b": UNDECIDABLE})
    assert "improve more smoothly”: **mixed: C6b not decidable, C6c supported**.\n" in found


def test_the_notebooks_sentences_are_held_only_against_what_they_are_about():
    def quoted(found):
        return "## The notebook's sentences" in found, "against what the notebook says" in found

    both = {"C3": WORSE}
    for entry in (BATCH, variant("batch before relu"), variant("batch without affine")):
        assert quoted(text(changes=both, entry=entry)) == (True, True)
    for entry in (
        LAYER,
        variant("instance"),
        variant("batch, gelu"),
        {**BATCH, "channels": [4]},
        variant("plain, gelu"),
    ):
        found = text(changes=both, entry=entry)
        assert quoted(found) == (False, False)
        assert "The title's question stays open: " in found and "side where the notebook's words put BatchNorm" in found
    found = text(changes=both, entry=LAYER, others={"Batch": (BATCH, {})})
    assert quoted(found) == (True, False) and found.count("“It also shows less volatility”") == 1
    assert "The title's question" not in found


def test_of_a_layer_norm_no_result_is_said_to_be_batchnorms():
    found = text(changes={"C3": WORSE, "C8": UNCLEAR}, entry=LAYER)
    results = re.findall(r"^\*\*.*$", found.partition("## The models")[0], re.MULTILINE)
    assert len(results) == 1 + sum(claim.family != BESIDE for claim in CLAIMS)
    (general,) = (line for line in results if "BatchNorm" in line)
    assert general.endswith("without BatchNorm, eval and full-batch mode are the same.")


def test_no_relevant_difference_is_told_with_its_margin_on_either_side_of_none():
    higher = paragraph("C1", changes={"C1": NEGLIGIBLE})
    assert higher.endswith(
        "**No relevant difference:** Normed's was 1.01 times Plain's (95 % interval 0.95 to 1.07; n = 8, p = 0.40; "
        "8 of 8 agree); the 90 % interval 0.96 to 1.06 lies within the margin of what doesn't matter, 1/1.1 to 1.1 "
        "times Plain's."
    )
    below = {**NEGLIGIBLE, "low": 0.93, "high": 1.05, "inner_low": math.log(0.94), "inner_high": math.log(1.04)}
    assert (
        "Normed's was 0.99 times Plain's (95 % interval 0.93 to 1.05; n = 8, p = 0.40; 8 of 8 agree); the 90 % "
        "interval 0.94 to 1.04 lies within"
    ) in paragraph("C1", changes={"C1": below})
    points = {**NEGLIGIBLE, "low": -0.003, "high": 0.002, "margin": 0.005, "inner_low": -0.0025, "inner_high": 0.0015}
    assert (
        "the 90 % interval −0.25 to +0.15 lies within the margin of what doesn't matter, −0.5 to +0.5 percentage "
        "points from Plain's."
    ) in paragraph("C2a", changes={"C2a": points})


def test_a_significant_difference_that_doesnt_matter_is_told_as_both():
    small = {**NEGLIGIBLE, "low": 1.02, "high": 1.06, "inner_low": math.log(1.025), "inner_high": math.log(1.055)}
    told = " The difference is statistically significant, but too small to matter."
    assert paragraph("C1", changes={"C1": {**small, "p_holm": 0.01}}).endswith(told)
    assert told not in paragraph("C1", changes={"C1": {**small, "p_holm": 0.06}})
    assert told not in paragraph("C1", changes={"C1": NEGLIGIBLE})


def test_an_inconclusive_difference_isnt_shown_to_be_too_small_to_matter():
    found = paragraph("C1", changes={"C1": {**UNCLEAR, "margin": math.log(1.1)}})
    assert found.endswith("; the difference is neither statistically significant nor shown to be too small to matter.")


def test_margins_are_explained_where_there_are_any():
    found = text(changes={"C1": NEGLIGIBLE})
    assert (
        "its 90 % interval lies wholly within the margin of what doesn't matter (1/1.1 to 1.1 times Plain's)" in found
    )
    assert "a square: no relevant difference" in found
    assert "margin of what" not in text() and "a square" not in text()
    assert findings._doubled(0.999) == 0.998


def test_an_interval_that_is_none_yet_is_told_as_that():
    found = text(changes={"C1": NOT_YET}, design=DESIGN._replace(looks="any"))
    assert "| C1 | train loss, mean over passes | eval | 6 | × 0.90 | not yet | 0.002 | 0.010 | inconclusive |" in found
    assert "| estimate | 95 % interval at any look | p |" in found
    assert "Intervals and p hold however often one looks and adds seeds" in found and "*Not yet*: " in found
    assert paragraph("C1", changes={"C1": NOT_YET}).endswith(
        "Normed's was 0.90 times Plain's (95 % interval not yet; n = 6, p = 0.002; 6 of 6 agree); an interval that "
        "holds at any look takes more replicates."
    )
    assert "| estimate | 95 % t-interval | p |" in text() and "they hold for one look" in text()


def test_what_stands_beside_a_claim_is_told_in_its_paragraph_alone():
    changes = {"C4-above": UNCLEAR, "C4-below": {**UNDECIDABLE, "verdict": "not decidable"}}
    assert (
        "losses are equal. Beside it, without a verdict: pass 0 included, × 0.55 (0.50 to 0.60); at losses above 0.6, "
        "× 1.04 (0.90 to 1.20); at losses below 0.6, not decidable for these replicates. Within the losses that both "
        "curves visit lie at least 8 checkpoints of Normed and 17 of Plain in every replicate."
    ) in paragraph("C4", changes=changes, points=(8, 17))
    assert "*not decidable*" not in text(changes=changes)
    assert "lie at least 1 checkpoint of Normed" in paragraph("C4", points=(1, 17))
    assert "Within the losses" not in text() + text(changes={"C4": UNDECIDABLE}, points=(8, 17))
    assert "| C4-above |" not in text() and "C4-above ·" not in text()
    several = text(others={"Layered": (LAYER, {"C4-above": UNCLEAR})}, points=(8, 17))
    (line,) = re.findall(r"^- Beside C4: .*above 0.6, × 1.04.*$", several, re.MULTILINE)
    assert "at least 8 checkpoints of Layered" in line


SCALE = " The answer turns on the scale: on the loss itself, as the notebook plots it, "


@pytest.mark.parametrize(
    ("of_loss", "of_logarithm", "told"),
    [
        (UNCLEAR, WORSE, SCALE + "no difference was shown; on its logarithm it was higher."),
        ({}, WORSE, SCALE + "Normed's was lower; on its logarithm it was higher."),
        ({}, UNCLEAR, SCALE + "Normed's was lower; on its logarithm no difference was shown."),
        ({}, {}, ""),
        (UNCLEAR, UNCLEAR, ""),
        (ONE, WORSE, ""),
        (WORSE, NOT_MEASURED, ""),
    ],
)
def test_where_two_scales_point_differently_the_answer_turns_on_the_scale(of_loss, of_logarithm, told):
    of_logarithm = {**of_logarithm, "verdict": "not measured" if of_logarithm is NOT_MEASURED else "beside"}
    found = paragraph("C6b", changes={"C6b": of_loss, "C6b-log": of_logarithm})
    assert found.endswith(told) if told else "turns on the scale" not in found


def test_claims_of_the_start_are_corrected_apart_and_said_to_be():
    assert "C10 and C11 ask of the start, before the notebook's plot begins, and are corrected apart from the" in text()
    found = paragraph("C10", changes={"C10": {"verdict": "inconclusive", "p_holm": 0.08}})
    assert "but among the claims of its family tested here this is not statistically significant" in found


def test_what_was_measured_where_is_told():
    assert "after updates 1, 2, 4, 8, 20, 50, 94, in full-batch mode. Losses and accuracies weren't: by" in text()
    assert "running averages have seen" not in text(entry=LAYER) and "accuracies weren't." in text(entry=LAYER)
    assert "Within the first pass L̂" not in text(early_updates=[])
    assert "L̂ was measured at" not in text() and "evaluated every" not in text()
    found = text(probed_passes=[0, 5, 10], evaluated_every=5)
    assert (
        "- L̂ was measured at passes 0, 5, 10 only; losses and accuracies were evaluated every 5 passes, before "
        "training and at the end. Means over passes are over these.\n"
    ) in found
    assert "- Losses and accuracies were evaluated every 2 passes, before" in text(evaluated_every=2)
