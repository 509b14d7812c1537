import random

import pytest
from normscape.planning.schedule import Task, makespan


def test_hand_made_schedules():
    two = [Task(3), Task(5)]
    assert makespan([], 1, 1) == 0
    assert makespan(two, cores=1, cpus=4) == 8
    assert makespan(two, cores=2, cpus=2) == 5
    assert makespan([Task(3), Task(5, after=(0,))], cores=2, cpus=2) == 8
    assert makespan([Task(1), Task(4), Task(4), Task(3, after=(0,))], cores=2, cpus=2) == 7


def test_more_cores_than_cpus_do_not_make_jobs_faster():
    tasks = [Task(3)] * 8
    assert makespan(tasks, cores=2, cpus=2) == makespan(tasks, cores=8, cpus=2) == 12
    assert makespan(tasks, cores=8, cpus=8) == 3


def test_but_they_fill_the_gap_that_a_last_job_leaves():
    tasks = [Task(2), Task(2), Task(2)]
    assert makespan(tasks, cores=2, cpus=2) == 4
    assert makespan(tasks, cores=4, cpus=2) == 3


def test_the_higher_priority_goes_first():
    """A long job that is begun last leaves a core idle."""
    tasks = [Task(2), Task(2), Task(4)]
    assert makespan(tasks, cores=2, cpus=2) == 6
    assert makespan([*tasks[:2], Task(4, priority=1)], cores=2, cpus=2) == 4


def stepwise(tasks, cores, cpus, steps=100):
    """The same in small steps of time: each CPU second is `steps` units, handed out evenly."""
    left, running, done, now = [round(steps * task.seconds) * 12 for task in tasks], [], set(), 0
    while len(done) < len(tasks):
        free = sorted(
            (i for i in range(len(tasks)) if i not in done and i not in running and done >= set(tasks[i].after)),
            key=lambda i: (-tasks[i].priority, i),
        )
        running += free[: cores - len(running)]
        share = min(12, 12 * cpus // len(running))  # twelfths, for one to four jobs on up to four CPUs
        for i in running:
            left[i] -= share
        now += 1
        for i in [i for i in running if left[i] <= 0]:
            running.remove(i)
            done.add(i)
    return now / steps


@pytest.mark.parametrize("seed", range(20))
def test_against_a_clock_that_goes_step_by_step(seed):
    draw = random.Random(seed)
    tasks = [
        Task(
            draw.randint(1, 9),
            tuple(draw.sample(range(i), min(i, draw.randint(0, 2)))),
            draw.randint(0, 2),
        )
        for i in range(12)
    ]
    cores, cpus = draw.randint(1, 4), draw.randint(1, 4)
    assert makespan(tasks, cores, cpus) == pytest.approx(stepwise(tasks, cores, cpus), abs=0.3)
