"""What a run of the workflow will cost here, and why each job runs.

    python scripts/plan.py --cores 4 --configfile workflow/experiments/tiny.yaml

takes the options of Snakemake that the run would be given. Snakemake itself, in a dry run, tells which jobs that are.
"""

import os
import sys
import time

from normscape.planning import figures, summary
from normscape.planning.jobs import Job, Settings, recipe, rule_of
from snakemake.cli import args_to_api, parse_args
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry

NAME = "plan"  # of this file as a plugin of Snakemake's that is told what it plans
DRY_RUN = ["--dry-run", "--logger", NAME, "--quiet", "all"]

planned = {}  # {id: Job}


class LogHandler(LogHandlerBase):
    """Takes down the jobs that Snakemake tells of, and shows nothing but warnings and errors."""

    writes_to_stream, writes_to_file = True, False
    has_filter, has_formatter, needs_rulegraph = True, False, False

    def emit(self, record):
        event = getattr(record, "event", None)
        if event == LogEvent.JOB_INFO:
            outputs = [path.removesuffix(" (update)") for path in record.output]  # so it marks those of `update`
            if rule := rule_of(outputs):
                options = recipe(record.shellcmd)
                planned[record.jobid] = Job(rule, record.reason, record.input, outputs, options, record.priority)
        elif record.levelname in ("WARNING", "ERROR", "CRITICAL") and record.getMessage():
            print(self.format(record), file=sys.stderr)


def main(options):
    began = time.monotonic()
    LoggerPluginRegistry().register_plugin(f"snakemake_logger_plugin_{NAME}", sys.modules[__name__])
    parser, arguments = parse_args([*options, *DRY_RUN])
    if not args_to_api(arguments, parser):
        sys.exit(1)
    planning = time.monotonic() - began
    os.chdir(arguments.directory or ".")
    print(summary.text(plan(list(planned.values()), arguments, planning)))


def plan(jobs, arguments, planning):
    """Return the summary.Plan of the jobs of a dry run that took so many seconds."""
    shipped, records = figures.shipped(), figures.records("results")
    estimate, settings = figures.Estimate(shipped, records), Settings(jobs)
    costs = []
    for job in jobs:
        try:
            costs.append(estimate.of(job.rule, settings.of(job.rule, job.recipe)))
        except (LookupError, TypeError, ValueError):
            costs.append(None)
    local = arguments.executor in (None, "local")
    return summary.Plan(
        jobs=jobs,
        costs=costs,
        cores=(arguments.cores or 1) if local else None,
        cpus=figures.cpus(),
        every=estimate.every(),
        planning=planning,
        records=len(records),
        machine=shipped.machine,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
