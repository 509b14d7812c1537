import copy
import math
from pathlib import Path

import pytest
import torch
import yaml
from entries import BATCH, PLAIN, VARIANTS, variant
from normscape.errors import InputError
from normscape.models import convnet, layers
from normscape.models.blocked import forward
from normscape.streams import generator
from torch import nn

SHAPE = (1, 28, 28)
SCHEMA = Path(__file__).resolve().parents[3] / "workflow" / "schemas" / "config.schema.yaml"


def build(entry, seed=0, shape=SHAPE):
    return convnet.build(entry, shape, 10, seed)


def test_the_notebooks_two_networks_have_their_numbers_of_parameters():
    assert layers.parameter_count(build(PLAIN)) == 28_938
    assert layers.parameter_count(build(BATCH)) == 29_034


def test_the_plain_network_computes_what_the_notebooks_does():
    net, x = build(PLAIN), torch.randn(5, *SHAPE)
    literal = nn.Sequential(
        *(net.conv1, nn.ReLU(), nn.MaxPool2d(2)), *(net.conv2, nn.ReLU(), nn.MaxPool2d(2)), nn.Flatten(), net.linear
    )
    assert torch.allclose(net(x), literal(x), atol=1e-6)


def gradients(output, net):
    return torch.autograd.grad(output.square().sum(), list(net.parameters()))


@pytest.mark.parametrize("entry", [PLAIN, BATCH])
@pytest.mark.parametrize("dtype, tolerance", [(torch.float32, 1e-5), (torch.float64, 0.0)])
def test_forward_agrees_with_the_layers_one_by_one(entry, dtype, tolerance):
    # Not just any images: where two pixels of a max-pool are equal but for rounding, the two ways may take either.
    stream = torch.Generator().manual_seed(1)
    net, x = build(entry).to(dtype), torch.randn(7, *SHAPE, generator=stream, dtype=torch.float64).to(dtype)
    literal, found = net(x), forward(net, x)
    assert torch.allclose(found, literal, atol=tolerance)
    for mine, theirs in zip(gradients(found, net), gradients(literal, net), strict=True):
        assert (mine - theirs).norm() <= 10 * tolerance * theirs.norm()


@pytest.mark.parametrize(
    "layer", [nn.MaxPool2d(2, dilation=2), nn.Conv2d(2, 2, 3, padding=1, padding_mode="circular", bias=False)]
)
def test_forward_takes_layers_that_have_no_blocked_form(layer):
    net, x = nn.Sequential(nn.Conv2d(1, 2, 3, bias=False), layer, nn.ReLU()), torch.randn(3, 1, 9, 9)
    assert torch.allclose(forward(net, x), net(x), atol=1e-6)


@pytest.mark.parametrize("place", ["input", "weight", "bias", "overflow"])
def test_forward_hides_no_number_that_is_not_finite(place):
    net, x = build(PLAIN), torch.randn(4, *SHAPE)
    with torch.no_grad():
        if place == "input":
            x[0, 0, 3, 3] = math.nan
        elif place == "overflow":
            net.conv1.weight[:] = 3e38 * torch.randn(net.conv1.weight.shape).sign()
        else:
            getattr(net.conv2, place)[0] = math.nan
        assert net(x).isnan().any()  # what calling the layers gives
        assert torch.equal(forward(net, x).isnan(), net(x).isnan())


def test_the_normalised_network_computes_what_the_notebooks_does():
    net, x = build(BATCH), torch.randn(5, *SHAPE)
    first, second = nn.BatchNorm2d(16), nn.BatchNorm2d(32)
    literal = nn.Sequential(
        *(net.conv1, nn.ReLU(), nn.MaxPool2d(2), first), *(net.conv2, nn.ReLU(), nn.MaxPool2d(2), second),
        *(nn.Flatten(), net.linear),
    )  # fmt: skip
    assert torch.allclose(net(x), literal(x), atol=1e-5)


def test_the_schema_allows_the_activations_that_there_are():
    model = yaml.safe_load(SCHEMA.read_text())["properties"]["models"]["additionalProperties"]["properties"]
    assert model["activation"]["enum"] == list(convnet.ACTIVATIONS)


