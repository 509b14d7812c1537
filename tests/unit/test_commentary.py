"""The commentary says what the numbers say, and the opposite when they do: each branch of the template."""

import math
import re
from pathlib import Path

import jinja2
import pytest
from entries import BATCH, PLAIN, variant
from normscape import claims, commentary, reproduction

TEMPLATE = Path(__file__).resolve().parents[2] / "workflow" / "report" / "commentary.md.j2"


def row(claim, verdict="supported", low=0.5, high=0.6, **changes):
    """A row of claims.csv; for ratios, low and high are the interval's ends as ratios."""
    estimand = next(estimand for estimand in claims.ESTIMANDS if estimand.claim == claim)
    ratio = estimand.unit == "log ratio"
    ends = [end if end is None or not ratio else math.log(end) for end in (low, high)]
    return {
        "claim": claim,
        "estimand": estimand.words,
        "treatment": "Normed",
        "mode": estimand.mode,
        "unit": estimand.unit,
        "claimed": estimand.claimed,
        "n": 8,
        "estimate": None if None in ends else sum(ends) / 2,
        "low": ends[0],
        "high": ends[1],
        "p": 0.002,
        "p_holm": 0.01,
        "p_sign_flip": 0.0078125,
        "agreeing": 8,
        "verdict": verdict,
        **changes,
    }


NOTHING = dict.fromkeys(("estimate", "low", "high", "p", "p_holm", "p_sign_flip", "agreeing"))
SUPPORTED = {estimand.claim: row(estimand.claim) for estimand in claims.ESTIMANDS} | {
    "C2a": row("C2a", low=0.004, high=0.018),
    "C7": row("C7", "not measured", n=0, **NOTHING),
}
WORSE = {"verdict": "contradicted", "low": 1.5, "high": 1.8}
UNCLEAR = {"verdict": "inconclusive", "low": 0.9, "high": 1.2, "p": 0.4, "p_holm": 1.0}
ONE = {**NOTHING, "n": 1, "estimate": math.log(0.7), "verdict": "inconclusive"}


def text(excluded=(), changes=None, entry=BATCH, others=None, **facts):
    """Render the commentary, with the claims all supported but for `changes`, {claim: what differs}.

    entry: the treatment's. others: further treatments, {name: (entry, changes)}.
    """
    treatments = {"Normed": (entry, changes or {})} | (others or {})
    context = {
        "baseline": "Plain",
        "treatments": [treatment(name, *what) for name, what in treatments.items()],
        **commentary.models_facts({"Plain": PLAIN} | {name: what[0] for name, what in treatments.items()}),
        "excluded": list(excluded),
        "comparison": "comparison.png",
        "forest": "claims.png",
        "notebook": "reproduction.png",
        "alt": "Four panels.",
        "caption": "Thin lines: the replicates.",
        "level": "95 %",
        "directions": 1,
        "dataset": "FashionMNIST: 28 × 28 grey pixels, 10 classes",
        "percent": "10 %",
        "all_images": False,
        "learning_rate": 0.04,
        "batch_size": 32,
        "passes": 10,
        **commentary.reproduction_facts([], (1, 10)),
        "unlike_notebook": [],
        "sweep": None,
        "landscape": None,
        "costs": [],
        "provenance": "Code: abc.",
    } | facts
    return commentary.render(TEMPLATE, **context)


def treatment(name, entry, changes):
    rows = {**SUPPORTED, **{id: row(id, **what) for id, what in changes.items()}}
    found = [commentary.claim({**each, "treatment": name}, "Plain", 0.95) for each in rows.values()]
    return commentary.treatment(name, found, entry, PLAIN)


def answer(**arguments):
    return text(**arguments).split("\n\n")[1]


INTERVAL = "0.55 times Plain's (95 % interval 0.50 to 0.60; n = 8, p = 0.002; 8 of 8 agree)"


def test_smoother_is_said_without_reserve_only_if_all_four_measures_agree():
    assert answer() == (
        "**The loss of Normed was smoother than that of Plain: "
        f"at the same pass its local smoothness L̂ was {INTERVAL}.** "
        "It was lower, too, at equal train loss (× 0.55), scale-normalised (× 0.55) and in eval mode (× 0.55)."
    )
    for claim in ("C4", "C5", "C8"):
        for change in (WORSE, UNCLEAR):
            assert "was smoother" not in text(changes={claim: change})


