"""Reading verified raw files: those of the IDX format, plain and packed, and an archive of batches."""

import tarfile
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from normscape.data.fetch import fetch
from normscape.data.raw import read
from normscape.errors import InputError
from small_data import (
    BATCHES,
    CIFAR10,
    FASHION_MNIST,
    KMNIST,
    MEMBERS,
    PACKED,
    PAYLOADS,
    describe,
    fill,
    idx,
    pack,
)


def test_read_gives_the_pixels_and_labels_of_the_files(tmp_path):
    fill(tmp_path / "FashionMNIST" / "raw")
    raw = read(FASHION_MNIST, tmp_path)
    for images, name in ((raw.train_images, "train-images-idx3-ubyte"), (raw.test_images, "t10k-images-idx3-ubyte")):
        assert images.numpy().dtype == "uint8"
        assert images.shape[1:] == (1, 28, 28)
        assert images.numpy().tobytes() == PAYLOADS[name][16:]
    for labels, name in ((raw.train_labels, "train-labels-idx1-ubyte"), (raw.test_labels, "t10k-labels-idx1-ubyte")):
        assert labels.numpy().dtype == "int64"
        assert bytes(labels.tolist()) == PAYLOADS[name][8:]


def test_read_never_looks_at_a_pickled_copy(tmp_path):
    fill(tmp_path / "FashionMNIST" / "raw")
    fill(tmp_path / "FashionMNIST" / "processed", payloads={"training.pt": b"no pickle", "test.pt": b"no pickle"})
    assert read(FASHION_MNIST, tmp_path).train_images.shape == (30, 1, 28, 28)


@pytest.mark.parametrize("name", PAYLOADS)
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        pytest.param(lambda path: path.unlink(), "there is no such file", id="missing"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), "there is no such file", id="a folder"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-1]), "instead of", id="truncated"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes() + b"\0"), "more than", id="too long"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\xff"), "wrong bytes", id="one byte"),
    ],
)
def test_read_names_a_damaged_file_and_the_remedy(tmp_path, name, damage, reason):
    path = fill(tmp_path / "FashionMNIST" / "raw") / name
    damage(path)
    with pytest.raises(InputError) as error:
        read(FASHION_MNIST, tmp_path)
    message = str(error.value)
    assert message.startswith(f"{path}: ")
    assert reason in message
    assert "delete what is there and run again" in message
    assert "\n" not in message


