from types import SimpleNamespace

import synthetic
from drawings import design
from normscape import provenance
from normscape.report.sections import costs

RATE = "0.04"


def read(tmp_path, models=("Plain", "Normed")):
    results = tmp_path / "results" / "x"
    run = synthetic.make(results, models, (0, 1, 2))
    for rule in ("aggregate", "figures"):
        provenance.write(results / f"provenance-{rule}.json", {**synthetic.JOB, "rule": rule})
    return costs.read(
        SimpleNamespace(models=models, design=design(models)),
        learning_rates=[RATE],
        run=run,
        prepared=f"{results}/tensors/provenance-prepare-seed-{{seed}}.json",
        once=[results / "provenance-samples.json"],
        folder=results,
    )


def test_each_job_that_left_its_provenance_is_counted_once_in_the_order_of_the_rules(tmp_path):
    rows = costs.costs(read(tmp_path))
    assert [(row["rule"], row["jobs"]) for row in rows] == [
        ("samples", 1),
        ("prepare", 3),
        ("train", 6),
        ("probe", 6),
        ("aggregate", 1),
        ("figures", 1),
    ]
    assert rows[0] == {"rule": "samples", "jobs": 1, "seconds": "1.0", "memory": "400"}


def test_versions_and_devices_that_differ_are_all_named(tmp_path):
    first, second, *_ = read(tmp_path)
    second = second | {"device": "NVIDIA H100", "git": None, "versions": {"python": "3.12", "torch": "2.13.0"}}
    line = costs.ran_with([first, second])
    assert line.startswith(f"Code: {'0' * 40}, unknown (not a git repository). python 3.11, 3.12, torch 2.13.0. ")
    assert "Device: NVIDIA H100, cpu; 1 thread a job; none." in line
