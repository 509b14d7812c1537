"""Checkpoints: weights and buffers after some updates, in one safetensors file."""

import json

from ..data import tensors
from ..errors import InputError


def save(path, states, model):
    """Write `states`, {update: weights and buffers}, as `<update>/<name>`, and with them `model`, the model's entry."""
    named = {f"{update}/{name}": value for update, state in states.items() for name, value in state.items()}
    return tensors.save(path, named, {"model": json.dumps(model, sort_keys=True)})


def load(path, net):
    """Return the states that were saved to `path`, {update: a state_dict of `net`}, updates rising.

    Raises InputError where the file is damaged or holds another network's weights.
    """
    named, _ = tensors.load(path)
    states = {}
    for name, value in named.items():
        update, _, name = name.partition("/")
        states.setdefault(update, {})[name] = value
    expected = {name: value.shape for name, value in net.state_dict().items()}
    for update, state in states.items():
        if not update.isdecimal() or {name: value.shape for name, value in state.items()} != expected:
            raise InputError(
                f"{path}: what stands after update {update} isn't a checkpoint of this model; delete the file and run "
                "again: the model will be trained anew"
            )
    return {int(update): states[update] for update in sorted(states, key=int)}
