"""The registers of an experiment: when its analysis was fixed, and of which replicates verdicts were seen.

To both is only ever added. `analysis.json` holds the analyses that its config asked for, one after the other, each with
the seeds that had been measured by then; `looks.json` the sets of seeds that verdicts were given of. They stay in force
however often they are made again, so each holds the SHA-256 of its entries itself.
"""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from .. import atomic, provenance
from ..errors import InputError
from . import claims
from .claims.claim import BESIDE
from .design import Design, left_out

REMEDY = "put it back from a copy; or delete it and run again, and what it told of earlier is lost"
GENERAL = ("baseline", "confidence", "looks")  # of `comparison`: what every claim rests on
MADE_WITH = ("dataset", "smoothness", "training")  # sections behind a model's numbers, beside its own entry


class Fixed(NamedTuple):
    """An analysis, as `analysis` gives it, from when on it was asked for, and which seeds had been measured by then."""

    analysis: dict
    digest: str
    seeds: list[int]
    time: str


class Look(NamedTuple):
    """Verdicts that were given: of which seeds, by which analysis, on models that were made with what."""

    seeds: list[int]
    analysis: str  # its digest
    made: dict  # {model: digest of the settings behind its numbers}
    time: str

    @property
    def key(self):
        """What makes it another look than others: all but its time."""
        return tuple(self.seeds), self.analysis, tuple(sorted(self.made.items()))


class Changes(NamedTuple):
    """How an analysis differs from an earlier one; claims by their ids, in the later one's order."""

    settings: list[str]  # of `comparison`, so that all claims are others
    treatments: list[str]  # that are new
    changed: list[str]
    added: list[str]
    dropped: list[str]
    regrouped: list[str]  # the same in themselves, but corrected without one that was corrected with them

    def exploratory(self, claim, treatment):
        """Tell whether what is said of a claim, by its id, and a treatment rests on what was changed."""
        return bool(self.settings) or treatment in self.treatments or claim in self.others

    @property
    def others(self):
        """The claims that were changed, in themselves or in how they are corrected."""
        return [*self.changed, *self.added, *self.regrouped]


def analysis(design):
    """Return what is fixed beforehand by the Design, as JSON can hold it: all but the replicates."""
    entries = {
        claim.id: {
            "metric": claim.metric,
            "mode": claim.mode,
            "summary": _name(claim.measure),
            "comparison": _name(claim.compare),
            "states": claim.states.name,
            "unit": claim.unit,
            "claimed": claim.claimed,
            "family": claim.family,
            "margin": _margin(claim, design),
        }
        for claim in claims.chosen(design)
    }
    general = {name: getattr(design, name) for name in GENERAL}
    return {**general, "treatments": sorted(design.treatments), "claims": entries}


def _margin(claim, design):
    """Return its margin without its last digits, in which a logarithm may differ from machine to machine."""
    margin = claim.margin(design)
    return margin and round(margin, 12)


def _name(function):
    """Return the name of a function, and what a partial of it is given."""
    given = sorted(getattr(function, "keywords", {}).items())
    return " ".join([getattr(function, "func", function).__name__, *(f"{name}={value:g}" for name, value in given)])


def changes(then, now, order):
    """Return the Changes from one analysis to a later one. order: the ids of the later one's claims."""
    old, new = then["claims"], now["claims"]
    gone = set(then["treatments"]) - set(now["treatments"])
    left = {old[id]["family"] for id in old if id not in new or new[id]["family"] != old[id]["family"]}
    return Changes(
        settings=[name for name in GENERAL if then[name] != now[name]] + ["treatments"] * bool(gone),
        treatments=sorted(set(now["treatments"]) - set(then["treatments"])),
        changed=[id for id in order if id in old and new[id] != old[id]],
        added=[id for id in order if id not in old],
        dropped=[id for id in old if id not in new],
        regrouped=[id for id in order if new[id] == old.get(id) and new[id]["family"] in left - {BESIDE}],
    )


def measured(runs):
    """Return the seeds of which some network has been trained. runs: the folder of all runs."""
    names = {path.parent.name.removeprefix("seed-") for path in Path(runs).glob("*/*/seed-*/*.csv")}
    return {int(name) for name in names if name.isdecimal()}


def fix(path, design, seeds):
    """Add the Design's analysis to the register at `path`, unless it is the last one there.

    seeds: those that have been measured. Those that were when an earlier analysis was fixed count as well.
    Raises InputError where the register is damaged; it is left as it is.
    """
    entries, now = _entries(path, Fixed), analysis(design)
    if not entries or entries[-1].analysis != now:
        seeds = sorted({*seeds, *(seed for entry in entries for seed in entry.seeds)})
        entries.append(Fixed(now, _digest(now)[:16], seeds, _now()))
    _write(path, entries)


def require_fixed(path, design):
    """Return the Fixed in the register at `path`, the Design's analysis the last of them.

    Raises InputError where the register is damaged, or its last analysis is another.
    """
    entries = _entries(path, Fixed, take=True)
    if not entries or entries[-1].analysis != analysis(design):
        raise InputError(f"{path}: its last analysis is another than the one asked for; {provenance.REMAKE}")
    return entries


def place_of_fixed(entries, seeds):
    """Return the index of the last Fixed before any of the `seeds` was measured, or 0."""
    before = [place for place, entry in enumerate(entries) if not set(entry.seeds) & set(seeds)]
    return before[-1] if before else 0


def seen(design, exclusions):
    """Return the seeds on which verdicts rest: those of which some pair is left. exclusions: the Exclusions."""
    out = left_out(exclusions, "train_loss")
    return [
        seed
        for seed in design.seeds
        if (design.baseline, seed) not in out and any((name, seed) not in out for name in design.treatments)
    ]


def look(settings, exclusions):
    """Return the Look at what those settings give, now. exclusions: the Exclusions."""
    design = Design.of(settings)
    common = {name: settings[name] for name in MADE_WITH}
    made = {name: _digest({**common, "model": settings["models"][name]})[:16] for name in design.models}
    return Look(seen(design, exclusions), _digest(analysis(design))[:16], made, _now())


def add_look(path, other, new):
    """Add a Look to the register at `path`, unless it is there; and those of the `other` register, if there is one.

    Raises InputError where one of them is damaged.
    """
    entries = {}
    found = [*_entries(path, Look), *_entries(other, Look)]
    for each in [*sorted(found, key=lambda each: each.time), *[new] * bool(new.seeds)]:
        entries.setdefault(each.key, each)
    _write(path, list(entries.values()))


def looks(path, take=False):
    """Return the Looks in the register at `path`, the earliest first; none where there is no register.

    take: whether the job counts it as something that it read. Raises InputError where it is damaged.
    """
    return _entries(path, Look, take)


def _entries(path, kind, take=False):
    path = Path(path)
    try:
        content = path.read_bytes()
        held = json.loads(content)
        entries = [kind(**entry) for entry in held["entries"]]
        whole = held["sha256"] == _digest(held["entries"])
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); make it readable, then run again") from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise InputError(f"{path}: damaged or edited since it was written; {REMEDY}")
    if take:
        provenance.take(path, hashlib.sha256(content).hexdigest())
    return entries


def _write(path, entries):
    entries = [entry._asdict() for entry in entries]
    atomic.write_json(path, {"entries": entries, "sha256": _digest(entries)})


def _digest(value):
    return hashlib.sha256(atomic.to_json(value).encode()).hexdigest()


def _now():
    return datetime.now(UTC).isoformat(timespec="seconds")
