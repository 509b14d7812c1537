"""The registers: what is fixed beforehand, what was seen, and that neither is ever lost in silence."""

import copy
import json
import runpy
import shutil
from pathlib import Path

import normscape
import pytest
import synthetic
from normscape import provenance
from normscape.analysis import claims, register
from normscape.analysis.design import SMOOTHNESS_MISSING, Design, Exclusion
from normscape.errors import InputError
from normscape.recipes import recipe

SCRIPTS = Path(normscape.__file__).parents[1]
SETTINGS = synthetic.settings(["Plain", "Normed"], range(8))


def changed(*keys, value, settings=SETTINGS):
    """The settings with another value of the key."""
    other = copy.deepcopy(settings)
    inner = other
    for key in keys[:-1]:
        inner = inner.setdefault(key, {})
    inner[keys[-1]] = value
    return other


def with_looks(value):
    return changed("comparison", "looks", value=value)


def analysis(settings=SETTINGS):
    return register.analysis(Design.of(settings))


def held(path):
    return json.loads(path.read_text())["entries"]


@pytest.fixture
def times(monkeypatch):
    """Each time that is asked for is a minute later than the one before."""
    minutes = iter(range(60))
    monkeypatch.setattr(register, "_now", lambda: f"2026-11-30T12:{next(minutes):02}:00+00:00")


# --------------------------------------------------------------------------------------------- what the analysis is


def test_the_analysis_holds_every_claim_in_force_with_all_that_its_verdict_rests_on():
    found = analysis()
    assert list(found["claims"]) == [claim.id for claim in claims.CLAIMS]
    assert found["claims"]["C3"] == {
        "metric": "smoothness",
        "mode": "full_batch",
        "summary": "log_mean",
        "comparison": "subtract",
        "states": "passes",
        "unit": "log ratio",
        "claimed": "below 0",
        "family": "primary",
        "margin": None,
    }
    assert (found["baseline"], found["treatments"], found["confidence"]) == ("Plain", ["Normed"], 0.95)
    assert json.loads(json.dumps(found)) == found


def test_claims_that_differ_in_a_limit_alone_are_told_apart():
    found = {json.dumps(entry, sort_keys=True) for id, entry in analysis()["claims"].items() if id.startswith("C4-")}
    assert len(found) == 3


@pytest.mark.parametrize(
    "other",
    [
        changed("comparison", "confidence", value=0.9),
        with_looks("any"),
        changed("comparison", "negligible", value={"ratio": 1.1}),
        changed("comparison", "treatments", value=["Another"]),
        changed("claims", "C12", value={"metric": "train_loss", "claimed": "below"}),
    ],
)
def test_whatever_a_verdict_turns_on_is_part_of_the_analysis(other):
    assert analysis(other) != analysis()


@pytest.mark.parametrize(
    "other",
    [
        changed("seeds", value=[8, 9]),
        changed("training", "passes", value=20),
        changed("figure", "dpi", value=60),
        changed("experiment", value="other"),
    ],
)
def test_replicates_training_and_looks_of_figures_are_none_of_it(other):
    assert analysis(other) == analysis()


def test_the_order_of_treatments_is_none_of_it():
    settings = [synthetic.settings(["Plain", *names], [0]) for names in (["A", "B"], ["B", "A"])]
    assert analysis(settings[0]) == analysis(settings[1])


# ---------------------------------------------------------------------------------------------------- what changed


def changes(other, settings=SETTINGS):
    now = analysis(other)
    return register.changes(analysis(settings), now, list(now["claims"]))


NOTHING = register.Changes(*[[]] * 6)
ADDED = {"metric": "train_loss", "claimed": "below"}


def test_the_same_analysis_has_no_changes_and_nothing_exploratory():
    assert changes(SETTINGS) == NOTHING
    assert not NOTHING.exploratory("C4", "Normed")


@pytest.mark.parametrize(("key", "value"), [("confidence", 0.9), ("looks", "any"), ("baseline", "Other")])
def test_what_every_claim_rests_on_makes_all_exploratory(key, value):
    found = changes(changed("comparison", key, value=value))
    assert found == NOTHING._replace(settings=[key]) and found.exploratory("C4", "Normed")


def test_a_claim_that_is_added_is_exploratory_and_the_others_are_not():
    found = changes(changed("claims", "C12", value=ADDED))
    assert found == NOTHING._replace(added=["C12"])
    assert found.exploratory("C12", "Normed") and not found.exploratory("C4", "Normed")


def test_a_claim_that_is_put_in_anothers_place_is_changed():
    settings = changed("claims", "C8", value=ADDED)
    assert changes(settings) == NOTHING._replace(changed=["C8"])


