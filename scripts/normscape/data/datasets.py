"""Which data sets there are: their published files with sizes and checksums, and what their images show.

Imports the standard library only, so that the Snakefile can read the table.
"""

from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError


@dataclass(frozen=True)
class RawFile:
    """A file that is kept: its name, and its size in bytes and SHA-256 as it is kept.

    A name in ".gz" means that it is kept packed, as it was published: only of that a checksum is known, so an unpacked
    copy can't be judged. Any other is kept unpacked, and a source may have gzipped it in whatever way.
    """

    name: str
    size: int
    sha256: str

    @property
    def packed(self):
        return self.name.endswith(".gz")

    @property
    def names(self):
        """The names under which a source may have it."""
        return (self.name,) if self.packed else (self.name, f"{self.name}.gz")


@dataclass(frozen=True)
class Dataset:
    """A data set that torchvision reads too. `name` is its class there.

    Its files are four of the IDX format, or, where `batches` names members, one tar archive of CIFAR's binary batches.
    """

    name: str
    training_images: int
    test_images: int
    image_shape: tuple[int, int, int]  # channels, height, width
    classes: tuple[str, ...]
    files: tuple[RawFile, ...]
    batches: tuple[str, ...] = ()  # members of the archive: training batches, all of one size, and last the test batch
    address: str | None = None  # that the files are below, where torchvision's class gets others
    debian_package: str | None = None
    debian_folder: str | None = None  # where the package puts the gzipped files

    def drawn(self, fraction):
        """Return how many training images a replicate draws that takes that share of them."""
        return round(fraction * self.training_images)


DATASETS = {
    "FashionMNIST": Dataset(
        name="FashionMNIST",
        training_images=60_000,
        test_images=10_000,
        image_shape=(1, 28, 28),
        classes=(
            *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
            *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        ),
        files=(
            RawFile(
                "train-images-idx3-ubyte",
                47_040_016,
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ),
            RawFile(
                "train-labels-idx1-ubyte",
                60_008,
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
            RawFile(
                "t10k-images-idx3-ubyte",
                7_840_016,
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ),
            RawFile(
                "t10k-labels-idx1-ubyte",
                10_008,
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ),
        debian_package="dataset-fashion-mnist",
        debian_folder="usr/share/datasets/fashion-mnist",
    ),
    # The sizes and checksums of the other three are those of tensorflow-datasets 4.9.10 (url_checksums/mnist.txt,
    # kmnist.txt, cifar10.txt). For the first two, torchvision's repository has the same checksums
    # (torchvision/prototype/datasets/_builtin/mnist.py); for CIFAR-10, torchvision-ruby (cifar10.rb) has.
    "MNIST": Dataset(
        name="MNIST",
        training_images=60_000,
        test_images=10_000,
        image_shape=(1, 28, 28),
        classes=tuple("0123456789"),
        files=(
            RawFile(
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            RawFile(
                "train-labels-idx1-ubyte.gz",
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            RawFile(
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            RawFile(
                "t10k-labels-idx1-ubyte.gz",
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ),
    ),
    "KMNIST": Dataset(
        name="KMNIST",
        training_images=60_000,
        test_images=10_000,
        image_shape=(1, 28, 28),
        classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        files=(
            RawFile(
                "train-images-idx3-ubyte.gz",
                18_165_135,
                "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
            ),
            RawFile(
                "train-labels-idx1-ubyte.gz",
                29_497,
                "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
            ),
            RawFile(
                "t10k-images-idx3-ubyte.gz",
                3_041_136,
                "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
            ),
            RawFile(
                "t10k-labels-idx1-ubyte.gz",
                5_120,
                "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
            ),
        ),
    ),
    "CIFAR10": Dataset(
        name="CIFAR10",
        training_images=50_000,
        test_images=10_000,
        image_shape=(3, 32, 32),
        classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        files=(
            RawFile(
                "cifar-10-binary.tar.gz",
                170_052_171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            ),
        ),
        batches=(
            *(f"cifar-10-batches-bin/data_batch_{number}.bin" for number in range(1, 6)),
            "cifar-10-batches-bin/test_batch.bin",
        ),
        address="https://www.cs.toronto.edu/~kriz/",  # torchvision's class gets the pickled version from there
    ),
}


def named(name):
    """Return the data set of that name. Raises InputError where there is none."""
    if name not in DATASETS:
        raise InputError(f"dataset: {name!r} is none of {', '.join(DATASETS)}")
    return DATASETS[name]


def raw_paths(dataset, folder):
    """Return the paths of the raw files under `folder`, in the order of `dataset.files`."""
    return [raw_folder(dataset, folder) / file.name for file in dataset.files]


def raw_folder(dataset, folder):
    """Return the folder of the data set's raw files under `folder`, in torchvision's layout."""
    return Path(folder) / dataset.name / "raw"
