"""What an amount costs: figures measured beforehand, and the records of earlier runs on this machine."""

import csv
import glob
import math
import os
import platform
import statistics
from pathlib import Path
from typing import NamedTuple

from .. import provenance
from ..errors import InputError
from . import amounts
from .jobs import Settings

SHIPPED = Path(__file__).with_name("figures.csv")
NEAREST = 5  # records, of jobs of nearly the same size, that a job is held against
ENOUGH = 200  # records of a rule


class Figure(NamedTuple):
    """What a rule's jobs cost: CPU seconds to start, and for each unit of work; 10⁶ bytes of memory to start, and for
    each that is held; seconds that they wait, for the network."""

    seconds: float = 0.0
    seconds_each: float = 0.0
    megabytes: float = 0.0
    megabytes_each: float = 0.0
    waiting: float = 0.0

    def expected(self, asked):
        """Return the CPU seconds and the 10⁶ bytes of memory that a job of these Amounts takes."""
        return self.seconds + self.seconds_each * asked.work, self.megabytes + self.megabytes_each * asked.held


class Figures(NamedTuple):
    """of: {rule: Figure}; among the rules is `every`, for what each job takes beside its own. machine: where measured,
    in words."""

    of: dict
    machine: str


class Record(NamedTuple):
    """What a job was seen to take: CPU seconds, seconds beside these, 10⁶ bytes of memory. device: as its config names
    it; None for a job without."""

    rule: str
    device: str | None
    amounts: amounts.Amounts
    seconds: float
    waiting: float
    megabytes: float


class Cost(NamedTuple):
    """What a job will take: CPU seconds, seconds beside these, 10⁶ bytes of memory, bytes of disk; and whether that is
    known from earlier jobs of its kind on this machine."""

    seconds: float
    waiting: float
    megabytes: float
    disk: int
    known_here: bool


def shipped(path=SHIPPED):
    """Return the Figures of a file that `fitting.written` gives."""
    first, *lines = Path(path).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    found = {row.pop("rule"): Figure(**{name: float(value) for name, value in row.items()}) for row in rows}
    return Figures(found, first.removeprefix("# Measured on ").rstrip("."))


def records(folder, here=True):
    """Return the Records of the jobs whose results lie below `folder`; of very many of a rule, some.

    here: of those only that ran on this machine, and not as a cluster's.
    """
    paths = {}
    for path in sorted(glob.glob(f"{glob.escape(str(folder))}/**/provenance-*.json", recursive=True)):
        paths.setdefault(Path(path).stem.split("-")[1], []).append(path)
    settings = Settings()
    found = (_record(path, settings, here) for of in paths.values() for path in of[:: len(of) // ENOUGH + 1])
    return [record for record in found if record]


def _record(path, settings, here):
    """Return the Record of the job whose provenance is at `path`; None where that tells nothing for this code."""
    try:
        facts = provenance.read(path)
        elsewhere = facts["platform"] != platform.platform() or facts["scheduler_job_id"] is not None
        rule, made_with, seconds = facts["rule"], facts["settings"], facts["process_cpu_seconds"]
        asked = amounts.of(rule, settings.of(rule, made_with))
        waiting = max(0.0, facts["seconds"] - seconds)
        found = Record(rule, made_with.get("device"), asked, seconds, waiting, facts["peak_memory_mb"])
    except (InputError, LookupError, TypeError, ValueError):
        return None
    return None if here and elsewhere else found


class Estimate:
    """What jobs will take: by the Figures, times how much more than these the nearest of earlier Records took."""

    def __init__(self, figures, records):
        self._figures, self._records, self._known = figures.of, {}, {}
        for record in records:
            if record.rule in self._figures:
                expected = self._figures[record.rule].expected(record.amounts)
                like = self._records.setdefault((record.rule, record.device), [])
                like.append((*expected, record.seconds / expected[0], record.megabytes / expected[1], record.waiting))
        slower = [each[2] for like in self._records.values() for each in like]
        self._speed = statistics.median(slower) if slower else 1.0  # for jobs whose like never ran here

    def of(self, rule, settings):
        """Return the Cost of a job. settings: as `amounts.of` takes them, which says what else is raised.

        Raises LookupError where nothing is known of jobs of that rule.
        """
        asked, figure = amounts.of(rule, settings), self._figures[rule]
        seconds, megabytes = figure.expected(asked)
        slower, larger, waiting = self._like(rule, settings.get("device"), seconds) or (self._speed, 1, figure.waiting)
        known = (rule, settings.get("device")) in self._records
        return Cost(seconds * slower, waiting if figure.waiting else 0, megabytes * larger, asked.disk, known)

    def every(self):
        """Return the CPU seconds that a job takes beside its own: its shell's and Snakemake's."""
        return self._figures["every"].seconds * self._speed

    def _like(self, rule, device, seconds):
        """Return how much longer than expected, how much larger, and how long besides those took that ran here and are
        nearest to a job of so many expected seconds; None where none ran."""
        key = (rule, device, seconds)
        if key not in self._known and (rule, device) in self._records:
            nearest = sorted(self._records[rule, device], key=lambda each: abs(math.log(each[0] / seconds)))[:NEAREST]
            self._known[key] = [statistics.median(values) for values in list(zip(*nearest, strict=True))[2:]]
        return self._known.get(key)


def cpus():
    """Return the number of CPUs that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
