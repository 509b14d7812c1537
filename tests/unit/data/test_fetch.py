"""Fetching from good and bad folders, and giving up on what doesn't serve.

Most tests use a data set of a few images in the same four files, so that they are quick and need no network.
"""

import gzip
import tracemalloc
from pathlib import Path

import normscape
import pytest
from normscape import code
from normscape.data import datasets, network
from normscape.data.fetch import fetch
from normscape.data.sources import Patience
from normscape.errors import InputError
from small_data import BATCHES, CIFAR10, FASHION_MNIST, KMNIST, PACKED, PAYLOADS, fill, idx

BOMB = gzip.compress(bytes(2**23)) * 128  # 1 GiB of zeros


def assert_complete(folder):
    """The four files and nothing else, each with the right bytes."""
    found = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found == {Path("FashionMNIST", "raw", name): payload for name, payload in PAYLOADS.items()}


def assert_nothing(folder):
    assert [path for path in folder.rglob("*") if not path.is_dir()] == []


# ------------------------------------------------------------------------------------------------------ local folders


@pytest.mark.parametrize("layout", [".", "FashionMNIST/raw"])
@pytest.mark.parametrize("compressed", [False, True])
def test_fetch_from_a_folder(tmp_path, layout, compressed):
    fill(tmp_path / "source" / layout, compressed)
    fetch(FASHION_MNIST, tmp_path / "data", [f"{tmp_path}/source"])
    assert_complete(tmp_path / "data")


def test_fetch_expands_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    fill(tmp_path / "source")
    fetch(FASHION_MNIST, tmp_path / "data", ["~/source"])
    assert_complete(tmp_path / "data")


def test_fetch_takes_what_a_source_has_and_the_rest_from_the_next(tmp_path):
    wrong = PAYLOADS | {"t10k-labels-idx1-ubyte": idx(0x801, 20)[:-1] + b"\x07"}
    fill(tmp_path / "wrong", payloads=wrong)
    fill(tmp_path / "good", compressed=True, payloads={"t10k-labels-idx1-ubyte": PAYLOADS["t10k-labels-idx1-ubyte"]})
    lines = []
    fetch(FASHION_MNIST, tmp_path / "data", [f"{tmp_path}/wrong", f"{tmp_path}/good"], log=lines.append)
    assert_complete(tmp_path / "data")
    assert [line for line in lines if "failed" in line] == [
        f"FashionMNIST: {tmp_path}/wrong failed: t10k-labels-idx1-ubyte: wrong bytes (their SHA-256 is another)"
    ]


def test_fetch_prefers_a_good_gz_to_a_damaged_plain_file(tmp_path):
    fill(tmp_path / "source", compressed=True)
    (tmp_path / "source" / "train-labels-idx1-ubyte").write_bytes(b"half")
    fetch(FASHION_MNIST, tmp_path / "data", [f"{tmp_path}/source"])
    assert_complete(tmp_path / "data")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(gzip.compress(PAYLOADS["t10k-images-idx3-ubyte"])[:-9], "end-of-stream", id="truncated"),
        pytest.param(gzip.compress(PAYLOADS["t10k-images-idx3-ubyte"])[:9] + b"\xff" * 50, "Error -3", id="garbled"),
        pytest.param(b"<html>Please log in</html>", "Not a gzipped file", id="a web page"),
        pytest.param(b"", "0 bytes instead of 15,696", id="empty"),
        pytest.param(
            gzip.compress(PAYLOADS["t10k-images-idx3-ubyte"][:100]), "100 bytes instead of 15,696", id="short"
        ),
        pytest.param(BOMB, "more than the 15,696 bytes", id="a gzip bomb"),
    ],
)
def test_fetch_refuses_a_bad_gz(tmp_path, content, reason):
    name = "t10k-images-idx3-ubyte"
    fill(tmp_path / "source", compressed=True)
    (tmp_path / "source" / f"{name}.gz").write_bytes(content)
    tracemalloc.start()
    with pytest.raises(InputError, match=reason) as error:
        fetch(FASHION_MNIST, tmp_path / "data", [f"{tmp_path}/source"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**23
    assert name in str(error.value)
    assert not (tmp_path / "data" / "FashionMNIST" / "raw" / name).exists()
    assert len([path for path in (tmp_path / "data").rglob("*") if path.is_file()]) == 3


def test_fetch_keeps_right_files_and_replaces_damaged_ones(tmp_path):
    raw = fill(tmp_path / "data" / "FashionMNIST" / "raw")
    kept = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in raw.iterdir()}
    fetch(FASHION_MNIST, tmp_path / "data", ["/nowhere"])
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in raw.iterdir()} == kept

    damaged = raw / "train-images-idx3-ubyte"
    damaged.write_bytes(b"half a fi")
    fetch(FASHION_MNIST, tmp_path / "data", [str(fill(tmp_path / "source"))])
    assert_complete(tmp_path / "data")
    del kept[damaged]
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in kept} == kept


