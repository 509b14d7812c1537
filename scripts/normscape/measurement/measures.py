"""What is measured along a step of a function: one entry a measure, its column and how to take it.

Everything here is given a function f with its gradient; it knows neither networks nor data. A probe evaluates f at w
and at w + αu for each step multiple α. A number that divides by the length of a step of zero, or that rounding may have
changed by more than `precision.TOLERANCE` of itself, is empty, and its row says why.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from ..tables import Column
from . import estimators
from .estimators import ZeroDisplacement
from .precision import FINEST, TOLERANCE, Rounding

ZERO, LOST, NAN = "the step is zero", "lost in rounding", "not a number"  # why a cell is empty


class Point(NamedTuple):
    """What f and its gradient, shape (p,), are at some weights."""

    loss: float
    gradient: Any


class Step(NamedTuple):
    """A step that was taken, and f at its ends: whatever has the fields of a Point.

    sizes: the number of entries of each parameter tensor.
    rounding: of f. scale: the norm of another gradient near by, that rounding may be relative to.
    halfway: f at half the step, where it is needed.
    """

    start: Any
    end: Any
    displacement: Any
    sizes: tuple = ()
    rounding: Rounding = FINEST
    scale: float = 0.0
    halfway: Any = None

    @property
    def change(self):
        """The gradient's change, shape (p,)."""
        return self.end.gradient - self.start.gradient

    @property
    def changes(self):
        """The same up to half the step, and over all of it."""
        return self.halfway.gradient - self.start.gradient, self.change

    @property
    def loss_error(self):
        """A bound on the error of the losses, and of their difference."""
        return self.rounding.loss * max(self.start.loss, self.end.loss)

    @property
    def gradient_error(self):
        """A bound on the norm of the error of the gradients, and of their difference."""
        ends = (end.gradient.norm().item() for end in (self.start, self.end))
        return self.rounding.gradient * max(self.scale, *ends)


class Measure(NamedTuple):
    """A column of the probes' table, the function that gives its value, and one that bounds the error of rounding."""

    column: Column
    value: Callable
    error: Callable | None = None


def _number(name, **bounds):
    return Column(name, float, **bounds)


def _smoothness(step):
    return estimators.local_smoothness(step.change, step.displacement)


def _notebook_estimator(step):
    return estimators.notebook_estimator(step.change, step.displacement, step.sizes)


def _notebook_estimator_error(step):
    whole = step.change.norm().item()
    return _notebook_estimator(step) * step.gradient_error / whole if whole else 0.0


def _curvature_error(step):
    return step.gradient_error / step.displacement.norm().item()


def _optimality_gap(step):
    if step.halfway:
        return estimators.optimality_gap_of_gradients(*step.changes, step.displacement)[0]
    return estimators.optimality_gap(step.end.loss - step.start.loss, step.start.gradient, step.displacement)


def _optimality_gap_error(step):
    if step.halfway:
        return _curvature_error(step) + estimators.optimality_gap_of_gradients(*step.changes, step.displacement)[1]
    return 2 * step.loss_error / step.displacement.norm().item() ** 2


SMOOTHNESS = Measure(_number("smoothness", low=0, optional=True), _smoothness, _curvature_error)  # L̂
GAP = "optimality_gap"
ALONG_STEP = (  # of a Step
    Measure(_number("loss", low=0, optional=True), lambda step: step.start.loss),  # f(w), nats
    Measure(_number("displaced_loss", low=0, optional=True), lambda step: step.end.loss),  # f(w + αu), nats
    SMOOTHNESS,
    Measure(
        _number("notebook_estimator", low=0, optional=True),
        _notebook_estimator,
        _notebook_estimator_error,
    ),
    Measure(
        _number("directional_curvature", optional=True),
        lambda step: estimators.directional_curvature(step.change, step.displacement),
        _curvature_error,
    ),
    Measure(_number(GAP, low=0, optional=True), _optimality_gap, _optimality_gap_error),
    Measure(  # ‖∇f(w)‖
        _number("gradient_norm", low=0, optional=True),
        lambda step: step.start.gradient.norm().item(),
        lambda step: step.gradient_error,
    ),
    Measure(  # ‖∇f(w + αu) − ∇f(w)‖
        _number("gradient_change_norm", low=0, optional=True),
        lambda step: step.change.norm().item(),
        lambda step: step.gradient_error,
    ),
    Measure(_number("displacement_norm", low=0), lambda step: step.displacement.norm().item()),  # ‖αu‖
)
OVER_MULTIPLES = (  # of the Steps of all multiples; the same in every row of a direction
    Measure(
        _number("loss_range", low=0, optional=True),
        lambda steps: estimators.loss_range([step.end.loss for step in steps]),
        lambda steps: max(step.loss_error for step in steps),
    ),
    Measure(
        _number("gradient_change_range", low=0, optional=True),
        lambda steps: estimators.gradient_change_range([step.change.norm().item() for step in steps]),
        lambda steps: max(step.gradient_error for step in steps),
    ),
    Measure(
        _number("effective_beta", low=0, optional=True),
        lambda steps: estimators.effective_beta(map(_smoothness, steps)),
        lambda steps: max(map(_curvature_error, steps)),
    ),
)
ON_ITS_OWN_STEP = Measure(  # of that Step in coordinates of its own; at the detailed passes
    _number("scale_normalised_smoothness", low=0, optional=True), _smoothness, _curvature_error
)
FLOAT32_ERROR = _number("float32_error", low=0, optional=True)  # of L̂, relative, on a sample; at the detailed passes
COLUMNS = (
    *(measure.column for measure in (*ALONG_STEP, *OVER_MULTIPLES, ON_ITS_OWN_STEP)),
    FLOAT32_ERROR,
)


