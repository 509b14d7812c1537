"""The claims, one file each, in the order of every table; and those of an experiment, whose config may add others."""

from . import c1, c2a, c2b, c3, c4, c5, c6a, c6b, c6c, c7, c8, c9a, c9b, c10, c11, configured

CLAIMS = (
    *(c1.CLAIM, c2a.CLAIM, c2b.CLAIM, c3.CLAIM, c4.CLAIM, c4.START, c4.ABOVE, c4.BELOW),
    *(c5.CLAIM, c6a.CLAIM, c6b.CLAIM, c6b.LOG, c6c.CLAIM, c7.CLAIM, c8.CLAIM, c9a.CLAIM, c9b.CLAIM),
    *(c10.CLAIM, c11.CLAIM),
)
ASKS = ("metric", "mode", "measure", "compare", "unit", "states")  # of a Claim, what it asks


def chosen(design):
    """Return the Claims that are tested: CLAIMS, with those of the Design's section of the config."""
    return configured.chosen(CLAIMS, design.claims)


def comes_along(claim):
    """Tell whether a Claim asks what that of its id among CLAIMS asks, so that the config hasn't made it another."""
    return any(all(getattr(claim, part) == getattr(each, part) for part in ("id", *ASKS)) for each in CLAIMS)
