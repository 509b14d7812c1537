"""Claims that the config adds or puts in the place of others, made from the parts that `claim_parts` names."""

from .. import estimates, states
from ..claim_parts import Parts
from . import c2a, c2b, c3, c4, c6a, c6b, c9a
from .claim import ABOVE, BELOW, EARLY, PASS_0, PRIMARY, SECONDARY, Claim

_MADE_AS = {  # (summary, comparison): a claim that measures, compares and needs the same
    ("", "equal_loss"): c4.CLAIM,
    ("mean", "ratio"): c3.CLAIM,
    ("mean", "difference"): c2a.CLAIM._replace(measure=estimates.mean, needs=""),
    ("last", "ratio"): c2b.CLAIM,
    ("last", "difference"): c2a.CLAIM,
    ("volatility", "ratio"): c6b.CLAIM,
    ("log_volatility", "ratio"): c6b.LOG,
    ("log_volatility", "pooled_ratio"): c6a.CLAIM,
    ("layer_spread", "ratio"): c9a.CLAIM,
}


def chosen(claims, section):
    """Return `claims`, a tuple of Claims, with those of the config's `section` in their places, and the others behind.

    What stands beside a claim goes with it. There is one primary claim: a new one makes the old one secondary, and none
    of the others asks its question in another way.
    """
    own = {id: _claim(id, entry) for id, entry in sorted(section.items())}
    kept = [claim for claim in claims if claim.beside not in own]
    if any(claim.family == PRIMARY for claim in own.values()):
        kept = [
            claim._replace(also="", family=SECONDARY if claim.family == PRIMARY else claim.family) for claim in kept
        ]
    places = {claim.id: claim for claim in kept}
    return tuple({**places, **own}.values())


def _claim(id, entry):
    """Return the Claim of an entry that the config's checks let through."""
    parts = Parts.of(entry)
    made_as, its_states = _MADE_AS[parts.summary, parts.comparison], states.STATES[parts.states]
    early = its_states in (states.START, states.EARLY)
    return Claim(
        id=id,
        heading=entry.get("heading", parts.estimand[0].upper() + parts.estimand[1:]),
        estimand=parts.estimand,
        metric=parts.metric,
        mode=parts.mode,
        measure=made_as.measure,
        compare=made_as.compare,
        states=its_states,
        unit=made_as.unit,
        claimed={"below": BELOW, "above": ABOVE}[entry["claimed"]],
        family=PRIMARY if entry.get("primary") else EARLY if early else SECONDARY,
        own_margin=entry.get("margin"),
        passes=made_as.passes,
        needs=PASS_0 if its_states == states.ALL else made_as.needs,
        undefined=made_as.undefined,
    )
