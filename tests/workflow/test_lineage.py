"""No result of other settings, code or files passes for one of this config, whatever Snakemake remembers."""

import json
import os
import re
import shutil
import subprocess
import sys
import time

import pytest
from plans import AFTER_COMPARE, AFTER_TRAINING, AGGREGATING, jobs

BATCH = {"training": {"batch_size": 16}}


def forget(checkout):
    """Take from Snakemake what it remembers."""
    shutil.rmtree(checkout.path(".snakemake"))


def settings_of(path):
    return json.loads(path.read_text())["settings"]


def snapshot(checkout):
    """The bytes of every result."""
    return {
        path: path.read_bytes()
        for path in checkout.path("results").rglob("*")
        if path.suffix != ".log" and path.is_file()
    }


def difference(checkout, left, right):
    done = subprocess.run(
        [sys.executable, "scripts/difference.py", left, right], cwd=checkout.folder, text=True, capture_output=True
    )
    return done.returncode, done.stdout, done.stderr


# ----------------------------------------------------------------------------------------- Snakemake's memory is lost


@pytest.mark.slow
def test_runs_of_two_batch_sizes_are_never_pooled(rerun):
    forget(rerun)
    rerun.edit_config(BATCH, {"seeds": [0, 1, 2]})
    rerun.finish("--cores", "4")
    found = [path for path in rerun.results("runs").rglob("provenance-train.json")]
    assert len(found) == 6 and {settings_of(path)["training"]["batch_size"] for path in found} == {16}
    assert "batches of 16" in rerun.results("commentary.md").read_text()


def cleaned_up(checkout):
    """Let Snakemake forget what made each of the results."""
    outputs = [path for path in checkout.results().rglob("*") if path.is_file() and path.suffix != ".log"]
    checkout.finish("--cleanup-metadata", *(str(path.relative_to(checkout.folder)) for path in outputs))


def touched(checkout):
    """Let Snakemake take what is there for results of the new settings."""
    checkout.edit_config(BATCH)
    checkout.finish("--touch", "--cores", "4")


@pytest.mark.parametrize("lose", [forget, cleaned_up, touched])
def test_a_changed_setting_reruns_what_depends_on_it_whatever_snakemake_remembers(rerun, lose):
    lose(rerun)
    rerun.edit_config(BATCH)
    assert rerun.planned() == jobs(*AFTER_TRAINING)


@pytest.mark.parametrize("triggers", ["mtime", "input"])
def test_and_whatever_it_is_told_to_look_at(finished, triggers):
    options = ["--rerun-triggers", triggers, "--config", "training={batch_size: 16}"]
    assert finished.planned(*options) == jobs(*AFTER_TRAINING)
    told = finished.finish("--dry-run", "--cores", "4", *options).stdout
    assert "made with training.batch_size 32, where 16 is asked for" in told


def test_without_a_memory_an_edit_of_code_reruns_what_reaches_it(rerun):
    forget(rerun)
    assert rerun.planned() == set()
    path = rerun.path("scripts/normscape/measurement/estimators.py")
    path.write_text(path.read_text() + "\nANOTHER_CONSTANT = 1\n")
    assert rerun.planned() == jobs("probe", *AGGREGATING)
    path.write_text(path.read_text().replace("\nANOTHER_CONSTANT = 1\n", "\n# a comment\n"))
    assert rerun.planned() == set()


def test_without_a_memory_new_times_rerun_nothing(rerun):
    """As when results are copied into another clone: what is read is newer than what was made from it."""
    forget(rerun)
    now = time.time()
    for place, path in enumerate(sorted(rerun.path("results").rglob("*"), reverse=True)):
        os.utime(path, (now + place - 1000, now + place - 1000))
    assert rerun.planned() == set()


def test_results_in_another_clone_are_up_to_date_or_made_again(finished, checkout):
    shutil.copytree(finished.path("results"), checkout.path("results"))
    assert checkout.planned() == set()
    checkout.edit_config({"smoothness": {"directions": 2}})
    assert checkout.planned() == jobs("probe", *AGGREGATING)
    checkout.edit_config({"smoothness": {"directions": 1}, "comparison": {"confidence": 0.9}})
    assert checkout.planned() == jobs("register", *AFTER_COMPARE)


