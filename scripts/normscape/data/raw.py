"""Reading the raw files: images and labels as they are published."""

import gzip
import math
import shutil
import tarfile
import tempfile
from dataclasses import dataclass

import torch

from .. import provenance
from ..errors import InputError
from . import torchvision_datasets
from .datasets import raw_folder, raw_paths
from .verify import faults


@dataclass(frozen=True)
class Raw:
    """Images as stored, uint8, shape (n, channels, height, width), of 0–255, and their classes, int64, shape (n,)."""

    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor


def read(dataset, folder):
    """Return the data set's images and labels as a `Raw`, from the verified raw files.

    Raises InputError, naming the file, where one is missing or is not the published one.
    """
    fault = next(faults(dataset, folder), None)
    if fault:
        _, path, reason = fault
        raise InputError(
            f"{path}: is not {dataset.name}'s file of that name: {reason}; delete what is there and run again, "
            f"and it is downloaded anew"
        )
    for file, path in zip(dataset.files, raw_paths(dataset, folder), strict=True):
        provenance.take(path, file.sha256)
    return _read_batches(dataset, folder) if dataset.batches else _read_idx(dataset, folder)


def _read_idx(dataset, folder):
    """Let torchvision read the IDX files."""
    published = getattr(torchvision_datasets.load(), dataset.name)
    # torchvision prefers a pickled copy that old versions of it left in `processed/`. Here only the raw files count.
    reader = type(dataset.name, (published,), {"_check_legacy_exist": lambda self: False})
    with tempfile.TemporaryDirectory(prefix="normscape-") as temporary:
        packed = [path for path in raw_paths(dataset, folder) if path.suffix == ".gz"]
        if packed:
            folder = temporary
            raw_folder(dataset, folder).mkdir(parents=True)
        for path in packed:
            with gzip.open(path) as source, open(raw_folder(dataset, folder) / path.stem, "wb") as target:
                shutil.copyfileobj(source, target)
        training, test = (reader(folder, train=train, download=False) for train in (True, False))
    return Raw(training.data[:, None], training.targets, test.data[:, None], test.targets)


def _read_batches(dataset, folder):
    """Read CIFAR's binary batches out of their archive: a record an image, its class in one byte, then its pixels.

    torchvision's class reads the pickled version, and a pickle is a program. Nothing is unpacked to the disk.
    """
    *training, test = dataset.batches
    record = 1 + math.prod(dataset.image_shape)
    sizes = dict.fromkeys(training, dataset.training_images // len(training) * record)
    sizes[test] = dataset.test_images * record
    (path,) = raw_paths(dataset, folder)
    with tarfile.open(path, "r|gz") as archive:
        content = {
            member.name: archive.extractfile(member).read()
            for member in archive
            if member.isfile() and sizes.get(member.name) == member.size
        }
    missing = [name for name in sizes if name not in content]
    if missing:
        raise InputError(f"{path}: has no file {missing[0]} of {sizes[missing[0]]:,} bytes")

    def images_and_labels(batches):
        records = torch.frombuffer(bytearray().join(map(content.pop, batches)), dtype=torch.uint8).view(-1, record)
        return records[:, 1:].reshape(-1, *dataset.image_shape), records[:, 0].long()

    return Raw(*images_and_labels(training), *images_and_labels([test]))
