"""The real workflow on real data, at a small size: what it makes, and that it makes the same again."""

import json
import math
import subprocess
import sys
from itertools import product

import pandas
import pytest
from entries import variant
from normscape import tables
from normscape.analysis import claims, metrics, verdicts
from normscape.measurement import columns
from normscape.training import history


def test_every_promised_file_is_there(finished):
    promised = [
        "samples.png",
        "metrics.csv",
        "claims.csv",
        "curves.csv",
        "comparison.png",
        "comparison.svg",
        "commentary.md",
        "config.json",
    ]
    for model, seed in product(["ConvNet", "BatchNormConvNet"], [0, 1]):
        run = f"runs/{model}/lr-0.04/seed-{seed}"
        promised += [
            f"{run}/{name}" for name in ("history.csv", "checkpoints.safetensors", "smoothness.csv", "layers.csv")
        ]
        promised += [f"tensors/seed-{seed}.safetensors"]
    assert [name for name in promised if not finished.results(name).is_file()] == []
    assert list(finished.path("results").rglob(".*.tmp*")) == []


def test_the_tables_keep_their_contracts(finished):
    measured = tables.read(finished.results("metrics.csv"), metrics.COLUMNS, "aggregate")
    runs = list(product(["BatchNormConvNet", "ConvNet"], [0.04], [0, 1]))
    keys = ["model", "learning_rate", "seed"]
    assert list(measured[keys].drop_duplicates().itertuples(index=False, name=None)) == runs
    for model, _, seed in runs:
        folder = finished.run_folder(model, seed)
        trained = tables.read(folder / "history.csv", history.COLUMNS, "train")
        assert list(trained["update"]) == [0, 1, 2, 4, 8]  # 120 images in batches of 32
        assert trained["pass"].astype(object).where(trained["pass"].notna(), None).tolist() == [0, None, None, 1, 2]
        assert [text != "" for text in trained["missing"]] == [False, True, True, False, False]
        assert trained["train_loss"].isna().tolist() == [False, True, True, False, False]
        probed = tables.read(folder / "smoothness.csv", columns.PROBES, "probe")
        assert list(zip(probed["update"], probed["mode"], strict=True)) == [
            (0, "full_batch"),
            (1, "full_batch"),
            (2, "full_batch"),
            (4, "full_batch"),
            (8, "full_batch"),
            (8, "eval"),
        ]
        layers = tables.read(folder / "layers.csv", columns.LAYERS, "probe")
        assert set(zip(layers["pass"], layers["update"], strict=True)) == {(1, 4), (2, 8)}
        # Two modules measure the same loss by different ways.
        evaluated = probed.loc[probed["mode"] == "eval", "loss"].item()
        assert abs(evaluated / trained["train_loss"].iloc[-1] - 1) < 1e-5
    assert len(tables.read(finished.results("claims.csv"), verdicts.COLUMNS, "compare")) == len(claims.CLAIMS)


def test_both_models_of_a_replicate_start_from_the_same_weights_and_other_replicates_do_not(finished):
    losses = {
        (model, seed): pandas.read_csv(finished.run_folder(model, seed) / "history.csv")["train_loss"][0]
        for model, seed in product(["ConvNet", "BatchNormConvNet"], [0, 1])
    }
    # At first BatchNorm's running averages are 0 and 1, so that in eval mode it passes on what it gets, but for ε.
    assert abs(losses["ConvNet", 0] - losses["BatchNormConvNet", 0]) < 1e-3
    assert abs(losses["ConvNet", 0] - losses["ConvNet", 1]) > 1e-3


def test_provenance_stands_beside_the_outputs_and_times_nowhere_else(finished):
    provenance = json.loads((finished.run_folder("ConvNet", 0) / "provenance-train.json").read_text())
    assert provenance["rule"] == "train"
    assert provenance["threads"] == 1
    assert provenance["device"] == "cpu"
    assert provenance["seconds"] > 0
    assert 100 < provenance["peak_memory_mb"] < 2000
    assert provenance["settings"]["training"]["passes"] == 2
    assert provenance["versions"]["torch"].startswith("2.")
    assert len(list(finished.path("results").rglob("provenance-*.json"))) == 1 + 1 + 2 + 4 + 4 + 5


