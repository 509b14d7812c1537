"""Numbers against float64 that is not ours: torch's own layers, all images in one graph, double backward."""

import metric_rows
import mpmath
import numpy as np
import pandas
import pytest
import replicates
import torch
from entries import BATCH, PLAIN
from normscape import losses
from normscape.analysis import statistics, verdicts
from normscape.measurement import measures, probes
from normscape.measurement.estimators import local_smoothness
from normscape.measurement.precision import Rounding
from normscape.models import layers
from normscape.training.updates import update
from torch import nn

NETS = {"plain": PLAIN, "batch": BATCH}
TINY = {"channels": [4], "kernel_size": 3}


def probing(seed, learning_rate, batch_size, **more):
    return probes.Probing(seed, learning_rate, batch_size, 1, [1.0], "all", **{"detailed_passes": [], **more})


def measured(net, replicate, number, how):
    """Return the row of a checkpoint's probe, and its step."""
    images, labels, place = replicate.train_images, replicate.train_labels, probes.Place(number, number)
    (row, *_), _ = probes.measure(net, images, labels, place, how)
    return row, update(probes.minibatch_gradient(net, images, labels, place, 0, how), how.learning_rate)


def chord(net, replicate, step):
    weights = layers.flat_parameters(net)
    change = replicates.gradient(net, replicate, weights + step) - replicates.gradient(net, replicate, weights)
    return (change.norm() / step.norm()).item()


def test_ten_images_give_no_zero_that_is_not_one(raw_data):
    off = []  # by what float32 alone would be, of what was taken in float64
    for seed, name in ((4, "batch"), (5, "batch"), (4, "plain")):
        replicate = replicates.data(raw_data, 0.000167, seed)
        for net, after in replicates.trained({**NETS[name], **TINY}, replicate, seed, 0.1, 2, 8):
            row, step = measured(net, replicate, after.number, probing(seed, 0.1, 2))
            true = chord(net, replicate, step)
            if row["smoothness"] is None:  # 1e-14 of the gradient is where float64 ends as well
                assert "smoothness notebook_estimator" in row["missing"] and measures.LOST in row["missing"]
                assert true * step.norm() < 1e-10 * row["gradient_norm"]
                continue
            assert row["smoothness"] == pytest.approx(true, rel=0.01)
            if row["precision"] == "float64":
                loss = probes.Loss(net, replicate.train_images, replicate.train_labels, "full_batch")
                change = loss(layers.flat_parameters(net) + step).gradient - loss.start.gradient
                off.append(abs(local_smoothness(change, step) / true - 1))
    assert off and max(off) > 0.01


@pytest.mark.parametrize("norm", [nn.Identity(), nn.BatchNorm2d(4)])
def test_as_the_step_goes_to_0_the_measures_go_to_those_of_the_hessian(norm, raw_data):
    replicate = replicates.data(raw_data, 0.0005, 0)  # 30 images
    torch.manual_seed(0)
    parts = nn.Conv2d(1, 4, 5), nn.Tanh(), nn.AvgPool2d(4), norm, nn.Flatten(), nn.Linear(144, 10)
    net = nn.Sequential(*parts)  # without a kink, that even a short step may cross
    for rate, tolerance in ((1e-3, 0.05), (1e-6, 0.01), (1e-9, 0.01)):
        row, step = measured(net, replicate, 1, probing(0, rate, 5))
        bent = replicates.hessian_product(net, replicate, step)
        curvature = abs((bent @ step / (step @ step)).item())
        assert row["smoothness"] == pytest.approx((bent.norm() / step.norm()).item(), rel=tolerance)
        assert abs(row["directional_curvature"]) == pytest.approx(curvature, rel=tolerance)
        assert row["optimality_gap"] == pytest.approx(curvature, rel=tolerance)
        assert rate == 1e-3 or row["precision"] == "float64"


