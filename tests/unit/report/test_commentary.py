"""The commentary says what the numbers say, and the opposite when they do: each branch of the template."""

import math
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import normscape
import pandas
import pytest
import registers
import synthetic
from entries import BATCH, PLAIN, variant
from matplotlib import pyplot
from matplotlib.image import imread
from metric_rows import RATE, design, frame, probe, replicate
from normscape import atomic, provenance, tables
from normscape.analysis import claims, curves, metrics, register, reproduction, verdicts
from normscape.analysis.claims import CLAIMS, quotes
from normscape.analysis.claims.claim import BESIDE, Claim
from normscape.analysis.design import SMOOTHNESS_MISSING, Exclusion
from normscape.analysis.estimates import log_last
from normscape.analysis.gaps import Gap
from normscape.analysis.turns import Turn
from normscape.recipes import recipe
from normscape.report import catalogue, commentary, page
from normscape.report.figures import claims as forest
from normscape.report.results import Results
from normscape.report.sections import looks as section
from sentences import (
    DESIGN,
    FEW,
    FIGURES,
    NEGLIGIBLE,
    NOT_MEASURED,
    NOT_YET,
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


SMOOTHER = (
    f"**The loss of Normed was smoother than that of Plain: at the same pass its local smoothness L̂ was {INTERVAL}.** "
)
LOWER = f"**Normed had the lower local smoothness L̂ than Plain: at the same pass it was {INTERVAL}; "
END = ".** The lower L̂, the smoother the loss."
TURN = Turn("update 8", "update 20", "lower", True)


def test_smoother_is_said_without_reserve_only_if_all_claims_on_it_agree():
    assert answer() == SMOOTHER + (
        "It was lower, too, at equal train loss (× 0.55), scale-normalised (× 0.55), in eval mode (× 0.55), before "
        "training (× 0.55) and in the first 8 updates (× 0.55)."
    )
    for claim in ("C4", "C5", "C8", "C10", "C11"):
        for change in (WORSE, UNCLEAR, NOT_MEASURED, NEGLIGIBLE, UNDECIDABLE):
            assert "was smoother" not in text(changes={claim: change})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, "it was lower, too: × 0.55 (0.50 to 0.60)"),
        (WORSE, "it was higher: × 1.64 (1.50 to 1.80)"),
        (UNCLEAR, "no difference was shown: × 1.04 (0.90 to 1.20)"),
        (
            {"verdict": "inconclusive", "p_holm": 0.08},
            "no difference was shown after Holm's correction: × 0.55 (0.50 to",
        ),
        (NOT_YET, "no difference was shown yet: × 0.90"),
        (NEGLIGIBLE, "the two did not differ by as much as matters: × 1.01 (0.95 to 1.07)"),
        (FEW, "it was × 0.55 (0.50 to 0.60), and so few replicates give no verdict"),
        (ONE, "it was × 0.70 in the one pair there is"),
        ({**ONE, "n": 3}, "it was × 0.70 in each of the 3 pairs there are"),
        (UNDECIDABLE, "that is not decidable for these replicates"),
        (NOT_MEASURED, "it was not measured"),
    ],
)
def test_what_differs_at_the_start_and_at_equal_loss_is_told_in_the_same_sentence(change, told):
    start = answer(changes={"C10": change, "C5": UNCLEAR})
    assert start.startswith(LOWER + f"before training {told}") and start.endswith(END)
    equal = answer(changes={"C4": change, "C5": UNCLEAR})
    assert equal.startswith(
        LOWER + f"before training it was lower, too: × 0.55 (0.50 to 0.60); at equal train loss {told}"
    )