def test_lower_at_the_same_pass_alone_is_told_with_what_happened_at_the_same_loss():
    start = f"**Normed had the lower local smoothness L̂ than Plain at the same pass: it was {INTERVAL}.** "
    assert answer(changes={"C4": WORSE}) == start + (
        "At equal train loss it was the higher of the two: 1.64 times Plain's (95 % interval 1.50 to 1.80; n = 8, "
        "p = 0.002; 8 of 8 agree)."
    )
    assert answer(changes={"C4": UNCLEAR}).startswith(
        start + "At equal train loss the comparison is inconclusive: it was 1.04"
    )
    assert answer(changes={"C5": UNCLEAR}) == start + f"At equal train loss it was lower as well: {INTERVAL}."
    assert answer(changes={"C4": {**NOTHING, "n": 0, "verdict": "inconclusive"}}) == start + (
        "At equal train loss the two can't be compared here."
    )


def test_a_primary_endpoint_on_the_other_side_is_said_first():
    assert answer(changes={"C3": WORSE, "C4": WORSE}).startswith(
        "**Normed had the higher local smoothness L̂ than Plain at the same pass, against what the notebook says: "
        "it was 1.64 times Plain's (95 % interval 1.50 to 1.80; "
    )


def test_an_inconclusive_primary_endpoint_is_neither_effect_nor_its_absence():
    found = answer(changes={"C3": UNCLEAR})
    assert found.startswith(
        "**Whether Normed has the lower local smoothness L̂ than Plain is inconclusive: at the same pass it was 1.04"
    )
    assert "no effect" not in text(changes={id: UNCLEAR for id in SUPPORTED}).lower()


def test_a_primary_endpoint_that_only_the_number_of_treatments_makes_inconclusive_says_so():
    change = {"C3": {"verdict": "inconclusive", "p_holm": 0.08}}
    told = ", which among the treatments tested here is not statistically significant (Holm-adjusted p = 0.080).**"
    assert told in text(changes=change, others={"Layered": (LAYER, {})}).split("\n\n")[1]


def test_one_pair_gives_no_answer():
    found = answer(changes={"C3": ONE})
    assert found == (
        "**Normed against Plain: no answer from one pair of replicates.** Its local smoothness L̂, mean over passes, "
        "was 0.70 times Plain's; add seeds to learn how much of that is chance."
    )


def test_no_pair_gives_no_answer_and_says_what_is_missing():
    nothing = {**NOTHING, "n": 0, "verdict": "not measured"}
    left_out = [claims.Exclusion(3, "Plain", "diverged in pass 2")]
    found = text(left_out, {"C3": nothing})
    assert "**Normed against Plain: no answer, for no pair of replicates has a local smoothness.** See what" in found
    assert "**Left out, with its partner:** seed 3 (Plain: diverged in pass 2).\n" in found
    assert "Nothing was measured." in text((), {"C3": nothing})


def test_several_that_were_left_out_are_all_named():
    left_out = [claims.Exclusion(3, "Plain", "diverged in pass 2"), claims.Exclusion(5, "Normed", "missing")]
    assert "**Left out, with their partners:** seed 3 (Plain: diverged in pass 2); seed 5 (Normed: missing)." in text(
        left_out
    )
    assert "Left out" not in text()


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
    (paragraph,) = re.findall(r"^\*\*C1 · .*$", text(changes={"C1": change}), re.MULTILINE)
    assert sentence in paragraph


def test_a_difference_of_accuracies_is_in_percentage_points():
    (paragraph,) = re.findall(r"^\*\*C2a · .*$", text(), re.MULTILINE)
    assert "Normed's was +1.1 percentage points from Plain's (95 % interval +0.4 to +1.8; " in paragraph


def test_larger_steps_need_a_sweep():
    assert "**Not measured:** it takes a sweep over learning rates." in text()


def test_one_direction_is_told_where_its_noise_matters():
    assert "One probe a pass: its own noise is included." in text()
    assert "One probe a pass" not in text(directions=2)


def test_the_notebooks_sentences_get_the_verdicts_of_their_claims():
    found = text(changes={"C6c": WORSE, "C6a": UNCLEAR})
    assert (
        "- “local effective smoothness is much lower when using the BatchNormConvNet model”: **supported** (C3).\n"
        in found
    )
    assert "- “It also shows less volatility”: **inconclusive** (C6a).\n" in found
    assert "improve more smoothly”: **mixed: C6b supported, C6c contradicted**.\n" in found
    assert "larger steps for gradient descent”: **not measured** (C7).\n" in found


