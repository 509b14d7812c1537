"""The commentary of results that never were: claims all supported, but for what a test changes."""

import math
from pathlib import Path

from entries import BATCH, PLAIN
from normscape.analysis.claims import CLAIMS
from normscape.analysis.claims.claim import LOG_RATIO, Asked
from normscape.analysis.design import Design
from normscape.report import findings, page
from normscape.report.sections import models, reproduction

TEMPLATE = Path(__file__).resolve().parents[1] / "workflow" / "report" / "commentary.md.j2"
DESIGN = Design("Plain", ["Normed"], 0.95, 0.04, list(range(8)))
FIGURES = {"comparison": "Models compared", "claims": "Claims", "reproduction": "Notebook"}


def row(id, verdict="supported", low=0.5, high=0.6, **changes):
    """A row of claims.csv; for ratios, low and high are the interval's ends as ratios."""
    claim = next(claim for claim in CLAIMS if claim.id == id)
    ends = [end if end is None or claim.unit != LOG_RATIO else math.log(end) for end in (low, high)]
    return {
        "claim": id,
        "estimand": claim.estimand,
        "treatment": "Normed",
        "mode": claim.mode,
        "unit": claim.unit,
        "claimed": claim.claimed,
        "n": 8,
        "estimate": None if None in ends else sum(ends) / 2,
        "low": ends[0],
        "high": ends[1],
        "p": 0.002,
        "p_holm": 0.01,
        "p_sign_flip": 0.0078125,
        "agreeing": 8,
        "verdict": verdict,
        **changes,
    }


NOTHING = dict.fromkeys(("estimate", "low", "high", "p", "p_holm", "p_sign_flip", "agreeing"))
SUPPORTED = {claim.id: row(claim.id) for claim in CLAIMS} | {
    "C2a": row("C2a", low=0.004, high=0.018),
    "C7": row("C7", "not measured", n=0, **NOTHING),
}
WORSE = {"verdict": "contradicted", "low": 1.5, "high": 1.8}
UNCLEAR = {"verdict": "inconclusive", "low": 0.9, "high": 1.2, "p": 0.4, "p_holm": 1.0}
ONE = {**NOTHING, "n": 1, "estimate": math.log(0.7), "verdict": "inconclusive"}


def text(excluded=(), changes=None, entry=BATCH, others=None, directions=1, **facts):
    """Render the commentary, with the claims all supported but for `changes`, {claim: what differs}.

    entry: the treatment's. others: further treatments, {name: (entry, changes)}.
    """
    treatments = {"Normed": (entry, changes or {})} | (others or {})
    asked = Asked(directions, swept=facts.get("sweep") is not None)
    context = {
        "baseline": "Plain",
        "treatments": [treatment(name, *what, asked) for name, what in treatments.items()],
        **models.facts({"Plain": PLAIN} | {name: what[0] for name, what in treatments.items()}),
        "excluded": list(excluded),
        "figures": FIGURES,
        "alt": "Four panels.",
        "caption": "Thin lines: the replicates.",
        "level": "95 %",
        "dataset": "FashionMNIST: 28 × 28 grey pixels, 10 classes",
        "percent": "10 %",
        "all_images": False,
        "learning_rate": 0.04,
        "batch_size": 32,
        "passes": 10,
        **reproduction.facts([]),
        "unlike_notebook": [],
        "sweep": None,
        "landscape": None,
        "costs": [],
        "provenance": "Code: abc.",
    } | facts
    return page.render(TEMPLATE, **context)


def treatment(name, entry, changes, asked=None):
    """A findings.Treatment; changes as above."""
    rows = {**SUPPORTED, **{id: row(id, **what) for id, what in changes.items()}}
    asked = asked or Asked(1, False)
    found = [findings.finding({**each, "treatment": name}, DESIGN, asked) for each in rows.values()]
    return findings.treatment(name, found, entry, PLAIN)


def answer(**arguments):
    """The commentary's first paragraph."""
    return text(**arguments).split("\n\n")[1]
