"""The analysis is written down before it is carried out, and who looks again is told so."""

import json
import re
import shutil

import pytest
from plans import AFTER_COMPARE, jobs

AGAIN = "this is a second look, at a level that holds for one.**"


def entries(path):
    return json.loads(path.read_text())["entries"]


def told(checkout, part=""):
    return checkout.results(f"{part}commentary.md").read_text(encoding="utf-8")


def ended(path):
    """When a job of ours had written what belongs to the provenance at `path`."""
    return path.stat().st_mtime_ns


def test_the_analysis_is_fixed_before_anything_is_measured_and_a_first_look_is_no_second(finished):
    (fixed,) = entries(finished.results("analysis.json"))
    assert fixed["seeds"] == [] and fixed["analysis"]["confidence"] == 0.95
    runs = finished.results("runs").rglob("provenance-*.json")
    assert all(ended(finished.results("provenance-register.json")) < ended(path) for path in runs)
    (look,) = entries(finished.results("looks.json"))
    assert look["seeds"] == [0, 1] and look["analysis"] == fixed["digest"]
    text = told(finished)
    assert f"was fixed on {fixed['time'][:10]}, before any of these replicates was measured." in text
    assert "had been seen" not in text and "exploratory" not in text


@pytest.mark.slow
def test_a_seed_more_is_a_second_look_by_the_same_analysis(rerun):
    fixed = rerun.results("analysis.json").read_bytes()
    rerun.edit_config({"seeds": [0, 1, 2]})
    assert "register" not in rerun.planned()
    rerun.finish("--cores", "4")
    assert rerun.results("analysis.json").read_bytes() == fixed
    assert [look["seeds"] for look in entries(rerun.results("looks.json"))] == [[0, 1], [0, 1, 2]]
    assert f"**Verdicts of 2 of these replicates (seeds 0 and 1) had been seen before: {AGAIN}" in told(rerun)
    assert "before any of these replicates was measured." in told(rerun)

    # What is made again without anything new is the same to the byte, and brings no look.
    kept = [rerun.results(name).read_bytes() for name in ("looks.json", "claims.csv")]
    rerun.finish("--cores", "4", "--forcerun", "compare")
    assert kept == [rerun.results(name).read_bytes() for name in ("looks.json", "claims.csv")]
    assert rerun.planned() == set()


def test_a_later_change_of_the_analysis_is_added_and_trains_nothing(rerun):
    rerun.edit_config({"claims": {"C12": {"metric": "test_loss", "claimed": "below"}}})
    assert rerun.planned() == jobs("register", *AFTER_COMPARE)
    assert rerun.planned("results/small/claims.csv") == jobs("register", "compare")  # no verdict before it is added
    rerun.finish("--cores", "4")
    first, second = entries(rerun.results("analysis.json"))
    assert (first["seeds"], second["seeds"]) == ([], [0, 1])
    assert second["analysis"]["claims"].keys() - first["analysis"]["claims"].keys() == {"C12"}
    line = " C12 was added after seeds 0 and 1 had been measured, so what is said of it is exploratory."
    assert line in told(rerun) and AGAIN not in told(rerun)
    assert rerun.planned() == set()


def test_a_register_that_is_lost_says_what_it_no_longer_can(rerun):
    """And one of looks that is lost begins anew."""
    rerun.results("analysis.json").unlink()
    rerun.results("looks.json").unlink()
    tables = rerun.tables()
    assert rerun.planned() == jobs("register", *AFTER_COMPARE)
    rerun.finish("--cores", "4")
    (fixed,) = entries(rerun.results("analysis.json"))
    assert fixed["seeds"] == [0, 1] and len(entries(rerun.results("looks.json"))) == 1
    assert ", when seeds 0 and 1 had been measured already; nothing shows that it was chosen before." in told(rerun)
    assert rerun.tables() == tables


@pytest.mark.parametrize("name", ["analysis.json", "looks.json"])
def test_an_edited_register_is_refused_in_one_line_and_stays(rerun, name):
    path = rerun.results(name)
    kept = path.read_text()
    path.write_text(kept.replace('"time": "20', '"time": "19'))
    spoilt = path.read_bytes()
    rerun.edit_config({"comparison": {"confidence": 0.9}})
    done = rerun.snakemake("--cores", "4")
    assert done.returncode != 0 and "Traceback" not in done.stdout
    lines = re.findall(
        rf"^ *(\w+): results/small/{name}: damaged or edited since it was written; (.*)$", done.stdout, re.M
    )
    assert lines and {line for _, line in lines} == {
        "put it back from a copy; or delete it and run again, and what it told of earlier is lost"
    }
    assert path.read_bytes() == spoilt
    path.write_text(kept)
    rerun.finish("--cores", "4")
    assert entries(path)[: len(json.loads(kept)["entries"])] == json.loads(kept)["entries"]


def test_what_partial_results_show_has_been_seen(rerun):
    """Those of fewer replicates show less than was seen already; and the whole ones, made again, know of them."""
    rerun.results("looks.json").unlink()
    run, aside = rerun.run_folder("ConvNet", 1), rerun.path("aside")
    shutil.move(run, aside)
    rerun.finish("partial", "--cores", "4")
    assert [look["seeds"] for look in entries(rerun.results("partial/looks.json"))] == [[0]]
    shutil.move(aside, run)
    rerun.finish("--cores", "4")
    assert [look["seeds"] for look in entries(rerun.results("looks.json"))] == [[0], [0, 1]]
    assert f"**Verdicts of 1 of these replicates (seed 0) had been seen before: {AGAIN}" in told(rerun)
