"""A plan as a person reads it."""

from collections import Counter
from typing import NamedTuple

from ..recipes import RULES
from . import reasons
from .jobs import rule_of
from .schedule import Task, makespan


class Plan(NamedTuple):
    """jobs: those that will run. costs: of each its Cost, None where it can't be said.

    cores: how many may run at once; None where they don't run here. cpus: of this machine. every: CPU seconds that each
    job takes beside its own. planning: seconds that Snakemake plans before the first. records: how many earlier jobs
    were looked at. machine: where the shipped figures were measured.
    """

    jobs: list
    costs: list
    cores: int | None
    cpus: int
    every: float
    planning: float
    records: int
    machine: str


def wall_seconds(plan):
    """Return the seconds from the command to the last job's end."""
    makers = {path: i for i, job in enumerate(plan.jobs) for path in job.outputs}
    tasks = [
        Task(
            plan.every + (cost.seconds + cost.waiting if cost else 0),
            tuple({makers[path] for path in job.inputs if path in makers}),
            job.priority,
        )
        for job, cost in zip(plan.jobs, plan.costs, strict=True)
    ]
    return plan.planning + makespan(tasks, plan.cores, plan.cpus)


def text(plan):
    """Return what the plan says, in lines."""
    if not plan.jobs:
        return "Nothing to run: all is done, as this config asks for it."
    rows = _rows(plan)
    parts = [_headline(plan), "", *_aligned([("rule", "jobs", "CPU each", "memory", "why"), *rows]), ""]
    if done := _done(plan.jobs):
        parts.append(f"Done, and left as they are: {done}.")
    parts.append(_sources(plan))
    costs = zip(plan.jobs, plan.costs, strict=True)
    if any(job.recipe.get("device") == "cuda" and cost and not cost.known_here for job, cost in costs):
        parts.append("With CUDA they will be others: nothing ran here with it yet.")
    return "\n".join(parts)


def _headline(plan):
    costs = [cost for cost in plan.costs if cost]
    cpu = sum(cost.seconds + plan.every for cost in costs)
    largest = max((cost.megabytes for cost in costs), default=0)
    takes = (
        f"{duration(cpu)} of CPU time, at most {size(1e6 * largest)} of memory a job, "
        f"{size(sum(cost.disk for cost in costs))} of disk"
    )
    if plan.cores is None:
        return f"This takes {takes}. How long that is on a cluster depends on how many jobs it runs at once."
    cores = f"{plan.cores} core{'s' * (plan.cores != 1)}"
    few = f" ({_counted(plan.cpus, 'CPU')})" if plan.cpus != plan.cores else ""
    return f"This takes about {duration(wall_seconds(plan))} here with {cores}{few}: {takes}."


def _rows(plan):
    """Return a row of the table for each rule and each reason that its jobs have."""
    groups = {}
    for job, cost in zip(plan.jobs, plan.costs, strict=True):
        groups.setdefault((job.rule, reasons.words(job)), []).append(cost)
    rows = []
    for (rule, why), costs in sorted(groups.items(), key=lambda item: _place(item[0][0])):
        known = [cost for cost in costs if cost]
        each = duration(sum(cost.seconds for cost in known) / len(known)) if known else "not known"
        if any(cost.waiting for cost in known):
            each += f" + {duration(sum(cost.waiting for cost in known) / len(known))} waiting"
        memory = size(1e6 * max(cost.megabytes for cost in known)) if known else ""
        rows.append((rule, str(len(costs)), each, memory, why))
    return rows


def _done(jobs):
    """Say how many jobs of each rule are done whose provenance is read by those that will run."""
    made = {path for job in jobs for path in job.outputs}
    read = {path for job in jobs for path in job.inputs} - made
    found = Counter(rule for rule in (rule_of([path]) for path in read) if rule)
    return ", ".join(f"{rule} {found[rule]}" for rule in sorted(found, key=_place))


def _place(rule):
    return RULES.index(rule) if rule in RULES else len(RULES)


def _aligned(rows):
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = (False, True, True, True, False)
    for row in rows:
        cells = [
            cell.rjust(width) if left else cell.ljust(width)
            for cell, width, left in zip(row, widths, right, strict=True)
        ]
        yield ("  " + "  ".join(cells)).rstrip()


def _sources(plan):
    """Say where the costs come from."""
    known = [cost.known_here for cost in plan.costs if cost]
    here = f"{_counted(plan.records, 'job')} of earlier runs on this machine"
    shipped = f"figures measured on {plan.machine}"
    if all(known):
        return f"Costs from {here}."
    if not any(known):
        return f"Costs from {shipped}" + (f", and the speed of {here}." if plan.records else "; none ran here yet.")
    rules = {job.rule for job, cost in zip(plan.jobs, plan.costs, strict=True) if cost and not cost.known_here}
    names = ", ".join(sorted(rules, key=_place))
    return f"Costs from {here}; those of {names} from {shipped}."


def _counted(number, thing):
    return f"{number} {thing}{'s' * (number != 1)}"


def duration(seconds):
    """Return a time as one says it: 41 s, 12 minutes, 3.2 hours."""
    if seconds < 99.5:
        return f"{seconds:.0f} s" if seconds >= 0.95 else f"{seconds:.1f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} minutes" if minutes < 99.5 else f"{minutes / 60:.1f} hours"


def size(number):
    """Return so many bytes as one says it: 80 MB, 1.3 GB."""
    return f"{number / 1e6:.0f} MB" if number < 0.9995e9 else f"{number / 1e9:.1f} GB"