def test_a_family_that_lost_a_claim_is_corrected_for_less_and_so_exploratory():
    """A claim that went could only have raised the others' p."""
    before = changed("claims", "C12", value=ADDED)
    found = changes(SETTINGS, before)
    secondary = [claim.id for claim in claims.CLAIMS if claim.family == "secondary"]
    assert found == NOTHING._replace(dropped=["C12"], regrouped=secondary)
    assert found.exploratory("C1", "Normed") == ("C1" in secondary)
    assert not found.exploratory("C3", "Normed") and not found.exploratory("C10", "Normed")


def test_another_primary_endpoint_changes_both_and_what_the_new_one_left_behind():
    found = changes(
        changed(
            "claims",
            "C4",
            value={"metric": "smoothness", "comparison": "equal_loss", "claimed": "below", "primary": True},
        )
    )
    assert {"C3", "C4"} <= set(found.changed)
    assert "C1" in found.regrouped and "C10" not in found.regrouped


def test_margins_change_the_claims_of_their_unit_alone():
    found = changes(changed("comparison", "negligible", value={"points": 0.5}))
    units = {claim.id: claim.unit for claim in claims.CLAIMS}
    assert found.changed and {units[id] for id in found.changed} == {"accuracy difference"}
    assert not (found.settings or found.added or found.dropped or found.regrouped)


def test_a_treatment_that_comes_is_exploratory_and_one_that_goes_makes_all_so():
    two = synthetic.settings(["Plain", "Normed", "Group"], range(8))
    found = changes(two)
    assert found == NOTHING._replace(treatments=["Group"])
    assert found.exploratory("C3", "Group") and not found.exploratory("C3", "Normed")
    assert changes(SETTINGS, two) == NOTHING._replace(settings=["treatments"])


# ------------------------------------------------------------------------------------------- the register of analyses


def test_an_analysis_is_added_when_it_changes_and_only_then(tmp_path, times):
    path = tmp_path / "analysis.json"
    register.fix(path, Design.of(SETTINGS), [])
    first = path.read_bytes()
    register.fix(path, Design.of(SETTINGS), [0, 1])
    assert path.read_bytes() == first
    register.fix(path, Design.of(with_looks("any")), [1, 0])
    register.fix(path, Design.of(SETTINGS), [2])  # back to an earlier one
    entries = held(path)
    assert [entry["seeds"] for entry in entries] == [[], [0, 1], [0, 1, 2]]
    assert [entry["time"][14:16] for entry in entries] == ["00", "01", "02"]
    assert entries[0]["digest"] == entries[2]["digest"] != entries[1]["digest"]
    assert entries[0]["analysis"] == analysis()
    assert register.require_fixed(path, Design.of(SETTINGS))[0].seeds == []


def test_which_seeds_are_there_is_seen_from_their_runs(tmp_path):
    assert register.measured(tmp_path / "runs") == set()
    runs = synthetic.make(tmp_path, synthetic.settings(["Plain", "Normed"], [3, 12]))
    assert register.measured(tmp_path / "runs") == {3, 12}
    for path in (tmp_path / "runs").rglob("seed-12/*.csv"):
        path.unlink()
    shutil.rmtree(runs.folder({"model": "Plain", "learning_rate": "0.04", "seed": 3}))
    assert register.measured(tmp_path / "runs") == {3}  # of one model


def test_seeds_whose_verdicts_were_seen_count_as_measured_though_their_runs_are_gone(tmp_path):
    main = runpy.run_path(str(SCRIPTS / "register.py"))["main"]
    path, runs, looked = (tmp_path / name for name in ("analysis.json", "runs", "looks.json"))
    asked = recipe("register", SETTINGS, synthetic.CODES)
    main(**asked, runs=runs, looks=[looked], analysis=path)
    add(looked, changed("seeds", value=[4, 5]))
    synthetic.make(tmp_path, synthetic.settings(["Plain", "Normed"], [3]))
    main(**recipe("register", with_looks("any"), synthetic.CODES), runs=runs, looks=[looked], analysis=path)
    assert seeds(path) == [[], [3, 4, 5]]


def test_the_analysis_that_counts_is_the_last_before_any_of_the_replicates(tmp_path):
    entries = [register.Fixed({}, "", seeds, "") for seeds in ([], [], [0, 1], [0, 1, 2])]
    for seeds, place in (([0], 1), ([2, 9], 2), ([8, 9], 3), ([], 3)):
        assert register.place_of_fixed(entries, seeds) == place
    assert register.place_of_fixed(entries[2:], [0, 1]) == 0


def test_an_analysis_that_was_not_registered_is_refused_and_what_was_read_is_noted(tmp_path):
    path = tmp_path / "analysis.json"
    register.fix(path, Design.of(SETTINGS), [])
    provenance.taken.clear()
    with pytest.raises(InputError, match=r"its last analysis is another than the one asked for; run `snakemake"):
        register.require_fixed(path, Design.of(with_looks("any")))
    register.require_fixed(path, Design.of(SETTINGS))
    assert list(provenance.taken) == [path]
    with pytest.raises(InputError, match="another than the one asked for"):
        register.require_fixed(tmp_path / "none.json", Design.of(SETTINGS))


