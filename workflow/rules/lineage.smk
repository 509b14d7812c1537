"""Hold what is there against what this config and code ask for: Snakemake's own memory of it can be lost or overruled.

Each job's provenance says what it was made with. Where that isn't what would make it now, the job runs again, whatever
Snakemake remembers; and a report, which runs nothing, is refused.
"""

import re
from functools import lru_cache

import snakemake.report
from normscape import provenance
from snakemake.dag import DAG
from snakemake.persistence import PersistenceBase

OURS = (f"{prefixed(RESULTS)}/", f"{prefixed('results/data')}/")


class Unlike(str):
    """In a few words, what a job's result was made with. Stands where Snakemake tells of changed params."""


def provenance_of(job):
    """Return the rule, by the name that it has here, and the path of the provenance of a job of ours; else two None."""
    path = str(job.output.get("provenance", ""))
    name = re.match(r"provenance-([a-z]+)", os.path.basename(path))
    return (name[1], path) if name and path.startswith(OURS) else (None, None)


def facts_at(path):
    """Return the facts of a provenance; None where it isn't there or isn't one, of which its readers tell."""
    try:
        with open(path, "rb") as file:  # without the check that it is whole: readers do that
            facts = json.load(file)
    except (OSError, ValueError, RecursionError):
        return None
    whole = isinstance(facts, dict) and all(isinstance(facts.get(each, {}), dict) for each in ("files", "inputs"))
    return facts if whole else None


def unlike_jobs(jobs):
    """Yield (job, path of its provenance, Unlike) for each of the jobs whose result isn't what is asked for."""
    made, read = {}, []
    for job in jobs:
        name, path = provenance_of(job)
        facts = facts_at(path) if name else None
        if facts:
            made |= provenance.files(path, facts)
            fault = provenance.unlike(facts, recipe_of(name, job.wildcards), CODES.get(name))
            read.append((job, path, fault, provenance.files(path, facts, "inputs")))
        elif name not in (None, "download") and not os.path.exists(path) and any(map(os.path.exists, job.output)):
            yield job, path, Unlike("made with nobody knows what, for there is no provenance")
    for job, path, fault, sources in read:
        others = (source for source, digest in sources.items() if made.get(source, digest) != digest)
        fault = fault or next(map(provenance.made_from_another, others), None)
        if fault:
            yield job, path, Unlike(fault)


def holding_against_recipes(update_needrun):
    """Wrap DAG.update_needrun so that first the jobs that `unlike_jobs` finds get their reason to run."""

    async def update(dag, *arguments, **options):
        for job, _, fault in unlike_jobs([job for job in dag.jobs if not dag.finished(job)]):
            dag.reason(job).params_changed = fault
        await update_needrun(dag, *arguments, **options)

    return update


def refusing(make_report):
    """Wrap Snakemake's report so that it tells of no results which this config wouldn't give."""

    async def make(dag, *arguments, **options):
        for _, path, fault in unlike_jobs(dag.jobs):
            sys.exit(
                f"{path}: {fault}; a report shows what is there, so run again first, or give it the settings of the run: "
                f"--configfile {prefixed(RESULTS)}/config.json"
            )
        await make_report(dag, *arguments, **options)

    return make


@lru_cache(maxsize=1)  # of a job's inputs, one is asked for after the other
def inputs_at(path, changed):
    """Return {path: SHA-256} of what a job read, from its provenance, which was last `changed` at that time."""
    return provenance.files(path, facts_at(path) or {}, "inputs")


def remembering(input_checksums):
    """Wrap Snakemake's memory of a job's inputs: where it is lost, the job's provenance has it."""

    def checksums(persistence, job, path):
        found = input_checksums(persistence, job, path)
        name, made = provenance_of(job)
        lost = name and None in found and os.path.exists(made)
        digest = inputs_at(made, os.stat(made).st_mtime_ns).get(os.path.normpath(path)) if lost else None
        return {f"sha256:{digest}"} if digest else found

    return checksums


DAG.update_needrun = holding_against_recipes(DAG.update_needrun)
snakemake.report.auto_report = refusing(snakemake.report.auto_report)
PersistenceBase.input_checksums = remembering(PersistenceBase.input_checksums)
