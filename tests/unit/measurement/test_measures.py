import math

import pytest
import torch
from normscape.measurement import estimators, measures
from normscape.measurement.precision import Rounding
from quadratic import CURVED, SIZES, Point, U, W, probe, quadratic


def test_effective_beta_is_the_largest_smoothness():
    def cubic(w):
        return Point((w**3).sum().item() / 3, w**2)

    rows = [found.values for found in measures.probe(cubic, W, cubic(W), U, (1.0, 2.0), SIZES)]
    assert rows[0]["smoothness"] != rows[1]["smoothness"]
    assert rows[0]["effective_beta"] == max(row["smoothness"] for row in rows)


def test_one_multiple_has_no_range():
    (row,) = probe()
    assert row["loss_range"] is None and row["gradient_change_range"] is None


def test_curvature_is_at_most_the_smoothness():
    (row,) = probe()
    assert abs(row["directional_curvature"]) <= row["smoothness"]


def test_a_zero_step_has_no_smoothness_and_evaluates_nothing():
    def never(w):
        raise AssertionError("f was evaluated")

    ((row, missing),) = measures.probe(never, W, quadratic(CURVED)(W), 0 * U, (1.0,), SIZES)
    assert row["smoothness"] is None and row["notebook_estimator"] is None and row["effective_beta"] is None
    assert row["displacement_norm"] == 0 and row["gradient_change_norm"] == 0
    assert set(missing.values()) == {measures.ZERO} and "smoothness" in missing and "gradient_norm" not in missing
    for measure in (estimators.local_smoothness, estimators.directional_curvature):
        with pytest.raises(estimators.ZeroDisplacement):
            measure(U, 0 * U)
    with pytest.raises(estimators.ZeroDisplacement):
        estimators.optimality_gap(0.0, U, 0 * U)
    own = measures.scale_normalised_probe(never, W, quadratic(CURVED)(W), 0 * U, torch.ones(3).double(), 0.1)
    assert own == ({"scale_normalised_smoothness": None}, {"scale_normalised_smoothness": measures.ZERO})


def test_scale_normalised_smoothness_follows_no_rescaling_of_the_weights():
    f, slope, scales, rate = quadratic(CURVED), U, torch.tensor([2.0, 2.0, 5.0]).double(), 0.1
    here = measures.scale_normalised_probe(f, W, f(W), slope, scales, rate)
    stretch = torch.tensor([3.0, 3.0, 0.5]).double()  # w' = stretch·w is the same function of other weights

    def stretched(w):
        point = f(w / stretch)
        return Point(point.loss, point.gradient / stretch)

    moved = stretched(W * stretch)
    there = measures.scale_normalised_probe(stretched, W * stretch, moved, slope / stretch, scales * stretch, rate)
    assert there.values == pytest.approx(here.values)
    (plain,) = measures.probe(stretched, W * stretch, moved, -rate * slope / stretch, (1.0,), SIZES)
    assert plain.values["smoothness"] != pytest.approx(probe(step=-rate * slope)[0]["smoothness"])  # which plain L̂ does


def test_what_is_lost_in_rounding_is_empty_and_named():
    def noisy(w):  # as a float32 gradient is
        point = quadratic(CURVED)(w)
        return Point(point.loss * (1 + 1e-7), point.gradient * (1 + 1e-5))

    coarse = {"rounding": Rounding(loss=3e-7, gradient=5e-5), "scale": 0.0}
    ((long, missing),) = measures.probe(noisy, W, noisy(W), U, (1.0,), SIZES, **coarse)
    assert not missing and long["smoothness"] > 0
    ((short, missing),) = measures.probe(noisy, W, noisy(W), 1e-5 * U, (1.0,), SIZES, **coarse)
    assert short["smoothness"] is None and set(missing.values()) == {measures.LOST}
    assert {"smoothness", "optimality_gap", "gradient_change_norm", "effective_beta"} <= set(missing)
    assert short["gradient_norm"] == long["gradient_norm"] and short["loss"] == long["loss"]


def test_an_infinite_value_is_what_was_measured_and_none_that_is_no_number():
    def overflowing(w):
        return Point(math.inf, w * torch.tensor([math.inf, 1.0, math.nan])) if w[0] > 1.2 else Point(1.0, w)

    ((row, missing),) = measures.probe(overflowing, W, overflowing(W), U, (1.0,), SIZES)
    assert row["displaced_loss"] == row["optimality_gap"] == math.inf
    assert row["smoothness"] is None and missing["smoothness"] == measures.NAN


def test_the_optimality_gap_of_a_tiny_step_is_taken_from_gradients():
    for length in (1e-3, 1e-6, 1e-9):
        (found,) = measures.probe(quadratic(CURVED), W, quadratic(CURVED)(W), length * U, (1.0,), SIZES)
        assert found.values["optimality_gap"] == pytest.approx(abs(found.values["directional_curvature"]), rel=1e-2)

    def kinked(w):  # its slope jumps within the step, where three gradients don't tell
        point, beyond = quadratic(CURVED)(w), w[0] > W[0] + 0.6e-9 * U[0]
        return Point(point.loss, point.gradient + (1e-7 if beyond else 0.0))

    (found,) = measures.probe(kinked, W, kinked(W), 1e-9 * U, (1.0,), SIZES)
    assert found.values["optimality_gap"] is None and found.missing["optimality_gap"] == measures.LOST
    assert found.values["smoothness"] > 0
