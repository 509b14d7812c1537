import re

import pytest
from normscape.data import datasets, torchvision_datasets
from normscape.data.raw import read
from normscape.errors import InputError

FASHION_MNIST = datasets.DATASETS["FashionMNIST"]


def test_every_file_of_every_data_set_has_a_pinned_checksum():
    for dataset in datasets.DATASETS.values():
        assert len(dataset.files) == (1 if dataset.batches else 4)
        for file in dataset.files:
            assert file.size > 0 and re.fullmatch("[0-9a-f]{64}", file.sha256)


def test_the_table_agrees_with_the_published_files(raw_data):
    raw = read(FASHION_MNIST, raw_data)
    for images, labels, count in (
        (raw.train_images, raw.train_labels, FASHION_MNIST.training_images),
        (raw.test_images, raw.test_labels, FASHION_MNIST.test_images),
    ):
        assert images.shape == (count, *FASHION_MNIST.image_shape)
        assert labels.bincount().tolist() == [count // 10] * len(FASHION_MNIST.classes)
    assert [path.stat().st_size for path in datasets.raw_paths(FASHION_MNIST, raw_data)] == [
        file.size for file in FASHION_MNIST.files
    ]


@pytest.mark.parametrize("name", ["FashionMNIST", "MNIST", "KMNIST"])
def test_the_table_agrees_with_torchvision(name):
    dataset, published = datasets.DATASETS[name], getattr(torchvision_datasets.load(), name)
    assert dataset.name == name
    assert [file.names[-1] for file in dataset.files] == [file for file, _ in published.resources]
    assert list(dataset.classes) == [label.partition(" - ")[0] for label in published.classes]


def test_a_name_of_no_data_set_gets_one_line_with_those_there_are():
    assert datasets.named("KMNIST") is datasets.DATASETS["KMNIST"]
    with pytest.raises(InputError, match=r"^dataset: 'MNISTE' is none of FashionMNIST, MNIST, KMNIST, CIFAR10$"):
        datasets.named("MNISTE")


def test_the_table_needs_nothing_but_the_standard_library(interpret):
    code = "import normscape.data.datasets, sys; print({'torch', 'torchvision', 'numpy'} & set(sys.modules))"
    assert interpret(code) == "set()\n"
