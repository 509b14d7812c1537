"""What full_batch.py promises beside the gradient itself: arguments, activations."""

import copy

import pytest
import torch
from entries import BATCH
from normscape.measurement.full_batch import evaluate
from normscape.measurement.stages import Moments
from normscape.models import convnet, layers
from torch import nn


@pytest.fixture(scope="module")
def net():
    return convnet.build({**BATCH, "channels": [3, 5], "kernel_size": 3}, (1, 8, 8), 10, seed=0).double()


@pytest.fixture(scope="module")
def data():
    stream = torch.Generator().manual_seed(0)
    return torch.randn(50, 1, 8, 8, dtype=torch.float64, generator=stream), torch.arange(50) % 10


def test_weights_are_where_it_evaluates(net, data):
    moved = copy.deepcopy(net)
    with torch.no_grad():
        for p in moved.parameters():
            p += 0.01
    weights = torch.cat([p.detach().flatten() for p in moved.parameters()])
    there, here = evaluate(net, *data, "full_batch", weights=weights), evaluate(moved, *data, "full_batch")
    assert there.loss == here.loss != evaluate(net, *data, "full_batch").loss
    assert torch.equal(there.gradient, here.gradient)


def test_it_works_where_gradients_are_switched_off(net, data):
    with torch.no_grad():
        found = evaluate(net, *data, "full_batch")
    assert torch.equal(found.gradient, evaluate(net, *data, "full_batch").gradient)


def test_the_gradient_is_float64_whatever_the_images(net, data):
    found = evaluate(net, data[0].float(), data[1], "eval")
    assert found.gradient.dtype == torch.float64
    assert found.gradient.shape == (layers.parameter_count(net),)
    assert found.activation_sd is None


@pytest.mark.parametrize("mode", ["full_batch", "eval"])
def test_activation_sd_is_that_of_what_each_block_hands_on(net, data, mode):
    x, expected, block = data[0], {}, None
    twin = copy.deepcopy(net).train(mode == "full_batch")
    for name, layer in twin.named_children():
        block = name if isinstance(layer, nn.Conv2d | nn.Linear) else block
        x = layer(x)
        expected[block] = x.std(correction=0).item()  # the block's last layer overwrites those before
    found = evaluate(net, *data, mode, chunk=7, activations=True).activation_sd
    assert list(found) == ["conv1", "conv2", "linear"]
    assert found == pytest.approx(expected, rel=1e-12)


def test_moments_of_unequal_chunks_merge():
    stream = torch.Generator().manual_seed(0)
    x = 1e4 + torch.randn(40, 3, 5, generator=stream, dtype=torch.float64) * torch.tensor([[1.0], [2.0], [0.0]])
    moments = Moments()
    for chunk in x.split([1, 30, 9]):
        moments.add(chunk)
    torch.testing.assert_close(moments.mean, x.mean((0, 2)))
    torch.testing.assert_close(moments.variance(), x.var((0, 2), correction=0), rtol=1e-9, atol=1e-20)
    assert moments.sd() == pytest.approx(x.std(correction=0).item(), rel=1e-9)


def test_diverged_weights_give_a_loss_that_is_not_finite(net, data):
    weights = torch.full((layers.parameter_count(net),), torch.nan)
    found = evaluate(net, *data, "full_batch", weights=weights, activations=True)
    assert found.loss != found.loss
    assert found.gradient.isnan().any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mode": "train"}, "mode 'train' is unknown; it is one of full_batch, minibatch, eval"),
        ({"mode": "minibatch"}, "mode 'minibatch' takes indices"),
        ({"indices": torch.tensor([0, 1])}, "the others none"),
        ({"mode": "minibatch", "indices": torch.tensor([], dtype=torch.int64)}, "no images"),
        ({"images": torch.empty(0, 1, 8, 8), "labels": torch.empty(0, dtype=torch.int64)}, "no images"),
        ({"labels": torch.zeros(3, dtype=torch.int64)}, "50 images with 3 labels"),
        ({"images": torch.zeros(50, 1, 8, 8, dtype=torch.uint8)}, "floating"),
        ({"chunk": 0}, "chunk is 0"),
        ({"weights": torch.zeros(3)}, r"weights have the shape \(3,\)"),
        ({"net": nn.Linear(64, 10)}, "Sequential"),
        (
            {"net": nn.Sequential(nn.Sequential(nn.BatchNorm2d(1)), nn.Flatten(), nn.Linear(64, 10))},
            "'0' has a BatchNorm",
        ),
    ],
)
def test_wrong_arguments_are_named(net, data, change, words):
    arguments = {"net": net, "images": data[0], "labels": data[1], "mode": "full_batch"} | change
    with pytest.raises(ValueError, match=words):
        evaluate(**arguments)


def test_one_value_a_channel_has_no_batch_statistics():
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
    for images, mode, indices in ((1, "full_batch", None), (5, "minibatch", torch.tensor([2]))):
        with pytest.raises(ValueError, match=r"layer '1'.*more than one value per channel"):
            evaluate(net, torch.randn(images, 4), torch.zeros(images, dtype=torch.int64), mode, indices=indices)