@pytest.mark.parametrize("name", NETS)
def test_every_number_is_right_or_empty_with_its_reason(name, raw_data):
    replicate = replicates.data(raw_data, 0.0005, 1)
    *_, (net, _) = replicates.trained(NETS[name], replicate, 1, 0.04, 5, 1)
    weights, start = layers.flat_parameters(net), replicates.gradient(net, replicate)
    seen = set()
    for rate in 10.0 ** np.arange(-15, 2, 2):
        row, step = measured(net, replicate, 1, probing(1, rate, 5))
        change = replicates.gradient(net, replicate, weights + step) - start
        if rate < 1e-8:  # where one graph in float64 has too few digits as well
            change = replicates.hessian_product(net, replicate, step)
        true = {
            "smoothness": change.norm() / step.norm(),
            "directional_curvature": change @ step / step.norm() ** 2,
            "gradient_change_norm": change.norm(),
            "gradient_norm": start.norm(),
        }
        for column, value in true.items():
            if row[column] is None:
                assert column in row["missing"] and measures.LOST in row["missing"]
            else:
                assert row[column] == pytest.approx(value.item(), rel=0.01), (column, rate)
        seen.add((row["precision"], row["smoothness"] is None))
    assert seen == {("float32", False), ("float64", False), ("float64", True)}


@pytest.mark.parametrize("name", NETS)
def test_the_optimality_gap_of_a_short_step_is_the_integral_over_it(name, raw_data):
    replicate = replicates.data(raw_data, 0.0005, 1)
    *_, (net, _) = replicates.trained(NETS[name], replicate, 1, 0.04, 5, 1)
    weights, start = layers.flat_parameters(net), replicates.gradient(net, replicate)
    row, step = measured(net, replicate, 1, probing(1, 1e-5, 5))  # its loss has the digits, in float64
    ends = [replicates.one_graph(net, replicate, at)[0].item() for at in (weights, weights + step)]
    true = abs(ends[1] - ends[0] - (start @ step).item()) / (step.norm().item() ** 2 / 2)
    assert row["optimality_gap"] == pytest.approx(true, rel=0.01) and row["precision"] == "float64"

    row, step = measured(net, replicate, 1, probing(1, 1e-7, 5))
    places, shares = np.polynomial.legendre.leggauss(24)
    bent = [replicates.gradient(net, replicate, weights + (1 + place) / 2 * step) - start for place in places]
    true = abs(sum(share * (change @ step).item() for share, change in zip(shares, bent, strict=True)))
    assert row["optimality_gap"] == pytest.approx(true / step.norm().item() ** 2, rel=0.01)


def test_in_float32_alone_the_same_numbers_are_wrong(raw_data, monkeypatch):
    monkeypatch.setattr(probes, "rounding", lambda precision, images: Rounding(0.0, 0.0))
    replicate = replicates.data(raw_data, 0.0005, 0)
    *_, (net, _) = replicates.trained(PLAIN, replicate, 0, 0.04, 5, 1)
    row, step = measured(net, replicate, 1, probing(0, 1e-9, 5))
    assert row["precision"] == "float32"
    true = replicates.hessian_product(net, replicate, step).norm() / step.norm()
    assert abs(row["smoothness"] / true.item() - 1) > 0.5


def test_the_sample_tells_how_far_float32_is_from_float64(raw_data):
    replicate = replicates.data(raw_data, 0.0005, 0)
    *_, (net, _) = replicates.trained(BATCH, replicate, 0, 0.04, 5, 1)
    arguments = net, replicate.train_images, replicate.train_labels, probes.Place(6, 1)
    detailed = {"detailed_passes": [1]}
    long, short = (probes.measure(*arguments, probing(0, rate, 5, **detailed))[0][0] for rate in (0.04, 1e-8))
    assert long["float32_error"] < 1e-3 and long["precision"] == "float32"
    assert short["float32_error"] > 0.02 and short["precision"] == "float64"
    assert probes.measure(*arguments, probing(0, 0.04, 5))[0][0]["float32_error"] is None