def test_fetch_says_what_it_tried_and_the_ways_out(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as error:
        fetch(FASHION_MNIST, tmp_path / "data", ["/nowhere/at/all", f"{tmp_path}/empty", "debian"])
    message = str(error.value)
    assert "\n" not in message
    for part in (
        "/nowhere/at/all (no such folder)",
        f"{tmp_path}/empty (train-images-idx3-ubyte: not there; ",
        "debian (there is no apt-get on this machine)",
        "install the Debian or Ubuntu package dataset-fashion-mnist",
        "/usr/share/datasets/fashion-mnist in dataset.sources",
        "into a folder and list that",
    ):
        assert part in message
    assert_nothing(tmp_path / "data")


@pytest.mark.parametrize("source", ["elsewhere", "", "ftp:mirror"])
def test_fetch_names_a_source_of_no_known_kind_before_it_tries_any(tmp_path, source):
    with pytest.raises(InputError, match=r"dataset\.sources: .* is no source"):
        fetch(FASHION_MNIST, tmp_path / "data", [str(fill(tmp_path / "source")), source])
    assert not (tmp_path / "data").exists()


def test_fetch_names_a_file_that_it_can_not_write(tmp_path):
    fill(tmp_path / "data" / "FashionMNIST" / "raw" / "train-images-idx3-ubyte")
    with pytest.raises(InputError, match="data/FashionMNIST/raw/train-images-idx3-ubyte: can't be written"):
        fetch(FASHION_MNIST, tmp_path / "data", [str(fill(tmp_path / "source"))])


# ------------------------------------------------------------------------------------------------ files kept as packed


def test_data_sets_stand_beside_each_other_and_none_disturbs_another(folders):
    data = folders / "data"
    for dataset in (KMNIST, CIFAR10):
        fetch(dataset, data, [f"{folders}/{dataset.name}"])
    kept = {path: (path.stat().st_ino, path.read_bytes()) for path in data.rglob("*") if path.is_file()}
    assert sorted(path.name for path in kept) == sorted([*PACKED, "cifar-10-binary.tar.gz"])
    for dataset in (KMNIST, CIFAR10):
        fetch(dataset, data, ["/nowhere"])
    assert {path: (path.stat().st_ino, path.read_bytes()) for path in data.rglob("*") if path.is_file()} == kept


def test_files_packed_or_unpacked_in_another_way_can_not_be_judged_and_are_refused(folders):
    fill(folders / "unpacked")
    for name in PAYLOADS:
        (folders / "unpacked" / f"{name}.gz").write_bytes(gzip.compress(PAYLOADS[name], 1, mtime=0))
    with pytest.raises(InputError) as error:
        fetch(KMNIST, folders / "data", [f"{folders}/unpacked", "debian"])
    message = str(error.value)
    assert "train-images-idx3-ubyte.gz: " in message and "debian (Debian has no package of KMNIST)" in message
    assert "t10k-labels-idx1-ubyte.gz (as published, still packed) into a folder and list that in" in message
    assert "dataset-fashion-mnist" not in message
    assert_nothing(folders / "data")

    (folders / "batches").mkdir()
    for name, content in BATCHES.items():
        (folders / "batches" / Path(name).name).write_bytes(content)
    with pytest.raises(InputError, match=r"/batches \(cifar-10-binary.tar.gz: not there\)"):
        fetch(CIFAR10, folders / "data", [f"{folders}/batches"])
    assert_nothing(folders / "data")


def test_one_changed_byte_of_a_packed_file_is_noticed(folders):
    for dataset in (KMNIST, CIFAR10):
        path = folders / dataset.name / dataset.files[0].name
        content = bytearray(path.read_bytes())
        content[8] ^= 1  # in gzip's header: what is packed stays the same
        path.write_bytes(content)
        with pytest.raises(InputError, match="wrong bytes"):
            fetch(dataset, folders / "data", [f"{folders}/{dataset.name}"])


# ----------------------------------------------------------------------------------------------------- network sources


def dead(work, arguments, seconds):
    raise network.Failed(f"not done after {seconds:g} s")


def test_a_large_data_set_may_take_longer(tmp_path):
    for name, seconds in (("MNIST", "600"), ("CIFAR10", r"1700\.52")):
        with pytest.raises(InputError, match=rf"tried upstream \(not done after {seconds} s\)"):
            fetch(datasets.DATASETS[name], tmp_path, ["upstream"], log=str, patience=Patience(pause=0), in_child=dead)


def test_a_network_source_is_tried_again_and_then_given_up(tmp_path):
    lines = []
    with pytest.raises(InputError, match=r"tried upstream \(not done after 600 s\)"):
        fetch(FASHION_MNIST, tmp_path, ["upstream"], log=lines.append, patience=Patience(pause=0), in_child=dead)
    assert [line for line in lines if "trying" in line] == [
        "FashionMNIST: trying upstream (attempt 1 of 2)",
        "FashionMNIST: trying upstream (attempt 2 of 2)",
    ]


# ----------------------------------------------------------------------------------------------------- what it touches


def test_no_code_of_the_download_is_reached_by_what_prepares_the_data():
    prepare = Path(normscape.__file__).parents[1] / "prepare.py"
    reached = {file.stem for file in code.modules(prepare)}
    assert {"datasets", "raw", "verify", "subsample", "tensors"} <= reached
    assert not reached & {"fetch", "network", "sources"}
