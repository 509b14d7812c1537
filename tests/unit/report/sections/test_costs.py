import json
import shutil

import pytest
import synthetic
from normscape import atomic, provenance
from normscape.errors import InputError
from normscape.recipes import recipe
from normscape.report.sections import costs

MODELS = ("Plain", "Normed")


def write(folder, runs, rule, sources=()):
    """Write the provenance of a job that read `sources` and left a table."""
    for source, digest in sources:
        provenance.take(source, digest)
    atomic.written[(folder / f"{rule}.csv").absolute()] = f"table of {rule}"
    facts = {"rule": rule, "settings": recipe(rule, runs.settings, runs.codes), "code": runs.codes[rule]}
    provenance.write(folder / f"provenance-{rule}.json", synthetic.JOB | facts)


@pytest.fixture
def made_up(tmp_path):
    """The Runs of an experiment, all of whose jobs left their provenance, and its folder."""
    folder = tmp_path / "results" / "x"
    runs = synthetic.make(folder, synthetic.settings(MODELS, (0, 1, 2), passes=1))
    tables = [(path, atomic.sha256(path)) for path in folder.rglob("runs/**/*.csv")]
    write(folder, runs, "aggregate", tables)
    write(folder, runs, "compare", [(folder / "aggregate.csv", "table of aggregate")])
    both = [(folder / f"{rule}.csv", f"table of {rule}") for rule in ("aggregate", "compare")]
    write(folder, runs, "figures", both)
    return runs, folder


def read(runs, folder):
    return costs.read(runs, [folder / "provenance-samples.json"], folder)


def test_each_job_that_left_its_provenance_is_counted_once_in_the_order_of_the_rules(made_up):
    rows = costs.costs(read(*made_up))
    assert [(row["rule"], row["jobs"]) for row in rows] == [
        ("samples", 1),
        ("prepare", 3),
        ("train", 6),
        ("probe", 6),
        ("aggregate", 1),
        ("compare", 1),
        ("figures", 1),
    ]
    assert rows[0] == {"rule": "samples", "jobs": 1, "seconds": "1.0", "memory": "400"}


def test_versions_and_devices_that_differ_are_all_named(made_up):
    first, second, *_ = read(*made_up)
    second = second | {"device": "NVIDIA H100", "git": None, "versions": {"python": "3.12", "torch": "2.13.0"}}
    line = costs.ran_with([first, second])
    assert line.startswith(f"Code: {'0' * 40}, unknown (not a git repository). python 3.11, 3.12, torch 2.13.0. ")
    assert "Device: NVIDIA H100, cpu; 1 thread a job; none." in line


def test_what_another_setting_other_code_or_other_files_made_is_refused(made_up):
    runs, folder = made_up
    one = "runs/Plain/lr-0.04/seed-1/provenance-train.json"
    other = {**runs.settings, "training": {**runs.settings["training"], "batch_size": 16}}
    for changed, line in (
        (runs._replace(settings=other), "made with training.batch_size 32, where 16 is asked for; run `snakemake"),
        (
            runs._replace(codes={**runs.codes, "probe": "new"}),
            "made by other code of probe.py (code of probe, now new)",
        ),
        (runs._replace(codes={**runs.codes, "figures": "new"}), "made by other code of figures.py"),
    ):
        with pytest.raises(InputError) as refused:
            read(changed, folder)
        assert line in str(refused.value) and str(refused.value).startswith(str(folder))
    swapped = json.loads((folder / one).read_text()) | {"seconds": 2.0}
    table = (folder / one).with_name("history.csv")
    shutil.copy((folder / one.replace("seed-1", "seed-2")).with_name("history.csv"), table)
    atomic.written[table.absolute()] = atomic.sha256(table)
    for name, digest in swapped["inputs"].items():
        provenance.take((folder / one).parent / name, digest)
    provenance.write(folder / one, {key: swapped[key] for key in swapped.keys() - {"files", "inputs", "sha256"}})
    with pytest.raises(InputError, match=r"made from another \S+seed-1/\S+ than the one that is there"):
        read(runs, folder)


def test_a_register_of_looks_that_no_figure_shows_makes_no_figure_another(made_up):
    runs, folder = made_up
    atomic.written[(folder / "looks.json").absolute()] = "register of looks"
    write(folder, runs, "compare", [(folder / "aggregate.csv", "table of aggregate")])
    assert read(runs, folder)


def test_a_replicate_takes_the_mean_of_each_of_its_networks():
    def job(rule, seconds, **network):
        return {"rule": rule, "process_cpu_seconds": seconds, "settings": network}

    jobs = [job("download", 999), job("prepare", 30), job("prepare", 90)]
    for rule, factor in (("train", 1), ("probe", 2)):
        jobs += [job(rule, factor * 60, name="Plain", learning_rate=0.04)] * 3
        jobs += [job(rule, factor * seconds, name="Normed", learning_rate=0.04) for seconds in (60, 180)]
        jobs += [job(rule, factor * 60, name="Plain", learning_rate=0.4)]
    assert costs.minutes_of_a_replicate(jobs) == {"prepare": 1, "train": 4, "probe": 8}
    assert costs.minutes_of_a_replicate(jobs[:-6]) is None
