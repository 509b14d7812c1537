"""What works around Snakemake, each with the condition on which it can go."""

import os
import sys
import threading
import time

from snakemake.io import _IOFile
from snakemake.jobs import GroupJob
from snakemake.logging import logger
from snakemake.scheduling.job_scheduler import JobScheduler


def telling_why(log_error):
    """Wrap GroupJob.log_error so that it also logs the scheduler's message, which it drops; a single job logs it.

    Without it, a group that Slurm refuses (a wrong partition, too long a time) fails without a word.
    Can go when https://github.com/snakemake/snakemake-executor-plugin-slurm/issues/456 is closed in the pinned version.
    """

    def log_error_and_why(group, msg=None, **details):
        if msg:
            logger.error(msg)
        log_error(group, msg, **details)

    return log_error_and_why


if GroupJob.log_error.__module__ == "snakemake.jobs":  # once, wherever this file is included from
    GroupJob.log_error = telling_why(GroupJob.log_error)


def look_again_once(scheduler, delay):
    """Let the scheduler look for jobs again after `delay` seconds, once, however often it is asked.

    Snakemake sets a timer each time it looks, and looks when a timer ends: every job that ends begins another such
    chain, and after a hundred jobs it looks through all that are ready a hundred times a second. With 45 jobs that took
    half of what Snakemake took. The timers also keep it alive for a second after its end, which a daemon doesn't.
    Can go when JobScheduler._schedule_reevalutation has one timer at a time.
    """
    now = time.monotonic()
    if now >= getattr(scheduler, "looks_again_at", 0):
        scheduler.looks_again_at = now + delay
        timer = threading.Timer(delay + 0.01, scheduler._open_jobs.release)
        timer.daemon = True
        timer.start()


if hasattr(JobScheduler, "_schedule_reevalutation"):
    JobScheduler._schedule_reevalutation = look_again_once


def once_a_version(checksum):
    """Wrap the checksum of a file so that it is read again only once it has changed.

    When a job ends, Snakemake reads all its inputs once for each of its outputs, and the images are inputs of many.
    Can go when Persistence.finished takes the checksums of a job's inputs once, and remembers them.
    """
    known = {}

    async def remembered(file, threshold=None, force=False, algorithm=None):
        try:
            found = os.stat(file)
        except OSError:
            found = None
        if found is None or file.is_storage or algorithm is not None:
            return await checksum(file, threshold, force, algorithm)
        key = (os.path.abspath(file), found.st_ino, found.st_size, found.st_mtime_ns, threshold, force)
        if key not in known:
            known[key] = await checksum(file, threshold, force)
        return known[key]

    return remembered


if _IOFile.checksum.__module__ == "snakemake.io":  # once, wherever this file is included from
    _IOFile.checksum = once_a_version(_IOFile.checksum)


def in_one_line(load):
    """Wrap Workflow.configfile so that a config.yaml that it can't load gets one line.

    Without it, bytes that aren't UTF-8, an impossible date or a section that contains itself end in a traceback.
    Can go when Snakemake names the file and the fault. (The files of `--configfile` are loaded before any rules file.)
    """

    def load_in_one_line(path):
        try:
            load(path)
        except RecursionError:
            sys.exit(f"{path}: can't be read; a section contains itself, or lists lie too deep within each other")
        except Exception as error:  # whatever it is; of an error in the YAML, Snakemake tells nothing but the context
            sys.exit(f"{path}: can't be read; {' '.join(str(error.__context__ or error).split())}")

    return load_in_one_line


if workflow.modifier.is_main_snakefile():
    workflow.configfile = in_one_line(workflow.configfile)
