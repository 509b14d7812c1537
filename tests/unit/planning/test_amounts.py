import copy

import pytest
import torch
from entries import BATCH, PLAIN, SMALL
from normscape.data.tensors import Data
from normscape.measurement import full_batch, measures, probes
from normscape.models import convnet, layers
from normscape.planning import amounts, network
from normscape.training import sgd
from normscape.training.stops import stops, updates_per_pass

IMAGES, BATCH_SIZE = 60, 8  # a thousandth of Fashion-MNIST
SETTINGS = {
    "dataset": "FashionMNIST",
    "fraction": 0.001,
    "model": BATCH,
    "batch_size": BATCH_SIZE,
    "training": {"batch_size": BATCH_SIZE, "passes": 3, "early_updates": [1, 4, 90], "evaluate_every": 1},
    "probing": {"directions": 1, "step_multiples": [1.0], "passes": "all", "detailed_passes": [2]},
}
STOPS = stops(updates_per_pass(IMAGES, BATCH_SIZE), 3, [1, 4, 90])  # passes 0 to 3, and updates 1 and 4


def settings(section=None, **changes):
    changed = copy.deepcopy(SETTINGS)
    (changed[section] if section else changed).update(changes)
    return changed


def images(count):
    torch.manual_seed(0)
    return torch.randn(count, 1, 28, 28), torch.arange(count) % 10


@pytest.mark.parametrize(
    "probing",
    [
        {},
        {"directions": 2},
        {"step_multiples": [0.5, 1.0, 2.0]},
        {"directions": 2, "step_multiples": [1.0, 2.0], "detailed_passes": [1, 3]},
        {"passes": [0, 2]},
        {"passes": [3]},
        {"detailed_passes": []},
    ],
)
@pytest.mark.parametrize("model", [PLAIN, BATCH])
def test_the_work_of_a_probe_is_what_the_probes_do(monkeypatch, model, probing):
    """Each gradient that is taken, in float64 six times as dear: forward and back is 3, with a BatchNorm's sums 4."""
    times, net = [], convnet.build(model, (1, 28, 28), 10, seed=0)

    def noted(net, images, labels, mode, *, indices=None, activations=False, **options):
        through = 4 if mode != "eval" and model is BATCH else 3
        count = len(images if indices is None else indices)
        times.append(through * count * (6 if images.dtype == torch.float64 else 1))
        gradient = torch.rand(layers.parameter_count(net), dtype=torch.float64)
        return full_batch.Evaluation(torch.rand(1).item(), gradient, {} if activations else None)

    asked = settings("probing", **probing) | {"model": model}
    monkeypatch.setattr(probes.full_batch, "evaluate", noted)
    monkeypatch.setattr(measures, "TOLERANCE", 1e9)  # what rounding loses is taken in float64, too: no plan knows that
    pixels, labels = images(IMAGES)
    made = probes.Probing(0, 0.04, BATCH_SIZE, **asked["probing"])
    for update, number in STOPS:
        place = probes.Place(update, number)
        if made.takes(place):
            probes.measure(net, pixels, labels, place, made)
    work = 1e-9 * network.of(model, (1, 28, 28), 10).work(*amounts.GRADIENT)
    assert amounts.of("probe", asked).work == pytest.approx(sum(times) * work)


@pytest.mark.parametrize(("every", "evaluations"), [(1, 4), (2, 3), (3, 2), (10, 2)])
def test_the_work_of_a_training_is_its_updates_and_evaluations(monkeypatch, every, evaluations):
    model = {**BATCH, **SMALL}
    asked = settings("training", evaluate_every=every) | {"model": model}
    seen = []
    monkeypatch.setattr(sgd, "evaluate", lambda net, *data: seen.append(len(data[0])) or (1.0, 0.5))
    data, net = Data(*images(IMAGES), *images(20)), convnet.build(model, (1, 28, 28), 10, seed=0)
    checkpoints = list(sgd.train(net, data, 0, 0.04, **asked["training"]))
    assert len(seen) == 2 * evaluations  # of training and test images
    assert [(each.update, each.number) for each in checkpoints] == STOPS
    net = network.of(model, (1, 28, 28), 10)
    trained = checkpoints[-1].update * (amounts.UPDATE + 3e-9 * BATCH_SIZE * net.work(*amounts.TRAINING))
    evaluated = amounts.EVALUATED * 1e-9 * evaluations * (IMAGES + 10_000) * net.work(*amounts.EVALUATION)
    assert amounts.of("train", asked).work == pytest.approx(trained + evaluated)


def test_what_a_job_holds_grows_with_the_images():
    small, large = (amounts.of("probe", settings(fraction=fraction)).held for fraction in (0.1, 1.0))
    assert large - small == pytest.approx(
        54_000 * (4 * 784 + 8 + 18_816) * 1e-6
    )  # 18.8 KB an image, as full_batch says
    plain = [amounts.of("probe", settings(fraction=fraction, model=PLAIN)).held for fraction in (0.1, 1.0)]
    assert plain[1] - plain[0] == pytest.approx(54_000 * (4 * 784 + 8) * 1e-6)


def test_the_rules_after_the_runs_grow_with_all_that_was_measured():
    everything = {
        "dataset": {"name": "FashionMNIST", "fraction": 0.001},
        "models": {"A": PLAIN, "B": BATCH},
        "seeds": [0, 1, 2],
        "training": {**SETTINGS["training"], "learning_rate": [0.04, 0.08]},
        "smoothness": SETTINGS["probing"],
    }
    assert amounts.of("compare", {"settings": everything}).work == pytest.approx(1e-3 * 2 * 3 * 2 * len(STOPS))


def test_settings_of_another_version_are_no_settings():
    with pytest.raises(LookupError):
        amounts.of("train", settings("training") | {"training": {"batch_size": 8, "passes": 3}})
