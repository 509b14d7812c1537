import torch
from normscape.streams import generator


def test_a_stream_depends_on_seed_and_name_alone():
    def draw(seed, name):
        return torch.rand(4, generator=generator(seed, name)).tolist()

    assert draw(0, "batches") == draw(0, "batches")
    draws = {
        tuple(draw(seed, name)) for seed in range(3) for name in ("batches", "subsample", "probe/pass-1/direction-0")
    }
    assert len(draws) == 9


def test_a_stream_is_the_same_on_every_machine():
    assert torch.randint(1000, (5,), generator=generator(0, "batches")).tolist() == [300, 111, 454, 8, 766]
