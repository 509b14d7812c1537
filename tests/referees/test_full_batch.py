"""The streamed gradient against one-graph autograd, finite differences, and identities known on paper."""

import copy
import random

import numpy
import pytest
import torch
from entries import SMALL, VARIANTS, variant
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from normscape.measurement.full_batch import evaluate
from normscape.models import convnet
from torch import nn
from torch.nn import functional

MODES = ("full_batch", "minibatch", "eval")
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU, and none is here")


def data(images, shape, classes=10, seed=0, dtype=torch.float64):
    stream = torch.Generator().manual_seed(seed)
    x = torch.randn(images, *shape, generator=stream, dtype=torch.float64).to(dtype)
    return x, torch.randint(classes, (images,), generator=stream)


def small_net(name="batch", side=8, dtype=torch.float64, **changes):
    """Return a net of a variant in small, with γ, β and running averages unlike their initial values."""
    entry = variant(name, **SMALL, **changes)
    return unsettled(convnet.build(entry, (1, side, side), 10, seed=0)).to(dtype)


def unsettled(net, seed=1):
    stream = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in net:
            if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d | nn.GroupNorm):
                for tensor in (layer.weight, getattr(layer, "running_var", None)):
                    if tensor is not None:
                        tensor.uniform_(0.5, 1.5, generator=stream)
                for tensor in (layer.bias, getattr(layer, "running_mean", None)):
                    if tensor is not None:
                        tensor.uniform_(-0.5, 0.5, generator=stream)
    return net


def one_graph(net, x, y, training=True):
    """Return loss and flat gradient by plain autograd: all of `x` at once, in a copy of the net."""
    net = copy.deepcopy(net).train(training)
    for layer in net:
        layer.inplace = False  # after Tanh, say, autograd would refuse
    loss = functional.cross_entropy(net(x), y)
    return loss.item(), flat(torch.autograd.grad(loss, list(net.parameters())))


def flat(tensors):
    return torch.cat([t.flatten() for t in tensors])


def apart(a, b):
    """Return ‖a − b‖ / ‖b‖, in float64."""
    a, b = a.double().cpu(), b.double().cpu()
    return ((a - b).norm() / b.norm()).item()


def norm_inputs(net, x):
    """Return {name of BatchNorm layer: the input that it gets in train mode}."""
    net, seen = copy.deepcopy(net).train(), {}
    for name, layer in net.named_children():
        if isinstance(layer, nn.BatchNorm2d):
            layer.register_forward_pre_hook(lambda _, args, name=name: seen.update({name: args[0].detach()}))
    net(x)
    return seen


# One graph


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("mode", MODES)
def test_any_chunk_gives_what_one_graph_gives(name, mode):
    net, (x, y) = small_net(name), data(120, (1, 8, 8))
    indices = torch.randint(120, (106,), generator=torch.Generator().manual_seed(2)) if mode == "minibatch" else None
    batch = slice(None) if indices is None else indices
    loss, gradient = one_graph(net, x[batch], y[batch], training=mode != "eval")
    first = evaluate(net, x, y, mode, indices=indices, chunk=120)
    assert first.loss == pytest.approx(loss, rel=1e-12)
    assert apart(first.gradient, gradient) < 1e-9
    for chunk in (1, 7, 32, 100):
        other = evaluate(net, x, y, mode, indices=indices, chunk=chunk)
        assert other.loss == pytest.approx(first.loss, rel=1e-12)
        assert apart(other.gradient, first.gradient) < 1e-10


@pytest.mark.parametrize("name", [name for name in VARIANTS if name.startswith("batch")])
def test_with_batchnorm_ghost_and_eval_gradients_are_something_else(name):
    net, (x, y) = small_net(name), data(600, (1, 8, 8))
    truth = evaluate(net, x, y, "full_batch").gradient
    ghost = sum(one_graph(net, a, b)[1] for a, b in zip(x.split(30), y.split(30), strict=True)) / 20
    assert apart(ghost, truth) > 0.01
    assert apart(evaluate(net, x, y, "eval").gradient, truth) > 0.1


