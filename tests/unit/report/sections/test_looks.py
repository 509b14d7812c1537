"""When the analysis was fixed, what is exploratory, and which look it is, in the commentary."""

import copy
import shutil
from pathlib import Path

import pytest
import registers
import synthetic
from normscape.analysis.design import Exclusion
from normscape.report import page
from normscape.report.sections import looks as section

TEMPLATE = Path(__file__).resolve().parents[4] / "workflow" / "report" / "looks.md.j2"


def settings(seeds=range(8), models=("Plain", "Normed"), claims=None, **comparison):
    found = copy.deepcopy(synthetic.settings(list(models), seeds))
    found["comparison"] |= comparison
    return found | ({"claims": claims} if claims else {})


def told(now=None, before=None, looked=(), there=(), after=range(8), exclusions=()):
    """The Looks of the settings `now`, when those `before` had been registered with the seeds `there`.

    after: the seeds that had been measured when `now` was registered, where it is another analysis.
    """
    now = now or settings()
    fixed = [registers.fixed(before or now, there)]
    if before:
        fixed.append(registers.fixed(now, after))
    return section.looks(fixed, [registers.look(each) for each in looked], now, exclusions)


@pytest.fixture
def text(tmp_path):
    """A function that renders one of the template's macros."""
    shutil.copy(TEMPLATE, tmp_path)

    def text(macro, looks):
        path = tmp_path / f"{macro}.md.j2"
        path.write_text(f'{{% import "looks.md.j2" as looking %}}\n[{{{{ looking.{macro}(looks) }}}}]')
        return page.render(path, looks=looks)[1:-1].strip()

    return text


# ---------------------------------------------------------------------------------------------------- when it was fixed


WHAT = "The analysis (claims, sides, families, margins and level) was"
FIXED = f"{WHAT} fixed on 2026-11-30, before any of these replicates was measured."
LATE = (
    f"{WHAT} written down on 2026-11-30, when {{}} had been measured already; nothing shows that it was chosen before."
)


def test_an_analysis_that_was_fixed_before_says_so_and_nothing_else(text):
    assert text("fixed", told()) == FIXED and told().beforehand
    assert text("again", told()) == ""
    assert told() == registers.first_look(settings())


@pytest.mark.parametrize(
    ("there", "named"),
    [
        ([3], "seed 3"),
        ([1, 2], "seeds 1 and 2"),
        (range(8), "seeds 0 to 7"),
        ([0, 1, 2, 3, 5, 40], "seeds 0 to 3 and 5"),  # 40 isn't among these replicates
    ],
)
def test_one_that_was_not_names_what_was_there(text, there, named):
    found = told(there=there)
    assert text("fixed", found) == LATE.format(named) and not found.beforehand


def test_replicates_that_are_not_among_these_do_not_count(text):
    assert text("fixed", told(there=[8, 9])) == FIXED


# ----------------------------------------------------------------------------------------------------- what was changed

SMALL = {"metric": "train_loss", "claimed": "below"}
AFTER = f"{FIXED} {{}} after seeds 0 to 7 had been measured, so {{}}."


@pytest.mark.parametrize(
    ("now", "before", "what", "exploratory"),
    [
        (
            settings(confidence=0.9),
            settings(),
            "`comparison.confidence` was changed",
            "all that is said of the claims is exploratory",
        ),
        (
            settings(confidence=0.9, looks="any"),
            settings(claims={"C12": SMALL}),
            "`comparison.confidence` and `comparison.looks` were changed",
            "all that is said of the claims is exploratory",
        ),
        (settings(claims={"C8": SMALL}), settings(), "C8 was changed", "what is said of it is exploratory"),
        (
            settings(claims={"C8": SMALL, "C12": SMALL}),
            settings(),
            "C8 was changed and C12 was added",
            "what is said of them is exploratory",
        ),
        (
            settings(claims={"C12": SMALL}),
            settings(claims={"C12": SMALL, "C13": {**SMALL, "primary": True}}),
            None,
            None,
        ),
        (
            settings(models=("Plain", "Normed", "Group")),
            settings(),
            "Group was added as a treatment",
            "what is said of it is exploratory",
        ),
    ],
)
def test_what_was_changed_after_replicates_were_measured_is_exploratory(text, now, before, what, exploratory):
    found = told(now, before)
    assert not found.beforehand
    if what:
        assert text("fixed", found) == AFTER.format(what, exploratory)
    else:
        assert text("fixed", found).startswith(f"{FIXED} ") and "C13 was dropped" in text("fixed", found)


def test_a_dropped_claim_is_told_with_those_it_was_corrected_with(text):
    found = text("fixed", told(settings(), settings(claims={"C12": SMALL})))
    start, end = (
        f"{FIXED} C12 was dropped after seeds 0 to 7 had been measured, so what is said of C1, ",
        (" is exploratory, corrected for testing several without what left the family."),
    )
    assert found.startswith(start) and found.endswith(end) and "C3" not in found
    found = text("fixed", told(settings(claims={"C8": SMALL}), settings(claims={"C12": SMALL})))
    assert (
        " C8 was changed and C12 was dropped after seeds 0 to 7 had been measured, so what is said of C8 is " in found
    )
    assert found.endswith(", too, corrected for testing several without what left the family.")
    assert "C8" not in found.partition("and what is said of")[2]


def test_what_was_changed_before_any_of_these_was_measured_is_not_exploratory(text):
    assert text("fixed", told(settings(claims={"C12": SMALL}), settings(), after=[])) == FIXED
    fresh = settings(seeds=range(8, 16), claims={"C12": SMALL})
    assert text("fixed", told(fresh, settings())) == FIXED


