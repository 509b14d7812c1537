"""Estimators: what the change of a gradient along a step says of the loss's smoothness.

Vectors are flat float64 tensors of shape (p,), p the number of parameters. A step is u = −η g_B, with g_B the gradient
of the mean loss of an independent minibatch.
"""

import math


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


def optimality_gap_of_gradients(change_halfway, change, displacement):
    """The same from gradients alone, ∫⟨∇f(w+tu) − ∇f(w), u⟩dt / (½‖u‖²), t over 0…1.

    For steps on which the loss changes by less than its digits.

    change_halfway, change: ∇f(w+u/2) − ∇f(w) and ∇f(w+u) − ∇f(w), flat tensors, shape (p,). displacement: as above.
    Returns a float, in units of loss per squared weight, by the trapezoidal rule on both halves of the step, and how
    far from that the rule on the whole step is: a bound on its error where the gradient changes evenly enough.
    Raises ZeroDisplacement when ‖u‖ = 0.
    """
    square = _length(displacement).item() ** 2
    ends, middle = ((each @ displacement).item() / square for each in (change, change_halfway))
    return abs(middle + ends / 2), abs(middle - ends / 2)


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


def scale_normalised_step(minibatch_gradient, scales, learning_rate):
    """Return the step u = −η D² g_B on which the scale-normalised smoothness is measured, shape (p,).

    scales: the diagonal of D, shape (p,): the norm of the filter that a parameter belongs to, 1 for all others.
    """
    return -learning_rate * scales.square() * minibatch_gradient


def _length(displacement):
    length = displacement.norm()
    if length == 0:
        raise ZeroDisplacement("the step is zero")
    return length