def exact_loss(logits, labels):
    """Return the summed cross-entropy as a number of four hundred digits, that no exponent is too small for."""
    with mpmath.workdps(400):
        rows = zip(logits.double().tolist(), labels.tolist(), strict=True)
        return sum(mpmath.log1p(sum(mpmath.exp(z - row[y]) for z in row) - 1) for row, y in rows)


@pytest.mark.parametrize("margin", [0.0, 1.0, 10.0, 20.0, 40.0, 100.0, 600.0])
def test_a_loss_keeps_its_digits_however_small(margin):
    stream = torch.Generator().manual_seed(0)
    labels = torch.arange(6) % 10
    logits = torch.randn(6, 10, generator=stream, dtype=torch.float64)
    logits[range(6), labels] += margin
    logits.requires_grad_(True)
    loss = losses.cross_entropy(logits, labels)
    assert loss.item() == pytest.approx(float(exact_loss(logits.detach(), labels)), rel=1e-12) and loss > 0
    (slope,) = torch.autograd.grad(loss, logits)
    shares = logits.detach().softmax(1)
    others = torch.ones_like(shares, dtype=torch.bool)
    others[range(6), labels] = False
    assert torch.allclose(slope[others], shares[others], rtol=1e-12, atol=0)
    assert torch.allclose(slope[~others], -(shares * others).sum(1), rtol=1e-12, atol=0)
    if margin == 100:
        assert torch.nn.functional.cross_entropy(logits, labels).item() == 0  # though it isn't


def test_two_images_leave_no_verdict_to_the_replicates_that_have_a_logarithm(raw_data):
    table, exact = [], {}
    for seed in range(6):
        replicate = replicates.data(raw_data, 0.0000334, seed)
        for name, entry in NETS.items():
            for net, after in replicates.trained(entry, replicate, seed, 0.3, 1, 2):
                true = exact_loss(net.eval()(replicate.train_images).detach(), replicate.train_labels) / 2
                loss = after.measures["train_loss"]
                assert loss == pytest.approx(float(true), rel=1e-3)
                if after.number:
                    table += metric_rows.rows(name, "train_loss", [loss], seed, first=after.number)
                    exact[name, seed] = exact.get((name, seed), 0) + mpmath.log(true)
                net.train()
    (row,) = (
        row for row in verdicts.evaluate(pandas.DataFrame(table), metric_rows.design(range(6))) if row["claim"] == "C1"
    )
    lower = sum(exact["batch", seed] < exact["plain", seed] for seed in range(6))
    assert row["n"] == 6 and row["lower"] <= lower and row["higher"] <= 6 - lower
    if any(entry["value"] == 0 for entry in table):  # below 1e-308 there is no float
        assert row["verdict"] == "not decidable" and row["estimate"] is None
    else:
        assert (row["lower"], row["undecided"]) == (lower, 0)


@pytest.mark.slow
def test_a_rate_that_moves_no_float32_weight_gives_the_true_ratio(raw_data):
    ratios, true = [], []
    for seed in range(6):
        replicate, logarithms = replicates.data(raw_data, 0.01, seed), []
        for entry in NETS.values():
            *_, (net, _) = replicates.trained(entry, replicate, seed, 1e-7, 32, 1)
            row, step = measured(net, replicate, 1, probing(seed, 1e-7, 32))
            logarithms.append(np.log([row["smoothness"], chord(net, replicate, step)]))
        (plain, exact_plain), (batch, exact_batch) = logarithms
        ratios.append(batch - plain)
        true.append(exact_batch - exact_plain)
    assert ratios == pytest.approx(true, abs=0.01)
    mean, low, high = np.exp(statistics.mean_interval(ratios, 0.95))
    assert (mean, low, high) == pytest.approx((27, 5.5, 134), rel=0.05)  # float32 alone said 4.7
