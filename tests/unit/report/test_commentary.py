"""The commentary says what the numbers say, and the opposite when they do: each branch of the template."""

import math
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import normscape
import pandas
import pytest
import synthetic
from entries import BATCH, PLAIN, variant
from matplotlib import pyplot
from matplotlib.image import imread
from metric_rows import RATE, design, probe, replicate
from normscape import atomic, provenance, tables
from normscape.analysis import claims, curves, metrics, reproduction, verdicts
from normscape.analysis.claims import CLAIMS, quotes
from normscape.analysis.claims.claim import Claim
from normscape.analysis.design import SMOOTHNESS_MISSING, Exclusion
from normscape.analysis.estimates import log_last
from normscape.analysis.gaps import Gap
from normscape.recipes import recipe
from normscape.report import catalogue, commentary, page
from normscape.report.figures import claims as forest
from normscape.report.results import Results
from sentences import (
    FEW,
    FIGURES,
    NOT_MEASURED,
    ONE,
    SUPPORTED,
    TEMPLATE,
    TWINS,
    UNCLEAR,
    UNDECIDABLE,
    WORSE,
    answer,
    text,
)

INTERVAL = "0.55 times Plain's (95 % interval 0.50 to 0.60; n = 8, p = 0.002; 8 of 8 agree)"
LAYER = variant("layer")
PROGRAM = Path(normscape.__file__).parents[1] / "figures.py"


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
    assert answer(changes={"C4": NOT_MEASURED}) == start + ("At equal train loss the two can't be compared here.")


def test_a_claim_that_asks_the_same_in_another_way_is_told_in_the_answer(monkeypatch):
    also = tuple(claim._replace(also="in the end") if claim.id == "C2b" else claim for claim in CLAIMS)
    monkeypatch.setattr(claims, "CLAIMS", also)
    assert "at equal train loss (× 0.55), scale-normalised (× 0.55) and in eval mode (× 0.55)." in answer()
    assert "It was lower, too, in the end (× 0.55), at equal train loss (× 0.55), scale-normalised" in answer()


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


def test_a_few_pairs_that_are_all_the_same_are_not_called_one():
    found = answer(changes={"C3": {**ONE, "n": 3}, "C4": {**ONE, "n": 3}})
    assert found.startswith(
        "**Normed against Plain: no answer from 3 pairs of replicates whose ratio is the same.** In "
    )
    assert "In each its local smoothness L̂, mean over passes, was 0.70 times Plain's; add seeds to" in found
    found = answer(changes={"C4": {**ONE, "n": 3}})
    assert found.endswith(" At equal train loss, in each of the 3 pairs there are, it was 0.70 times Plain's.")
    found = answer(changes={"C4": ONE})
    assert found.endswith(" At equal train loss, in the one pair there is, it was 0.70 times Plain's.")


WHY = "Fewer than 6 replicates give no verdict here: at 95 %, even if all of them agreed, a test that doesn't rest on "


def test_too_few_replicates_give_no_verdict_and_why_is_said_once():
    found = text(changes=dict.fromkeys(SUPPORTED.keys() - {"C7"}, FEW))
    assert found.split("\n\n")[1] == (
        "**Whether Normed has the lower local smoothness L̂ than Plain is inconclusive: at the same pass it was 0.55 "
        "times Plain's (95 % interval 0.50 to 0.60; n = 3, p = 0.002; 3 of 3 agree), and so few replicates give no "
        "verdict.** At equal train loss the comparison is inconclusive: it was 0.55 times Plain's (95 % interval 0.50 "
        "to 0.60; n = 3, p = 0.002; 3 of 3 agree)."
    )
    assert found.count("doesn't rest on normality") == found.count(WHY) == 1
    assert "A claim is *supported* if there are 6 replicates or more and its interval lies wholly" in found
    assert WHY in text(changes={"C3": ONE})
    for enough in ({}, {"C3": {**FEW, "n": 6}}, {"C3": NOT_MEASURED}):
        assert WHY not in text(changes=enough) and "6 replicates or more" not in text(changes=enough)