def test_a_sentence_of_which_nothing_is_decided_is_not_called_mixed():
    found = text(changes={"C6b": UNCLEAR, "C6c": {"verdict": "not measured", "n": 0, **NOTHING}})
    assert "improve more smoothly”: **undecided: C6b inconclusive, C6c not measured**.\n" in found


@pytest.mark.parametrize(("n", "intervals"), [(1, False), (3, True)])
def test_the_caption_speaks_of_bands_only_where_there_are_any(n, intervals):
    rows = [{"model": "Plain", "pass": number, "metric": "train_loss", "n": n} for number in (0, 1)]
    caption = commentary.caption(rows, ["Plain"], 0.95)
    assert ("Bands: the 95 % t-interval" in caption, "there are no intervals" in caption) == (intervals, not intervals)


def test_every_claim_stands_in_the_table():
    for line in ("| C3 | ", "| C7 | "):
        assert line in text()
    assert text().count("\n| C") == len(claims.ESTIMANDS)
    assert (
        "| C1 | train loss, mean over passes | eval | 8 | × 0.55 | 0.50 to 0.60 | 0.002 | 0.010 | supported |" in text()
    )


LAYER = variant("layer")


def test_several_treatments_with_opposite_results_get_an_answer_each():
    found = text(
        others={"Layered": (LAYER, {"C3": WORSE, "C4": WORSE}), "Grouped": (variant("group"), {"C3": UNCLEAR})}
    )
    answers = found.split("\n\n")[1:4]
    assert answers[0].startswith("**The loss of Normed was smoother than that of Plain: ")
    assert answers[1].startswith("**Layered had the higher local smoothness L̂ than Plain at the same pass: it was 1.64")
    assert answers[2].startswith("**Whether Grouped has the lower local smoothness L̂ than Plain is inconclusive: ")


def test_several_treatments_share_a_table_and_have_one_each():
    found = text(others={"Layered": (LAYER, {"C3": WORSE, "C2b": UNCLEAR})})
    assert "\n| claim | what is compared with Plain | Normed | Layered |\n|---|---|---|---|\n| C1 | train loss" in found
    assert "\n| C3 | smoothness, mean over passes | × 0.55<br>**supported** | × 1.64<br>**contradicted** |\n" in found
    assert "\n| C2b | test loss at the last pass | × 0.55<br>**supported** | × 1.04<br>inconclusive |\n" in found
    assert "\n| C7 | largest workable learning rate | not measured | not measured |\n" in found
    for name in ("Normed", "Layered"):
        (own,) = re.findall(rf"### {name} against Plain\n\n((?:\|.*\n)+)", found)
        assert own.count("\n") == 2 + len(claims.ESTIMANDS)
    assert "## Claim by claim" not in found
    assert not re.search(r" $|\n{4}", found + text(), re.MULTILINE)  # nothing trails, no empty heaps
    assert "beforehand; it must also pass Holm's correction for the number of treatments, and each other claim" in found
    assert "beforehand; each other claim must also pass Holm's correction for testing several." in text()


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


@pytest.mark.parametrize(
    ("entries", "words", "absent"),
    [
        ([BATCH], ["In Normed0 the normalisation stands after the pooling, as in the notebook"], ["itself, in every"]),
        (
            [variant("batch before relu")],
            ["In Normed0 the normalisation stands between convolution and activation, as usual, not after the pooling"],
            ["stands after the pooling", "itself, in every"],
        ),
        (
            [BATCH, variant("layer before mish"), variant("instance without affine")],
            [
                "In Normed0, Normed2 the normalisation stands after the pooling, ",
                "In Normed1 it stands between convolution and activation, as usual.",
                "The normalisation of Normed1, Normed2 takes its statistics from each image by itself",
                "| Normed1 | 16, 32 | 5 × 5 | Mish | LayerNorm before the activation |",
                "| Normed2 | 16, 32 | 5 × 5 | ReLU | InstanceNorm after the pooling, without scale and shift |",
                "In eval mode BatchNorm uses its running averages",
            ],
            [],
        ),
        (
            [variant("group")],
            ["| Normed0 | 16, 32 | 5 × 5 | ReLU | GroupNorm of 2 groups after the pooling |"],
            ["BatchNorm uses its running averages"],
        ),
        (
            [variant("plain, gelu")],
            ["| Normed0 | 16, 32 | 5 × 5 | GELU | none |"],
            ["the normalisation stands", "it stands", "running averages"],
        ),
    ],
)
def test_what_is_said_of_the_models_is_true_of_those_that_there_are(entries, words, absent):
    named = {f"Normed{i}": (entry, {}) for i, entry in enumerate(entries)}
    found = text(
        treatments=[treatment(name, *what) for name, what in named.items()],
        **commentary.models_facts({"Plain": PLAIN} | {name: entry for name, (entry, _) in named.items()}),
    )
    assert "| Plain | 16, 32 | 5 × 5 | ReLU | none |" in found
    assert [each for each in words if each not in found] == []
    assert [each for each in absent if each in found] == []