class Found(NamedTuple):
    """Values of measures, {column: float, None for an empty cell}, and why some are empty, {column: reason}."""

    values: dict
    missing: dict

    def add(self, other):
        """Take in what else was Found."""
        self.values.update(other.values)
        self.missing.update(other.missing)

    def less(self, names):
        """Return the same without those columns."""
        return Found(*({name: of[name] for name in of if name not in names} for of in self))


def take(measures, measured, moved):
    """Return what is Found of `measures` on `measured`. moved: whether a step was taken; else no number can be lost."""
    found = Found({}, {})
    for measure in measures:
        name = measure.column.name
        try:
            value = measure.value(measured)
            if value is not None and math.isnan(value):
                value, found.missing[name] = None, NAN
            elif moved and _is_lost(value, measure, measured):
                value, found.missing[name] = None, LOST
        except ZeroDisplacement:
            value, found.missing[name] = None, ZERO
        found.values[name] = value
    return found


def _is_lost(value, measure, measured):
    """Return whether rounding may have changed `value` too much. A value that isn't finite stays what it is."""
    asked = measure.error and value is not None and math.isfinite(value)
    return asked and not measure.error(measured) < TOLERANCE * abs(value)


def probe(f, weights, start, displacement, multiples, sizes, rounding=FINEST, scale=0.0):
    """Measure f along one step: what is Found at each multiple, with `step_multiple` among the values.

    f: a function of the weights whose result has `loss` (float) and `gradient` (p,). start: its result at `weights`.
    displacement: the step u, shape (p,). multiples: the α. The others: as in Step.
    One evaluation of f a multiple; where the step is zero, none. One more where f is in float64 and the optimality gap
    is lost all the same, as a difference of losses; then it is taken from gradients.
    """
    moved = bool(displacement.norm() != 0)

    def step(multiple):
        taken = multiple * displacement
        return Step(start, f(weights + taken) if moved else start, taken, sizes, rounding, scale)

    steps = [step(multiple) for multiple in multiples]
    over, found = take(OVER_MULTIPLES, steps, moved), []
    for multiple, step in zip(multiples, steps, strict=True):
        along = take(ALONG_STEP, step, moved)
        if along.missing.get(GAP) == LOST and rounding == FINEST:
            along = take(ALONG_STEP, step._replace(halfway=f(weights + step.displacement / 2)), moved)
        values = {"step_multiple": float(multiple), **along.values, **over.values}
        found.append(Found(values, along.missing | over.missing))
    return found


def scale_normalised_probe(f, weights, start, minibatch_gradient, scales, learning_rate, rounding=FINEST):
    """Return what is Found of the scale-normalised smoothness ‖DΔg‖ / ‖D⁻¹u‖ of f at `weights`, on its own step u.

    It is the local smoothness in the coordinates D⁻¹w, units of each filter's own size, where the gradient is D∇f.
    Rescaling a filter that feeds BatchNorm leaves it as it is, up to BatchNorm's ε; without BatchNorm it is a
    convention, not an invariant. scales: the diagonal of D, as `filter_scales` has it. The others: as in `probe`.
    """
    step = estimators.scale_normalised_step(minibatch_gradient, scales, learning_rate)
    moved = bool(step.norm() != 0)
    ends = [Point(end.loss, scales * end.gradient) for end in (start, f(weights + step) if moved else start)]
    scale = (scales * minibatch_gradient).norm().item()
    return take([ON_ITS_OWN_STEP], Step(*ends, step / scales, rounding=rounding, scale=scale), moved)