def outputs_and_gradients(net, x, linear=None):
    """Outputs and the gradients of the layers with a weight matrix."""
    layers = [*net, nn.Flatten(), linear] if linear else list(net)
    weights = [layer.weight for layer in layers if isinstance(layer, nn.Conv2d | nn.Linear)]
    y = nn.Sequential(*layers)(x)
    return [y, *torch.autograd.grad(y.square().mean(), weights)]


@pytest.mark.parametrize("name", convnet.ACTIVATIONS)
def test_pool_and_activation_stand_so_that_the_network_computes_activation_before_pool(name):
    net, x = build({**PLAIN, "activation": name}).double(), 5 * torch.randn(5, *SHAPE, dtype=torch.float64)
    activate, pool = convnet.ACTIVATIONS[name](), nn.MaxPool2d(2)
    literal = nn.Sequential(net.conv1, activate, pool, net.conv2, activate, pool)
    turned = nn.Sequential(net.conv1, pool, activate, net.conv2, pool, activate)
    expected = outputs_and_gradients(literal, x, net.linear)
    assert all(map(torch.allclose, outputs_and_gradients(net, x), expected))
    same = all(map(torch.allclose, outputs_and_gradients(turned, x, net.linear), expected))
    assert same == (name not in convnet.NOT_MONOTONE)


LITERAL = {  # by other means than the networks'
    "batch": lambda filters, side: nn.BatchNorm2d(filters),
    "layer": lambda filters, side: nn.LayerNorm((filters, side, side)),
    "group": lambda filters, side: nn.GroupNorm(2, filters),
    "instance": lambda filters, side: nn.InstanceNorm2d(filters),
}


@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("kind", LITERAL)
def test_each_normalisation_is_torchs_in_both_places(kind, activation):
    x = torch.randn(6, *SHAPE, generator=torch.Generator().manual_seed(0))
    activate, pool = convnet.ACTIVATIONS[activation](), nn.MaxPool2d(2)
    after = build(variant(kind, activation=activation))
    before = build(variant(kind, activation=activation, placement="before_activation"))
    ours = (after.conv1, activate, pool, LITERAL[kind](16, 14), after.conv2, activate, pool, LITERAL[kind](32, 7))
    usual = (before.conv1, LITERAL[kind](16, 28), activate, pool, before.conv2, LITERAL[kind](32, 14), activate, pool)
    for net, literal in ((after, ours), (before, usual)):
        found, expected = outputs_and_gradients(net, x), outputs_and_gradients(nn.Sequential(*literal), x, net.linear)
        assert all(torch.allclose(*pair, rtol=1e-3, atol=1e-4) for pair in zip(found, expected, strict=True))
    assert not torch.allclose(after(x), before(x), atol=1e-2)


@pytest.mark.parametrize("name", VARIANTS)
def test_normalisations_have_a_scale_of_1_and_a_shift_of_0_for_each_filter_or_none(name):
    entry = variant(name)
    added = layers.parameter_count(build(entry)) - layers.parameter_count(build(PLAIN))
    assert added == (96 if entry.get("affine") else 0)
    if added:
        for norm, filters in ((build(entry).norm1, 16), (build(entry).norm2, 32)):
            assert torch.equal(norm.weight, torch.ones(filters)) and torch.equal(norm.bias, torch.zeros(filters))


def test_only_batchnorm_couples_images():
    x, y = torch.randn(6, *SHAPE), torch.randn(6, *SHAPE)
    x[0] = y[0]
    for name in VARIANTS:
        net = build(variant(name))
        same = torch.allclose(net(x)[0], net(y)[0], atol=1e-5)
        assert same == (not layers.has_batchnorm(net)) == (not name.startswith("batch")), name


@pytest.mark.parametrize(
    ("shape", "size"), [((1, 28, 28), 1568), ((3, 32, 32), 2048), ((1, 29, 30), 1568), ((1, 4, 4), 32)]
)
def test_the_linear_layers_size_is_computed_from_the_image(shape, size):
    net = build(PLAIN, shape=shape)
    assert net.linear.in_features == size
    assert net(torch.zeros(2, *shape)).shape == (2, 10)


def test_images_too_small_for_the_pools_are_refused():
    with pytest.raises(InputError, match="at least 4 pixels a side, not 3 × 3"):
        build(PLAIN, shape=(1, 3, 3))