def test_when_the_two_changed_places_is_told_only_if_the_claims_show_it():
    changes = {"C10": WORSE, "C11": WORSE, "C4": UNCLEAR}
    assert answer(changes=changes, turn=TURN) == (
        LOWER.replace("Normed", "From update 20 on, Normed", 1)
        + "before training it was higher: × 1.64 (1.50 to 1.80); at equal train loss no difference was shown: × 1.04 "
        + "(0.90 to 1.20)"
        + END
    )
    for turn in (None, TURN._replace(side="higher"), TURN._replace(in_first_pass=False)):
        assert answer(changes=changes, turn=turn).startswith(LOWER)
    for other in (UNCLEAR, NOT_MEASURED, {}):
        assert answer(changes={**changes, "C10": other}, turn=TURN).startswith(LOWER)
    turned = answer(changes={"C3": WORSE}, turn=TURN._replace(side="higher"))
    assert turned.startswith("**From update 20 on, Normed had the higher local smoothness L̂ than Plain, against what")
    whole = text(changes=changes, turn=TURN)
    told = (
        "Of the checkpoints, update 8 is the last at which Normed's was higher on average, and from update 20 on it was"
    )
    assert told in whole and told not in text(changes=changes) and told not in text(turn=TURN)
    other = DESIGN._replace(claims={"C11": {"metric": "gradient_norm", "claimed": "below", "states": "early"}})
    assert told not in text(changes=changes, turn=TURN, design=other)  # there C11 is about something else


def test_what_says_otherwise_in_another_way_is_told_last():
    found = answer(changes={"C5": WORSE, "C8": UNCLEAR, "C11": WORSE})
    assert (
        "; scale-normalised it was higher: × 1.64 (1.50 to 1.80); in eval mode no difference was shown: × 1.04 (0.90 "
        "to 1.20); in the first 8 updates it was higher: × 1.64 (1.50 to 1.80)" + END
    ) in found
    assert "in the first 8 updates" not in answer(changes={"C10": WORSE, "C11": WORSE})


def test_a_claim_that_asks_the_same_in_another_way_is_told_in_the_answer(monkeypatch):
    also = tuple(claim._replace(also="in the end") if claim.id == "C2b" else claim for claim in CLAIMS)
    monkeypatch.setattr(claims, "CLAIMS", also)
    assert "It was lower, too, in the end (× 0.55), at equal train loss (× 0.55), scale-normalised" in answer()


def test_a_primary_endpoint_on_the_other_side_is_said_first():
    assert answer(changes={"C3": WORSE, "C4": WORSE}).startswith(
        "**Normed had the higher local smoothness L̂ than Plain, against what the notebook says: at the same pass it "
        "was 1.64 times Plain's (95 % interval 1.50 to 1.80; n = 8, p = 0.002; 8 of 8 agree); before training it was "
        "lower: × 0.55 (0.50 to 0.60); at equal train loss it was higher, too: × 1.64 (1.50 to 1.80)"
    )


def test_an_inconclusive_primary_endpoint_is_neither_effect_nor_its_absence():
    found = answer(changes={"C3": UNCLEAR})
    assert found.startswith(
        "**Whether Normed has the lower local smoothness L̂ than Plain is inconclusive: at the same pass it was 1.04"
    )
    assert "too: " not in found
    assert "no effect" not in text(changes={id: UNCLEAR for id in SUPPORTED}).lower()
    found = answer(changes={"C3": NOT_YET})
    assert (
        "(95 % interval not yet; n = 6, p = 0.002; 6 of 6 agree), and an interval that holds at any look takes" in found
    )


def test_a_primary_endpoint_without_a_relevant_difference_says_so():
    assert answer(changes={"C3": NEGLIGIBLE, "C4": UNCLEAR}).startswith(
        "**The local smoothness L̂ of Normed did not differ from that of Plain by as much as matters: at the same pass "
        "it was 1.01 times Plain's (95 % interval 0.95 to 1.07; n = 8, p = 0.40; 8 of 8 agree); before training it was "
    )


