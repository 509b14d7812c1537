"""Checkpoints: weights and buffers after each pass, in one safetensors file."""

import json

from ..data import tensors
from ..errors import InputError


def save(path, states, model):
    """Write the weights and buffers after pass 0, 1, … as `<pass>/<name>`, and with them `model`, the model's entry."""
    named = {f"{number}/{name}": value for number, state in enumerate(states) for name, value in state.items()}
    return tensors.save(path, named, {"model": json.dumps(model, sort_keys=True)})


def load(path, net):
    """Return the states after pass 0, 1, … that were saved to `path`, each a state_dict of `net`.

    Raises InputError where the file is damaged or holds another network's weights.
    """
    named, _ = tensors.load(path)
    states = {}
    for name, value in named.items():
        number, _, name = name.partition("/")
        states.setdefault(number, {})[name] = value
    expected = {name: value.shape for name, value in net.state_dict().items()}
    for number in map(str, range(len(states))):
        if {name: value.shape for name, value in states.get(number, {}).items()} != expected:
            raise InputError(
                f"{path}: pass {number} isn't a checkpoint of this model; delete the file and run again: "
                "the model will be trained anew"
            )
    return [states[str(number)] for number in range(len(states))]