def test_back_to_what_was_fixed_is_not_exploratory(text):
    first, other = registers.fixed(settings()), registers.fixed(settings(confidence=0.9), range(8))
    found = section.looks([first, other, first._replace(seeds=[*range(8)])], [], settings(), [])
    assert text("fixed", found) == FIXED and found.beforehand


def test_a_change_after_an_analysis_that_was_itself_late_is_told(text):
    found = text("fixed", told(settings(claims={"C12": SMALL}), settings(), there=[0, 1]))
    assert found == (
        f"{LATE.format('seeds 0 and 1')} C12 was added after seeds 0 to 7 had been measured, so what is said of it is "
        "exploratory."
    )


# -------------------------------------------------------------------------------------------------------- looking again

ONCE = (
    " `comparison.looks: any`, set before the first look, allows for more; fresh seeds alone, under another "
    "`experiment`, make a first one."
)
SECOND = "**Verdicts of {} had been seen before: this is a second look, at a level that holds for one.**"


@pytest.mark.parametrize(
    ("looked", "whose"),
    [
        (settings(range(4)), "4 of these replicates (seeds 0 to 3)"),
        (settings([5]), "1 of these replicates (seed 5)"),
        (settings(range(16)), "16 replicates (seeds 0 to 15), of which seeds 8 to 15 are left out here"),
        (settings(range(9)), "9 replicates (seeds 0 to 8), of which seed 8 is left out here"),
        (settings(range(4, 10)), "6 replicates (seeds 4 to 9), of which seeds 8 and 9 are left out here"),
    ],
)
def test_a_second_look_is_told_as_one(text, looked, whose):
    assert text("again", told(looked=[looked, settings()])) == SECOND.format(whose) + ONCE


def remade(seeds):
    found = settings(seeds)
    found["training"]["passes"] = 20
    return found


def test_looks_at_networks_of_other_settings_are_told_as_such(text):
    other = "with other settings of training or probes"
    assert text("again", told(looked=[remade(range(8))])) == SECOND.format(f"these replicates {other}") + ONCE
    found = text("again", told(looked=[remade(range(4))]))
    assert found == SECOND.format(f"4 replicates (seeds 0 to 3) {other}") + ONCE
    assert text("again", told(looked=[remade(range(20, 28))])).endswith("none of them counts here.")


def test_many_looks_are_counted(text):
    looked = [settings(range(count)) for count in range(2, 9)]
    assert text("again", told(looked=looked[-3:])) == (
        "**Verdicts of 6 of these replicates (seeds 0 to 5); of 7 of these replicates (seeds 0 to 6) had been seen "
        f"before: this is a third look, at a level that holds for one.**{ONCE}"
    )
    assert (
        "(seeds 0 to 2); of 4 of these replicates (seeds 0 to 3); and 3 more times had been seen before: this is look "
        "number 7, at a level that holds for one.**"
    ) in text("again", told(looked=looked))


def test_looks_are_counted_once_whatever_the_analysis_was(text):
    looked = [settings(range(4)), settings(range(4), confidence=0.9), settings(confidence=0.9)]
    assert text("again", told(looked=looked)) == SECOND.format("4 of these replicates (seeds 0 to 3)") + ONCE


def test_with_any_number_of_looks_added_seeds_are_allowed_for_and_nothing_else(text):
    now = settings(looks="any")
    found = told(now, looked=[settings(range(4), looks="any")])
    assert found.covered and text("again", found) == (
        "**Verdicts of 4 of these replicates (seeds 0 to 3) had been seen before: this is a second look.** With "
        "`comparison.looks: any` that is allowed for: intervals and tests hold however often one looks and adds seeds."
    )
    found = told(now, looked=[settings(range(9), looks="any")])
    assert not found.covered and text("again", found).endswith(
        "this is a second look.** `comparison.looks: any` allows for seeds that are added, not for any that are left "
        "out, nor for other settings."
    )
    assert not told(looked=[settings(range(4))]).covered


def test_other_replicates_make_no_second_look(text):
    found = text("again", told(looked=[settings(range(8, 16)), settings([16])]))
    assert found == "Verdicts of 9 other replicates (seeds 8 to 16) had been seen, too; none of them counts here."
    found = text("again", told(looked=[settings(range(4)), settings([8])]))
    assert found.endswith(
        f"{ONCE} Verdicts of 1 other replicate (seed 8) had been seen, too; none of them counts here."
    )


def test_other_models_make_no_look_at_these(text):
    assert text("again", told(looked=[settings(range(4), models=("Plain", "Group"))])) == ""


def test_a_replicate_that_was_left_out_was_not_seen(text):
    out = [Exclusion(7, "Normed", "missing")]
    assert text("again", told(looked=[settings(range(7))], exclusions=out)) == ""
    assert "7 of these replicates (seeds 0 to 6)" in text("again", told(looked=[settings(range(7))]))


def test_without_any_replicate_there_is_no_look(text):
    out = [Exclusion(seed, "Plain", "missing") for seed in range(8)]
    assert text("again", told(looked=[settings(range(4))], exclusions=out)) == ""


def test_seeds_are_named_by_ranges():
    assert section.seeds([]) == ""
    assert section.seeds([4]) == "seed 4"
    assert section.seeds([7, 4]) == "seeds 4 and 7"
    assert section.seeds([0, 1, 2, 3, 5, 7, 8]) == "seeds 0 to 3, 5, 7 and 8"
    assert section.seeds([1, 3, 5, 7, 9]) == "seeds 1, 3, 5 and 2 more"
