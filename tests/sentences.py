"""The commentary of results that never were: claims all supported, but for what a test changes."""

import math
from pathlib import Path

import registers
import synthetic
from entries import BATCH, PLAIN
from normscape.analysis import claims
from normscape.analysis.claims import CLAIMS
from normscape.analysis.claims.claim import BESIDE, LOG_RATIO, Asked
from normscape.analysis.design import Design
from normscape.report import findings, page, treatments
from normscape.report.sections import models, reproduction

TEMPLATE = Path(__file__).resolve().parents[1] / "workflow" / "report" / "commentary.md.j2"
DESIGN = Design("Plain", ["Normed"], 0.95, 0.04, list(range(8)))
SETTINGS = synthetic.settings(("Plain", "Normed"), DESIGN.seeds)
FIGURES = {"comparison": "Models compared", "claims": "Claims", "reproduction": "Notebook"}


def row(id, verdict="supported", low=0.5, high=0.6, design=None, **changes):
    """A row of claims.csv; for ratios, low and high are the interval's ends as ratios. All pairs agree."""
    design = design or DESIGN
    claim = next(claim for claim in claims.chosen(design) if claim.id == id)
    if claim.family == BESIDE:
        changes = {"verdict": BESIDE, "p_holm": None, **changes}
    ends = [
        end if end in (None, -math.inf, math.inf) or claim.unit != LOG_RATIO else math.log(end) for end in (low, high)
    ]
    estimate = changes.get("estimate", None if None in ends else sum(ends) / 2)
    side = "equal" if not estimate else "lower" if estimate < 0 else "higher"
    return {
        "claim": id,
        "family": claim.family,
        "estimand": claim.estimand,
        "treatment": "Normed",
        "mode": claim.mode,
        "unit": claim.unit,
        "claimed": claim.claimed,
        "n": 8,
        "estimate": estimate,
        "low": ends[0],
        "high": ends[1],
        **dict.fromkeys(("margin", "inner_low", "inner_high")),
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
NEGLIGIBLE = {
    **{
        "verdict": "no relevant difference",
        "margin": math.log(1.1),
        "low": 0.95,
        "high": 1.07,
        "p": 0.4,
        "p_holm": 1.0,
    },
    **{"inner_low": math.log(0.96), "inner_high": math.log(1.06)},
}
NOT_YET = {"verdict": "inconclusive", "n": 6, "estimate": math.log(0.9), "low": -math.inf, "high": math.inf}
ONE = {**NOTHING, "n": 1, "estimate": math.log(0.7), "verdict": "inconclusive"}
FEW = {"verdict": "inconclusive", "n": 3}  # the interval lies on one side, and p is small
TWINS = {"verdict": "inconclusive", "n": 6, "estimate": 0.0, "low": 1.0, "high": 1.0, "p": 1.0, "p_holm": 1.0}
UNDECIDABLE = {**NOTHING, "n": 6, "equal": 0, "lower": 4, "higher": 2, "verdict": "not decidable"}


def asked(directions=1, passes=10, swept=False):
    """The Asked of settings with these."""
    changed = {name: dict(SETTINGS[name]) for name in ("dataset", "smoothness", "training")}
    changed["smoothness"]["directions"], changed["training"]["passes"] = directions, passes
    return Asked.of(changed, swept)


def text(
    excluded=(),
    changes=None,
    entry=BATCH,
    others=None,
    directions=1,
    gaps=(),
    turn=None,
    points=None,
    design=DESIGN,
    **facts,
):
    """Render the commentary, with the claims all supported but for `changes`, {claim: what differs}.

    entry: the treatment's. others: further treatments, {name: (entry, changes)}. gaps: Gaps of the treatments. turn,
    points: as a Treatment has them. design: of the intervals. Any other fact is the template's.
    """
    treatments = {"Normed": (entry, changes or {})} | (others or {})
    how_often = asked(directions, facts.get("passes", 10), facts.get("sweep") is not None)
    told = [treatment(name, *what, how_often, gaps, turn, points, design) for name, what in treatments.items()]
    context = {
        "baseline": "Plain",
        "treatments": told,
        **findings.of_all([finding for each in told for finding in each.claims.values()], design),
        **models.facts({"Plain": PLAIN} | {name: what[0] for name, what in treatments.items()}),
        **dict(zip(("excluded", "unprobed"), findings.left_out(excluded), strict=True)),
        "figures": FIGURES,
        "alt": "Four panels.",
        "caption": "Thin lines: the replicates.",
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
        "advice": None,
        "looks": registers.first_look(SETTINGS),
        "early_updates": list(synthetic.EARLY),
        "probed_passes": [],
        "evaluated_every": 1,
        "costs": [],
        "provenance": "Code: abc.",
    } | facts
    return page.render(TEMPLATE, **context)


def treatment(name, entry, changes, how_often=None, gaps=(), turn=None, points=None, design=DESIGN):
    """A treatments.Treatment; changes, gaps, turn, points and design as above. how_often: an Asked."""
    told = [
        row(claim.id, **changes[claim.id], design=design)
        if claim.id in changes
        else SUPPORTED.get(claim.id) or row(claim.id, design=design)
        for claim in claims.chosen(design)
    ]
    found = [findings.finding({**each, "treatment": name}, design, how_often or asked(), gaps) for each in told]
    return treatments.treatment(name, found, entry, PLAIN, turn, points)


def answer(**arguments):
    """The commentary's first paragraph."""
    return text(**arguments).split("\n\n")[1]
