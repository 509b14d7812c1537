import pytest
from normscape.planning import summary
from normscape.planning.figures import Cost
from normscape.planning.jobs import Job


def job(rule, name, *inputs, reason="Missing output files: x", priority=0, **recipe):
    outputs = [f"nowhere/{name}", f"nowhere/provenance-{rule}-{name}.json"]
    return Job(rule, reason, list(inputs), outputs, recipe, priority)


def cost(seconds, megabytes=300.0, disk=10_000_000, here=True, waiting=0.0):
    return Cost(seconds, waiting, megabytes, disk, here)


def plan(jobs, costs, cores=4, cpus=2, records=12, planning=2.0):
    return summary.Plan(jobs, costs, cores, cpus, 0.5, planning, records, "two cores")


PREPARED = ["results/tensors/provenance-prepare-seed-0.json", "results/tensors/provenance-prepare-seed-1.json"]
JOBS = [
    job("train", "a", PREPARED[0]),
    job("train", "b", *PREPARED),
    job("probe", "c", "nowhere/a", reason="made with probing.directions 1, where 2 is asked for"),
]


def test_a_plan_in_full():
    assert summary.text(plan(JOBS, [cost(9.5), cost(9.5), cost(19.5, 650)])) == (
        "This takes about 32 s here with 4 cores (2 CPUs): 40 s of CPU time, at most 650 MB of memory a job, "
        "30 MB of disk.\n"
        "\n"
        "  rule   jobs  CPU each  memory  why\n"
        "  train     2      10 s  300 MB  new\n"
        "  probe     1      20 s  650 MB  smoothness.directions was 1, is 2\n"
        "\n"
        "Done, and left as they are: prepare 2.\n"
        "Costs from 12 jobs of earlier runs on this machine."
    )


def test_a_job_waits_for_what_it_reads():
    jobs, costs = [job("train", "a"), job("probe", "b", "nowhere/a")], [cost(9.5), cost(19.5)]
    assert summary.wall_seconds(plan(jobs, costs, planning=0.0)) == 30
    assert summary.wall_seconds(plan([jobs[0], job("probe", "b")], costs, planning=0.0)) == 20


HERE = "12 jobs of earlier runs on this machine"


@pytest.mark.parametrize(
    ("here", "records", "said"),
    [
        ((True, True, True), 12, f"Costs from {HERE}."),
        ((False, False, False), 0, "Costs from figures measured on two cores; none ran here yet."),
        ((False, False, False), 12, f"Costs from figures measured on two cores, and the speed of {HERE}."),
        ((True, True, False), 12, f"Costs from {HERE}; those of probe from figures measured on two cores."),
    ],
)
def test_it_says_where_its_costs_come_from(here, records, said):
    costs = [cost(1, here=each) for each in here]
    assert summary.text(plan(JOBS, costs, records=records)).splitlines()[-1] == said


def test_a_job_that_nothing_is_known_of_is_told_as_such():
    lines = summary.text(plan(JOBS, [cost(9.5), cost(9.5), None])).splitlines()
    assert " ".join(lines[4].split()) == "probe 1 not known smoothness.directions was 1, is 2"


def test_on_a_cluster_no_time_is_promised():
    first = summary.text(plan(JOBS, [cost(9.5)] * 3, cores=None)).splitlines()[0]
    assert first.startswith("This takes 30 s of CPU time") and "on a cluster" in first


def test_with_cuda_and_nothing_run_before_it_says_so():
    gpu = [job("train", "a", device="cuda")]
    assert "CUDA" in summary.text(plan(gpu, [cost(1, here=False)]))
    assert "CUDA" not in summary.text(plan(gpu, [cost(1, here=True)]))
    assert "CUDA" not in summary.text(plan([job("train", "a", device="cpu")], [cost(1, here=False)]))


def test_nothing_to_run():
    assert summary.text(plan([], [])) == "Nothing to run: all is done, as this config asks for it."


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "0.2 s"), (41.4, "41 s"), (99, "99 s"), (100, "2 minutes"), (660, "11 minutes"), (7200, "2.0 hours")],
)
def test_durations(seconds, said):
    assert summary.duration(seconds) == said


@pytest.mark.parametrize(("number", "said"), [(4e5, "0 MB"), (80.4e6, "80 MB"), (1.31e9, "1.3 GB")])
def test_sizes(number, said):
    assert summary.size(number) == said
