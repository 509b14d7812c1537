"""Named random streams: one generator each, so that drawing more from one never shifts another."""

import hashlib

import torch


def generator(seed, name):
    """Return a CPU generator for the stream `name` of the replicate `seed`.

    Streams of different seeds or names are independent: each starts from 63 bits of the SHA-256 of both. They are
    drawn on the CPU, so that a run on a GPU sees the same images, weights and batches.
    """
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)
