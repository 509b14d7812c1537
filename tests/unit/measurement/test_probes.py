import pytest
import torch
from entries import SMALL, VARIANTS, variant
from normscape.measurement import full_batch, probes
from normscape.models import convnet, layers


@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_the_same_in_every_mode_is_measured_once(name, monkeypatch):
    calls = []

    def counted(*arguments, **options):
        calls.append(arguments[3])
        return evaluate(*arguments, **options)

    evaluate = full_batch.evaluate
    monkeypatch.setattr(full_batch, "evaluate", counted)
    net = convnet.build(variant(name, **SMALL), (1, 8, 8), 10, seed=0)
    images = torch.randn(40, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(40) % 10
    probing = probes.Probing(
        seed=0,
        learning_rate=1.0,
        batch_size=8,
        directions=1,
        step_multiples=[1.0],
        passes="all",
        detailed_passes=[1],
    )
    rows, _ = probes.measure(net, images, labels, probes.Place(5, 1), probing)
    in_full_batch, in_eval = (dict(row) for row in rows)
    assert (in_full_batch.pop("mode"), in_eval.pop("mode")) == ("full_batch", "eval")
    assert in_full_batch.pop("scale_normalised_smoothness") > 0
    assert in_eval.pop("scale_normalised_smoothness") is None
    assert in_full_batch.pop("float32_error") < 1e-3 and in_eval.pop("float32_error") is None
    coupled = name.startswith("batch")
    assert (
        calls.count("eval") == (2 if coupled else 0) and calls.count("full_batch") == 3 + 4
    )  # a sample in both precisions
    assert (in_full_batch == in_eval) == (not coupled)
    if not coupled:  # nor would a measurement have told anything else
        weights, step = layers.flat_parameters(net), 1e-3
        ends = [evaluate(net, images, labels, mode, weights=weights + step) for mode in ("full_batch", "eval")]
        assert torch.equal(ends[0].gradient, ends[1].gradient)


def test_probed_are_the_passes_asked_for_and_what_lies_within_one():
    places = [probes.Place(0, 0), probes.Place(4, None), probes.Place(10, 1), probes.Place(20, 2)]
    probing = probes.Probing(0, 0.1, 8, 1, [1.0], "all", [])
    assert all(probing.takes(place) for place in places)
    assert [probing._replace(passes=[2]).takes(place) for place in places] == [False, True, False, True]


def test_each_place_has_directions_of_its_own():
    net, probing = (
        convnet.build(variant("plain", **SMALL), (1, 8, 8), 10, seed=0),
        probes.Probing(0, 0.1, 8, 1, [1.0], "all", []),
    )
    images = torch.randn(40, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(40) % 10
    found = {
        place.name: probes.minibatch_gradient(net, images, labels, place, 0, probing)
        for place in (probes.Place(0, 0), probes.Place(1, None), probes.Place(5, 1))
    }
    assert list(found) == ["pass-0", "update-1", "pass-1"]
    assert len({tuple(gradient.tolist()) for gradient in found.values()}) == 3