# -------------------------------------------------------------------------------- results are moved, swapped, mixed up


TRAINING = ("history.csv", "checkpoints.safetensors", "provenance-train.json")


@pytest.mark.parametrize("names", [TRAINING[2:], TRAINING, None], ids=["provenance", "training", "the whole run"])
def test_runs_in_each_others_place_are_made_again(rerun, names):
    run, other = rerun.run_folder("ConvNet", 0), rerun.run_folder("ConvNet", 1)
    for name in names or [path.name for path in run.iterdir()]:
        (run / name).rename(rerun.path("aside"))
        (other / name).rename(run / name)
        rerun.path("aside").rename(other / name)
    assert rerun.planned() == jobs(*AFTER_TRAINING, models=["ConvNet"])


@pytest.mark.slow
def test_a_run_of_another_experiment_is_made_again(rerun):
    """Of other settings, and of the same on other data: its provenance says the same, but that of its data doesn't."""
    rerun.finish("--cores", "4", "--config", "experiment=other", "dataset={fraction: 0.003}")
    run, other = (rerun.path(f"results/{name}/runs/ConvNet/lr-0.04/seed-0") for name in ("small", "other"))
    before = rerun.tables()
    shutil.rmtree(run)
    shutil.copytree(other, run)
    assert rerun.planned() == jobs("train", "probe", models=["ConvNet"], seeds=[0]) | jobs(*AGGREGATING)
    forget(rerun)
    assert rerun.planned() == jobs("train", "probe", models=["ConvNet"], seeds=[0]) | jobs(*AGGREGATING)
    rerun.finish("--cores", "4")
    assert rerun.tables() == before


def test_lost_provenance_is_made_again_with_its_result(rerun):
    forget(rerun)
    (rerun.run_folder("ConvNet", 0) / "provenance-train.json").unlink()
    assert rerun.planned("--until", "aggregate") >= jobs("train", "probe", models=["ConvNet"], seeds=[0])
    rerun.results("provenance-compare.json").unlink()
    assert rerun.planned("results/small/comparison.png") >= {"compare", "figures"}


# ---------------------------------------------------------------- where planning sees no run, the readers refuse it


REFUSED = {
    "aggregate": (BATCH, "aggregate", r"/runs/BatchNormConvNet/lr-0\.04/seed-0/provenance-train\.json: made with "),
    "compare": (BATCH, "compare", r"/provenance-aggregate\.json: made with "),
    "figures": (BATCH, "figures", r"/provenance-aggregate\.json: made with "),
    "figures of another confidence": (
        {"comparison": {"confidence": 0.5}},
        "figures",
        r"/provenance-compare\.json: made with comparison\.confidence 0\.95, where 0\.5 is asked for",
    ),
    "commentary": (
        {"figure": {"dpi": 60}},
        "commentary",
        r"/provenance-figures\.json: made with figure\.dpi 50, where 60 is asked for",
    ),
    "aggregate of a new probe": (
        {"smoothness": {"directions": 2}},
        "aggregate",
        r"seed-0/provenance-probe\.json: made with probing\.directions 1, where 2 is asked for",
    ),
    "aggregate of another subsample": (
        {"dataset": {"fraction": 0.003}},
        "aggregate",
        r"/provenance-prepare-seed-0\.json: made with fraction 0\.002, where 0\.003 is asked for",
    ),
}


@pytest.fixture(scope="module")
def refusing(finished, tmp_path_factory):
    """A copy of the finished checkout. What is refused leaves it as it is."""
    return finished.copy(tmp_path_factory.mktemp("refusing") / "checkout")


@pytest.mark.parametrize("case", REFUSED)
def test_a_reader_refuses_in_one_line_what_planning_was_not_allowed_to_make_again(refusing, case):
    change, reader, line = REFUSED[case]
    config, before = refusing.path("config.yaml").read_bytes(), snapshot(refusing)
    refusing.edit_config(change)
    target = {"aggregate": "metrics.csv", "compare": "claims.csv", "figures": "comparison.png"}.get(
        reader, "commentary.md"
    )
    done = refusing.snakemake("--cores", "4", "--allowed-rules", reader, "--", f"results/small/{target}")
    assert done.returncode != 0
    (told,) = re.findall(rf"^ *({reader}: .*)$", done.stdout, re.MULTILINE)
    assert re.search(line, told) and told.endswith("; run `snakemake --cores 4` with this config, and it is made again")
    assert snapshot(refusing) == before
    assert reader in refusing.planned("--until", reader)  # the command that the line names mends it
    refusing.path("config.yaml").write_bytes(config)
    assert refusing.planned() <= jobs(*AGGREGATING)  # Snakemake no longer trusts what a failed job was to make


