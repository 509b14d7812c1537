"""The figures that are shipped, from runs made for that."""

import statistics

import numpy
from scipy.optimize import nnls

from .figures import Figure, Figures


def fit(records, every, machine):
    """Return the Figures under which the Records' costs come nearest to those that were seen.

    Nearest: the sum of squares of the relative errors is the least, with no figure below zero. Only a download waits.
    every: CPU seconds that each job takes beside its own. machine: what it is, in words.
    """
    found = {"every": Figure(seconds=every)}
    for rule in dict.fromkeys(record.rule for record in records):
        mine = [record for record in records if record.rule == rule]
        found[rule] = Figure(
            *_line([record.amounts.work for record in mine], [record.seconds for record in mine]),
            *_line([record.amounts.held for record in mine], [record.megabytes for record in mine]),
            statistics.median(record.waiting for record in mine) if rule == "download" else 0.0,
        )
    return Figures(found, machine)


def _line(amounts, costs):
    """Return a start and a slope, neither below zero; no slope where all amounts are one."""
    costs, amounts = numpy.array(costs), numpy.array(amounts, dtype=float)
    if numpy.ptp(amounts) == 0:
        return float(1 / numpy.mean(1 / costs)), 0.0
    scale = amounts.max()
    start, slope = nnls(numpy.column_stack([1 / costs, amounts / scale / costs]), numpy.ones(len(costs)))[0]
    return float(start), float(slope / scale)


def written(figures, how):
    """Return the text of a file that `figures.shipped` reads. how: lines, in words, on how they came about."""
    lines = [f"# Measured on {figures.machine}.", *(f"# {line}" for line in how), ",".join(["rule", *Figure._fields])]
    for rule, figure in figures.of.items():
        lines.append(",".join([rule, *(f"{value:.3g}" for value in figure)]))
    return "\n".join(lines) + "\n"
