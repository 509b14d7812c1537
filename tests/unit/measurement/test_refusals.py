"""What the exact measurement can't follow is one clear line; its sibling that is fine passes; nothing is changed."""

import copy
import random

import numpy
import pytest
import torch
from normscape.measurement.full_batch import evaluate
from torch import nn
from torch.nn import functional
from torch.nn.modules import module as global_hooks
from torch.nn.utils import parametrizations, prune

MODES = ("full_batch", "minibatch", "eval")


class Apply(nn.Module):
    """A layer that is a function of its input and of whether it trains."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x, self.training)


class OwnBatchNorm(nn.Module):
    """As textbooks write it."""

    def __init__(self, asks_for_gradients=False):
        super().__init__()
        self.asks_for_gradients = asks_for_gradients
        self.register_buffer("mean", torch.full((1, 3, 1, 1), 0.2))
        self.register_buffer("variance", torch.full((1, 3, 1, 1), 0.5))

    def forward(self, x):
        if not (torch.is_grad_enabled() if self.asks_for_gradients else self.training):
            return (x - self.mean) / (self.variance + 1e-5).sqrt()
        mean, variance = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), keepdim=True, correction=0)
        self.mean = 0.9 * self.mean + 0.1 * mean.detach()
        self.variance = 0.9 * self.variance + 0.1 * variance.detach()
        return (x - mean) / (variance + 1e-5).sqrt()


def net_with(layer, first=False):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        conv, linear = nn.Conv2d(1 if not first else 3, 3, 3, padding=1), nn.Linear(48, 10)
    return nn.Sequential(*([layer, conv] if first else [conv, layer]), nn.BatchNorm2d(3), nn.Flatten(), linear).double()


def data(count=30, channels=1, dtype=torch.float64):
    stream = torch.Generator().manual_seed(0)
    images = torch.randn(count, channels, 4, 4, generator=stream, dtype=torch.float64).to(dtype)
    return images, torch.randint(10, (count,), generator=stream)


def everything(net, *tensors):
    """Return all that a call must leave alone, refused or not."""
    state = [t.clone() for t in (*net.state_dict().values(), *tensors) if not nn.parameter.is_lazy(t)]
    streams = torch.get_rng_state().tolist(), random.getstate(), numpy.random.get_state()[1].tolist()
    return state, [layer.training for layer in net.modules()], streams


def call(net, images, labels, mode, **options):
    """Evaluate, and hold everything against what it was before, whatever the outcome."""
    indices = torch.arange(len(images)).flip(0) if mode == "minibatch" else None
    before = everything(net, images, labels)
    try:
        return evaluate(net, images, labels, mode, indices=indices, chunk=7, **options)
    finally:
        after = everything(net, images, labels)
        assert all(torch.equal(a, b) for a, b in zip(before[0], after[0], strict=True))
        assert before[1:] == after[1:]


def truth(net, x, y, mode):
    """Return loss and gradient by one graph; only BatchNorm trains."""
    net = copy.deepcopy(net).eval()
    for layer in net:
        layer.train(mode != "eval" and isinstance(layer, nn.BatchNorm2d))
    loss = functional.cross_entropy(net(x.clone()), y)
    return loss.item(), torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(net.parameters()))])


def refused(net, x, y, words, modes=MODES):
    for mode in modes:
        with pytest.raises(ValueError, match=words) as error:
            call(net, x, y, mode)
        assert "\n" not in str(error.value)


def exact(net, x, y, modes=MODES):
    for mode in modes:
        loss, gradient = truth(net, x, y, mode)
        found = call(net, x, y, mode)
        assert found.loss == pytest.approx(loss, rel=1e-12)
        assert (found.gradient - gradient).norm() < 1e-10 * gradient.norm()


# Layers that couple images, each with a sibling that doesn't

PIXELS = (1, 2, 3)
COUPLED = {
    "centred": (
        Apply(lambda x, _: x - x.mean(0)),
        Apply(lambda x, _: x - x.mean(1, keepdim=True)),
    ),
    "BatchNorm by hand": (
        Apply(lambda x, _: (x - x.mean((0, 2, 3), keepdim=True)) / x.std((0, 2, 3), keepdim=True)),
        Apply(lambda x, _: (x - x.mean((2, 3), keepdim=True)) / x.std((2, 3), keepdim=True)),
    ),
    "functional": (
        Apply(lambda x, _: functional.batch_norm(x, None, None, training=True)),
        Apply(lambda x, _: functional.batch_norm(x, x.new_zeros(3), x.new_ones(3), training=False)),
    ),
    "scaled": (
        Apply(lambda x, _: x / x.abs().amax()),
        Apply(lambda x, _: x / x.abs().amax(PIXELS, keepdim=True)),
    ),
    "difference": (Apply(lambda x, _: x - x.roll(1, 0)), Apply(lambda x, _: x - x.roll(1, 3))),
    "reversed": (Apply(lambda x, _: x.flip(0)), Apply(lambda x, _: x.flip(3))),
    "softmax": (nn.Softmax(0), nn.Softmax(1)),
    "nested": (nn.Sequential(nn.Tanh(), nn.Softmax(0)), nn.Sequential(nn.Tanh(), nn.Softmax(1))),
    "weak": (Apply(lambda x, _: x + 1e-6 * x.mean(0)), Apply(lambda x, _: x + 1e-6 * x.mean(1, keepdim=True))),
}


@pytest.mark.parametrize("name", COUPLED)
def test_a_layer_that_couples_images_is_refused(name):
    coupled, alone = COUPLED[name]
    refused(net_with(coupled), *data(), "layer '1' couples the images of a batch, and isn't a BatchNorm")
    exact(net_with(alone), *data())
    if name != "weak":  # it is below float32's rounding
        refused(net_with(coupled).float(), *data(dtype=torch.float32), "layer '1' couples")
    call(net_with(alone), *data(dtype=torch.float32), "full_batch")


@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_few_images_are_enough_to_see_it(count):
    refused(net_with(nn.Softmax(0)), *data(count), "layer '1' couples")
    exact(net_with(nn.Softmax(1)), *data(count))


def test_layers_on_trust_are_so_only_where_they_treat_each_image_by_itself():
    (x, y), tail = data(4), [nn.Flatten(), nn.Linear(16, 10).double()]
    refused(nn.Sequential(nn.Flatten(0), nn.Unflatten(0, (4, 16)), *tail), x, y, "layer '0' makes the shape")
    exact(nn.Sequential(nn.Conv2d(1, 1, 3, padding=1).double(), *tail), x, y)
    with pytest.raises(RuntimeError, match="channels"):  # for torch, what lacks a dimension is a single image
        call(nn.Sequential(nn.Conv2d(4, 4, 3, padding=1).double(), *tail), x[:, 0], y, "eval")
    exact(nn.Sequential(nn.MaxPool2d(1), *tail), x[:, 0], y)


def test_a_single_image_is_coupled_with_none():
    exact(net_with(nn.Softmax(0)), *data(1))


def test_images_that_share_their_largest_value_or_are_all_the_same():
    scaled, (x, y) = net_with(COUPLED["scaled"][0], first=True), data(channels=3)
    x[:, 0, 0, 0] = 9
    refused(scaled, x, y, "layer '0' couples")
    refused(scaled, x[:1].expand(30, -1, -1, -1), y, "layer '0' couples")


def test_what_couples_images_only_in_training_is_refused_but_in_eval_mode():
    refused(net_with(OwnBatchNorm()), *data(), "layer '1' couples .* in train mode", ["full_batch", "minibatch"])
    exact(net_with(OwnBatchNorm()), *data(), ["eval"])
    refused(net_with(OwnBatchNorm(asks_for_gradients=True)), *data(), "layer '1' couples the images of a batch")


@pytest.mark.parametrize(
    "layer",
    [
        nn.Dropout(0.5),
        nn.Dropout2d(0.5),
        Apply(lambda x, training: functional.dropout(x, 0.5, training)),
        Apply(lambda x, training: x * 2 if training and random.random() < 0.5 else x),
        Apply(lambda x, training: x * numpy.random.rand() if training else x),
        Apply(lambda x, training: (x, x) if training else x),
    ],
)
def test_what_draws_at_random_in_training_acts_as_in_eval_mode(layer):
    exact(net_with(layer), *data())


def test_what_draws_at_random_in_eval_mode_too_is_refused():
    layer = Apply(lambda x, _: functional.dropout(x, 0.5))
    refused(net_with(layer), *data(), "layer '1' gives the same images another output each time")


def test_weights_that_diverged_are_not_taken_for_coupling():
    net, (x, y) = net_with(nn.Tanh()), data(dtype=torch.float32)
    for value in (torch.nan, torch.inf, 1e38, -1e30):
        weights = torch.full((sum(p.numel() for p in net.parameters()),), value)
        weights[::2] *= -1
        call(net, x, y, "full_batch", weights=weights)


# Layers that write into their input, or hand on something else than a row for each image


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    "function",
    [
        lambda x, _: x.add_(1),
        lambda x, _: functional.relu(x, inplace=True),
        lambda x, _: x.detach().mul_(2) + x,
        lambda x, _: x.data.mul_(2) + x,
        lambda x, _: x[:, :1].add_(1) + x,
    ],
)
def test_a_layer_that_writes_into_its_input_is_refused(function, first):
    words = f"layer '{0 if first else 1}' writes into its input"
    refused(net_with(Apply(function), first), *data(channels=3 if first else 1), words)
    refused(net_with(Apply(function), first), *data(1, channels=3 if first else 1), words)
    exact(net_with(nn.Sequential(nn.GELU(), Apply(lambda x, _: x.relu_())), first), *data(channels=3 if first else 1))
    exact(net_with(nn.ReLU(inplace=True), first), *data(channels=3 if first else 1))


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x, _: x.mean(0), r"layer '1' makes the shape \(3, 4, 4\) of 4 images"),
        (lambda x, _: x.mean(), r"layer '1' makes the shape \(\) of 4 images"),
        (lambda x, _: (x, x), "layer '1' makes a tuple of 4 images"),
    ],
)
def test_a_layer_without_a_row_for_each_image_is_refused(function, words):
    refused(net_with(Apply(function)), *data(), words)


@pytest.mark.parametrize("last", [nn.Unflatten(1, (10, 1)), nn.Linear(10, 1)])
def test_outputs_are_a_row_of_logits_for_each_image(last):
    refused(nn.Sequential(*net_with(nn.Tanh()), last.double()), *data(), "a row of two logits or more is needed")
    exact(nn.Sequential(*net_with(nn.Tanh()), nn.Linear(10, 10).double()), *data())


# Hooks, and types that aren't what they seem

HOOKS = {
    "a forward pre-hook": lambda layer: layer.register_forward_pre_hook(lambda layer, args: None),
    "a forward pre-hook, too": lambda layer: layer.register_forward_pre_hook(
        lambda layer, args, kwargs: None, with_kwargs=True
    ),
    "a forward hook": lambda layer: layer.register_forward_hook(lambda layer, args, y: None),
    "a forward hook, too": lambda layer: layer.register_forward_hook(
        lambda layer, args, kwargs, y: None, with_kwargs=True, always_call=True
    ),
    "a backward pre-hook": lambda layer: layer.register_full_backward_pre_hook(lambda layer, g: None),
    "a backward hook": lambda layer: layer.register_full_backward_hook(lambda layer, g, h: None),
    "a backward hook, too": lambda layer: layer.register_backward_hook(lambda layer, g, h: None),
}


@pytest.mark.parametrize("kind", HOOKS)
@pytest.mark.parametrize(
    ("which", "name"), [("", "the net"), ("0", "layer '0'"), ("1.0", "layer '1.0'"), ("2", "layer '2'")]
)
def test_hooks_are_refused(kind, which, name):
    net = net_with(nn.Sequential(nn.Tanh()))
    handle = HOOKS[kind](net.get_submodule(which))
    refused(net, *data(), f"{name} has {kind.removesuffix(', too')}")
    handle.remove()
    exact(net, *data())


def test_hooks_on_all_modules_and_on_parameters_are_refused():
    net = net_with(nn.Tanh())
    for register, hook in (
        (global_hooks.register_module_forward_pre_hook, lambda layer, args: None),
        (global_hooks.register_module_forward_hook, lambda layer, args, y: None),
        (global_hooks.register_module_full_backward_hook, lambda layer, g, h: None),
    ):
        handle = register(hook)
        refused(net, *data(), "a hook on all modules")
        handle.remove()
    handle = net[2].weight.register_hook(lambda g: 2 * g)
    refused(net, *data(), "parameter '2.weight' has a hook")
    handle.remove()
    exact(net, *data())


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_norms_and_masks_of_weights_by_hooks_are_refused_and_parametrizations_are_not():
    for by_hook in (
        nn.utils.weight_norm,
        nn.utils.spectral_norm,
        lambda layer: prune.l1_unstructured(layer, "weight", 0.5),
    ):
        net = net_with(nn.Tanh())
        by_hook(net[0])
        refused(net, *data(), "layer '0' has a forward pre-hook")
    for parametrization in (parametrizations.weight_norm, parametrizations.spectral_norm):
        net = net_with(nn.Tanh())
        parametrization(net[0])
        exact(net, *data())


class OwnForward(nn.Sequential):
    def forward(self, x):
        return super().forward(x) + 1


class Named(nn.Sequential):
    """A subclass that only builds."""


def test_a_net_with_its_own_forward_is_refused():
    layers = net_with(nn.Tanh())
    refused(OwnForward(*layers), *data(), "the net, a OwnForward, isn't its layers one after another")
    exact(Named(*layers), *data())
    exact(net_with(OwnForward(nn.Tanh())), *data())  # inside, it is a layer like others


class DoubledBatchNorm(nn.BatchNorm2d):
    def forward(self, x):
        return 2 * super().forward(x)


class CalledBatchNorm(nn.BatchNorm2d):
    def __call__(self, x):
        return 2 * super().__call__(x)


class NamedBatchNorm(nn.BatchNorm2d):
    """A subclass that only builds."""


@pytest.mark.parametrize("kind", [DoubledBatchNorm, CalledBatchNorm, nn.SyncBatchNorm])
def test_a_batchnorm_with_its_own_forward_is_refused(kind):
    refused(net_with(kind(3)), *data(), f"layer '1', a {kind.__name__}, is a BatchNorm with its own forward")
    exact(net_with(NamedBatchNorm(3)), *data())


@pytest.mark.parametrize("lazy", [nn.LazyBatchNorm2d(), nn.LazyConv2d(3, 1)])
def test_a_lazy_layer_must_have_seen_images(lazy):
    net = net_with(lazy)
    refused(net, *data(), "layer '1' has no weights yet")
    net(data()[0])
    exact(net, *data())


def test_a_forward_set_on_an_object_is_refused():
    net = net_with(nn.Sequential(nn.Tanh()))
    net[1][0].forward = net[1][0].forward
    refused(net, *data(), "layer '1.0' got its `forward` after it was built")


# Labels and indices


@pytest.mark.parametrize("label", [-1, -100, 10])
def test_a_label_out_of_range_is_refused(label):
    net, (x, y) = net_with(nn.Tanh()), data()
    y[3] = label
    refused(net, x, y, rf"labels must lie between 0 and 9; one is {label}")
    evaluate(net, x, y, "minibatch", indices=torch.arange(4, 30))  # it isn't among these
    y[3] = 9
    exact(net, x, y)


@pytest.mark.parametrize(
    "labels", [torch.zeros(30), torch.zeros(30, dtype=torch.int32), torch.zeros(30, 1, dtype=torch.int64)]
)
def test_labels_of_another_type_or_shape_are_refused(labels):
    refused(net_with(nn.Tanh()), data()[0], labels, "labels must be int64 of one dimension")


@pytest.mark.parametrize(
    ("indices", "words"),
    [
        (torch.tensor([0, 30]), "indices must lie between 0 and 29; one is 30"),
        (torch.tensor([0, -1]), "indices must lie between 0 and 29; one is -1"),
        (torch.ones(30, dtype=torch.bool), "indices must be int64"),
    ],
)
def test_indices_that_name_no_image_are_refused(indices, words):
    with pytest.raises(ValueError, match=words):
        evaluate(net_with(nn.Tanh()), *data(), "minibatch", indices=indices)
