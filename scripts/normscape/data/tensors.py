"""Tensor files: safetensors whose header also holds the SHA-256 of its tensors and facts.

So a flipped byte is noticed when the file is read.
"""

import hashlib
import json
from typing import NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors import torch as safetensors

from .. import atomic, provenance
from ..errors import REMEDY, InputError


class Data(NamedTuple):
    """What one replicate trains and is tested on: normalised images (n, channels, height, width) and labels (n,)."""

    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor


def save(path, tensors, facts):
    """Write `tensors` (name → tensor) and `facts` (name → str) to `path`, whole or not at all; return the SHA-256."""
    tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
    digest = _digest(tensors, facts)
    # One entry: the order of several would differ from run to run.
    header = {"facts": json.dumps({**facts, "sha256": digest}, sort_keys=True)}
    with atomic.replacing(path) as temporary:
        # Not safetensors' save_file: its files are their owner's alone, a kill leaves one of a random name, and a full
        # disk is no OSError.
        temporary.write_bytes(safetensors.save(tensors, header))
    return digest


def load(path):
    """Return the tensors of a file that `save` wrote, and its facts, `sha256` among them.

    Raises InputError, naming the file and the remedy, where it is damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
            facts = json.loads((file.metadata() or {})["facts"])
        stated = facts.pop("sha256")
    except (OSError, SafetensorError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path}: can't be read as a safetensors file ({error}); {REMEDY}") from error
    if stated != _digest(tensors, facts):
        raise InputError(f"{path}: damaged since it was written (its SHA-256 is another); {REMEDY}")
    provenance.take(path, atomic.sha256(path))
    return tensors, {**facts, "sha256": stated}


def _digest(tensors, facts):
    """Return the SHA-256 over the facts, and names, types, shapes and bytes, in the order of the names."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)};".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy())  # numpy doesn't know all of torch's types
    return digest.hexdigest()


def load_data(path, device="cpu"):
    """Return the Data in a file of the `prepare` rule, on `device`, the number of classes, and the file's SHA-256."""
    tensors, facts = load(path)
    try:
        data = Data(*(tensors[name].to(device) for name in Data._fields))
        return data, int(facts["classes"]), facts["sha256"]
    except (KeyError, ValueError) as error:
        raise InputError(f"{path}: is not a file of the prepare rule ({error}); {REMEDY}") from error
