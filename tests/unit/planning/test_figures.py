import json
import platform
import re
from pathlib import Path

import pytest
from normscape import provenance
from normscape.planning import figures, fitting
from normscape.planning.amounts import Amounts
from normscape.planning.figures import Estimate, Figure, Figures, Record
from normscape.recipes import _RECIPES

PREPARE = {"dataset": "FashionMNIST", "fraction": 0.1, "seed": 0}
FIGURES = Figures(
    {
        "every": Figure(seconds=0.2),
        "prepare": Figure(1, 0.1, 400, 2),
        "samples": Figure(3, 0, 300),
        "download": Figure(1, 0, 70, 0, waiting=12),
    },
    "a machine",
)
DATA = 50.304  # 10⁶ bytes of tensors, with 6000 images


def record(rule="prepare", seconds=6.0, megabytes=500.0, work=DATA, device=None, waiting=0.0):
    return Record(rule, device, Amounts(work, work, 0), seconds, waiting, megabytes)


def test_without_earlier_runs_the_figures_stand():
    cost = Estimate(FIGURES, []).of("prepare", PREPARE)
    assert (cost.seconds, cost.megabytes) == pytest.approx((1 + 0.1 * DATA, 400 + 2 * DATA), rel=1e-3)
    assert not cost.known_here


def test_a_job_takes_what_its_like_took_here_whatever_the_figures():
    cost = Estimate(FIGURES, [record(seconds=20, megabytes=900)]).of("prepare", PREPARE)
    assert (cost.seconds, cost.megabytes) == pytest.approx((20, 900), rel=1e-3)
    assert cost.known_here


def test_of_earlier_jobs_those_of_nearly_its_size_count():
    small = [record(seconds=1.1 * 4, work=1.0)] * figures.NEAREST  # four times as long
    large = [record(seconds=2 * 6, work=DATA)] * figures.NEAREST  # twice
    estimate = Estimate(FIGURES, small + large)
    assert estimate.of("prepare", PREPARE).seconds == pytest.approx(12, rel=0.01)
    assert estimate.of("prepare", {**PREPARE, "fraction": 1.0}).seconds == pytest.approx(2 * (1 + 22.0), rel=0.01)


def test_what_never_ran_here_takes_the_speed_of_what_did():
    estimate = Estimate(FIGURES, [record(seconds=12)])
    cost = estimate.of("samples", PREPARE)
    assert (cost.seconds, cost.megabytes, cost.known_here) == (pytest.approx(6, rel=0.01), 300, False)
    assert estimate.every() == pytest.approx(0.4, rel=0.01)


def test_on_another_device_nothing_is_known():
    estimate = Estimate(FIGURES, [record("samples", seconds=30, device="cuda")])
    assert not estimate.of("samples", {**PREPARE, "device": "cpu"}).known_here
    assert estimate.of("samples", {**PREPARE, "device": "cuda"}).known_here


def test_only_the_download_waits_and_as_long_as_it_did_here():
    assert Estimate(FIGURES, []).of("download", PREPARE).waiting == 12
    seen = [record("download", 1.0, 70, 0, waiting=3.0), record("samples", 3.0, waiting=50.0)]  # on a busy machine
    assert Estimate(FIGURES, seen).of("download", PREPARE).waiting == 3
    assert Estimate(FIGURES, seen).of("samples", PREPARE).waiting == 0


def test_of_an_unknown_rule_nothing_is_said():
    with pytest.raises(LookupError):
        Estimate(FIGURES, [record("unheard of")]).of("unheard of", {**PREPARE, "settings": {}})


FACTS = {
    "rule": "prepare",
    "settings": PREPARE,
    "platform": platform.platform(),
    "scheduler_job_id": None,
    "seconds": 4.0,
    "process_cpu_seconds": 3.0,
    "peak_memory_mb": 500.0,
}


def write(folder, seed=0, **changes):
    folder.mkdir(parents=True, exist_ok=True)
    provenance.write(folder / f"provenance-prepare-seed-{seed}.json", {**FACTS, **changes})


def test_records_are_of_this_machine_alone(tmp_path):
    write(tmp_path / "here")
    write(tmp_path / "elsewhere", platform="Another-1.0")
    write(tmp_path / "cluster", scheduler_job_id="12")
    (found,) = figures.records(tmp_path)
    assert (found.rule, found.seconds, found.waiting, found.megabytes) == ("prepare", 3.0, 1.0, 500.0)
    assert len(figures.records(tmp_path, here=False)) == 3


def test_what_is_damaged_or_of_another_version_is_passed_over(tmp_path):
    write(tmp_path / "old", settings={"seed": 0})
    write(tmp_path / "damaged")
    path = tmp_path / "damaged/provenance-prepare-seed-0.json"
    path.write_text(path.read_text().replace("3.0", "9.0"))
    (tmp_path / "provenance-x.json").write_text(json.dumps([1]))
    assert figures.records(tmp_path) == []


def test_of_very_many_some_are_read(tmp_path):
    for seed in range(figures.ENOUGH + 10):
        write(tmp_path, seed)
    assert figures.ENOUGH / 2 <= len(figures.records(tmp_path)) <= figures.ENOUGH


def test_the_fit_finds_the_figures_that_made_the_costs():
    truth = {"train": Figure(1.5, 0.01, 270, 1.1), "download": Figure(1, 0, 70, 0, 12)}
    amounts = [Amounts(work, held, 0) for work, held in ((100, 30), (110, 33), (3000, 50), (9000, 220))]
    seen = [Record("train", "cpu", each, *_of(truth["train"], each)) for each in amounts]
    seen.append(Record("download", None, Amounts(0, 0, 5), 1, 12, 70))
    fitted = fitting.fit(seen, 0.2, "here")
    assert fitted.of["train"] == pytest.approx(truth["train"])
    assert fitted.of["download"] == pytest.approx(truth["download"])


def _of(figure, asked):
    seconds, megabytes = figure.expected(asked)
    return seconds, 0.0, megabytes


def test_no_figure_is_below_zero():
    fitted = fitting.fit([record(seconds=9, work=1.0), record(seconds=3, work=60.0)], 0.2, "here")
    assert fitted.of["prepare"].seconds_each == 0
    assert 3 < fitted.of["prepare"].seconds < 9


def test_figures_come_back_from_their_file(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_text(fitting.written(FIGURES, ["with, a comma", "and a line more"]))
    assert figures.shipped(path) == FIGURES


def test_figures_are_shipped_for_every_rule():
    assert set(figures.shipped().of) == {*_RECIPES, "every"}


def test_the_shipped_ones_say_where_they_come_from():
    lines = Path(figures.SHIPPED).read_text().splitlines()
    assert re.match(r"# Measured on \d+ CPUs, .+\.$", lines[0])
    assert any("Fitted by benchmarks/figures.py" in line for line in lines)