@pytest.mark.parametrize("name", [name for name in VARIANTS if not name.startswith("batch")])
def test_without_batchnorm_every_mode_is_the_same_sum_over_images(name):
    net, (x, y) = small_net(name), data(120, (1, 8, 8))
    found = [evaluate(net, x, y, "minibatch", indices=torch.arange(120))]
    found += [evaluate(net, x, y, mode) for mode in ("full_batch", "eval")]
    assert len({each.loss for each in found}) == 1
    assert torch.equal(found[0].gradient, found[1].gradient) and torch.equal(found[0].gradient, found[2].gradient)
    alone = sum(one_graph(net, a, b)[1] for a, b in zip(x.split(1), y.split(1), strict=True)) / 120
    assert apart(found[0].gradient, alone) < 1e-12


def test_the_minibatch_is_that_of_the_indices_and_no_other():
    net, (x, y) = small_net(), data(100, (1, 8, 8))
    indices = torch.tensor([3, 1, 4, 1, 5, 92, 65, 35])
    others = torch.ones(100, dtype=torch.bool)
    others[indices] = False
    before = evaluate(net, x, y, "minibatch", indices=indices)
    x[others] = torch.nan
    after = evaluate(net, x, y, "minibatch", indices=indices)
    assert torch.equal(before.gradient, after.gradient)


def test_float32_is_as_near_to_the_truth_as_one_graph_is():
    net, (x, y) = small_net(side=12, dtype=torch.float32), data(2000, (1, 12, 12), dtype=torch.float32)
    truth = evaluate(net, x.double(), y, "full_batch").gradient  # the images' dtype is that of the computation
    assert apart(truth, one_graph(copy.deepcopy(net).double(), x.double(), y)[1]) < 1e-9
    streamed = apart(evaluate(net, x, y, "full_batch").gradient, truth)
    assert streamed < 1e-4
    assert streamed < 2 * apart(one_graph(net, x, y)[1], truth)


def test_float32_survives_a_mean_far_from_zero():
    net, (x, y) = nn.Sequential(nn.BatchNorm2d(1), *small_net(dtype=torch.float32)), data(300, (1, 8, 8))
    x = (x + 1000).float()
    truth = evaluate(net, x.double(), y, "full_batch")
    streamed = evaluate(net, x, y, "full_batch")
    assert streamed.loss == pytest.approx(truth.loss, rel=1e-3)
    assert apart(streamed.gradient, truth.gradient) < 1e-2


@st.composite
def sequentials(draw):
    """Draw (net, shape of its images): BatchNorm anywhere, from nowhere to several in a row, in all its variants."""
    channels, side = draw(st.integers(1, 3)), draw(st.sampled_from([4, 6]))
    image_shape, layers = (channels, side, side), []

    def norm(kind, width):
        made = kind(
            width,
            eps=draw(st.sampled_from([1e-5, 0.1])),
            momentum=draw(st.sampled_from([0.1, None])),
            affine=draw(st.booleans()),
            track_running_stats=draw(st.sampled_from([True, True, False])),
        )
        if missing := draw(st.sampled_from([None, None, "weight", "bias"])):
            setattr(made, missing, None)
        return made

    activations = [nn.Tanh(), nn.ReLU(), nn.LeakyReLU(inplace=True), nn.SiLU(inplace=True), nn.GELU()]
    kinds = st.sampled_from(["conv", "norm", "norm", "group", "max", "average", *activations])
    for kind in draw(st.lists(kinds, max_size=6)):
        if kind == "conv":
            layers.append(nn.Conv2d(channels, channels := draw(st.integers(1, 4)), 3, padding=1))
        elif kind == "norm":
            layers.append(norm(nn.BatchNorm2d, channels))
        elif kind == "group":
            # Not on the images: of an input without a gradient torch 2.13's backward, channels-last, is a crash.
            # Nor of a single value, which torch refuses in a chunk of one image.
            if channels * side == 1 or not any(isinstance(layer, nn.Conv2d | nn.BatchNorm2d) for layer in layers):
                continue
            layers.append(nn.GroupNorm(1, channels, affine=draw(st.booleans())))
        elif kind not in ("max", "average"):
            layers.append(kind)  # the same object may come again
        elif side > 1:
            layers.append(nn.MaxPool2d(2) if kind == "max" else nn.AvgPool2d(2))
            side //= 2
    layers.append(nn.Flatten())
    layers += [norm(nn.BatchNorm1d, channels * side**2) for _ in range(draw(st.integers(0, 2)))]
    layers.append(nn.Linear(channels * side**2, 3))
    layers += [norm(nn.BatchNorm1d, 3) for _ in range(draw(st.integers(0, 2)))]
    return unsettled(nn.Sequential(*layers).double()), image_shape