def test_the_commentary_tells_the_cost_of_each_rule(finished):
    costs = finished.results("commentary.md").read_text().partition("## What it cost")[2]
    jobs = {"download": 1, "prepare": 2, "train": 4, "probe": 4, "aggregate": 1, "compare": 1, "figures": 1}
    for rule, count in jobs.items():
        assert f"| {rule} | {count} | " in costs


def test_the_training_log_tells_the_shapes_and_a_line_a_pass(finished):
    log = (finished.run_folder("ConvNet", 0) / "train.log").read_text().splitlines()
    assert log[0] == "ConvNet: 28938 parameters; input (1, 28, 28), then"
    assert "  flatten     (1568,)" in log
    assert [line.partition(":")[0] for line in log[-5:]] == [
        "pass 0 of 2",
        "update 1",
        "update 2",
        "pass 1 of 2",
        "pass 2 of 2",
    ]
    log = (finished.run_folder("BatchNormConvNet", 0) / "train.log").read_text()
    assert log.startswith("BatchNormConvNet: 29034 parameters")


def test_one_core_in_another_folder_gives_the_same_bytes(checkout, finished):
    checkout.finish("--cores", "1")
    assert checkout.tables() == finished.tables()
    for name in ("comparison.png", "comparison.svg", "samples.png", "tensors/seed-0.safetensors"):
        assert checkout.results(name).read_bytes() == finished.results(name).read_bytes(), name


def test_probing_leaves_the_checkpoints_as_they_are_and_more_of_it_changes_no_number(rerun, finished):
    rerun.edit_config(
        {
            "smoothness": {"directions": 2, "step_multiples": [0.5, 1], "detailed_passes": [1, 2]},
            "models": {"Other": variant("batch before tanh without affine", channels=[4])},
        }
    )
    rerun.finish("--cores", "4")
    checkpoint = rerun.run_folder("BatchNormConvNet", 1) / "checkpoints.safetensors"
    assert (
        checkpoint.read_bytes() == (finished.run_folder("BatchNormConvNet", 1) / "checkpoints.safetensors").read_bytes()
    )
    names = [column.name for column in metrics.COLUMNS]
    before, after = (
        pandas.read_csv(run.results("metrics.csv"), dtype=str, keep_default_na=False)[names]
        for run in (finished, rerun)
    )
    # These three speak of all multiples together.
    before = before[~before["metric"].isin(["effective_beta", "loss_range", "gradient_change_range"])]
    known = before.merge(after, how="left", on=names, indicator=True)
    assert list(known.loc[known["_merge"] != "both", names].itertuples(index=False)) == []


def test_a_pass_more_changes_no_number_of_the_passes_before(rerun, finished):
    rerun.edit_config({"training": {"passes": 3}, "seeds": [0]})
    rerun.finish("--cores", "4")
    for name in ("history.csv", "smoothness.csv", "layers.csv"):
        before = (finished.run_folder("BatchNormConvNet", 0) / name).read_text()
        assert (rerun.run_folder("BatchNormConvNet", 0) / name).read_text().startswith(before), name


def test_divergence_is_a_result(rerun):
    rerun.edit_config({"training": {"learning_rate": 1000.0}, "seeds": [0]})
    rerun.finish("--cores", "4")
    folder = rerun.results("runs/ConvNet/lr-1000.0/seed-0")
    trained = tables.read(folder / "history.csv", history.COLUMNS, "train")
    assert list(trained["diverged"])[-2:] == [1, 1] and list(trained["diverged"]) == sorted(trained["diverged"])
    assert trained["train_loss"].isna().tolist() == [False, True, True, True, True]
    assert "pass 1 of 2: diverged" in (folder / "train.log").read_text()
    assert "seed 0" in rerun.results("commentary.md").read_text()
    assert "diverged" in rerun.results("commentary.md").read_text()


