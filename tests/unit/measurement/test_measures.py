import pytest
import torch
from normscape.measurement import columns, estimators, measures
from quadratic import CURVED, SIZES, Point, U, W, probe, quadratic


def test_effective_beta_is_the_largest_smoothness():
    def cubic(w):
        return Point((w**3).sum().item() / 3, w**2)

    rows = measures.probe(cubic, W, cubic(W), U, (1.0, 2.0), SIZES)
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

    (row,) = measures.probe(never, W, quadratic(CURVED)(W), 0 * U, (1.0,), SIZES)
    assert row["smoothness"] is None and row["notebook_estimator"] is None and row["effective_beta"] is None
    assert row["displacement_norm"] == 0
    for measure in (estimators.local_smoothness, estimators.directional_curvature):
        with pytest.raises(estimators.ZeroDisplacement):
            measure(U, 0 * U)
    with pytest.raises(estimators.ZeroDisplacement):
        estimators.optimality_gap(0.0, U, 0 * U)
    assert measures.scale_normalised_probe(never, W, quadratic(CURVED)(W), 0 * U, torch.ones(3).double(), 0.1) is None


def test_scale_normalised_smoothness_follows_no_rescaling_of_the_weights():
    f, slope, scales, rate = quadratic(CURVED), U, torch.tensor([2.0, 2.0, 5.0]).double(), 0.1
    here = measures.scale_normalised_probe(f, W, f(W), slope, scales, rate)
    stretch = torch.tensor([3.0, 3.0, 0.5]).double()  # w' = stretch·w is the same function of other weights

    def stretched(w):
        point = f(w / stretch)
        return Point(point.loss, point.gradient / stretch)

    moved = stretched(W * stretch)
    there = measures.scale_normalised_probe(stretched, W * stretch, moved, slope / stretch, scales * stretch, rate)
    assert there == pytest.approx(here)
    plain = measures.probe(stretched, W * stretch, moved, -rate * slope / stretch, (1.0,), SIZES)[0]["smoothness"]
    assert plain != pytest.approx(probe(step=-rate * slope)[0]["smoothness"])  # which plain L̂ does


def test_probe_rows_have_the_tables_columns():
    own = {column.name for column in columns.PROBES} - {
        "model",
        "learning_rate",
        "seed",
        "pass",
        "mode",
        "direction",
    }
    assert set(probe()[0]) == own
