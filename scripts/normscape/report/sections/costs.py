"""What the jobs took and what they ran with, from the provenance that each left."""

from pathlib import Path

from ... import atomic, provenance
from ...recipes import MEASURING, recipe


def read(runs, once, folder):
    """Return the provenance of each job that led here and is there, in the order of the rules.

    runs: the Runs. once: provenance of the rules before them, that run once. folder: of the tables and figures.
    Raises InputError where one was made with other settings, by other code, or from other files than are there now.
    """
    first = [_require(runs, path) for path in once if path.exists()]
    of_runs, tables = {}, {}
    for key in runs.all():
        present = runs.present(key)
        if present:
            led = runs.require(key, present)
            of_runs |= led
            tables |= {path: led[provenance.beside(path, rule)]["files"].get(path.name) for path, _, rule in present}
    last = ("aggregate", "compare", "figures")
    aggregate, compare, figures = (Path(folder) / f"provenance-{rule}.json" for rule in last)
    gathered = _require(runs, aggregate, tables)
    compared = _require(runs, compare, provenance.files(aggregate, gathered))
    tested = {path: digest for path, digest in provenance.files(compare, compared).items() if path.endswith(".csv")}
    drawn = _require(runs, figures, provenance.files(aggregate, gathered) | tested)  # no figure shows earlier looks
    for path in (*of_runs, aggregate, compare, figures, *filter(Path.exists, once)):
        provenance.take(path, atomic.sha256(path))
    in_order = sorted(of_runs.values(), key=lambda facts: MEASURING.index(facts["rule"]))
    return [*first, *in_order, gathered, compared, drawn]


def _require(runs, path, sources=None):
    rule = path.stem.removeprefix("provenance-")
    return provenance.require(path, recipe(rule, runs.settings, runs.codes), runs.codes.get(rule), sources)


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


def minutes_of_a_replicate(provenances):
    """Return {rule: CPU minutes that one replicate takes of it}, of all its networks; None where a rule has no job.

    A replicate is prepared once; each of its networks is trained and probed once at each learning rate, and takes what
    that took on average.
    """
    spent = {rule: {} for rule in MEASURING}
    for facts in provenances:
        if facts["rule"] in spent:
            network = facts["settings"].get("name"), facts["settings"].get("learning_rate")
            spent[facts["rule"]].setdefault(network, []).append(facts["process_cpu_seconds"] / 60)
    if not all(spent.values()):
        return None
    return {rule: sum(sum(jobs) / len(jobs) for jobs in networks.values()) for rule, networks in spent.items()}


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