def test_a_header_that_claims_two_thousand_million_images_is_refused_before_memory_is_taken(tmp_path):
    raw = fill(tmp_path / "FashionMNIST" / "raw")
    name = "train-images-idx3-ubyte"
    (raw / name).write_bytes(idx(0x803, 0)[:4] + (2**31).to_bytes(4, "big") + PAYLOADS[name][8:])
    tracemalloc.start()
    with pytest.raises(InputError, match=r"wrong bytes"):
        read(FASHION_MNIST, tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


@given(
    name=st.sampled_from(list(PAYLOADS)),
    content=st.binary(max_size=100) | st.builds(idx, st.integers(0, 2**32 - 1), st.integers(0, 30), st.integers(0, 28)),
    appended=st.booleans(),
)
def test_no_other_file_passes_for_a_raw_one(tmp_path_factory, name, content, appended):
    folder = tmp_path_factory.mktemp("raw")
    path = fill(folder / "FashionMNIST" / "raw") / name
    content = PAYLOADS[name] + content if appended else content + PAYLOADS[name][len(content) :]
    path.write_bytes(content)
    try:
        raw = read(FASHION_MNIST, folder)
    except InputError as error:
        assert content != PAYLOADS[name] and str(path) in str(error)
    else:
        assert content == PAYLOADS[name] and raw.train_images.shape == (30, 1, 28, 28)


# ------------------------------------------------------------------------------------------------ files kept as packed


def test_packed_idx_files_are_read_as_plain_ones_are(folders):
    fetch(KMNIST, folders / "data", [f"{folders}/KMNIST"])
    fill(folders / "plain" / "FashionMNIST" / "raw")
    packed, plain = read(KMNIST, folders / "data"), read(FASHION_MNIST, folders / "plain")
    for name in ("train_images", "train_labels", "test_images", "test_labels"):
        assert getattr(packed, name).equal(getattr(plain, name))
    assert {path.name for path in (folders / "data").rglob("*") if path.is_file()} == set(PACKED)


def test_the_batches_are_read_channel_by_channel_in_their_order(folders):
    fetch(CIFAR10, folders / "data", [f"{folders}/CIFAR10"])
    raw = read(CIFAR10, folders / "data")
    assert raw.train_images.shape == (100, 3, 32, 32) and raw.test_images.shape == (20, 3, 32, 32)
    assert raw.train_images.numpy().dtype == "uint8" and raw.train_labels.numpy().dtype == "int64"
    *training, test = BATCHES.values()
    for images, labels, stored in (
        (raw.train_images, raw.train_labels, b"".join(training)),
        (raw.test_images, raw.test_labels, test),
    ):
        records = [stored[start : start + 3073] for start in range(0, len(stored), 3073)]
        assert labels.tolist() == [record[0] for record in records]
        assert [image.tobytes() for image in images.numpy()] == [record[1:] for record in records]
        assert images[3, 2, 5, 7] == records[3][1 + 2 * 1024 + 5 * 32 + 7]


def other(name, kind=tarfile.REGTYPE, size=0, target=""):
    entry = tarfile.TarInfo(name)
    entry.type, entry.size, entry.linkname = kind, size, target
    return entry


def read_archive(folder, members):
    archive = pack(members)
    (folder / "CIFAR10" / "raw").mkdir(parents=True, exist_ok=True)
    (folder / "CIFAR10" / "raw" / "cifar-10-binary.tar.gz").write_bytes(archive)
    return read(describe(archive), folder)


def test_nothing_of_an_archive_goes_to_the_disk(tmp_path, temporary_files):
    folder = tmp_path / "inner" / "data"
    strangers = [
        ("../../outside", b"x"),
        (str(tmp_path / "absolute"), b"x"),
        (other("link", tarfile.SYMTYPE, target=str(tmp_path)), b""),
        ("link/through", b"x"),
    ]
    raw = read_archive(folder, [*strangers, *MEMBERS])
    assert raw.train_labels[:10].tolist() == list(range(10))
    written = [path for path in tmp_path.rglob("*") if not path.is_dir() and path.name != "cifar-10-binary.tar.gz"]
    assert written == [] and list(temporary_files.iterdir()) == []


@pytest.mark.parametrize(
    "replacement",
    [
        pytest.param([], id="missing"),
        pytest.param([("cifar-10-batches-bin/data_batch_3.bin", bytes(20 * 3073 - 1))], id="short"),
        pytest.param([("cifar-10-batches-bin/data_batch_3.bin", bytes(20 * 3073 + 1))], id="long"),
        pytest.param([("elsewhere/data_batch_3.bin", bytes(20 * 3073))], id="in another folder"),
        pytest.param(
            [(other("cifar-10-batches-bin/data_batch_3.bin", tarfile.SYMTYPE, target="/etc/passwd"), b"")], id="a link"
        ),
        pytest.param([(other("cifar-10-batches-bin/data_batch_3.bin", tarfile.FIFOTYPE), b"")], id="a pipe"),
    ],
)
def test_only_regular_files_of_the_right_name_and_size_count(tmp_path, replacement):
    kept = [member for member in MEMBERS if member[0] != "cifar-10-batches-bin/data_batch_3.bin"]
    with pytest.raises(InputError, match=r"raw/cifar-10-binary.tar.gz: has no file .*data_batch_3.bin of 61,460 bytes"):
        read_archive(tmp_path, [*kept, *replacement])