# -------------------------------------------------------------------------------------------- the register of verdicts


def add(path, settings=SETTINGS, exclusions=(), other="none.json"):
    register.add_look(path, path.with_name(other), register.look(settings, exclusions))


def seeds(path):
    return [entry["seeds"] for entry in held(path)]


def test_a_look_is_added_once(tmp_path, times):
    path = tmp_path / "looks.json"
    add(path)
    first = path.read_bytes()
    add(path)
    assert path.read_bytes() == first
    add(path, changed("seeds", value=[*range(16)]))
    add(path)
    assert seeds(path) == [[*range(8)], [*range(16)]]
    add(path, with_looks("any"))
    add(path, changed("training", "passes", value=20))
    assert seeds(path) == [[*range(8)], [*range(16)], [*range(8)], [*range(8)]]
    add(path, changed("figure", "dpi", value=60))
    assert len(seeds(path)) == 4


def test_what_partial_results_showed_counts_as_seen(tmp_path, times):
    whole, partial = tmp_path / "looks.json", tmp_path / "partial.json"
    add(partial, changed("seeds", value=[0, 1]), other=whole.name)
    add(whole, other=partial.name)
    add(partial, changed("seeds", value=[5]), other=whole.name)
    assert seeds(whole) == [[0, 1], [*range(8)]]
    assert seeds(partial) == [[0, 1], [*range(8)], [5]]
    times = [entry["time"] for entry in held(partial)]
    assert times == sorted(times)


def test_a_replicate_counts_as_seen_if_some_pair_of_it_is_compared(tmp_path):
    settings = synthetic.settings(["Plain", "Normed", "Group"], range(4))
    out = [
        Exclusion(0, "Plain", "missing"),
        Exclusion(1, "Normed", "diverged in pass 2"),
        Exclusion(2, "Normed", "missing"),
        Exclusion(2, "Group", "missing"),
        Exclusion(3, "Plain", SMOOTHNESS_MISSING),
    ]
    assert register.look(settings, out).seeds == [1, 3]
    nothing = register.look(settings, [Exclusion(seed, "Plain", "missing") for seed in range(4)])
    register.add_look(tmp_path / "looks.json", tmp_path / "none.json", nothing)
    assert seeds(tmp_path / "looks.json") == []


def test_a_model_that_comes_leaves_what_the_others_were_made_with():
    one, two = (register.look(synthetic.settings(names, [0]), []).made for names in (["A", "B"], ["A", "B", "C"]))
    assert one.items() < two.items()
    other = register.look(changed("models", "Normed", value={"channels": [8]}), []).made
    assert other["Plain"] == register.look(SETTINGS, []).made["Plain"] != other["Normed"]


# --------------------------------------------------------------------------------------------------------------- damage


def edit(path):
    path.write_text(path.read_text().replace("2026-", "2025-"))


def cut(path):
    path.write_bytes(path.read_bytes()[:-40])


def empty(path):
    path.write_bytes(b"")


def other_fields(path):
    entries = [{"seeds": []}]
    path.write_text(json.dumps({"entries": entries, "sha256": register._digest(entries)}))


def no_register(path):
    path.write_text("[]")


@pytest.mark.parametrize("spoil", [edit, cut, empty, other_fields, no_register])
def test_a_register_that_is_not_as_it_was_written_is_refused_and_stays(tmp_path, spoil, times):
    fixed, looked = tmp_path / "analysis.json", tmp_path / "looks.json"
    register.fix(fixed, Design.of(SETTINGS), [])
    add(looked)
    for path in (fixed, looked):
        spoil(path)
    spoilt = [path.read_bytes() for path in (fixed, looked)]
    line = r"damaged or edited since it was written; put it back from a copy; or delete it and run again, and what it"
    for reader in (
        lambda: register.fix(fixed, Design.of(with_looks("any")), [0]),
        lambda: register.require_fixed(fixed, Design.of(SETTINGS)),
        lambda: register.looks(looked),
        lambda: add(looked, changed("seeds", value=[9])),
        lambda: add(tmp_path / "other.json", other=looked.name),
    ):
        with pytest.raises(InputError, match=line) as raised:
            reader()
        assert "\n" not in str(raised.value) and ".json: " in str(raised.value)
    assert [path.read_bytes() for path in (fixed, looked)] == spoilt
    assert not (tmp_path / "other.json").exists()
    for path in (fixed, looked):
        path.unlink()
    register.fix(fixed, Design.of(SETTINGS), [0])
    add(looked)


def test_what_cannot_be_read_is_told(tmp_path):
    with pytest.raises(InputError, match=r"can't be read \(Is a directory\)"):
        register.looks(tmp_path)
