import copy
import math

import torch
from entries import BATCH, PLAIN
from normscape.data import tensors
from normscape.models import convnet
from normscape.streams import generator
from normscape.training import sgd
from normscape.training.stops import stops, updates_per_pass

SHAPE = (1, 8, 8)
SIZE = {"channels": [3, 4], "kernel_size": 3}


def make_data(n=100):
    stream = torch.Generator().manual_seed(5)
    images = torch.randn(2 * n, *SHAPE, generator=stream)
    labels = torch.randint(0, 10, (2 * n,), generator=stream)
    return tensors.Data(images[:n], labels[:n], images[n:], labels[n:])


def make_net(seed=0, entry=BATCH):
    return convnet.build({**entry, **SIZE}, SHAPE, 10, seed)


def run(net, data, passes=2, learning_rate=0.05, batch_size=16, seed=0, early_updates=(), evaluate_every=1):
    how = {"batch_size": batch_size, "passes": passes}
    how |= {"early_updates": early_updates, "evaluate_every": evaluate_every}
    return list(sgd.train(net, data, seed, learning_rate, **how))


def test_a_pass_of_the_notebook_is_188_updates():
    assert updates_per_pass(6000, 32) == 188


def test_early_checkpoints_are_those_that_the_first_pass_has():
    assert stops(6, 2, [4, 1, 6, 7]) == [(0, 0), (1, None), (4, None), (6, 1), (12, 2)]


def test_early_checkpoints_stand_where_their_updates_end_and_change_nothing():
    data, without, with_ = make_data(), run(make_net(), make_data()), run(make_net(), make_data(), early_updates=[1, 4])
    assert [(after.update, after.number) for after in with_] == [(0, 0), (1, None), (4, None), (6, 1), (12, 2)]
    whole = [after for after in with_ if after.number is not None]
    assert [after.measures for after in whole] == [after.measures for after in without]
    for one, other in zip(whole, without, strict=True):
        assert all(torch.equal(other.state[name], value) for name, value in one.state.items())
    literal = make_net()
    optimiser = torch.optim.SGD(literal.parameters(), lr=0.05)
    for batch in torch.randint(100, (6, 16), generator=generator(0, "batches"))[:4]:
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(literal(data.train_images[batch]), data.train_labels[batch]).backward()
        optimiser.step()
    early = with_[2]
    assert all(torch.allclose(early.state[name], value, atol=1e-6) for name, value in literal.state_dict().items())
    assert early.state["norm1.num_batches_tracked"] == 4
    assert early.measures["train_loss"] is None and early.measures["missing"] == sgd.TOO_EARLY


def test_only_every_so_many_passes_and_the_last_are_evaluated():
    every, some = run(make_net(), make_data(), passes=5), run(make_net(), make_data(), passes=5, evaluate_every=2)
    assert [after.measures["train_loss"] is not None for after in some] == [True, False, True, False, True, True]
    assert [after.measures["missing"] for after in some] == [None, sgd.NOT_ASKED, None, sgd.NOT_ASKED, None, None]
    for one, other in zip(every, some, strict=True):
        assert other.measures["missing"] or other.measures == one.measures
        assert all(torch.equal(other.state[name], value) for name, value in one.state.items())


def test_training_is_torchs_sgd_on_batches_drawn_with_replacement():
    data, net = make_data(), make_net()
    literal = copy.deepcopy(net)
    after = run(net, data)
    optimiser = torch.optim.SGD(literal.parameters(), lr=0.05)
    batches = torch.cat([torch.randint(100, (6, 16), generator=s) for s in [generator(0, "batches")] for _ in range(2)])
    assert any(len(set(batch.tolist())) < 16 for batch in batches)  # with replacement: some image comes twice
    literal.train()
    for batch in batches:
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(literal(data.train_images[batch]), data.train_labels[batch]).backward()
        optimiser.step()
    for name, value in literal.state_dict().items():
        assert torch.allclose(after[-1].state[name], value, atol=1e-6), name
    assert after[-1].state["norm1.num_batches_tracked"] == 12


def test_reported_losses_are_of_eval_mode_and_change_nothing():
    data, net = make_data(150), make_net()
    run(net, data, passes=1)
    before = copy.deepcopy(net.state_dict())
    loss, accuracy = sgd.evaluate(net, data.train_images, data.train_labels)
    net.eval()
    scores = net(data.train_images)
    assert math.isclose(loss, torch.nn.functional.cross_entropy(scores, data.train_labels).item(), rel_tol=1e-5)
    assert accuracy == (scores.argmax(1) == data.train_labels).double().mean().item()
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_pass_0_is_told_before_any_update():
    data, net = make_data(), make_net()
    before = copy.deepcopy(net.state_dict())
    first = run(net, data)[0]
    assert first.number == 0
    assert all(torch.equal(before[name], value) for name, value in first.state.items())


def test_more_passes_change_no_earlier_number_and_seeds_differ():
    data = make_data()
    short, long = run(make_net(), data, passes=1), run(make_net(), data, passes=3)
    assert [after.measures for after in short] == [after.measures for after in long[:2]]
    assert run(make_net(), data, seed=1)[1].measures != short[1].measures


def test_a_run_doesnt_touch_the_global_random_state():
    state = torch.random.get_rng_state()
    data = make_data()
    net = make_net()
    state = torch.random.get_rng_state()
    run(net, data)
    assert torch.equal(state, torch.random.get_rng_state())


def test_divergence_ends_the_training_and_is_told_in_each_row_that_remains():
    after = run(make_net(entry=PLAIN), make_data(), passes=3, learning_rate=1e30)
    assert [step.measures["diverged"] for step in after] == [0, 1, 1, 1]
    assert [step.state is None for step in after] == [False, True, True, True]
    assert all(
        after[1].measures[name] is None for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
    )


def test_a_loss_that_is_no_number_is_told_as_divergence_and_never_as_a_number():
    data = make_data()
    data.train_images[7] = math.nan
    after = run(make_net(), data)
    assert [step.measures["diverged"] for step in after] == [1, 1, 1]
    assert {value for step in after for name, value in step.measures.items() if name != "diverged"} == {None}


def test_divergence_is_told_at_checkpoints_without_an_evaluation():
    how = {"passes": 2, "learning_rate": 1e30, "early_updates": [1, 2], "evaluate_every": 2}
    after = run(make_net(entry=PLAIN), make_data(), **how)
    told = [(step.update, step.measures["diverged"], step.state is None) for step in after]
    assert told[0] == (0, 0, False) and told[2:] == [(2, 1, True), (6, 1, True), (12, 1, True)]
    assert all(step.measures["missing"] is None for step in after[2:])
    for step in after[:2]:
        assert all(value.isfinite().all() for value in step.state.values())


def test_weights_that_are_no_numbers_are_told_as_divergence_before_a_loss_shows_it():
    after = run(make_net(entry=PLAIN), make_data(), passes=1, learning_rate=1e39, early_updates=[1])
    assert [(step.update, step.measures["diverged"]) for step in after] == [(0, 0), (1, 1), (6, 1)]
