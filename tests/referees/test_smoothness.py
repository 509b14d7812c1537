"""Smoothness against answers known from elsewhere: quadratics, the notebook's arithmetic, BatchNorm's invariance."""

import math

import pytest
import torch
from entries import BATCH, variant
from normscape.measurement import estimators, full_batch, measures
from normscape.models import convnet, layers
from quadratic import CURVED, SIZES, U, W, probe, quadratic


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


def test_the_notebooks_estimator_does_the_notebooks_arithmetic():
    change, step = torch.tensor([3.0, 4.0, 12.0]).double(), torch.tensor([0.0, 2.0, 1.0]).double()
    numerator, denominator = 0, 0  # as the notebook's loop has it, tensor by tensor
    for part in (slice(0, 2), slice(2, 3)):
        numerator += torch.linalg.norm(change[part])
        denominator += torch.linalg.norm(step[part])
    expected = torch.sqrt(numerator) / torch.sqrt(denominator)
    assert estimators.notebook_estimator(change, step, SIZES) == pytest.approx(expected.item())
    assert expected.item() == pytest.approx(math.sqrt(17 / 3))


def test_the_notebooks_estimator_can_order_two_networks_the_other_way_round():
    # The first changes in one tensor of four, the second by less in all, but in each alike.
    step = torch.tensor([1.0, 0.0, 0.0, 0.0]).double()
    one, all_four = torch.tensor([2.0, 0.0, 0.0, 0.0]).double(), torch.full((4,), 0.9).double()
    sizes = (1, 1, 1, 1)
    assert estimators.local_smoothness(one, step) > estimators.local_smoothness(all_four, step)
    assert estimators.notebook_estimator(one, step, sizes) < estimators.notebook_estimator(all_four, step, sizes)


def test_the_notebooks_estimator_lies_within_the_root_of_the_number_of_tensors():
    stream = torch.Generator().manual_seed(3)
    for _ in range(200):
        change, step = torch.randn(2, 12, generator=stream, dtype=torch.float64)
        sizes = (1, 4, 2, 5)
        exact = estimators.local_smoothness(change, step)
        squared = estimators.notebook_estimator(change, step, sizes) ** 2
        assert exact / 2 <= squared * (1 + 1e-12) and squared <= 2 * exact * (1 + 1e-12)


@pytest.mark.parametrize(
    ("entry", "together"),  # how many filters must be rescaled by one factor, to leave the function as it is
    [
        (BATCH, 1),
        (variant("batch without affine"), 1),
        (variant("batch before silu"), 1),
        (variant("instance"), 1),
        (variant("group before relu"), 2),
        (variant("layer"), 4),
    ],
)
def test_the_scale_normalised_smoothness_ignores_a_scale_of_the_filters_that_the_function_ignores(entry, together):
    shape, rate = (1, 12, 12), 0.1
    net = convnet.build({**entry, "channels": [4, 4], "kernel_size": 3}, shape, 10, 0).double()
    for layer in net:
        if hasattr(layer, "eps"):
            layer.eps = 1e-9
    stream = torch.Generator().manual_seed(2)
    images = torch.randn(60, *shape, generator=stream, dtype=torch.float64)
    labels = torch.randint(0, 10, (60,), generator=stream)

    def measure():
        def f(weights):
            return full_batch.evaluate(net, images, labels, "full_batch", weights=weights)

        weights, scales = layers.flat_parameters(net), layers.filter_scales(net)
        slope = full_batch.evaluate(net, images, labels, "minibatch", indices=torch.arange(16)).gradient
        (plain,) = measures.probe(f, weights, f(weights), -rate * slope, (1.0,), [len(weights)])
        own = measures.scale_normalised_probe(f, weights, f(weights), slope, scales, rate)
        return own.values["scale_normalised_smoothness"], plain.values["smoothness"]

    before, plain_before = measure()
    with torch.no_grad():
        for convolution in (net.conv1, net.conv2):
            factors = torch.rand(4 // together, generator=stream, dtype=torch.float64) * 2 + 0.5
            factors = factors.repeat_interleave(together)
            convolution.weight *= factors[:, None, None, None]
            convolution.bias *= factors
    after, plain_after = measure()
    assert after == pytest.approx(before, rel=1e-5)
    assert abs(plain_after / plain_before - 1) > 0.1  # plain L̂ isn't the same
