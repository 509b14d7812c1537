"""Small data sets in the files of large ones, with checksums of their own in their descriptions.

FASHION_MNIST has plain files of the IDX format, KMNIST the same images in packed ones, CIFAR10 an archive of batches.
"""

import gzip
import hashlib
import io
import tarfile
from dataclasses import replace

import numpy
from normscape.data import datasets

COUNTS = {"training_images": 100, "test_images": 20}


# ----------------------------------------------------------------------------------------------- the archive of batches


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


# ------------------------------------------------------------------------------------------------------ the IDX format


def idx(magic, *shape):
    header = b"".join(number.to_bytes(4, "big") for number in (magic, *shape))
    count = 1
    for size in shape:
        count *= size
    return header + bytes(i % 10 if len(shape) == 1 else i * 7 % 256 for i in range(count))


PAYLOADS = {
    "train-images-idx3-ubyte": idx(0x803, 30, 28, 28),
    "train-labels-idx1-ubyte": idx(0x801, 30),
    "t10k-images-idx3-ubyte": idx(0x803, 20, 28, 28),
    "t10k-labels-idx1-ubyte": idx(0x801, 20),
}
PACKED = {f"{name}.gz": gzip.compress(payload, mtime=0) for name, payload in PAYLOADS.items()}


def _described(name, files):
    """Return the description of the data set `name` with 30 and 20 images in `files`, {name: content}."""
    described = tuple(
        datasets.RawFile(file, len(content), hashlib.sha256(content).hexdigest()) for file, content in files.items()
    )
    return replace(datasets.DATASETS[name], training_images=30, test_images=20, files=described)


FASHION_MNIST = _described("FashionMNIST", PAYLOADS)
KMNIST = _described("KMNIST", PACKED)


def fill(folder, compressed=False, payloads=PAYLOADS):
    folder.mkdir(parents=True, exist_ok=True)
    for name, payload in payloads.items():
        if compressed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(payload))
        else:
            (folder / name).write_bytes(payload)
    return folder
