"""The experiment on a real Slurm under both profiles: who ran the jobs, and what became of those that failed."""

import json
import time

import pytest
import yaml
from checkouts import Checkout

pytestmark = pytest.mark.slow

RUN = "results/small/runs/ConvNet/lr-0.04/seed-0"
ONE_JOB = f"{RUN}/smoothness.csv"
ANOTHER = ONE_JOB.replace("seed-0", "seed-1")
# How many of Slurm's jobs, and MB and minutes of each. The input is 31 MiB, with the test set.
EXPECTED = {
    ("prepare",): (1, 1400, "10:00"),  # both seeds
    ("train", "probe"): (4, 800 + 8 * 31, "1:41:00"),  # a replicate
}


@pytest.fixture(scope="session")
def ran(cluster, raw_data, tmp_path_factory):
    """A checkout in which the small experiment has run to its end on the cluster, and the jobs that Slurm had to do."""
    checkout = Checkout(tmp_path_factory.mktemp(cluster.profile) / "checkout", raw_data)
    before = cluster.slurm.jobs()
    code, said = cluster.run(checkout)
    assert code == 0, said
    return checkout, {name: job for name, job in cluster.slurm.jobs().items() if name not in before}


@pytest.fixture
def lacking(rerun):
    """A finished checkout in which one job is to be done again."""
    rerun.path(ONE_JOB).unlink()
    return rerun


def megabytes(job):
    return int(job["memory"].removesuffix("M"))


def edit_profile(checkout, profile, change):
    path = checkout.path(f"profiles/{profile}/config.yaml")
    settings = yaml.safe_load(path.read_text())
    change(settings["set-resources"]["probe"])
    path.write_text(yaml.safe_dump(settings))


def test_slurm_ran_what_is_heavy_and_the_tables_are_those_of_a_local_run(ran, cluster, finished):
    checkout, jobs = ran
    assert checkout.tables() == finished.tables()

    provenance = [json.loads(path.read_text()) for path in checkout.path("results").rglob("provenance-*.json")]
    ids = {
        rule: {facts["scheduler_job_id"] for facts in provenance if facts["rule"] == rule}
        for rule in {facts["rule"] for facts in provenance}
    }
    local = ("register", "download", "samples", "aggregate", "compare", "figures", "commentary")
    assert {rule: ids.pop(rule) for rule in local} == {rule: {None} for rule in local}
    assert ids.keys() == {rule for rules in EXPECTED for rule in rules}
    assert set().union(*ids.values()) == jobs.keys()
    for rules, (count, memory, limit) in EXPECTED.items():
        assert len(ids[rules[0]]) == count
        assert all(ids[rule] == ids[rules[0]] for rule in rules)
        for job in map(jobs.get, ids[rules[0]]):
            assert job["state"] == "COMPLETED"
            assert job["cpus"] == "1"
            assert megabytes(job) == pytest.approx(memory, rel=0.01)
            assert job["limit"] == limit


def test_thousands_of_replicates_make_fewer_jobs(cluster, checkout):
    checkout.edit_config({"seeds": list(range(100))})
    options = [*cluster.options, "--jobs", "10", "--dry-run"]
    said = checkout.finish(*options).stdout
    assert said.count("Group job prepare ") == 7  # of up to 16
    assert said.count("Group job replicate ") == 200
    said = checkout.finish(*options, "--group-components", "prepare=64", "replicate=8").stdout
    assert said.count("Group job prepare ") == 2
    assert said.count("Group job replicate ") == 25
    assert "Group job replicate " not in checkout.finish(*options, "--groups", "prepare=prepare").stdout


def test_after_a_run_on_the_cluster_nothing_is_to_be_done_here_nor_there(ran, cluster, finished):
    checkout, _ = ran
    for done in (checkout, finished):
        for options in (["--cores", "4"], [*cluster.options, "--jobs", "10"]):
            assert "Nothing to be done" in done.finish("--dry-run", *options).stdout


def test_a_failed_replicate_takes_no_other_with_it(lacking, cluster):
    lacking.path(ANOTHER).unlink()
    script = lacking.path("scripts/probe.py")
    first = "    device = jobs.device(device)\n"
    fault = '    if seed == 1:\n        raise RuntimeError("a planted bug")\n'
    script.write_text(script.read_text().replace(first, fault + first))
    code, said = cluster.run(lacking, ONE_JOB, ANOTHER, "--retries", "0")
    assert code != 0
    assert "RuntimeError: a planted bug" in said
    assert lacking.path(ONE_JOB).exists()
    assert not lacking.path(ANOTHER).exists()


def test_an_interrupt_leaves_no_job_and_a_cancelled_job_is_handed_in_again(lacking, cluster, finished):
    known = cluster.slurm.jobs()
    process = cluster.start(lacking, ONE_JOB)
    name = cluster.running(known)
    assert cluster.interrupt(process) != 0
    time.sleep(5)
    new = {name: job["state"] for name, job in cluster.slurm.jobs().items() if name not in known}
    assert new == {name: "CANCELLED"}, lacking.path("said").read_text()
    assert not lacking.path(ONE_JOB).exists()

    known = cluster.slurm.jobs()
    process = cluster.start(lacking, ONE_JOB)
    cluster.slurm.run("scancel", cluster.running(known))
    assert cluster.finish(process) == 0, lacking.path("said").read_text()
    new = [job["state"] for name, job in cluster.slurm.jobs().items() if name not in known]
    assert new == ["CANCELLED", "COMPLETED"]
    assert lacking.path(ONE_JOB).read_bytes() == finished.path(ONE_JOB).read_bytes()


def test_a_job_that_was_given_too_little_memory_comes_back_with_more(lacking, cluster, finished):
    def third(resources):
        resources["mem_mb"] = f"({resources['mem_mb']}) // 3"

    edit_profile(lacking, cluster.profile, third)
    known = cluster.slurm.jobs()
    code, said = cluster.run(lacking, ONE_JOB)
    assert code == 0, said
    *failed, last = [job for name, job in cluster.slurm.jobs().items() if name not in known]
    assert failed and {job["state"] for job in failed} == {"FAILED"}
    assert last["state"] == "COMPLETED"
    asked = [megabytes(job) for job in (*failed, last)]
    assert asked == [pytest.approx(asked[0] * 2**attempt, abs=4) for attempt in range(len(asked))]
    assert lacking.path(ONE_JOB).read_bytes() == finished.path(ONE_JOB).read_bytes()


def test_a_job_asks_for_a_gpu_when_the_profile_says_so(lacking, cluster):
    edit_profile(lacking, cluster.profile, lambda resources: resources.update(gpu=1))
    known = cluster.slurm.jobs()
    process = cluster.start(lacking, ONE_JOB)
    asked = cluster.slurm.run("scontrol", "show", "job", cluster.running(known))
    assert cluster.interrupt(process) != 0
    assert "TresPerJob=gres:gpu:1\n" in asked


def test_a_wrong_partition_is_told(lacking, cluster):
    how = {
        "slurm": (["--default-resources", "slurm_partition=nowhere"], {}),
        "cluster-generic": ([], {"SBATCH_PARTITION": "nowhere"}),
    }
    arguments, environment = how[cluster.profile]
    known = cluster.slurm.jobs()
    code, said = cluster.run(lacking, ONE_JOB, "--retries", "0", *arguments, **environment)
    assert code != 0
    assert "invalid partition specified: nowhere" in said
    assert "Traceback" not in said
    assert cluster.slurm.jobs().keys() == known.keys()