def gap(claim, seed, model, reason):
    return Gap(claim, "Normed", seed, model, reason)


GAPS = [gap("C3", 4, "Normed", "pass 2: the step is zero"), gap("C4", 4, "", "their losses don't overlap")]


def test_what_is_not_decidable_is_told_with_why_and_with_the_sides_that_are_known():
    found = answer(changes={"C3": UNDECIDABLE, "C4": {**UNDECIDABLE, "higher": 1, "undecided": 1}}, gaps=GAPS)
    assert found == (
        "**Whether Normed has the lower local smoothness L̂ than Plain is not decidable for these replicates: seed 4 "
        "(Normed, pass 2: the step is zero).** Pair by pair, its L̂, mean over passes, was lower in 4 of 6, higher in "
        "2. At equal train loss that is not decidable for these replicates: seed 4 (their losses don't overlap). Pair "
        "by pair, it was lower in 4 of 6, higher in 1, unknown in 1."
    )
    whole = text(changes={"C3": UNDECIDABLE}, gaps=GAPS)
    assert "It is *not decidable* where some pair has no finite difference: a verdict from the others would" in whole
    assert "not decidable: the dots alone" in whole
    assert "decidable" not in text()
    assert "L̂ than Plain at the same pass: it was" in answer(changes={"C4": UNDECIDABLE}, gaps=GAPS)
    assert "was smoother" not in text(changes={"C8": UNDECIDABLE})


def test_identical_twins_are_called_identical():
    found = answer(changes={"C3": TWINS})
    assert "it was 1.00 times Plain's (95 % interval 1.00 to 1.00; n = 6, p = 1.00; identical in all 6).**" in found
    assert "0 of 6" not in text(changes={"C3": TWINS})
    some = {**UNCLEAR, "equal": 2, "higher": 4, "lower": 2}
    assert "p = 0.40; 4 of 8 agree, 2 equal).**" in answer(changes={"C3": some})
    even = {**TWINS, "low": 0.5, "high": 2.0, "equal": 0, "lower": 3, "higher": 3}
    assert "p = 1.00; lower in 3 of 6, higher in 3).**" in answer(changes={"C3": even})


def test_no_pair_gives_no_answer_and_says_what_is_missing():
    left_out = [Exclusion(3, "Plain", "diverged in pass 2")]
    found = text(left_out, {"C3": NOT_MEASURED})
    assert (
        "**Normed against Plain: no answer, for no pair of replicates has a local smoothness.** See what was left out"
        in found
    )
    assert "**Left out, with its partner:** seed 3 (Plain: diverged in pass 2).\n" in found
    assert answer(changes={"C3": NOT_MEASURED}).endswith("has a local smoothness.**")


def test_several_that_were_left_out_are_all_named():
    left_out = [Exclusion(3, "Plain", "diverged in pass 2"), Exclusion(5, "Normed", "missing")]
    assert "**Left out, with their partners:** seed 3 (Plain: diverged in pass 2); seed 5 (Normed: missing)." in text(
        left_out
    )
    assert "Left out" not in text()


def test_what_lacks_smoothness_alone_keeps_its_accuracies():
    left_out = [Exclusion(3, "Plain", "missing"), Exclusion(5, "Normed", SMOOTHNESS_MISSING)]
    found = text(left_out)
    assert "\n\n**Left out, with its partner:** seed 3 (Plain: missing).\n\n" in found
    assert (
        "\n\n**Left out of the claims that rest on probes, with its partner:** seed 5 (Normed: smoothness missing). "
        "Their losses and accuracies count.\n\n"
    ) in found
    assert "probes, with" not in text(left_out[:1]) and "**Left out, " not in text(left_out[1:])


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
        assert own.count("\n") == 2 + len(CLAIMS)
    assert "## Claim by claim" not in found
    assert not re.search(r" $|\n{4}", found + text(), re.MULTILINE)  # nothing trails, no empty heaps
    assert "beforehand; it must also pass Holm's correction for the number of treatments, and each other claim" in found
    assert "beforehand; each other claim must also pass Holm's correction for testing several." in text()