@settings(max_examples=60, deadline=None)
@given(
    sequentials(),
    st.integers(2, 40),
    st.integers(1, 45),
    st.sampled_from(MODES),
    st.sampled_from([torch.float64, torch.float64, torch.float32]),
    st.integers(0, 2**31),
)
def test_any_sequential_agrees_with_one_graph(drawn, count, chunk, mode, dtype, seed):
    net, shape = drawn
    assume(count > 4 or dtype is torch.float64)  # one image twice has no variance, but for rounding
    x, y = data(count, shape, classes=3, seed=seed)
    indices = torch.arange(0, count, 2).repeat(2) if mode == "minibatch" else None
    batch = slice(None) if indices is None else indices
    if mode == "eval" and any(getattr(layer, "running_mean", 0) is None for layer in net):
        with pytest.raises(ValueError, match="keeps no running averages"):
            evaluate(net, x, y, mode, chunk=chunk)
        return
    loss, gradient = one_graph(net, x[batch].clone(), y[batch], training=mode != "eval")
    found = evaluate(net, x.to(dtype), y, mode, indices=indices, chunk=chunk)
    tolerance = 1e-9 if dtype is torch.float64 else 0.02  # in float32, a kink may fall on its other side
    assert found.loss == pytest.approx(loss, rel=tolerance)
    assert (found.gradient - gradient).norm() <= tolerance * max(gradient.norm(), 0.01)


def test_layers_used_twice_gather_both_gradients():
    conv, norm = small_net().conv1, nn.BatchNorm2d(1).double()
    fold = nn.AvgPool3d((4, 1, 1))  # four channels back to one
    net = nn.Sequential(norm, conv, fold, norm, nn.Tanh(), conv, fold, nn.Flatten(), nn.Linear(64, 10).double())
    x, y = data(50, (1, 8, 8))
    assert apart(evaluate(net, x, y, "full_batch", chunk=7).gradient, one_graph(net, x, y)[1]) < 1e-9


def spatial_net(dimensions):
    """Return (net of two convolutions over so many dimensions, shape of its images)."""
    conv = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[dimensions - 1]
    norm = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)[dimensions - 1]
    pool = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)[dimensions - 1]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = nn.Sequential(
            *(conv(2, 3, 3, padding=1), pool(2), nn.ReLU(), norm(3)),
            *(conv(3, 4, 3, padding=1), norm(4), nn.Tanh()),
            *(nn.Flatten(), nn.Linear(4 * 2**dimensions, 5)),
        )
    return unsettled(net.double()), (2, *[4] * dimensions)


def check_exact(net, x, y, chunk=7):
    """Hold loss and gradient in each mode against one graph, in float64."""
    for mode in MODES:
        indices = torch.tensor([3, 1, 4, 1, 5, 9, 2, 6, 5]) if mode == "minibatch" else None
        batch = slice(None) if indices is None else indices
        loss, gradient = one_graph(net, x[batch], y[batch], training=mode != "eval")
        found = evaluate(net, x, y, mode, indices=indices, chunk=chunk)
        assert found.loss == pytest.approx(loss, rel=1e-12)
        assert apart(found.gradient, gradient) < 1e-10


@pytest.mark.parametrize("dimensions", [1, 2, 3])
@pytest.mark.parametrize("channels_last", [(), ("net",), ("images",), ("net", "images")])
def test_images_of_any_dimension_in_any_memory_format(dimensions, channels_last):
    net, shape = spatial_net(dimensions)
    x, y = data(30, shape, classes=5)
    formats = {2: torch.channels_last, 3: torch.channels_last_3d}
    if dimensions in formats:
        net = net.to(memory_format=formats[dimensions]) if "net" in channels_last else net
        x = x.contiguous(memory_format=formats[dimensions]) if "images" in channels_last else x
    check_exact(net, x, y)


