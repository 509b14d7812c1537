"""Whether the tables of all runs are what an experiment's settings and code would give."""

from .. import provenance
from ..recipes import recipe


def require_gathered(metrics, settings, codes):
    """Return {path: SHA-256} of what the aggregate rule wrote beside the table at `metrics`.

    settings: of the experiment. codes: {program: digest of its code}, of those behind the table.
    Raises InputError where the table was made with other settings or by other code.
    """
    path = provenance.beside(metrics, "aggregate")
    facts = provenance.require(path, recipe("aggregate", settings, codes), codes["aggregate"])
    return provenance.files(path, facts)


def require_compared(metrics, claims, settings, codes):
    """Raise InputError where the tables at `metrics` and `claims` aren't of these settings and code, and of each other.

    settings, codes: as in `require_gathered`.
    """
    sources = require_gathered(metrics, settings, codes)
    asked = recipe("compare", settings, codes)
    provenance.require(provenance.beside(claims, "compare"), asked, codes["compare"], sources)
