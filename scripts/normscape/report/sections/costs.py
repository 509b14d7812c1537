"""What the jobs took and what they ran with, from the provenance that each left."""

from itertools import product
from pathlib import Path

from ... import provenance


def read(results, *, learning_rates, run, prepared, once, folder):
    """Return the provenance of each job that led here and is there, in the order of the rules.

    results: the Results. learning_rates: as they stand in paths. run: pattern of a run's folder, with {model},
    {learning_rate} and {seed}. prepared: pattern of the prepare rule's provenance, with {seed}. once: provenance of the
    rules before it. folder: of the tables and figures.
    """
    seeds = results.design.seeds
    runs = [
        Path(run.format(model=model, learning_rate=rate, seed=seed))
        for model, rate, seed in product(results.models, learning_rates, seeds)
    ]
    paths = [
        *once,
        *(Path(prepared.format(seed=seed)) for seed in seeds),
        *(place / f"provenance-{rule}.json" for rule in ("train", "probe") for place in runs),
        *(Path(folder) / f"provenance-{rule}.json" for rule in ("aggregate", "compare", "figures")),
    ]
    return [provenance.read(path) for path in paths if path.exists()]


def costs(provenances):
    """Return for each rule its number of jobs, their mean time in seconds and their largest memory in MB."""
    rules = dict.fromkeys(facts["rule"] for facts in provenances)
    jobs = {rule: [facts for facts in provenances if facts["rule"] == rule] for rule in rules}
    return [
        {
            "rule": rule,
            "jobs": len(facts),
            "seconds": f"{sum(job['seconds'] for job in facts) / len(facts):.1f}",
            "memory": f"{max(job['peak_memory_mb'] for job in facts):.0f}",
        }
        for rule, facts in jobs.items()
    ]


def ran_with(provenances):
    """Return a line on the code, versions and devices that the numbers come from."""

    def all_of(values):
        return ", ".join(sorted({str(value) for value in values}))

    versions = [facts["versions"] for facts in provenances]
    packages = ", ".join(f"{name} {all_of(each[name] for each in versions)}" for name in versions[0])
    code = all_of(facts["git"] or "unknown (not a git repository)" for facts in provenances)
    devices, threads, platforms = (
        all_of(facts[key] for facts in provenances) for key in ("device", "threads", "platform")
    )
    return f"Code: {code}. {packages}. Device: {devices}; {threads} thread a job; {platforms}."