@pytest.mark.parametrize("missing", [("weight",), ("bias",), ("weight", "bias")])
@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_batchnorm_without_weight_or_bias(missing, dimensions):
    net, shape = spatial_net(dimensions)
    for name in missing:
        setattr(net[3], name, None)
        setattr(net[5], name, None)
    check_exact(net, *data(30, shape, classes=5))


def test_parametrizations_of_convolution_batchnorm_and_linear_layer():
    class Exponential(nn.Module):
        def forward(self, x):
            return x.exp()

    net, shape = spatial_net(2)
    nn.utils.parametrizations.weight_norm(net[0])
    nn.utils.parametrizations.orthogonal(net[8])
    nn.utils.parametrize.register_parametrization(net[3], "weight", Exponential())
    check_exact(net, *data(30, shape, classes=5))


def test_parameters_that_layers_share():
    net, shape = spatial_net(2)
    group = nn.GroupNorm(1, 3).double()
    group.weight, group.bias = net[3].weight, net[3].bias  # in the same stage: each use acts by itself
    net = nn.Sequential(*net[:4], group, nn.Conv2d(3, 3, 3, padding=1).double(), nn.BatchNorm2d(3).double(), *net[4:])
    net[6].weight = net[3].weight
    check_exact(net, *data(30, shape, classes=5))


def test_parameters_that_nothing_uses_have_no_gradient():
    net, shape = spatial_net(1)
    net[3].register_parameter("spare", nn.Parameter(torch.ones(2, dtype=torch.float64)))
    x, y = data(30, shape, classes=5)
    gradient = by_name(net, evaluate(net, x, y, "full_batch", chunk=7).gradient)
    assert gradient.pop("3.spare").eq(0).all()
    del net[3].spare
    assert apart(flat(gradient.values()), one_graph(net, x, y)[1]) < 1e-10


def test_a_loss_of_a_billionth_keeps_its_digits():
    """Of two classes, the loss is log(1 + exp(−margin)), which float32 makes 0 from a margin of 17 on."""
    net = nn.Sequential(nn.Linear(1, 2, bias=False))
    margins = torch.tensor([[20.0], [22.0], [25.0]])
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([[1.0], [0.0]]))
    found = evaluate(net, margins, torch.zeros(3, dtype=torch.int64), "eval", chunk=2)
    assert found.loss == pytest.approx(numpy.mean(numpy.log1p(numpy.exp([-20.0, -22.0, -25.0]))), rel=1e-12)
    assert found.gradient[0].item() == pytest.approx(
        -numpy.mean([m / (1 + numpy.exp(m)) for m in (20.0, 22.0, 25.0)]), rel=1e-6
    )


# Identities


@pytest.mark.parametrize("name", ["1", "2"])
def test_identity_of_batchnorm_per_filter(name):
    """Scaling a filter changes f only as far as ε spoils the invariance: ⟨θ_c, ∂f/∂θ_c⟩ = ε/(v_c + ε) γ_c ∂f/∂γ_c."""
    net, (x, y) = small_net(), data(300, (1, 8, 8))
    conv, norm = getattr(net, f"conv{name}"), getattr(net, f"norm{name}")
    norm.eps = 0.1
    v = norm_inputs(net, x)[f"norm{name}"].var((0, 2, 3), correction=0)

    def sides(mode):
        gradient = by_name(net, evaluate(net, x, y, mode, chunk=32).gradient)
        left = (gradient[f"conv{name}.weight"] * conv.weight).flatten(1).sum(1) + gradient[
            f"conv{name}.bias"
        ] * conv.bias
        return left.detach(), (norm.eps / (v + norm.eps) * norm.weight * gradient[f"norm{name}.weight"]).detach()

    torch.testing.assert_close(*sides("full_batch"), rtol=0, atol=1e-12)
    left, right = sides("eval")
    assert ((left - right).abs() > 1e-4).any()


def by_name(net, gradient):
    """Return {parameter's name: its part of the flat gradient, in its shape}."""
    sizes = [p.numel() for p in net.parameters()]
    return {
        name: part.view(p.shape) for (name, p), part in zip(net.named_parameters(), gradient.split(sizes), strict=True)
    }


