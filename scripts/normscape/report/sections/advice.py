"""What the inconclusive claims would take: how many replicates, at which cost, and the command that runs them."""

from typing import NamedTuple

import numpy as np

from ...analysis import power, statistics
from ...analysis.claims.claim import PRIMARY
from ...recipes import MEASURING, learning_rates
from .. import findings
from . import costs, looks, probes

POWER = 0.8
SENSIBLE = 1000  # a command for more replicates than that would help nobody
ORDER = ("C4", "C10", "C11")  # after the primary one, those of the headline: the command is for the first to be had
LARGEST_SEED = 2**32 - 1
LONGEST_NAME = 64


class Row(NamedTuple):
    """One inconclusive claim and treatment; texts, but for `replicates`."""

    claim: str
    treatment: str
    observed: str
    for_observed: str  # replicates for an effect of the observed size: “31 (19 to 73)”; "" where that can't be told
    for_relevant: str  # for one of the size that matters; "" where none is set, or it can't be told
    minutes: str  # of CPU, for the observed size; "" where that isn't known
    replicates: int | None  # for the observed size; None for more than is SENSIBLE, and where it can't be told


class Level(NamedTuple):
    """At which level claims are planned."""

    level: str
    tests: int  # of the family that is corrected together
    claims: list[str]


class Command(NamedTuple):
    """What to type, for which claim, and what that takes."""

    claim: str
    treatment: str
    replicates: int  # new ones
    minutes: str  # of CPU; "" where that isn't known
    options: str  # for Snakemake
    seeds: str  # the new ones: “seeds 8 to 38”

    @property
    def plan(self):
        """The options as they stand within double quotes, where the shell still counts the seeds."""
        return self.options.replace('"', "'")


class Advice(NamedTuple):
    """What the template says of the inconclusive claims."""

    rows: list[Row]
    levels: list[Level]
    power: str
    margins: bool  # whether a size that matters is set for any of them
    minutes: str  # of CPU, a replicate; "" where that isn't known
    again: bool  # whether seeds may be added to this experiment: its intervals hold at any look
    whole: bool  # whether all runs are there
    command: Command | None
    probes: list[probes.Split]


def advice(results, settings, provenances):
    """Return the Advice, or None where no claim is inconclusive and nothing is to be said of the probes.

    results: the Results. settings: the whole config. provenances: of all jobs.
    """
    design, minutes = results.design, costs.minutes_of_a_replicate(provenances)
    minutes = sum(minutes.values()) if minutes else None
    tests = {}
    for row in results.claims:
        tests[row["family"]] = tests.get(row["family"], 0) + (row["n"] > 1)
    inconclusive = [row for row in results.claims if row["verdict"] == "inconclusive"]
    rows = [_row(row, results, max(tests[row["family"]], 1), minutes) for row in inconclusive]
    splits = probes.splits(results, settings, provenances)
    if not rows and not splits:
        return None
    primary = [row["claim"] for row in results.claims if row["family"] == PRIMARY]
    return Advice(
        rows=rows,
        levels=_levels(inconclusive, tests, design.confidence),
        power=f"{POWER:g}",
        margins=any(row["margin"] for row in inconclusive),
        minutes=_rounded(minutes) if minutes else "",
        again=design.looks == statistics.ANY,
        whole=_whole(settings, provenances),
        command=_command(_first(rows, (*primary, *ORDER)), results, settings, minutes),
        probes=splits,
    )


def _row(row, results, tests, minutes):
    design, values = results.design, results.differences[row["claim"], row["treatment"]]
    name, size = (row["claim"], row["treatment"]), findings.size_and_interval(row)[0]
    if len(values) < 2 or findings.is_bound(row):
        return Row(*name, size, "", "", "", None)

    def needed(effect):
        spread, level = float(np.std(values, ddof=1)), (1 - design.confidence) / tests
        least = statistics.fewest(design.confidence)
        return power.needed(effect, spread, len(values), level, POWER, design.looks, least)

    observed = needed(row["estimate"])
    new = [number and number - _had(row, design) for number in observed]
    return Row(
        *name,
        observed=size,
        for_observed=_told(observed, _count),
        for_relevant=_told(needed(row["margin"]), _count) if row["margin"] else "",
        minutes=_told(new, lambda number: _rounded(number * minutes)) if minutes and observed.estimate else "",
        replicates=observed.estimate if observed.estimate and observed.estimate <= SENSIBLE else None,
    )