def test_a_comparison_by_itself_is_not_taken_for_the_whole_experiment(rerun):
    shutil.copytree(rerun.results(), rerun.path("results/kept"))
    rerun.finish("--cores", "4", "--config", "comparison={confidence: 0.5}", "--until", "compare")
    status, told, line = difference(rerun, "results/kept", "results/small")
    assert (status, told) == (1, "")
    fault = "made with comparison.confidence 0.5, where 0.95 is asked for; "
    assert line.startswith(f"difference: results/small/provenance-compare.json: {fault}")
    assert line.count("\n") == 1


def test_a_report_is_refused_with_another_config_than_the_runs(rerun):
    done = rerun.snakemake("--report", "report.html", "--config", "comparison={confidence: 0.5}")
    assert done.returncode == 1 and not rerun.path("report.html").exists()
    *_, line = done.stdout.splitlines()
    assert line.startswith(
        "results/small/provenance-compare.json: made with comparison.confidence 0.95, where 0.5 is asked for; "
    ), done.stdout
    assert line.endswith("--configfile results/small/config.json")
    assert "Traceback" not in done.stdout


SUBMIT = """\
#!/bin/sh
sed -i 's/batch_size: 32/batch_size: 16/' config.yaml
sh "$1" > submitted.log 2>&1
echo 1
"""


@pytest.mark.slow
def test_a_config_that_is_edited_while_jobs_wait_on_a_cluster_is_noticed(rerun):
    """Each job reads the config when it starts. What it then says it was made with isn't what the run asked for."""
    rerun.edit_config({"seeds": [0, 1, 2]})
    before = snapshot(rerun)
    rerun.path("submit.sh").write_text(SUBMIT)
    cluster = ["--executor", "cluster-generic", "--cluster-generic-submit-cmd", "sh submit.sh"]
    done = rerun.snakemake("--jobs", "1", "--workflow-profile", "none", "--show-failed-logs", *cluster)
    assert done.returncode != 0
    line = (
        r"aggregate: .*/seed-2/provenance-train\.json: made with training\.batch_size 16, where 32 is asked for; run "
    )
    assert re.search(line, done.stdout), done.stdout
    assert {path: path.read_bytes() for path in before} == before
    assert rerun.planned() >= jobs("train", "probe", *AGGREGATING)  # by the edited config


# ------------------------------------------------------------------------------------------------- code is what ran


@pytest.mark.slow
def test_an_edit_while_a_job_trains_ends_in_a_rerun(rerun):
    """And so does a commit: what counts is the code that was loaded."""
    source = rerun.path("scripts/normscape/training/sgd.py")
    rerun.edit_config({"training": {"passes": 20}, "seeds": [0]})
    before = source.read_text()
    running = rerun.start("--cores", "1", "--until", "train")
    try:
        log = rerun.run_folder("BatchNormConvNet", 0) / "train.log"
        other = rerun.run_folder("ConvNet", 0) / "train.log"
        deadline = time.monotonic() + 120
        while not any("pass 1 of 20" in path.read_text() for path in (log, other) if path.exists()):
            assert time.monotonic() < deadline and running.poll() is None
            time.sleep(0.02)
        source.write_text(before + "\nANOTHER_CONSTANT = 1\n")
        assert running.wait(timeout=200) == 0
    finally:
        running.kill()
    trained = {
        json.loads(path.read_text())["code"] for path in rerun.results("runs").rglob("seed-0/provenance-train.json")
    }
    assert len(trained) == 2  # the first is of the code before, the second was loaded after the edit
    planned = rerun.planned("--until", "train")
    assert len(planned & jobs("train", seeds=[0])) >= 1
    forget(rerun)
    assert len(rerun.planned("--until", "train") & jobs("train", seeds=[0])) == 1
