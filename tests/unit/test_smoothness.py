import math
from typing import NamedTuple

import pytest
import torch
from normscape import smoothness


class Point(NamedTuple):
    loss: float
    gradient: torch.Tensor


def quadratic(matrix):
    """f(w) = ½ wᵀAw, whose gradient changes by exactly Au along u."""
    return lambda w: Point((w @ matrix @ w / 2).item(), matrix @ w)


CURVED = torch.tensor([[3.0, 1.0, 0.0], [1.0, -2.0, 0.5], [0.0, 0.5, 1.0]], dtype=torch.float64)
W = torch.tensor([1.0, -1.0, 2.0], dtype=torch.float64)
U = torch.tensor([0.3, 0.1, -0.2], dtype=torch.float64)
SIZES = (2, 1)


def probe(multiples=(1.0,), step=U):
    f = quadratic(CURVED)
    return smoothness.probe(f, W, f(W), step, multiples, SIZES)


def test_on_a_quadratic_every_measure_is_known():
    (row,) = probe()
    bent = CURVED @ U
    assert math.isclose(row["smoothness"], (bent.norm() / U.norm()).item())
    assert math.isclose(row["directional_curvature"], (U @ bent / (U @ U)).item())
    assert math.isclose(row["optimality_gap"], abs((U @ bent / (U @ U)).item()))  # f leaves its tangent by ½uᵀAu
    assert math.isclose(row["gradient_norm"], (CURVED @ W).norm().item())
    assert math.isclose(row["displacement_norm"], U.norm().item())
    assert math.isclose(row["loss"], (W @ CURVED @ W / 2).item())


def test_on_a_quadratic_the_smoothness_is_the_same_at_every_multiple_and_the_ranges_are_known():
    rows = probe((0.5, 1.0, 4.0))
    assert [row["step_multiple"] for row in rows] == [0.5, 1.0, 4.0]
    assert all(math.isclose(row["smoothness"], rows[0]["smoothness"]) for row in rows)
    f, bent = quadratic(CURVED), (CURVED @ U).norm().item()
    losses = [f(W + multiple * U).loss for multiple in (0.5, 1.0, 4.0)]
    for row in rows:
        assert math.isclose(row["loss_range"], max(losses) - min(losses))
        assert math.isclose(row["gradient_change_range"], 3.5 * bent)
        assert math.isclose(row["effective_beta"], rows[0]["smoothness"])


def test_effective_beta_is_the_largest_smoothness():
    def cubic(w):
        return Point((w**3).sum().item() / 3, w**2)

    rows = smoothness.probe(cubic, W, cubic(W), U, (1.0, 2.0), SIZES)
    assert rows[0]["smoothness"] != rows[1]["smoothness"]
    assert rows[0]["effective_beta"] == max(row["smoothness"] for row in rows)


def test_one_multiple_has_no_range():
    (row,) = probe()
    assert row["loss_range"] is None and row["gradient_change_range"] is None


def test_the_notebooks_estimator_does_the_notebooks_arithmetic():
    change, step = torch.tensor([3.0, 4.0, 12.0]).double(), torch.tensor([0.0, 2.0, 1.0]).double()
    numerator, denominator = 0, 0  # as the notebook's loop has it, tensor by tensor
    for part in (slice(0, 2), slice(2, 3)):
        numerator += torch.linalg.norm(change[part])
        denominator += torch.linalg.norm(step[part])
    expected = torch.sqrt(numerator) / torch.sqrt(denominator)
    assert smoothness.notebook_estimator(change, step, SIZES) == pytest.approx(expected.item())
    assert expected.item() == pytest.approx(math.sqrt(17 / 3))


def test_the_notebooks_estimator_can_order_two_networks_the_other_way_round():
    # The first changes in one tensor of four, the second by less in all, but in each alike.
    step = torch.tensor([1.0, 0.0, 0.0, 0.0]).double()
    one, all_four = torch.tensor([2.0, 0.0, 0.0, 0.0]).double(), torch.full((4,), 0.9).double()
    sizes = (1, 1, 1, 1)
    assert smoothness.local_smoothness(one, step) > smoothness.local_smoothness(all_four, step)
    assert smoothness.notebook_estimator(one, step, sizes) < smoothness.notebook_estimator(all_four, step, sizes)


def test_the_notebooks_estimator_lies_within_the_root_of_the_number_of_tensors():
    stream = torch.Generator().manual_seed(3)
    for _ in range(200):
        change, step = torch.randn(2, 12, generator=stream, dtype=torch.float64)
        sizes = (1, 4, 2, 5)
        exact = smoothness.local_smoothness(change, step)
        squared = smoothness.notebook_estimator(change, step, sizes) ** 2
        assert exact / 2 <= squared * (1 + 1e-12) and squared <= 2 * exact * (1 + 1e-12)


def test_curvature_is_at_most_the_smoothness():
    (row,) = probe()
    assert abs(row["directional_curvature"]) <= row["smoothness"]


def test_a_zero_step_has_no_smoothness_and_evaluates_nothing():
    def never(w):
        raise AssertionError("f was evaluated")

    (row,) = smoothness.probe(never, W, quadratic(CURVED)(W), 0 * U, (1.0,), SIZES)
    assert row["smoothness"] is None and row["notebook_estimator"] is None and row["effective_beta"] is None
    assert row["displacement_norm"] == 0
    for measure in (smoothness.local_smoothness, smoothness.directional_curvature):
        with pytest.raises(smoothness.ZeroDisplacement):
            measure(U, 0 * U)
    with pytest.raises(smoothness.ZeroDisplacement):
        smoothness.optimality_gap(0.0, U, 0 * U)
    assert smoothness.scale_normalised_probe(never, W, quadratic(CURVED)(W), 0 * U, torch.ones(3).double(), 0.1) is None


def test_scale_normalised_smoothness_follows_no_rescaling_of_the_weights():
    f, slope, scales, rate = quadratic(CURVED), U, torch.tensor([2.0, 2.0, 5.0]).double(), 0.1
    here = smoothness.scale_normalised_probe(f, W, f(W), slope, scales, rate)
    stretch = torch.tensor([3.0, 3.0, 0.5]).double()  # w' = stretch·w is the same function of other weights

    def stretched(w):
        point = f(w / stretch)
        return Point(point.loss, point.gradient / stretch)

    moved = stretched(W * stretch)
    there = smoothness.scale_normalised_probe(stretched, W * stretch, moved, slope / stretch, scales * stretch, rate)
    assert there == pytest.approx(here)
    plain = smoothness.probe(stretched, W * stretch, moved, -rate * slope / stretch, (1.0,), SIZES)[0]["smoothness"]
    assert plain != pytest.approx(probe(step=-rate * slope)[0]["smoothness"])  # which plain L̂ does


def test_probe_rows_have_the_tables_columns():
    own = {column.name for column in smoothness.SMOOTHNESS} - {
        "model",
        "learning_rate",
        "seed",
        "pass",
        "mode",
        "direction",
    }
    assert set(probe()[0]) == own