def test_eval_with_the_exact_full_batch_statistics_has_the_full_batch_loss():
    net, (x, y) = small_net(), data(50, (1, 8, 8))
    full_batch = evaluate(net, x, y, "full_batch", chunk=7)
    for correction, same in ((0, True), (1, False)):
        for name, z in norm_inputs(net, x).items():
            getattr(net, name).running_mean.copy_(z.mean((0, 2, 3)))
            getattr(net, name).running_var.copy_(z.var((0, 2, 3), correction=correction))
        assert (evaluate(net, x, y, "eval").loss == pytest.approx(full_batch.loss, rel=1e-12)) == same


@pytest.mark.parametrize("mode", MODES)
def test_gradient_against_finite_differences_on_a_smooth_net(mode):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = nn.Sequential(
            nn.Conv2d(1, 3, 3, padding=1),
            nn.AvgPool2d(2),
            nn.Softplus(),
            nn.BatchNorm2d(3),
            nn.Conv2d(3, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.Softplus(),
            nn.Flatten(),
            nn.Linear(36, 4),
        )
    net, (x, y) = unsettled(net.double()), data(20, (1, 6, 6), classes=4)
    indices = torch.arange(12) if mode == "minibatch" else None
    batch = slice(None) if indices is None else indices
    gradient = evaluate(net, x, y, mode, indices=indices, chunk=7).gradient
    moved = copy.deepcopy(net).train(mode != "eval")

    @torch.no_grad()
    def loss(weights):
        nn.utils.vector_to_parameters(weights, moved.parameters())
        return functional.cross_entropy(moved(x[batch]), y[batch])

    centre, step = flat([p.detach() for p in net.parameters()]), 1e-5
    steps = step * torch.eye(len(centre), dtype=torch.float64)
    differences = torch.stack([(loss(centre + s) - loss(centre - s)) / (2 * step) for s in steps])
    torch.testing.assert_close(gradient, differences, rtol=0, atol=1e-8)


# Purity


def everything(net, x, y):
    """Return all that an evaluation must leave alone, as a list."""
    state = [t.clone() for t in [*net.parameters(), *net.buffers(), x, y]]
    state += [(p.requires_grad, id(p.grad), p.data_ptr(), p.stride()) for p in net.parameters()]
    state += [p.grad.clone() for p in net.parameters() if p.grad is not None]
    state += [layer.training for layer in net.modules()] + [getattr(layer, "inplace", None) for layer in net.modules()]
    return [*state, torch.get_rng_state(), random.getstate(), str(numpy.random.get_state()), torch.is_grad_enabled()]


@pytest.mark.parametrize("mode", MODES)
def test_evaluation_leaves_no_trace(mode):
    net, (x, y) = small_net(), data(40, (1, 8, 8))
    net = nn.Sequential(nn.ReLU(inplace=True), *net[:4], nn.Dropout(0.5), *net[4:])
    functional.cross_entropy(net(x.clone()), y).backward()  # so that there are .grad fields
    net[1].requires_grad_(False)
    net[1].weight.grad = None
    net.train()
    net[4].eval()
    indices = torch.arange(8) if mode == "minibatch" else None
    before = everything(net, x, y)
    evaluate(net, x, y, mode, indices=indices, weights=torch.zeros(sum(p.numel() for p in net.parameters())), chunk=7)
    for a, b in zip(before, everything(net, x, y), strict=True):
        assert torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b


# CUDA


@CUDA
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 1e-3)])
def test_cuda_agrees_with_the_cpu(mode, dtype, tolerance, monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    net, (x, y) = small_net(side=12), data(500, (1, 12, 12))
    indices = torch.arange(0, 500, 3) if mode == "minibatch" else None
    truth = evaluate(net, x, y, mode, indices=indices, activations=True)
    found = evaluate(net, x.to("cuda", dtype), y.cuda(), mode, indices=indices, activations=True)
    assert found.gradient.device.type == "cuda"
    assert found.loss == pytest.approx(truth.loss, rel=tolerance)
    assert apart(found.gradient, truth.gradient) < tolerance
    assert found.activation_sd == pytest.approx(truth.activation_sd, rel=tolerance)