def test_several_treatments_share_the_claims_notes():
    found = text(others={"Layered": (LAYER, {})})
    assert "- C4: The curvature of the cross-entropy shrinks with the loss, " in found
    assert "- C7 takes a sweep over learning rates.\n" in found
    assert "- C7" not in text(others={"Layered": (LAYER, {"C7": {}})}, changes={"C7": {}})


def test_several_treatments_tell_each_what_is_not_decidable():
    found = text(changes={"C3": UNDECIDABLE}, gaps=GAPS, others={"Layered": (LAYER, {})})
    assert (
        "| C3 | smoothness, mean over passes | lower in 4 of 6, higher in 2<br>not decidable | × 0.55<br>**supp"
        in found
    )
    first, second = found.partition("### Normed against")[2].split("### Layered against")
    assert "|\n\n- C3 is not decidable for these replicates: seed 4 (Normed, pass 2: the step is zero).\n\n" in first
    assert "is not decidable for these" not in second
    assert not re.search(r" $|\n{4}", found, re.MULTILINE)


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


def test_a_figure_that_has_no_place_of_its_own_stands_after_the_results_under_its_title():
    found = text(figures={**FIGURES, "violins": "Violins"})
    assert "\n\n## Violins\n\n![Violins](violins.png)\n\n## The models\n" in found
    assert found.replace("## Violins\n\n![Violins](violins.png)\n\n", "") == text()


# From the tables to the text.


SETTINGS = {
    "dataset": {"name": "FashionMNIST", "fraction": 0.1},
    "models": {"plain": PLAIN, "batch": BATCH},
    "training": {"learning_rate": RATE, "batch_size": 32, "passes": 2},
    "smoothness": {"directions": 1},
}


SEEDS = tuple(range(6))


def results(more=lambda table: table):
    """Those of two models and six replicates, whose losses and smoothness are halved by BatchNorm, about.

    more: what else becomes of the rows of metrics.csv.
    """
    table = []
    for seed in SEEDS:
        losses = [2, 1 + 0.1 * seed, 0.5 + 0.05 * seed]
        table += replicate("plain", seed, losses)
        table += replicate("batch", seed, [loss / (2 + 0.001 * seed) for loss in losses])
    measured = pandas.DataFrame(more(table))
    means = curves.curves(measured, 0.95)
    return Results(
        design(seeds=SEEDS),
        ["plain", "batch"],
        metrics=measured,
        curves=pandas.DataFrame(means, columns=[column.name for column in curves.COLUMNS]),
        claims=verdicts.evaluate(measured, design(seeds=SEEDS)),
        reproduction=pandas.DataFrame(columns=[column.name for column in reproduction.COLUMNS]),
    )


def rendered(results, drawn=("comparison", "claims", "reproduction")):
    job = {"rule": "train", "seconds": 1, "peak_memory_mb": 1, "versions": {}, "git": None, "device": "cpu"}
    provenances = [{**job, "threads": 1, "platform": "none"}]
    return page.render(TEMPLATE, **commentary.facts(results, SETTINGS, provenances, drawn))


def test_the_template_finds_all_that_it_asks_for():
    found = rendered(results())
    assert found.startswith(
        "# Does batch normalisation smooth the loss landscape?\n\n**batch had the lower local smoothness L̂ than "
    )
    assert "| C1 | train loss, mean over passes | eval | 6 | × 0.4994 |" in found
    assert "(n = 6 for plain, n = 6 for batch)" in found
    assert "plain SGD with rate 0.1 and batches of 32 for 2 passes." in found