OTHER = {"C30": {"metric": "test_loss", "summary": "last", "claimed": "below", "primary": True}}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, f" is supported: it was {INTERVAL}.**"),
        (UNCLEAR, " is inconclusive: it was 1.04 times Plain's"),
        (NEGLIGIBLE, " showed no relevant difference: it was 1.01 times Plain's"),
        (NOT_MEASURED, " was not measured on any pair of replicates.**"),
        (
            UNDECIDABLE,
            " is not decidable for these replicates: .** Pair by pair, its value was lower in 4 of 6, higher",
        ),
    ],
)
def test_another_primary_endpoint_is_what_the_answer_is_about(change, told):
    found = answer(changes={"C30": change}, design=DESIGN._replace(claims=OTHER))
    assert found.startswith("**Normed against Plain: ")
    assert "the primary endpoint, C30 (test loss at the last pass)," + told in found
    assert "smoothness" not in found and "L̂" not in found
    whole = text(changes={"C30": change}, design=DESIGN._replace(claims=OTHER))
    assert "The title's question is not the one that the primary endpoint asks here" in whole


def test_a_claim_that_the_config_put_in_the_place_of_another_isnt_told_as_that():
    design = DESIGN._replace(claims={"C4": {"metric": "gradient_norm", "claimed": "below"}})
    found = answer(changes={"C4": WORSE}, design=design)
    assert found.endswith("at equal train loss it was not measured" + END) and "1.64" not in found


def test_a_primary_endpoint_that_only_the_number_of_treatments_makes_inconclusive_says_so():
    change = {"C3": {"verdict": "inconclusive", "p_holm": 0.08}}
    told = ", which among the treatments tested here is not statistically significant (Holm-adjusted p = 0.080); before"
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


WHY = "Fewer than 6 replicates give no verdict here: at 95 %, even if all of them agreed, a test that doesn't rest on "


def test_too_few_replicates_give_no_verdict_and_why_is_said_once():
    found = text(changes=dict.fromkeys(SUPPORTED.keys() - {"C7"}, FEW))
    assert found.split("\n\n")[1] == (
        "**Whether Normed has the lower local smoothness L̂ than Plain is inconclusive: at the same pass it was 0.55 "
        "times Plain's (95 % interval 0.50 to 0.60; n = 3, p = 0.002; 3 of 3 agree), and so few replicates give no "
        "verdict; before training it was × 0.55 (0.50 to 0.60); at equal train loss it was × 0.55 (0.50 to 0.60)" + END
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
        "2. Before training it was lower: × 0.55 (0.50 to 0.60); at equal train loss that is not decidable for these "
        "replicates."
    )
    whole = text(changes={"C3": UNDECIDABLE}, gaps=GAPS)
    assert "It is *not decidable* where some pair has no finite difference: a verdict from the others would" in whole
    assert "not decidable: the dots alone" in whole
    assert "decidable" not in text()
    assert "was smoother" not in text(changes={"C8": UNDECIDABLE})


def test_identical_twins_are_called_identical():
    found = answer(changes={"C3": TWINS})
    assert (
        "it was 1.00 times Plain's (95 % interval 1.00 to 1.00; n = 6, p = 1.00; identical in all 6); before" in found
    )
    assert "0 of 6" not in text(changes={"C3": TWINS})
    some = {**UNCLEAR, "equal": 2, "higher": 4, "lower": 2}
    assert "p = 0.40; 4 of 8 agree, 2 equal); before" in answer(changes={"C3": some})
    even = {**TWINS, "low": 0.5, "high": 2.0, "equal": 0, "lower": 3, "higher": 3}
    assert "p = 1.00; lower in 3 of 6, higher in 3); before" in answer(changes={"C3": even})


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


def test_a_second_look_is_told_at_the_head_and_a_changed_claim_where_it_stands():
    first = registers.first_look(SETTINGS)
    again = first._replace(
        earlier=[section.Earlier("6 of these replicates (seeds 0 to 5)", section.ADDED)], look="a second look"
    )
    assert text(looks=again).split("\n\n")[2].startswith("**Verdicts of 6 of these replicates (seeds 0 to 5) had been")
    changed = register.Changes([], [], ["C4"], [], [], [])
    found = text(looks=first._replace(changes=changed, moves="C4 was changed", after="seeds 0 to 7", concerned="it"))
    assert "C3 is the primary endpoint; each other" in found and "fixed beforehand" in text()
    exploratory = re.findall(r"^\*\*(\w+) · .* Exploratory: the analysis was changed\.", found, re.MULTILINE)
    assert exploratory == ["C4"] and "Exploratory" not in text() + text(looks=again)


