from types import SimpleNamespace

import pytest
import smoothness as program
import torch
from entries import SMALL, VARIANTS, variant
from normscape import networks, population, smoothness
from quadratic import CURVED, SIZES, Point, U, W, probe, quadratic


def test_effective_beta_is_the_largest_smoothness():
    def cubic(w):
        return Point((w**3).sum().item() / 3, w**2)

    rows = smoothness.probe(cubic, W, cubic(W), U, (1.0, 2.0), SIZES)
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


@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_the_same_in_every_mode_is_measured_once(name, monkeypatch):
    calls = []

    def counted(*arguments, **options):
        calls.append(arguments[3])
        return evaluate(*arguments, **options)

    evaluate = population.evaluate
    monkeypatch.setattr(population, "evaluate", counted)
    net = networks.build(variant(name, **SMALL), (1, 8, 8), 10, seed=0)
    images, labels = torch.randn(40, 1, 8, 8), torch.arange(40) % 10
    arguments = SimpleNamespace(
        batch_size=8, detailed_passes=[1], directions=1, learning_rate=0.1, seed=0, step_multiples=[1.0]
    )
    rows, _ = program.measure(net, images, labels, 1, arguments)
    in_population, in_eval = (dict(row) for row in rows)
    assert (in_population.pop("mode"), in_eval.pop("mode")) == ("population", "eval")
    assert in_population.pop("scale_normalised_smoothness") > 0
    assert in_eval.pop("scale_normalised_smoothness") is None
    coupled = name.startswith("batch")
    assert calls.count("eval") == (2 if coupled else 0) and calls.count("population") == 3
    assert (in_population == in_eval) == (not coupled)
    if not coupled:  # nor would a measurement have told anything else
        weights, step = networks.flat_parameters(net), 1e-3
        ends = [evaluate(net, images, labels, mode, weights=weights + step) for mode in ("population", "eval")]
        assert torch.equal(ends[0].gradient, ends[1].gradient)
