"""Directions and estimators: what the change of a gradient along a step says of the loss's smoothness.

Everything here is given a function f with its gradient; it knows neither networks nor data. Vectors are flat float64
tensors of shape (p,), p the number of parameters. A step is u = −η g_B, with g_B the gradient of the mean loss of an
independent minibatch; a probe evaluates f at w and at w + αu for each step multiple α.
"""

import math

import torch

from .tables import KEY, Column

_PROBE = (
    *KEY,
    Column("mode", str),  # of BatchNorm in f: population or eval
    Column("direction", int, low=0),  # which of the independent minibatches
    Column("step_multiple", float),  # α
)
SMOOTHNESS = (
    *_PROBE,
    Column("loss", float, low=0),  # f(w), nats
    Column("displaced_loss", float, low=0),  # f(w + αu), nats
    Column("smoothness", float, low=0, optional=True),  # L̂; empty where the step is zero, as are all that divide by it
    Column("notebook_estimator", float, low=0, optional=True),
    Column("directional_curvature", float, optional=True),
    Column("optimality_gap", float, low=0, optional=True),
    Column("gradient_norm", float, low=0),  # ‖∇f(w)‖
    Column("gradient_change_norm", float, low=0),  # ‖∇f(w + αu) − ∇f(w)‖
    Column("displacement_norm", float, low=0),  # ‖αu‖
    Column(
        "loss_range", float, low=0, optional=True
    ),  # these three are one number a direction, told in each of its rows
    Column("gradient_change_range", float, low=0, optional=True),
    Column("effective_beta", float, low=0, optional=True),
    Column(
        "scale_normalised_smoothness", float, low=0, optional=True
    ),  # with a step of its own; at the detailed passes
)
LAYERS = (
    *KEY,
    Column("mode", str),
    Column("layer", str),
    Column("filter", int, low=0, optional=True),
    Column("metric", str),  # layer_gradient_norm, activation_sd, or, for each filter, weight_norm
    Column("value", float, low=0),
)


class ZeroDisplacement(ValueError):
    """The step is zero: its direction, and every ratio to its length, has no meaning."""


def local_smoothness(gradient_change, displacement):
    """Effective smoothness of f along one step, ‖∇f(w+u) − ∇f(w)‖ / ‖u‖.

    gradient_change, displacement: flat tensors, shape (p,).
    Returns a float, in units of loss per squared weight.
    Raises ZeroDisplacement when ‖u‖ = 0.
    Source: the notebook, step 4 (its formula; its code computes `notebook_estimator`).
    """
    return (gradient_change.norm() / _length(displacement)).item()


def notebook_estimator(gradient_change, displacement, sizes):
    """What the notebook's code computes, √(Σ_p ‖Δg_p‖) / √(Σ_p ‖u_p‖), p over the parameter tensors.

    gradient_change, displacement: flat tensors, shape (p,). sizes: the number of entries of each parameter tensor.
    Returns a float, in units of the square root of the local smoothness. It depends on how the parameters are cut into
    tensors, so it need not order two networks as the local smoothness does; with P tensors, L̂/√P ≤ S² ≤ √P·L̂.
    Raises ZeroDisplacement when ‖u‖ = 0.
    Source: the notebook's `compute_local_smoothness`.
    """
    _length(displacement)
    change, step = (
        sum(part.norm() for part in vector.split(list(sizes))) for vector in (gradient_change, displacement)
    )
    return math.sqrt(change / step)


def directional_curvature(gradient_change, displacement):
    """Mean curvature of f along the step, ⟨∇f(w+u) − ∇f(w), u⟩ / ‖u‖².

    gradient_change, displacement: flat tensors, shape (p,).
    Returns a float, in units of loss per squared weight; negative where f bends downwards. At most L̂ in size.
    Raises ZeroDisplacement when ‖u‖ = 0.
    Source: Mishkin et al. 2024, "Directional smoothness and gradient methods" (their point-wise smoothness, signed).
    """
    return (gradient_change @ displacement / _length(displacement) ** 2).item()


def optimality_gap(loss_change, gradient, displacement):
    """How far f leaves its tangent over the step, |f(w+u) − f(w) − ⟨∇f(w), u⟩| / (½‖u‖²).

    loss_change: f(w+u) − f(w), a float. gradient (at w), displacement: flat tensors, shape (p,).
    Returns a float, in units of loss per squared weight. Valid without convexity.
    Raises ZeroDisplacement when ‖u‖ = 0.
    Source: Mishkin et al. 2024, "Directional smoothness and gradient methods".
    """
    return abs(loss_change - (gradient @ displacement).item()) / (0.5 * _length(displacement).item() ** 2)


