"""When the analysis was fixed, what was changed since, and which verdicts had been seen before, in words."""

from typing import NamedTuple

from ...analysis import claims, register, statistics
from ...analysis.design import Design
from .. import words

ADDED, DROPPED, REMADE = "added", "dropped", "remade"
LOOKS = ("the first look", "a second look", "a third look", "a fourth look", "a fifth look")


class Earlier(NamedTuple):
    """Verdicts that were given of some of these replicates before."""

    whose: str  # “8 of these replicates (seeds 0 to 7)”
    kind: str  # ADDED: seeds have come since; DROPPED: some of theirs are left out now; REMADE with other settings


class Looks(NamedTuple):
    """What the registers tell of the replicates that the verdicts rest on."""

    date: str  # on which the analysis was fixed: “2026-11-30”
    there: str  # which of the replicates had been measured by then: “seeds 0 to 7”; "" for none
    after: str  # which of them had been when it was changed; "" where it wasn't
    changes: register.Changes  # since it was fixed
    settings: str  # that were changed, with which all claims were: “`comparison.confidence`”; "" for none
    moves: str  # of claims and treatments: “C4 was changed, and C12 was added”; "" for none
    concerned: str  # of which of these what is said is exploratory: “it”, “them”, or by name; "" for none
    regrouped: str  # claims that are exploratory for how they are corrected; "" for none
    earlier: list[Earlier]  # the first few
    more: int  # how many there are besides
    others: str  # replicates that verdicts were given of, too, none of them among these; "" for none
    look: str  # which look at these replicates this is: “a second look”
    any: bool  # whether intervals and tests hold however often one looks and adds seeds

    @property
    def beforehand(self):
        """Whether the analysis was fixed, as it is, before any of these replicates was measured."""
        return not (self.there or self.after)

    @property
    def covered(self):
        """Whether intervals and tests hold for the looks that there were."""
        return self.any and all(each.kind == ADDED for each in self.earlier)


def looks(fixed, looked, settings, exclusions):
    """Return the Looks.

    fixed: the Fixed of the register of analyses, that of these settings the last. looked: the Looks of the register of
    verdicts. settings: the whole config. exclusions: the Exclusions.
    """
    design, present = Design.of(settings), register.look(settings, exclusions)
    place = register.place_of_fixed(fixed, design.seeds)
    changes = register.changes(fixed[place].analysis, fixed[-1].analysis, [each.id for each in claims.chosen(design)])
    general, moves = _settings(changes), _moves(changes)
    earlier, others = _earlier(looked, present)
    return Looks(
        date=fixed[place].time.partition("T")[0],
        there=seeds(set(fixed[place].seeds) & set(design.seeds)),
        after=seeds(set(fixed[place + 1].seeds) & set(design.seeds)) if general or moves else "",
        changes=changes,
        settings=general,
        moves=moves,
        concerned=_concerned(changes),
        regrouped=_listed(changes.regrouped),
        earlier=earlier[: words.FEW],
        more=len(earlier[words.FEW :]),
        others=f"{len(others)} other replicate{'s' * (len(others) > 1)} ({seeds(others)})" if others else "",
        look=LOOKS[len(earlier)] if len(earlier) < len(LOOKS) else f"look number {len(earlier) + 1}",
        any=design.looks == statistics.ANY,
    )


def _settings(changes):
    return _listed([f"`comparison.{name}`" for name in changes.settings])


def _moves(changes):
    whats = (
        (changes.changed, "changed"),
        (changes.added, "added"),
        (changes.dropped, "dropped"),
        (changes.treatments, "added as " + ("treatments" if len(changes.treatments) > 1 else "a treatment")),
    )
    return _listed([f"{_listed(names)} {'were' if len(names) > 1 else 'was'} {what}" for names, what in whats if names])


def _concerned(changes):
    names = [*changes.changed, *changes.added, *changes.treatments]
    if changes.dropped or not names:
        return _listed(names)
    return "them" if len(names) > 1 else "it"


def _earlier(looked, present):
    """Return the Earlier of those Looks that share replicates with the present one, and the seeds of those that don't.

    Looks at the same replicates by another analysis are no others: what was changed is told of the analysis.
    """
    earlier, others, now = {}, set(), set(present.seeds)
    for each in looked:
        then, common = set(each.seeds), each.made.keys() & present.made.keys()
        if len(common) < 2:  # another comparison
            continue
        remade = any(each.made[model] != present.made[model] for model in common)
        if then & now and (remade or then != now):
            kind = REMADE if remade else ADDED if then < now else DROPPED
            earlier[tuple(each.seeds), kind] = Earlier(_whose(then, now, kind), kind)
        elif not then & now:
            others |= then
    return list(earlier.values()), others if now else set()


def _whose(then, now, kind):
    if kind == ADDED:
        return f"{len(then)} of these replicates ({seeds(then)})"
    if kind == REMADE and then == now:
        return "these replicates with other settings of training or probes"
    told = f"{len(then)} replicate{'s' * (len(then) > 1)} ({seeds(then)})"
    if kind == REMADE:
        return f"{told} with other settings of training or probes"
    gone = then - now
    return f"{told}, of which {seeds(gone)} {'are' if len(gone) > 1 else 'is'} left out here"


def seeds(numbers):
    """Return whole numbers as “seed 4”, “seeds 0 to 7”, or “seeds 0 to 3, 5 and 20 more”; "" for none."""
    numbers, runs = sorted(numbers), []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    if not numbers:
        return ""
    named, rest = runs[: words.FEW], sum(map(len, runs[words.FEW :]))
    texts = [text for run in named for text in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run))]
    told = ", ".join(texts) + f" and {rest} more" if rest else _listed(texts)
    return f"seed{'s' * (len(numbers) > 1)} {told}"


def _listed(texts):
    """Return “a”, “a and b”, or “a, b and c”; "" for none."""
    *rest, last = texts or [""]
    return f"{', '.join(rest)} and {last}" if rest else last