def test_several_treatments_with_opposite_results_get_an_answer_each():
    found = text(
        others={"Layered": (LAYER, {"C3": WORSE, "C4": WORSE}), "Grouped": (variant("group"), {"C3": UNCLEAR})}
    )
    answers = found.split("\n\n")[1:4]
    assert answers[0].startswith("**The loss of Normed was smoother than that of Plain: ")
    assert answers[1].startswith("**Layered had the higher local smoothness L̂ than Plain: at the same pass it was 1.64")
    assert answers[2].startswith("**Whether Grouped has the lower local smoothness L̂ than Plain is inconclusive: ")


def test_several_treatments_share_a_table_and_have_one_each():
    found = text(others={"Layered": (LAYER, {"C3": WORSE, "C2b": UNCLEAR})})
    assert "\n| claim | what is compared with Plain | Normed | Layered |\n|---|---|---|---|\n| C1 | train loss" in found
    assert "\n| C3 | smoothness, mean over passes | × 0.55<br>**supported** | × 1.64<br>**contradicted** |\n" in found
    assert "\n| C2b | test loss at the last pass | × 0.55<br>**supported** | × 1.04<br>inconclusive |\n" in found
    assert "\n| C7 | largest workable learning rate | not measured | not measured |\n" in found
    for name in ("Normed", "Layered"):
        (own,) = re.findall(rf"### {name} against Plain\n\n((?:\|.*\n)+)", found)
        assert own.count("\n") == 2 + sum(claim.family != BESIDE for claim in CLAIMS)
    assert "## Claim by claim" not in found
    assert not re.search(r" $|\n{4}", found + text(), re.MULTILINE)  # nothing trails, no empty heaps
    assert "beforehand; it must also pass Holm's correction for the number of treatments, and each other claim" in found
    assert "beforehand; each other claim must also pass Holm's correction for testing several. C10 and" in text()


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


SEEDS = tuple(range(6))
DRAWN_WITH = synthetic.settings(["plain", "batch"], SEEDS)
SETTINGS = {
    **DRAWN_WITH,
    "experiment": "x",
    "models": {"plain": PLAIN, "batch": BATCH},
    "training": DRAWN_WITH["training"] | {"learning_rate": RATE, "passes": 2},
}


def results(more=lambda table: table):
    """Those of two models and six replicates, whose losses and smoothness are halved by BatchNorm, about.

    more: what else becomes of the rows of metrics.csv.
    """
    table = []
    for seed in SEEDS:
        losses = [2, 1 + 0.1 * seed, 0.5 + 0.05 * seed]
        table += replicate("plain", seed, losses)
        table += replicate("batch", seed, [loss / (2 + 0.001 * seed) for loss in losses])
    measured = frame(more(table))
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
    job = {"seconds": 1, "process_cpu_seconds": 1, "peak_memory_mb": 1, "versions": {}, "git": None, "device": "cpu"}
    job |= {"threads": 1, "platform": "none", "settings": {}}
    provenances = [{**job, "rule": rule} for rule in ("prepare", "train", "probe")]
    held = [registers.fixed(SETTINGS)], []
    return page.render(TEMPLATE, **commentary.facts(results, SETTINGS, provenances, drawn, held))


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
        id="C99",
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
    (row,) = (row for row in found.claims if row["claim"] == "C99")
    assert (row["estimand"], row["n"], row["verdict"]) == ("train loss at the last pass", 6, "supported")

    figure = forest.draw(found, (11, 7))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[-1] == "C99  train loss at the last pass"
    assert len(found.differences["C99", "batch"]) == 6

    whole = rendered(found)
    assert "| C99 | train loss at the last pass | eval | 6 | × 0.4994 | " in whole
    assert re.search(r"^\*\*C99 · The end\.\*\* \*\*Supported:\*\* .* The last pass alone\.$", whole, re.MULTILINE)
    assert "“It also shows less volatility”: **mixed: C6a not measured, C99 supported**" in whole


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
