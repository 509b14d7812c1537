"""Each row of claims.csv in words: what its paragraph says follows from its verdict."""

import re

import pytest
from entries import BATCH, variant
from normscape.analysis.claims import CLAIMS, quotes
from sentences import NOTHING, ONE, UNCLEAR, WORSE, text

INTERVAL = "0.55 times Plain's (95 % interval 0.50 to 0.60; n = 8, p = 0.002; 8 of 8 agree)"
LAYER = variant("layer")


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
        ({**NOTHING, "n": 0, "verdict": "inconclusive"}, "**Inconclusive:** no pair of replicates gives this number."),
        ({**NOTHING, "n": 0, "verdict": "not measured"}, "**Not measured** in this run."),
    ],
)
def test_a_claims_paragraph_follows_from_its_verdict(change, sentence):
    assert sentence in paragraph("C1", changes={"C1": change})


def test_the_primary_endpoint_is_corrected_among_the_treatments_alone():
    found = paragraph("C3", changes={"C3": {"verdict": "inconclusive", "p_holm": 0.08}})
    assert "but among the treatments tested here this is not statistically significant" in found


def test_a_difference_of_accuracies_is_in_percentage_points():
    assert "Normed's was +1.1 percentage points from Plain's (95 % interval +0.4 to +1.8; " in paragraph("C2a")


def test_larger_steps_need_a_sweep():
    assert "**Not measured:** it takes a sweep over learning rates." in text()


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
    assert text().count("\n| C") == len(CLAIMS)
    assert (
        "| C1 | train loss, mean over passes | eval | 8 | × 0.55 | 0.50 to 0.60 | 0.002 | 0.010 | supported |" in text()
    )
    assert "| C3 | smoothness, mean over passes | full-batch | 8 | " in text()


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
    found = text(changes={"C6b": UNCLEAR, "C6c": {"verdict": "not measured", "n": 0, **NOTHING}})
    assert "improve more smoothly”: **undecided: C6b inconclusive, C6c not measured**.\n" in found


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
    assert len(results) == 1 + len(CLAIMS)
    (general,) = (line for line in results if "BatchNorm" in line)
    assert general.endswith("without BatchNorm, eval and full-batch mode are the same.")
