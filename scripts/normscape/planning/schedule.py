"""When a list of jobs will be done: each starts as soon as what it reads is made and a core is free."""

import heapq
from typing import NamedTuple


class Task(NamedTuple):
    """A job to be scheduled. seconds: it takes, with a CPU of its own. after: the indices of those that must be done
    before it starts. priority: of two that could start, the higher goes first; else the one that was listed first."""

    seconds: float
    after: tuple = ()
    priority: int = 0


def makespan(tasks, cores, cpus):
    """Return the seconds from the first start to the last end.

    cores: how many run at once. cpus: how many there are, which those that run share evenly; more cores than CPUs
    help with nothing but the gaps.
    """
    waiting = [len(set(task.after)) for task in tasks]
    followers = [[] for _ in tasks]
    for i, task in enumerate(tasks):
        for before in set(task.after):
            followers[before].append(i)
    ready = [(-task.priority, i) for i, task in enumerate(tasks) if not waiting[i]]
    heapq.heapify(ready)
    running, now, progress = [], 0.0, 0.0  # progress: the CPU seconds that each has had that ran from the beginning on
    while ready or running:
        while ready and len(running) < cores:
            i = heapq.heappop(ready)[1]
            heapq.heappush(running, (progress + tasks[i].seconds, i))
        end, done = running[0]
        now += (end - progress) * max(1, len(running) / cpus)
        progress = end
        heapq.heappop(running)
        for i in followers[done]:
            waiting[i] -= 1
            if not waiting[i]:
                heapq.heappush(ready, (-tasks[i].priority, i))
    return now