def test_of_a_layer_norm_no_result_is_said_to_be_batchnorms():
    found = text(changes={"C3": WORSE, "C8": UNCLEAR}, entry=LAYER)
    results = re.findall(r"^\*\*.*$", found.partition("## The models")[0], re.MULTILINE)
    assert len(results) == 1 + len(claims.ESTIMANDS)
    (general,) = (line for line in results if "BatchNorm" in line)
    assert general.endswith("without BatchNorm, eval and population mode are the same.")


@pytest.mark.parametrize(
    ("settings", "entries", "expected"),
    [
        ({}, {}, []),
        ({}, {"Other": LAYER}, []),
        ({"fraction": 0.01, "learning_rate": 0.1}, {}, ["fraction", "learning rate"]),
        ({"dataset": "MNIST"}, {}, ["dataset"]),
        ({}, {"ConvNet": variant("plain, gelu")}, ["ConvNet"]),
        ({"batch_size": 16}, {"BatchNormConvNet": {**BATCH, "affine": False}}, ["batch size", "BatchNormConvNet"]),
    ],
)
def test_settings_unlike_the_notebooks_are_named_the_models_entries_among_them(settings, entries, expected):
    own = {"ConvNet": PLAIN, "BatchNormConvNet": BATCH}
    assert reproduction.unlike({**reproduction.SETTINGS, **settings}, {**own, **entries}) == expected


def test_the_caption_tells_of_bands_where_there_are_any_and_counts_once():
    def caption(models, counts):
        rows = [{"model": m, "pass": 1, "metric": "train_loss", "n": n} for m, n in zip(models, counts, strict=True)]
        return commentary.caption(rows, models, 0.95)

    assert "(n = 8 for A, n = 7 for B)" in caption("AB", [8, 7]) and "Bands: the 95 %" in caption("AB", [8, 7])
    assert "(n = 8 for each model)" in caption("ABCD", [8] * 4) and "Bands" not in caption("ABCD", [8] * 4)
    assert "n = 7 for D)" in caption("ABCD", [8, 8, 8, 7])


@pytest.mark.parametrize(
    ("n", "told"), [(1, "pass: train loss A 0.5, B 0.5."), (2, "pass: mean train loss A 0.5, B 0.5.")]
)
def test_the_alternative_text_calls_no_single_number_a_mean(n, told):
    rows = [{"model": model, "pass": 1, "metric": "train_loss", "n": n, "mean": 0.5} for model in "AB"]
    assert commentary.alternative_text(rows, "AB").endswith(told)


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
    found = text(**commentary.reproduction_facts(rows, (1, 10)))
    assert "1 of 3 numbers lie within two standard deviations of our mean, 1 beyond three." in found
    assert "| ConvNet | 1 | train loss | 0.554 | 0.600 | 0.020 | −2.3 | 1 of 8 |" in found
    assert "settings are not the notebook's" not in found
    assert "settings are not the notebook's (fraction, ConvNet), so" in text(
        **commentary.reproduction_facts(rows, (1,)), unlike_notebook=["fraction", "ConvNet"]
    )
    assert "among the replicates" not in text()


def test_one_replicate_has_no_distance():
    rows = [printed(n=1, sd=None, distance=None)]
    found = text(**commentary.reproduction_facts(rows, (1,)))
    assert "| 0.554 | 0.600 | – | – | 1 of 1 |" in found
    assert "standard deviations of our mean" not in found