def loss_range(losses):
    """Range of the loss over the step multiples, max − min of f(w + αu), in nats; None for a single multiple.

    Source: Santurkar et al. 2018, "How does batch normalization help optimization?", figure 4a.
    """
    return max(losses) - min(losses) if len(losses) > 1 else None


def gradient_change_range(change_norms):
    """Gradient predictiveness: range over the step multiples of ‖∇f(w + αu) − ∇f(w)‖; None for a single multiple.

    Returns a float, in units of the gradient.
    Source: Santurkar et al. 2018, figure 4b.
    """
    return max(change_norms) - min(change_norms) if len(change_norms) > 1 else None


def effective_beta(smoothnesses):
    """Effective β-smoothness: the largest ‖∇f(w + αu) − ∇f(w)‖ / ‖αu‖ over the step multiples.

    smoothnesses: the local smoothness at each multiple. Returns a float, in units of loss per squared weight.
    Source: Santurkar et al. 2018, figure 4c.
    """
    return max(smoothnesses)


def scale_normalised_smoothness(gradient_change, displacement, scales):
    """Local smoothness in units of each filter's own size, ‖DΔg‖ / ‖D⁻¹u‖.

    gradient_change, displacement: flat tensors, shape (p,), the step made by `scale_normalised_step`.
    scales: the diagonal of D, shape (p,): the norm of the filter that a parameter belongs to, 1 for all others.
    Returns a float, in units of loss. Rescaling a filter that feeds BatchNorm leaves it as it is, up to BatchNorm's ε;
    without BatchNorm it is a convention, not an invariant.
    Raises ZeroDisplacement when ‖u‖ = 0.
    """
    return local_smoothness(scales * gradient_change, displacement / scales)


def scale_normalised_step(minibatch_gradient, scales, learning_rate):
    """Return the step u = −η D² g_B on which the scale-normalised smoothness is measured, shape (p,)."""
    return -learning_rate * scales.square() * minibatch_gradient


def _length(displacement):
    length = displacement.norm()
    if length == 0:
        raise ZeroDisplacement("the step is zero")
    return length


def probe(f, weights, start, displacement, multiples, sizes):
    """Measure f along one step: a dict for each multiple, with the columns of SMOOTHNESS from step_multiple on.

    f: a function of the weights whose result has `loss` (float) and `gradient` (p,). start: its result at `weights`.
    displacement: the step u, shape (p,). multiples: the α. sizes: the number of entries of each parameter tensor.
    One evaluation of f a multiple; where the step is zero, none, and the measures that have no meaning are None.
    """
    rows = []
    for multiple in multiples:
        step = multiple * displacement
        length = step.norm().item()
        end = f(weights + step) if length != 0 else start
        change = end.gradient - start.gradient
        row = {
            "step_multiple": float(multiple),
            "loss": start.loss,
            "displaced_loss": end.loss,
            "gradient_norm": start.gradient.norm().item(),
            "gradient_change_norm": change.norm().item(),
            "displacement_norm": length,
        }
        try:
            row |= {
                "smoothness": local_smoothness(change, step),
                "notebook_estimator": notebook_estimator(change, step, sizes),
                "directional_curvature": directional_curvature(change, step),
                "optimality_gap": optimality_gap(end.loss - start.loss, start.gradient, step),
            }
        except ZeroDisplacement:
            row |= dict.fromkeys(("smoothness", "notebook_estimator", "directional_curvature", "optimality_gap"))
        rows.append(row)
    moved = all(row["smoothness"] is not None for row in rows)
    bands = {
        "loss_range": loss_range([row["displaced_loss"] for row in rows]),
        "gradient_change_range": gradient_change_range([row["gradient_change_norm"] for row in rows]),
        "effective_beta": effective_beta([row["smoothness"] for row in rows]) if moved else None,
    }
    return [{**row, **bands, "scale_normalised_smoothness": None} for row in rows]


def scale_normalised_probe(f, weights, start, minibatch_gradient, scales, learning_rate):
    """Return the scale-normalised smoothness of f at `weights`, on its own step; None where that step is zero."""
    step = scale_normalised_step(minibatch_gradient, scales, learning_rate)
    if not torch.any(step):
        return None
    return scale_normalised_smoothness(f(weights + step).gradient - start.gradient, step, scales)
