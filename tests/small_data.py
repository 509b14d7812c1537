"""A small data set in the files of CIFAR-10, with checksums of its own in its description."""

import gzip
import hashlib
import io
import tarfile
from dataclasses import replace

import numpy
from normscape import datasets

COUNTS = {"training_images": 100, "test_images": 20}


def pack(members):
    """Return a tar.gz of `members`, [(name or TarInfo, content)]: the same bytes each time."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for entry, content in members:
            if isinstance(entry, str):
                entry = tarfile.TarInfo(entry)
                entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def describe(archive):
    """Return CIFAR-10's description with the numbers of images above, and `archive` as its only file."""
    (file,) = datasets.DATASETS["CIFAR10"].files
    file = replace(file, size=len(archive), sha256=hashlib.sha256(archive).hexdigest())
    return replace(datasets.DATASETS["CIFAR10"], **COUNTS, files=(file,))


def _records(count, first):
    """Labels 0–9 in turn, each with its image: noise about a colour of that class."""
    random = numpy.random.default_rng(first)
    labels = numpy.arange(first, first + count) % 10
    centres = numpy.random.default_rng(0).integers(60, 196, (10, 3, 1, 1))
    images = centres[labels] + random.integers(-60, 60, (count, 3, 32, 32))
    return numpy.concatenate([labels[:, None], images.reshape(count, -1)], 1).astype("uint8").tobytes()


BATCHES = {
    name: _records(20, 20 * i) for i, name in enumerate(datasets.DATASETS["CIFAR10"].batches)
}  # five of training images, one of test images
DIRECTORY = tarfile.TarInfo("cifar-10-batches-bin")
DIRECTORY.type = tarfile.DIRTYPE
MEMBERS = [
    (DIRECTORY, b""),
    ("cifar-10-batches-bin/batches.meta.txt", b"airplane\n"),
    *BATCHES.items(),
    ("cifar-10-batches-bin/readme.html", b"<html>"),
]
ARCHIVE = pack(MEMBERS)
CIFAR10 = describe(ARCHIVE)
