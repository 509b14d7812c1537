"""Which figures there are. The Snakefile reads this, so it loads nothing that draws."""

from collections.abc import Callable
from typing import NamedTuple


class Figure(NamedTuple):
    """One figure of an experiment.

    name: of its module in `figures`, of its files, and of its caption workflow/report/<name>.rst.
    title: under which the report lists it.
    lacking: takes the whole config; returns the line that says why it has no such figure, "" where it has.
    """

    name: str
    title: str
    lacking: Callable = lambda config: ""


def _single_rate(config):
    rates = config["training"]["learning_rate"]
    several = isinstance(rates, list) and len(rates) > 1
    line = "training.learning_rate: a sweep needs a list of rates, the base rate first, as [0.04, 0.01, 0.16]"
    return "" if several else line


def _single_multiple(config):
    several = len(config["smoothness"]["step_multiples"]) > 1
    return "" if several else "smoothness.step_multiples: the landscape needs several, as [0.5, 1, 2, 4]"


FIGURES = (
    Figure("comparison", "Models compared"),
    Figure("claims", "Claims with their intervals"),
    Figure("reproduction", "Notebook among the replicates"),
    Figure("sweep", "Learning rates", _single_rate),
    Figure("landscape", "Landscape along the steps", _single_multiple),
)


def module(name):
    """Return the module that draws the figure of that name: `draw(results, size)` returns a matplotlib figure."""
    # Here, so that whoever only reads FIGURES doesn't wait for matplotlib; each by name, so that the digest of a
    # program's code counts it.
    from .figures import claims, comparison, landscape, reproduction, sweep

    modules = (comparison, claims, reproduction, sweep, landscape)
    return {each.__name__.rpartition(".")[2]: each for each in modules}[name]
