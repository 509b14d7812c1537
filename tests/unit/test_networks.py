import math

import pytest
import torch
from normscape import networks
from normscape.files import InputError
from normscape.streams import generator
from torch import nn

PLAIN = {"channels": [16, 32], "kernel_size": 5, "normalisation": "none"}
NORMALISED = {**PLAIN, "normalisation": "batch"}
SHAPE = (1, 28, 28)


def build(entry, seed=0, shape=SHAPE):
    return networks.build(entry, shape, 10, seed)


def test_the_notebooks_two_networks_have_their_numbers_of_parameters():
    assert networks.parameter_count(build(PLAIN)) == 28_938
    assert networks.parameter_count(build(NORMALISED)) == 29_034


def test_the_plain_network_computes_what_the_notebooks_does():
    net, x = build(PLAIN), torch.randn(5, *SHAPE)
    literal = nn.Sequential(
        *(net.conv1, nn.ReLU(), nn.MaxPool2d(2)), *(net.conv2, nn.ReLU(), nn.MaxPool2d(2)), nn.Flatten(), net.linear
    )
    assert torch.allclose(net(x), literal(x), atol=1e-6)


def gradients(output, net):
    return torch.autograd.grad(output.square().sum(), list(net.parameters()))


@pytest.mark.parametrize("entry", [PLAIN, NORMALISED])
@pytest.mark.parametrize("dtype, tolerance", [(torch.float32, 1e-5), (torch.float64, 0.0)])
def test_forward_agrees_with_the_layers_one_by_one(entry, dtype, tolerance):
    net, x = build(entry).to(dtype), torch.randn(7, *SHAPE, dtype=dtype)
    literal, found = net(x), networks.forward(net, x)
    assert torch.allclose(found, literal, atol=tolerance)
    for mine, theirs in zip(gradients(found, net), gradients(literal, net), strict=True):
        assert (mine - theirs).norm() <= 10 * tolerance * theirs.norm()


@pytest.mark.parametrize(
    "layer", [nn.MaxPool2d(2, dilation=2), nn.Conv2d(2, 2, 3, padding=1, padding_mode="circular", bias=False)]
)
def test_forward_takes_layers_that_have_no_blocked_form(layer):
    net, x = nn.Sequential(nn.Conv2d(1, 2, 3, bias=False), layer, nn.ReLU()), torch.randn(3, 1, 9, 9)
    assert torch.allclose(networks.forward(net, x), net(x), atol=1e-6)


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
        assert torch.equal(networks.forward(net, x).isnan(), net(x).isnan())


def test_the_normalised_network_computes_what_the_notebooks_does():
    net, x = build(NORMALISED), torch.randn(5, *SHAPE)
    first, second = nn.BatchNorm2d(16), nn.BatchNorm2d(32)
    literal = nn.Sequential(
        *(net.conv1, nn.ReLU(), nn.MaxPool2d(2), first), *(net.conv2, nn.ReLU(), nn.MaxPool2d(2), second),
        *(nn.Flatten(), net.linear),
    )  # fmt: skip
    assert torch.allclose(net(x), literal(x), atol=1e-5)


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
    plain, normalised = build(PLAIN), build(NORMALISED)
    wider = build({**PLAIN, "channels": [16, 8]})
    for name in ("conv1", "conv2", "linear"):
        assert torch.equal(getattr(plain, name).weight, getattr(normalised, name).weight)
    assert torch.equal(plain.conv1.weight, wider.conv1.weight)
    assert not torch.equal(plain.conv1.weight, build(PLAIN, seed=1).conv1.weight)


def test_building_draws_nothing_from_the_global_stream_into_the_weights():
    first = build(PLAIN)
    torch.manual_seed(99)
    torch.rand(7)
    assert torch.equal(first.linear.weight, build(PLAIN).linear.weight)


def test_layer_shapes_leave_the_network_as_it_was():
    net = build(NORMALISED)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    shapes = dict(networks.layer_shapes(net, SHAPE))
    assert (shapes["conv1"], shapes["pool1"], shapes["flatten"]) == ((16, 28, 28), (16, 14, 14), (1568,))
    assert net.training
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_flat_parameters_slices_and_scales_speak_of_the_same_entries():
    net = build(NORMALISED)
    flat, slices, scales = networks.flat_parameters(net), networks.layer_slices(net), networks.filter_scales(net)
    assert len(flat) == len(scales) == 29_034
    assert torch.equal(flat[slices["conv2"]][: 32 * 400].reshape(32, 16, 5, 5), net.conv2.weight.double())
    assert torch.equal(flat[slices["norm1"]], torch.tensor([1.0] * 16 + [0.0] * 16, dtype=torch.float64))
    third = torch.cat([net.conv2.weight[3].flatten(), net.conv2.bias[3:4]]).detach().double().norm()
    assert torch.allclose(scales[slices["conv2"]][3 * 400 : 4 * 400], third)
    assert math.isclose(scales[slices["conv2"]][32 * 400 + 3], third)
    assert (scales[slices["linear"]] == 1).all() and (scales[slices["norm2"]] == 1).all()
