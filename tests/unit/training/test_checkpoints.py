import pytest
import torch
from entries import BATCH, PLAIN
from normscape.errors import InputError
from normscape.models import convnet
from normscape.training import checkpoints

SIZE = {"channels": [3, 4], "kernel_size": 3}


def make_net(entry=BATCH, seed=0):
    return convnet.build({**entry, **SIZE}, (1, 8, 8), 10, seed)


def test_checkpoints_are_given_back(tmp_path):
    states = [make_net(seed=seed).state_dict() for seed in range(3)]
    checkpoints.save(tmp_path / "checkpoints", states, BATCH)
    found = checkpoints.load(tmp_path / "checkpoints", make_net())
    assert len(found) == 3
    for written, state in zip(states, found, strict=True):
        assert written.keys() == state.keys()
        assert all(torch.equal(written[name], value) for name, value in state.items())


def test_checkpoints_of_another_model_are_refused(tmp_path):
    checkpoints.save(tmp_path / "checkpoints", [make_net().state_dict()], BATCH)
    with pytest.raises(InputError, match="pass 0 isn't a checkpoint of this model"):
        checkpoints.load(tmp_path / "checkpoints", make_net(entry=PLAIN))
