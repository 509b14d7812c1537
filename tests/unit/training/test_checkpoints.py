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
    states = {update: make_net(seed=update).state_dict() for update in (0, 2, 10)}
    checkpoints.save(tmp_path / "checkpoints", states, BATCH)
    found = checkpoints.load(tmp_path / "checkpoints", make_net())
    assert list(found) == [0, 2, 10]
    for update, state in found.items():
        assert states[update].keys() == state.keys()
        assert all(torch.equal(states[update][name], value) for name, value in state.items())


def test_checkpoints_of_another_model_are_refused(tmp_path):
    checkpoints.save(tmp_path / "checkpoints", {4: make_net().state_dict()}, BATCH)
    with pytest.raises(InputError, match="after update 4 isn't a checkpoint of this model"):
        checkpoints.load(tmp_path / "checkpoints", make_net(entry=PLAIN))
