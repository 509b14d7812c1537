import pytest
import torch
from entries import BATCH, VARIANTS, variant
from normscape.models import convnet, layers
from normscape.planning import network
from torch import nn


def counted(entry, image_shape, classes):
    """The same Network, from the layers of the built net as an image goes through it."""
    net, x = convnet.build(entry, image_shape, classes, seed=0).eval(), torch.zeros(1, *image_shape)
    products = values = batchnorm = smooth = 0
    for layer in net:
        x = layer(x)
        if isinstance(layer, nn.Flatten):
            continue
        values += x.numel()
        if isinstance(layer, nn.Conv2d | nn.Linear):
            products += x.numel() * layer.weight[0].numel()
        elif isinstance(layer, nn.BatchNorm2d):
            batchnorm += x.numel()
        elif isinstance(layer, nn.GELU | nn.SiLU | nn.Mish | nn.Tanh):
            smooth += x.numel()
    return network.Network(products, values, batchnorm, smooth, layers.parameter_count(net))


@pytest.mark.parametrize("image_shape", [(1, 28, 28), (3, 32, 32)])
@pytest.mark.parametrize("name", VARIANTS)
def test_a_networks_numbers_are_those_of_the_built_one(name, image_shape):
    entry = variant(name)
    assert network.of(entry, image_shape, 10) == counted(entry, image_shape, 10)


@pytest.mark.parametrize("channels", [[8], [4, 6, 10]])
def test_whatever_its_depth(channels):
    entry = {**BATCH, "channels": channels, "kernel_size": 3}
    assert network.of(entry, (1, 28, 28), 7) == counted(entry, (1, 28, 28), 7)


def test_the_activations_before_the_pool_are_those_of_the_nets():
    assert sorted(network.BEFORE_POOL) == sorted(convnet.NOT_MONOTONE)


def test_work_weighs_batchnorms_values_more_and_smooth_ones_five_times():
    net = network.Network(1000, 100, 10, 20, 0)
    assert net.work(value=2, batchnorm_value=7) == 1000 + 2 * 90 + 7 * 10 + 2 * 4 * 20