def _had(row, design):
    """Return how many of the replicates that a claim takes are there: none for one look, which takes new ones."""
    return row["n"] if design.looks == statistics.ANY else 0


def _told(numbers, form):
    """Return a number and its range as “31 (19 to 73)”; None is more than the limit."""
    if numbers[0] is None:
        least = f" (at least {form(numbers[1])})" if numbers[1] is not None else ""
        return f"more than {power.LIMIT:,}{least}"
    first, low, high = (f"more than {power.LIMIT:,}" if number is None else form(number) for number in numbers)
    return first if first == low == high else f"{first} ({low} to {high})"


def _count(replicates):
    """Return a number of replicates; beyond what is sensible, to two digits."""
    return f"{replicates if replicates <= SENSIBLE else float(f'{replicates:.1e}'):,.0f}"


def _rounded(minutes):
    return (
        f"{float(f'{minutes:.1e}'):,.0f}" if minutes >= 10 else f"{minutes:.1f}" if minutes >= 0.05 else "less than 0.1"
    )


def _levels(rows, tests, confidence):
    """Return the Levels at which claims are planned: there they pass whatever the others of their family do."""
    families = {}
    for row in rows:
        claims = families.setdefault(row["family"], [])
        claims += [row["claim"]] * (row["claim"] not in claims)
    return [
        Level(f"{(1 - confidence) / max(tests[family], 1):.2g}", max(tests[family], 1), claims)
        for family, claims in families.items()
    ]


def _whole(settings, provenances):
    """Return whether there is a job for each run that the settings ask for."""
    runs = len(settings["models"]) * len(learning_rates(settings)) * len(settings["seeds"])
    asked = dict(zip(MEASURING, (len(settings["seeds"]), runs, runs), strict=True))
    return all(sum(facts["rule"] == rule for facts in provenances) == count for rule, count in asked.items())


def _first(rows, order):
    """Return the Row that comes first in `order`, or else takes the fewest replicates; None where none is sensible."""
    ranks = {claim: place for place, claim in reversed(list(enumerate(order)))}
    sensible = [row for row in rows if row.replicates]
    return min(sensible, key=lambda row: (ranks.get(row.claim, len(order)), row.replicates), default=None)


def _command(row, results, settings, minutes):
    """Return the Command for a Row: an experiment of its own or, if intervals hold at any look, more seeds for this."""
    if not row:
        return None
    design, used = results.design, settings["seeds"]
    again = design.looks == statistics.ANY
    had = len(results.differences[row.claim, row.treatment]) if again else 0
    count = max(row.replicates - had, 1)
    first = _free(used, count)
    last = first + count - 1
    if again and used == list(range(used[0], first)):
        given, name = f"$(seq -s, {used[0]} {last})", ""
    else:
        given = ",".join([*map(str, used if again else ()), f"$(seq -s, {first} {last})"])
        name = "" if again else f"experiment={_name(settings['experiment'], count)} "
    return Command(
        claim=row.claim,
        treatment=row.treatment,
        replicates=count,
        minutes=_rounded(count * minutes) if minutes else "",
        options=f'--configfile results/{settings["experiment"]}/config.json --config {name}"seeds=[{given}]"',
        seeds=looks.seeds(range(first, last + 1)),
    )


def _free(used, count):
    """Return the first of `count` seeds in a row that aren't used: those behind the largest, if there are so many."""
    starts = [max(used) + 1, 0, *(seed + 1 for seed in used)]
    return next(
        start
        for start in starts
        if start + count - 1 <= LARGEST_SEED and not any(start <= seed < start + count for seed in used)
    )


def _name(experiment, count):
    end = f"-{count}"
    return experiment[: LONGEST_NAME - len(end)] + end
