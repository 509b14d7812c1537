"""What the registers of an experiment held before it ran, and what the commentary is told of that."""

from normscape.analysis import register
from normscape.analysis.design import Design
from normscape.report.sections import looks as section

TIME = "2026-11-30T12:00:00+00:00"


def fixed(settings, seeds=()):
    """The Fixed of some settings, when `seeds` had been measured."""
    return register.Fixed(register.analysis(Design.of(settings)), "0" * 16, sorted(seeds), TIME)


def look(settings, exclusions=()):
    """The Look at what those settings give."""
    return register.look(settings, exclusions)._replace(time=TIME)


def first_look(settings):
    """The Looks of an experiment whose analysis was fixed before anything was measured, and that hasn't been seen."""
    return section.looks([fixed(settings)], [], settings, [])
