"""What is measured along a step of a function: one entry a measure, its column and how to take it.

Everything here is given a function f with its gradient; it knows neither networks nor data. A probe evaluates f at w
and at w + αu for each step multiple α.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from ..tables import Column
from . import estimators
from .estimators import ZeroDisplacement


class Step(NamedTuple):
    """A step that was taken, and what f and its gradient (`loss`, a float, and `gradient`, shape (p,)) are at its ends.

    sizes: the number of entries of each parameter tensor.
    """

    start: Any
    end: Any
    displacement: Any
    sizes: tuple

    @property
    def change(self):
        """The gradient's change, shape (p,)."""
        return self.end.gradient - self.start.gradient


class Measure(NamedTuple):
    """A column of the probes' table, and the function that gives its value."""

    column: Column
    value: Callable


def _number(name, **bounds):
    return Column(name, float, **bounds)


ALONG_STEP = (  # of a Step; a measure that divides by the step's length is empty where the step is zero
    Measure(_number("loss", low=0), lambda step: step.start.loss),  # f(w), nats
    Measure(_number("displaced_loss", low=0), lambda step: step.end.loss),  # f(w + αu), nats
    Measure(
        _number("smoothness", low=0, optional=True),  # L̂
        lambda step: estimators.local_smoothness(step.change, step.displacement),
    ),
    Measure(
        _number("notebook_estimator", low=0, optional=True),
        lambda step: estimators.notebook_estimator(step.change, step.displacement, step.sizes),
    ),
    Measure(
        _number("directional_curvature", optional=True),
        lambda step: estimators.directional_curvature(step.change, step.displacement),
    ),
    Measure(
        _number("optimality_gap", low=0, optional=True),
        lambda step: estimators.optimality_gap(step.end.loss - step.start.loss, step.start.gradient, step.displacement),
    ),
    Measure(_number("gradient_norm", low=0), lambda step: step.start.gradient.norm().item()),  # ‖∇f(w)‖
    Measure(_number("gradient_change_norm", low=0), lambda step: step.change.norm().item()),  # ‖∇f(w + αu) − ∇f(w)‖
    Measure(_number("displacement_norm", low=0), lambda step: step.displacement.norm().item()),  # ‖αu‖
)
OVER_MULTIPLES = (  # of {column of ALONG_STEP: its values at each multiple}; the same in every row of a direction
    Measure(
        _number("loss_range", low=0, optional=True),
        lambda along: estimators.loss_range(along["displaced_loss"]),
    ),
    Measure(
        _number("gradient_change_range", low=0, optional=True),
        lambda along: estimators.gradient_change_range(along["gradient_change_norm"]),
    ),
    Measure(
        _number("effective_beta", low=0, optional=True),
        lambda along: None if None in along["smoothness"] else estimators.effective_beta(along["smoothness"]),
    ),
)
ON_ITS_OWN_STEP = Measure(  # of `f, weights, start, minibatch_gradient, scales, learning_rate`; at the detailed passes
    _number("scale_normalised_smoothness", low=0, optional=True),
    lambda *arguments: scale_normalised_probe(*arguments),
)
COLUMNS = tuple(measure.column for measure in (*ALONG_STEP, *OVER_MULTIPLES, ON_ITS_OWN_STEP))


def probe(f, weights, start, displacement, multiples, sizes):
    """Measure f along one step: a dict for each multiple, with `step_multiple` and the columns of COLUMNS.

    f: a function of the weights whose result has `loss` (float) and `gradient` (p,). start: its result at `weights`.
    displacement: the step u, shape (p,). multiples: the α. sizes: the number of entries of each parameter tensor.
    One evaluation of f a multiple; where the step is zero, none, and the measures that have no meaning are None.
    """
    rows = []
    for multiple in multiples:
        step = multiple * displacement
        end = f(weights + step) if step.norm() != 0 else start
        taken = Step(start, end, step, sizes)
        values = {measure.column.name: _value(measure, taken) for measure in ALONG_STEP}
        rows.append({"step_multiple": float(multiple), **values})
    along = {measure.column.name: [row[measure.column.name] for row in rows] for measure in ALONG_STEP}
    over = {measure.column.name: measure.value(along) for measure in OVER_MULTIPLES}
    return [{**row, **over, ON_ITS_OWN_STEP.column.name: None} for row in rows]


def _value(measure, step):
    try:
        return measure.value(step)
    except ZeroDisplacement:
        return None


def scale_normalised_probe(f, weights, start, minibatch_gradient, scales, learning_rate):
    """Return the scale-normalised smoothness of f at `weights`, on its own step; None where that step is zero."""
    step = estimators.scale_normalised_step(minibatch_gradient, scales, learning_rate)
    if not step.any():
        return None
    change = f(weights + step).gradient - start.gradient
    return estimators.scale_normalised_smoothness(change, step, scales)