def test_no_causal_words():
    assert not re.search(r"\b(because of|causes?d?|thanks to|due to|leads? to)\b", re.sub("“.*?”", "", text()))


def test_replicates_that_all_have_the_same_images_are_not_said_to_draw_them():
    drawn, same = text(), text(all_images=True)
    assert "(FashionMNIST: 28 × 28 grey pixels, 10 classes; a random 10 % of its training images for each repl" in drawn
    assert "share subsample, batches, probes and, in layers of the same shape, initial weights; replicates" in drawn
    assert "replicates differ in all of them.\n" in drawn
    assert "classes; all of its training images in every replicate), this pair" in same
    assert "replicates differ in all of them, but not in the images. So the intervals" in same
    assert "subsample" not in same and "random 10" not in same and "but not in the images" not in drawn


def test_a_name_that_the_template_lacks_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        commentary.render(TEMPLATE, baseline="Plain")


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
    assert commentary.to_precision(*numbers, signed=signed) == texts


@pytest.mark.parametrize(("p", "words"), [(0.0004, "< 0.001"), (0.0123, "= 0.012"), (0.237, "= 0.24"), (None, "")])
def test_p_values_are_rounded(p, words):
    assert commentary.p_value(p) == words


def test_the_page_holds_tables_and_pictures_and_needs_no_other_file():
    page = commentary.to_html(text(), "A title", {"comparison.png": b"picture"})
    assert page.startswith("<!DOCTYPE html>")
    assert "<title>A title</title>" in page
    assert '<img alt="Four panels." src="data:image/svg+xml;base64,cGljdHVyZQ==">' in page
    assert page.count("<table>") == 3 and "http" not in page


def outcome(model, rate, diverged=0, missing=()):
    return claims.Outcome(model, rate, 6 - len(missing), diverged, tuple(missing))


WHOLE = [outcome(model, rate) for model in ("Plain", "Normed") for rate in (0.04, 0.4)]


def swept(outcomes=WHOLE, largest=None, **c7):
    """The commentary's section on a sweep, and C7's paragraph."""
    curves = [
        {"model": each.model, "learning_rate": each.learning_rate, "metric": metric, "mean": 0.5}
        for each in outcomes
        if each.diverged < each.trained
        for metric in commentary.SWEPT
    ]
    c7 = {"low": 2.0, "high": 3.0, **c7}
    largest = largest or {"Plain": dict.fromkeys(range(6), 0.04), "Normed": dict.fromkeys(range(6), 0.4)}
    facts = commentary.sweep(outcomes, curves, largest, [row("C7", **c7)], 0.04, 0.95)
    whole = text(sweep=facts, changes={"C7": c7})
    section = whole.partition("## The learning rates")[2].partition("\n## ")[0]
    return section, re.search(r"^\*\*C7 · .*$", whole, re.MULTILINE)[0]


def test_one_rate_has_no_section_on_the_learning_rates():
    assert commentary.sweep(WHOLE[::2], [], {}, [], 0.04, 0.95) is None
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
    assert commentary.claim(c7, "Plain", 0.95).effect.startswith(effect)
    assert sentence in text(sweep=commentary.sweep(WHOLE, [], {}, [c7], 0.04, 0.95))


def test_equal_differences_of_a_few_pairs_are_not_called_one_pair():
    found = text(changes={"C7": {**ONE, "n": 3}})
    assert (
        "**Inconclusive:** in each of the 3 pairs of replicates there are, Normed's was 0.70 times Plain's; " in found
    )


def test_the_landscape_is_told_as_a_range_over_steps():
    edge = {"low": 1.0, "high": 2.5, "low_multiples": (0.5,), "high_multiples": (1.0, 4.0), "n": 6}
    rows = [
        {"model": model, "pass": number, "measure": measure, **edge}
        for model in ("Plain", "Normed")
        for number in (1, 2)
        for measure in commentary.BANDS
    ]
    found = text(landscape=commentary.landscape(rows, ["Plain", "Normed"]))
    assert "| Plain | loss f(w + αu) | 1 (α = 0.5) | 2.5 (α = 1, 4) | 6 |" in found
    assert "the bands are not uncertainty over seeds. At pass 2," in found  # alt text
    assert "They are ranges over step lengths, not intervals over seeds." in found
    assert "At pass 0, from the least to the largest over the steps: none." in text(
        landscape=commentary.landscape([], ["Plain"])
    )