def test_a_sweep_in_which_one_rate_diverges(rerun, finished):
    """Over the finished run of the base rate: what a rate more trains, draws and says, and what it leaves alone."""
    rerun.edit_config({"training": {"learning_rate": [0.04, 1000.0]}, "smoothness": {"step_multiples": [1, 2]}})
    assert {job for job in rerun.planned("sweep") if job.startswith("train")} == {
        f"train {model} 1000.0 {seed}" for model in ("ConvNet", "BatchNormConvNet") for seed in (0, 1)
    }
    rerun.finish("--cores", "4", "all")
    for name in ("sweep.png", "sweep.svg", "landscape.png", "landscape.svg"):
        assert rerun.results(name).stat().st_size > 0
    before, after = (
        tables.read(run.results("claims.csv"), verdicts.COLUMNS, "compare").set_index("claim")
        for run in (finished, rerun)
    )
    assert before.drop("C7")["estimate"].equals(after.drop("C7")["estimate"])  # those at the base rate
    assert (before.loc["C7", "verdict"], after.loc["C7", "verdict"]) == ("not measured", "inconclusive")
    assert (after.loc["C7", "n"], after.loc["C7", "estimate"]) == (2, 0)  # 0.04 is the largest workable rate of both

    text = rerun.results("commentary.md").read_text(encoding="utf-8")
    for model in ("ConvNet", "BatchNormConvNet"):
        folder = rerun.results(f"runs/{model}/lr-1000.0")
        histories = [tables.read(folder / f"seed-{seed}" / "history.csv", history.COLUMNS, "train") for seed in (0, 1)]
        diverged = sum(run["diverged"].max() for run in histories)
        assert diverged > 0
        assert f"- {model} diverged at 1000 in {diverged} of 2 replicates." in text
        assert f"| {model} | 1000 | 2 | {diverged} | {'–' if diverged == 2 else ''}" in text
        assert f"- {model}: 0.04 in 2 of 2 replicates." in text
    assert "## Along the steps" in text and "(sweep.png)" in text and "(landscape.png)" in text
    costs = text.partition("## What it cost")[2]
    assert "| train | 8 | " in costs and "| probe | 8 | " in costs and "| figures | 1 | " in costs
    page = rerun.results("commentary.html").read_text(encoding="utf-8")
    assert page.count('src="data:image/svg+xml;base64,') == 5 and ".png" not in page.partition("<body")[2]

    rerun.edit_config({"training": {"learning_rate": 0.04}, "smoothness": {"step_multiples": [1, 2]}})
    assert not any(job.startswith(("train", "probe")) for job in rerun.planned())


def compared(checkout, *arguments):
    """Run scripts/difference.py in the checkout."""
    return subprocess.run(
        [sys.executable, "scripts/difference.py", *arguments], cwd=checkout.folder, text=True, capture_output=True
    )


@pytest.mark.slow
def test_two_experiments_are_held_against_each_other(rerun):
    rerun.finish(
        "--cores", "4", "--config", "experiment=other", "training={passes: 1}", "smoothness={detailed_passes: [1]}"
    )
    folders = ("results/small", "results/other")
    done = compared(rerun, *folders, "--output", "difference.md")
    assert (done.returncode, done.stderr) == (0, "")
    assert rerun.path("difference.md").read_text() == done.stdout
    assert compared(rerun, *folders).stdout == done.stdout
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines() if "|" in line]
    assert ["training.passes", "2", "1"] in rows
    assert [row[0] for row in rows if row[1:] == ["[2]", "[1]"]] == ["smoothness.detailed_passes"]

    # The numbers, from the runs' own tables: the first pass of both experiments is the same.
    runs = [[rerun.path(f"{folder}/runs/ConvNet/lr-0.04/seed-{seed}") for seed in (0, 1)] for folder in folders]
    losses = [[pandas.read_csv(run / "history.csv")["train_loss"] for run in side] for side in runs]
    losses = [[loss.dropna() for loss in side] for side in losses]  # of whole passes
    assert [list(loss[:2]) for loss in losses[0]] == [list(loss) for loss in losses[1]]
    ratio = math.sqrt(math.prod(after.iloc[-1] / before.iloc[-1] for before, after in zip(*losses, strict=True)))
    (moved,) = (row[4] for row in rows if row[:2] == ["ConvNet", "train loss"])
    assert float(moved.split()[1]) == pytest.approx(ratio, rel=0.05)  # rounded to what the interval allows
    assert " to " in moved  # the seeds are the same

    # The stored settings are those of the run, and run it again: all is there.
    assert rerun.planned("--configfile", "results/other/config.json") == set()
    rerun.results("claims.csv").unlink()
    done = compared(rerun, *folders)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "difference: results/small/claims.csv: is missing; run that experiment to its end first\n"