@pytest.mark.parametrize(
    ("name", "make"), [("conv2", lambda: nn.Conv2d(16, 32, 5)), ("linear", lambda: nn.Linear(1568, 10))]
)
def test_initial_weights_are_torchs_default_drawn_from_the_layers_stream(name, make):
    torch.manual_seed(generator(4, f"weights/{name}").initial_seed())
    literal, layer = make(), getattr(build(PLAIN, seed=4), name)
    assert torch.equal(layer.weight, literal.weight)
    assert torch.equal(layer.bias, literal.bias)


def test_models_of_a_replicate_share_the_weights_of_layers_of_one_shape():
    plain, wider = build(PLAIN), build({**PLAIN, "channels": [16, 8]})
    for other in map(build, map(variant, VARIANTS)):
        for name in ("conv1", "conv2", "linear"):
            assert torch.equal(getattr(plain, name).weight, getattr(other, name).weight)
            assert torch.equal(getattr(plain, name).bias, getattr(other, name).bias)
    assert torch.equal(plain.conv1.weight, wider.conv1.weight)
    assert not torch.equal(plain.conv1.weight, build(PLAIN, seed=1).conv1.weight)


def test_building_draws_nothing_from_the_global_stream_into_the_weights():
    first = build(PLAIN)
    torch.manual_seed(99)
    torch.rand(7)
    assert torch.equal(first.linear.weight, build(PLAIN).linear.weight)


def test_layer_shapes_leave_the_network_as_it_was():
    net = build(BATCH)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    shapes = dict(layers.shapes(net, SHAPE))
    assert (shapes["conv1"], shapes["pool1"], shapes["flatten"]) == ((16, 28, 28), (16, 14, 14), (1568,))
    assert net.training
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_flat_parameters_slices_and_scales_speak_of_the_same_entries():
    net = build(BATCH)
    flat, slices, scales = layers.flat_parameters(net), layers.slices(net), layers.filter_scales(net)
    assert len(flat) == len(scales) == 29_034
    assert torch.equal(flat[slices["conv2"]][: 32 * 400].reshape(32, 16, 5, 5), net.conv2.weight.double())
    assert torch.equal(flat[slices["norm1"]], torch.tensor([1.0] * 16 + [0.0] * 16, dtype=torch.float64))
    third = torch.cat([net.conv2.weight[3].flatten(), net.conv2.bias[3:4]]).detach().double().norm()
    assert torch.allclose(scales[slices["conv2"]][3 * 400 : 4 * 400], third)
    assert math.isclose(scales[slices["conv2"]][32 * 400 + 3], third)
    assert (scales[slices["linear"]] == 1).all() and (scales[slices["norm2"]] == 1).all()


RESCALABLE = {  # of the first convolution's 16 filters, in two groups: which may be rescaled by how much
    "batch": [*[2.0, 3.0] * 8],
    "batch without affine": [*[2.0, 3.0] * 8],
    "batch before silu": [*[2.0, 3.0] * 8],
    "instance": [*[2.0, 3.0] * 8],
    "group": [*[2.0] * 8, *[3.0] * 8],
    "group before relu": [*[2.0] * 8, *[3.0] * 8],
    "layer": [2.0] * 16,
    "layer before mish": [2.0] * 16,
}
FIXED = {"plain": [2.0] * 16, "batch, gelu": [2.0] * 16, "layer": [2.0, 3.0] * 8, "group": [2.0, 3.0] * 8}


@pytest.mark.parametrize(
    ("name", "factors", "same"),
    [*((name, factors, True) for name, factors in RESCALABLE.items()), *((*item, False) for item in FIXED.items())],
)
def test_the_filters_that_a_normalisation_lets_be_rescaled_are_those_that_the_scales_follow(name, factors, same):
    net, x, factors = build(variant(name)).double(), torch.randn(8, *SHAPE, dtype=torch.float64), torch.tensor(factors)
    for layer in net:
        if hasattr(layer, "eps"):
            layer.eps = 1e-12
    rescaled = copy.deepcopy(net)
    with torch.no_grad():
        rescaled.conv1.weight *= factors[:, None, None, None]
        rescaled.conv1.bias *= factors
    assert torch.allclose(net(x), rescaled(x), atol=1e-6) == same
    ratios = layers.filter_scales(rescaled) / layers.filter_scales(net)
    first = layers.slices(net)["conv1"]
    assert torch.allclose(ratios[first], torch.cat([factors.repeat_interleave(25), factors]).double())
    ratios[first] = 1
    assert (ratios == 1).all()
