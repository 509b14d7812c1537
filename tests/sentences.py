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
    """A row of claims.csv; for ratios, low and high are the interval's ends as ratios. All pairs agree."""
    claim = next(claim for claim in CLAIMS if claim.id == id)
    ends = [end if end in (None, -math.inf) or claim.unit != LOG_RATIO else math.log(end) for end in (low, high)]
    estimate = changes.get("estimate", None if None in ends else sum(ends) / 2)
    side = "equal" if not estimate else "lower" if estimate < 0 else "higher"
    return {
        "claim": id,
        "estimand": claim.estimand,
        "treatment": "Normed",
        "mode": claim.mode,
        "unit": claim.unit,
        "claimed": claim.claimed,
        "n": 8,
        "estimate": estimate,
        "low": ends[0],
        "high": ends[1],
        "p": 0.002,
        "p_holm": 0.01,
        "p_sign_flip": 0.0078125,
        **dict.fromkeys(SIDES, 0),
        side: changes.get("n", 8),
        "verdict": verdict,
        **changes,
    }


SIDES = ("lower", "equal", "higher", "undecided")
NOTHING = dict.fromkeys(("estimate", "low", "high", "p", "p_holm", "p_sign_flip"))
NOT_MEASURED = {**NOTHING, "n": 0, "verdict": "not measured"}
SUPPORTED = {claim.id: row(claim.id) for claim in CLAIMS} | {
    "C2a": row("C2a", low=0.004, high=0.018),
    "C7": row("C7", **NOT_MEASURED),
}
WORSE = {"verdict": "contradicted", "low": 1.5, "high": 1.8}
UNCLEAR = {"verdict": "inconclusive", "low": 0.9, "high": 1.2, "p": 0.4, "p_holm": 1.0}
ONE = {**NOTHING, "n": 1, "estimate": math.log(0.7), "verdict": "inconclusive"}
FEW = {"verdict": "inconclusive", "n": 3}  # the interval lies on one side, and p is small
TWINS = {"verdict": "inconclusive", "n": 6, "estimate": 0.0, "low": 1.0, "high": 1.0, "p": 1.0, "p_holm": 1.0}
UNDECIDABLE = {**NOTHING, "n": 6, "equal": 0, "lower": 4, "higher": 2, "verdict": "not decidable"}


def text(excluded=(), changes=None, entry=BATCH, others=None, directions=1, gaps=(), **facts):
    """Render the commentary, with the claims all supported but for `changes`, {claim: what differs}.

    entry: the treatment's. others: further treatments, {name: (entry, changes)}. gaps: Gaps of the treatments.
    """
    treatments = {"Normed": (entry, changes or {})} | (others or {})
    asked = Asked(directions=directions, swept=facts.get("sweep") is not None, passes=facts.get("passes", 10))
    told = [treatment(name, *what, asked, gaps) for name, what in treatments.items()]
    context = {
        "baseline": "Plain",
        "treatments": told,
        **findings.of_all([finding for each in told for finding in each.claims.values()], DESIGN.confidence),
        **models.facts({"Plain": PLAIN} | {name: what[0] for name, what in treatments.items()}),
        **dict(zip(("excluded", "unprobed"), findings.left_out(excluded), strict=True)),
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
        "float32": None,
        "costs": [],
        "provenance": "Code: abc.",
    } | facts
    return page.render(TEMPLATE, **context)


def treatment(name, entry, changes, asked=None, gaps=()):
    """A findings.Treatment; changes and gaps as above."""
    rows = {**SUPPORTED, **{id: row(id, **what) for id, what in changes.items()}}
    asked = asked or Asked(directions=1, swept=False, passes=10)
    found = [findings.finding({**each, "treatment": name}, DESIGN, asked, gaps) for each in rows.values()]
    return findings.treatment(name, found, entry, PLAIN)


def answer(**arguments):
    """The commentary's first paragraph."""
    return text(**arguments).split("\n\n")[1]