def test_what_is_missing_in_the_table_is_told_in_the_text():
    def less(table):
        (row,) = (row for row in table if (row["model"], row["seed"], row["pass"], row["metric"]) == ONE_PROBE)
        row |= {"value": math.nan, "missing": "the step is zero"}
        kept = [row for row in table if (row["model"], row["seed"], row["metric"]) != ("plain", 3, "smoothness")]
        return kept + probe("batch", "float32_error", [3e-6], seed=1)

    found = rendered(results(less))
    assert found.split("\n\n")[1].startswith(
        "**Whether batch has the lower local smoothness L̂ than plain is not decidable for these replicates: seed 4 "
        "(batch, pass 2: the step is zero).** Pair by pair, its L̂, mean over passes, was lower in 4 of 5, unknown in 1."
    )
    assert "probes, with its partner:** seed 3 (plain: smoothness missing). Their losses and accuracies count." in found
    assert "| C1 | train loss, mean over passes | eval | 6 | × 0.4994 |" in found
    assert "local smoothness, batch, pass 2 (in 1 of 6)" in found
    assert "At most they differed by 3.0 · 10⁻⁶ of the latter (batch, seed 1)." in found


ONE_PROBE = ("batch", 4, 2, "smoothness")


def test_a_claim_that_is_added_arrives_in_table_forest_plot_and_commentary(monkeypatch):
    added = Claim(
        id="C10",
        heading="The end",
        estimand="train loss at the last pass",
        metric="train_loss",
        mode="eval",
        measure=log_last,
        quotes=(quotes.LESS_VOLATILITY,),
        note="The last pass alone.",
    )
    monkeypatch.setattr(claims, "CLAIMS", (*CLAIMS, added))
    found = results()
    (row,) = (row for row in found.claims if row["claim"] == "C10")
    assert (row["estimand"], row["n"], row["verdict"]) == ("train loss at the last pass", 6, "supported")

    figure = forest.draw(found, (11, 7))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[-1] == "C10  train loss at the last pass"
    assert len(found.differences["C10", "batch"]) == 6

    whole = rendered(found)
    assert "| C10 | train loss at the last pass | eval | 6 | × 0.4994 | " in whole
    assert re.search(r"^\*\*C10 · The end\.\*\* \*\*Supported:\*\* .* The last pass alone\.$", whole, re.MULTILINE)
    assert "“It also shows less volatility”: **mixed: C6a not measured, C10 supported**" in whole


@pytest.fixture
def folder(tmp_path):
    """A folder with the tables of `results`."""
    found = results()
    tables.write(tmp_path / "metrics.csv", metrics.COLUMNS, found.metrics)
    digest = atomic.sha256(tmp_path / "metrics.csv")
    record(tmp_path, "aggregate")
    provenance.take(tmp_path / "metrics.csv", digest)
    tables.write(tmp_path / "curves.csv", curves.COLUMNS, found.curves)
    tables.write(tmp_path / "claims.csv", verdicts.COLUMNS, found.claims)
    tables.write(tmp_path / "reproduction.csv", reproduction.COLUMNS, found.reproduction)
    record(tmp_path, "compare")
    return tmp_path


DRAWN_WITH = synthetic.settings(["plain", "batch"], SEEDS)


def record(folder, rule):
    """Write the provenance of a job of `rule` in `folder`."""
    made_with = {"settings": recipe(rule, DRAWN_WITH, synthetic.CODES), "code": synthetic.CODES[rule]}
    provenance.write(folder / f"provenance-{rule}.json", {"rule": rule, **made_with})


def test_a_figure_that_is_added_arrives(monkeypatch, folder):
    added = SimpleNamespace(draw=lambda results, size: pyplot.figure(figsize=size))
    monkeypatch.setattr(catalogue, "FIGURES", (*catalogue.FIGURES, catalogue.Figure("violins", "Violins")))
    monkeypatch.setattr(catalogue, "module", {"violins": added}.get)
    paths = {name: folder / f"{name}.csv" for name in ("metrics", "curves", "claims", "reproduction")}
    program = runpy.run_path(str(PROGRAM))
    program["main"](
        **paths,
        settings=DRAWN_WITH,
        codes=synthetic.CODES,
        pictures=[folder / "violins.png"],
    )
    assert imread(folder / "violins.png").shape[:2] == (250, 400) and (folder / "violins.svg").exists()
    whole = rendered(results(), drawn=("comparison", "claims", "reproduction", "violins"))
    assert "## Violins\n\n![Violins](violins.png)\n" in whole
    assert "Violins" not in rendered(results())
