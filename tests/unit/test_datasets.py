"""Fetching from good, bad and dead sources, and reading what they left.

Most tests use a data set of a few images in the same four files, so that they are quick and need no network.
"""

import gzip
import hashlib
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import tracemalloc
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlretrieve

import pytest
from hypothesis import given
from hypothesis import strategies as st
from normscape import datasets
from normscape.files import InputError
from small_data import ARCHIVE, BATCHES, CIFAR10, MEMBERS, describe, pack

FASHION_MNIST = datasets.DATASETS["FashionMNIST"]
SCRIPTS = Path(datasets.__file__).parents[1]
TESTS = Path(__file__).parents[1]


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
TINY = replace(
    FASHION_MNIST,
    training_images=30,
    test_images=20,
    files=tuple(
        datasets.RawFile(name, len(payload), hashlib.sha256(payload).hexdigest()) for name, payload in PAYLOADS.items()
    ),
)
PACKED = {f"{name}.gz": gzip.compress(payload, mtime=0) for name, payload in PAYLOADS.items()}
KMNIST = replace(
    datasets.DATASETS["KMNIST"],
    training_images=30,
    test_images=20,
    files=tuple(
        datasets.RawFile(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in PACKED.items()
    ),
)
BOMB = gzip.compress(bytes(2**23)) * 128  # 1 GiB of zeros


def fill(folder, compressed=False, payloads=PAYLOADS):
    folder.mkdir(parents=True, exist_ok=True)
    for name, payload in payloads.items():
        if compressed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(payload))
        else:
            (folder / name).write_bytes(payload)
    return folder


def assert_complete(folder):
    """The four files and nothing else, each with the right bytes."""
    found = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found == {Path("FashionMNIST", "raw", name): payload for name, payload in PAYLOADS.items()}


def assert_nothing(folder):
    assert [path for path in folder.rglob("*") if not path.is_dir()] == []


@pytest.fixture(autouse=True)
def temporary_files(tmp_path_factory, monkeypatch):
    """Whatever a test does, no temporary folder outlives it."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.glob("normscape-*")) == []


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(datasets, "PAUSE", 0)


# ------------------------------------------------------------------------------------------------------ local folders


@pytest.mark.parametrize("layout", [".", "FashionMNIST/raw"])
@pytest.mark.parametrize("compressed", [False, True])
def test_fetch_from_a_folder(tmp_path, layout, compressed):
    fill(tmp_path / "source" / layout, compressed)
    datasets.fetch(TINY, tmp_path / "data", [f"{tmp_path}/source"])
    assert_complete(tmp_path / "data")


def test_fetch_expands_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    fill(tmp_path / "source")
    datasets.fetch(TINY, tmp_path / "data", ["~/source"])
    assert_complete(tmp_path / "data")


def test_fetch_takes_what_a_source_has_and_the_rest_from_the_next(tmp_path):
    wrong = PAYLOADS | {"t10k-labels-idx1-ubyte": idx(0x801, 20)[:-1] + b"\x07"}
    fill(tmp_path / "wrong", payloads=wrong)
    fill(tmp_path / "good", compressed=True, payloads={"t10k-labels-idx1-ubyte": PAYLOADS["t10k-labels-idx1-ubyte"]})
    lines = []
    datasets.fetch(TINY, tmp_path / "data", [f"{tmp_path}/wrong", f"{tmp_path}/good"], log=lines.append)
    assert_complete(tmp_path / "data")
    assert [line for line in lines if "failed" in line] == [
        f"FashionMNIST: {tmp_path}/wrong failed: t10k-labels-idx1-ubyte: wrong bytes (their SHA-256 is another)"
    ]


def test_fetch_prefers_a_good_gz_to_a_damaged_plain_file(tmp_path):
    fill(tmp_path / "source", compressed=True)
    (tmp_path / "source" / "train-labels-idx1-ubyte").write_bytes(b"half")
    datasets.fetch(TINY, tmp_path / "data", [f"{tmp_path}/source"])
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
        datasets.fetch(TINY, tmp_path / "data", [f"{tmp_path}/source"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**23
    assert name in str(error.value)
    assert not (tmp_path / "data" / "FashionMNIST" / "raw" / name).exists()
    assert len([path for path in (tmp_path / "data").rglob("*") if path.is_file()]) == 3


def test_fetch_keeps_right_files_and_replaces_damaged_ones(tmp_path):
    raw = fill(tmp_path / "data" / "FashionMNIST" / "raw")
    kept = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in raw.iterdir()}
    datasets.fetch(TINY, tmp_path / "data", ["/nowhere"])
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in raw.iterdir()} == kept

    damaged = raw / "train-images-idx3-ubyte"
    damaged.write_bytes(b"half a fi")
    datasets.fetch(TINY, tmp_path / "data", [str(fill(tmp_path / "source"))])
    assert_complete(tmp_path / "data")
    del kept[damaged]
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in kept} == kept


def test_fetch_says_what_it_tried_and_the_ways_out(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as error:
        datasets.fetch(TINY, tmp_path / "data", ["/nowhere/at/all", f"{tmp_path}/empty", "debian"])
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
        datasets.fetch(TINY, tmp_path / "data", [str(fill(tmp_path / "source")), source])
    assert not (tmp_path / "data").exists()


def test_fetch_names_a_file_that_it_can_not_write(tmp_path):
    fill(tmp_path / "data" / "FashionMNIST" / "raw" / "train-images-idx3-ubyte")
    with pytest.raises(InputError, match="data/FashionMNIST/raw/train-images-idx3-ubyte: can't be written"):
        datasets.fetch(TINY, tmp_path / "data", [str(fill(tmp_path / "source"))])


# ------------------------------------------------------------------------------------------------ files kept as packed


@pytest.fixture
def folders(tmp_path):
    """A folder with the packed files of each data set that is kept so, by its name."""
    for name, content in {"KMNIST": PACKED, "CIFAR10": {"cifar-10-binary.tar.gz": ARCHIVE}}.items():
        (tmp_path / name).mkdir()
        for file, packed in content.items():
            (tmp_path / name / file).write_bytes(packed)
    return tmp_path


def test_data_sets_stand_beside_each_other_and_none_disturbs_another(folders):
    data = folders / "data"
    for dataset in (KMNIST, CIFAR10):
        datasets.fetch(dataset, data, [f"{folders}/{dataset.name}"])
    kept = {path: (path.stat().st_ino, path.read_bytes()) for path in data.rglob("*") if path.is_file()}
    assert sorted(path.name for path in kept) == sorted([*PACKED, "cifar-10-binary.tar.gz"])
    for dataset in (KMNIST, CIFAR10):
        datasets.fetch(dataset, data, ["/nowhere"])
    assert {path: (path.stat().st_ino, path.read_bytes()) for path in data.rglob("*") if path.is_file()} == kept


def test_files_packed_or_unpacked_in_another_way_can_not_be_judged_and_are_refused(folders):
    fill(folders / "unpacked")
    for name in PAYLOADS:
        (folders / "unpacked" / f"{name}.gz").write_bytes(gzip.compress(PAYLOADS[name], 1, mtime=0))
    with pytest.raises(InputError) as error:
        datasets.fetch(KMNIST, folders / "data", [f"{folders}/unpacked", "debian"])
    message = str(error.value)
    assert "train-images-idx3-ubyte.gz: " in message and "debian (Debian has no package of KMNIST)" in message
    assert "t10k-labels-idx1-ubyte.gz (as published, still packed) into a folder and list that in" in message
    assert "dataset-fashion-mnist" not in message
    assert_nothing(folders / "data")

    (folders / "batches").mkdir()
    for name, content in BATCHES.items():
        (folders / "batches" / Path(name).name).write_bytes(content)
    with pytest.raises(InputError, match=r"/batches \(cifar-10-binary.tar.gz: not there\)"):
        datasets.fetch(CIFAR10, folders / "data", [f"{folders}/batches"])
    assert_nothing(folders / "data")


def test_one_changed_byte_of_a_packed_file_is_noticed(folders):
    for dataset in (KMNIST, CIFAR10):
        path = folders / dataset.name / dataset.files[0].name
        content = bytearray(path.read_bytes())
        content[8] ^= 1  # in gzip's header: what is packed stays the same
        path.write_bytes(content)
        with pytest.raises(InputError, match="wrong bytes"):
            datasets.fetch(dataset, folders / "data", [f"{folders}/{dataset.name}"])


def test_packed_idx_files_are_read_as_plain_ones_are(folders):
    datasets.fetch(KMNIST, folders / "data", [f"{folders}/KMNIST"])
    fill(folders / "plain" / "FashionMNIST" / "raw")
    packed, plain = datasets.read(KMNIST, folders / "data"), datasets.read(TINY, folders / "plain")
    for name in ("train_images", "train_labels", "test_images", "test_labels"):
        assert getattr(packed, name).equal(getattr(plain, name))
    assert {path.name for path in (folders / "data").rglob("*") if path.is_file()} == set(PACKED)


def test_the_batches_are_read_channel_by_channel_in_their_order(folders):
    datasets.fetch(CIFAR10, folders / "data", [f"{folders}/CIFAR10"])
    raw = datasets.read(CIFAR10, folders / "data")
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
    return datasets.read(describe(archive), folder)


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


# ------------------------------------------------------------------------------------------------------------ mirrors


class Mirror(BaseHTTPRequestHandler):
    """A server on this machine: the first folder of an address says how it behaves, e.g. /good/<name>.gz."""

    def do_GET(self):
        behaviour, name = self.path.strip("/").split("/")
        good = {**PACKED, "cifar-10-binary.tar.gz": ARCHIVE}[name]
        bodies = {
            "page": b"<html>Please log in</html>",
            "half": good[: len(good) // 2],
            "bomb": BOMB,
            "flood": bytes(2**24),
            "wrong": gzip.compress(gzip.decompress(good)[:-1] + b"\xff"),
            "stops": good[: len(good) // 2],
            "resets": good[: len(good) // 2],
        }
        body = bodies.get(behaviour, good)
        if behaviour == "silent":
            time.sleep(3)
        self.send_response({"absent": 404, "circles": 302}.get(behaviour, 200))
        if behaviour == "circles":
            self.send_header("Location", self.path)
        self.send_header("Content-Length", str(len(good) if behaviour in ("half", "stops", "resets") else len(body)))
        self.end_headers()
        for byte in body if behaviour == "trickle" else b"":
            self.wfile.write(bytes([byte]))
            time.sleep(0.1)
        self.wfile.write(body)
        if behaviour == "stops":
            time.sleep(3)
        if behaviour == "resets":
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def mirror():
    """The address of a `Mirror`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.daemon_threads = True
    server.handle_error = lambda *arguments: None  # clients that hang up are the point
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "127.0.0.1")
        yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_fetch_from_a_mirror_through_torchvision(tmp_path, mirror):
    datasets.fetch(TINY, tmp_path, [f"{mirror}good"], attempts=1)
    assert_complete(tmp_path)


BAD_MIRRORS = {
    "page": "Not a gzipped file",  # with status 200
    "half": "Compressed file ended",
    "bomb": "more than the 23,536 bytes",
    "flood": "File too large",
    "absent": "404",
    "silent": "timed out",
    "stops": "timed out",
    "resets": "Connection reset",
    "wrong": "wrong bytes (their SHA-256 is another)",
    "circles": "redirect error that would lead to an infinite loop",
}


def test_fetch_from_bad_mirrors(tmp_path, mirror):
    # One interpreter for all of them, as starting torch is slow; elsewhere it is shown that it would be a child.
    code = f"""if True:
        import sys
        from pathlib import Path
        from normscape import datasets
        sys.path.append({str(Path(__file__).parent)!r})
        from test_datasets import TINY
        datasets.CONNECTION_TIMEOUT = 1
        datasets._in_child = lambda work, arguments, timeout: work(*arguments)
        for behaviour in {list(BAD_MIRRORS)!r}:
            try:
                with datasets._served({mirror!r} + behaviour, TINY, 60) as served:
                    print(behaviour, "served")
            except Exception as error:
                print(behaviour, type(error).__name__, *str(error).split(), flush=True)
    """
    told = dict(line.split(" ", 1) for line in interpret(code).splitlines())
    assert {behaviour: words for behaviour, words in BAD_MIRRORS.items() if words not in told[behaviour]} == {}, told


def test_fetch_of_packed_files_from_bad_mirrors_and_good_ones(tmp_path, mirror):
    code = f"""if True:
        import sys
        from pathlib import Path
        from normscape import datasets
        sys.path.append({str(Path(__file__).parent)!r})
        from test_datasets import CIFAR10, KMNIST
        datasets.CONNECTION_TIMEOUT = 1

        def at_once(work, arguments, timeout):
            try:
                work(*arguments)
            except Exception as error:
                raise datasets._Failed(str(error)) from error

        datasets._in_child = at_once
        datasets._torchvision_datasets().KMNIST.mirrors = [{mirror!r} + "page/", {mirror!r} + "good/"]
        # The larger first: a process can't raise its limit on files again.
        for dataset, *sources in (CIFAR10, "good"), (KMNIST, "good", "upstream"):
            for source in "page", "half", "bomb", "flood", "absent", "silent", *sources:
                folder = Path({str(tmp_path)!r}, source)
                address = source if source == "upstream" else {mirror!r} + source
                try:
                    datasets.fetch(dataset, folder, [address], log=str, attempts=1)
                    print(source, "fetched")
                except Exception as error:
                    left = [path for path in folder.rglob("*") if path.is_file()]
                    print(source, type(error).__name__, len(left), *str(error).split(), flush=True)
    """
    lines = interpret(code).splitlines()
    assert [line for line in lines if line.endswith("fetched")] == ["good fetched", "good fetched", "upstream fetched"]
    reasons = ("26 bytes instead of", "bytes instead of", "more than", "File too large", "404", "timed out")
    for line, reason in zip([line for line in lines if not line.endswith("fetched")], 2 * reasons, strict=True):
        assert line.split()[1:3] == ["InputError", "0"]
        assert reason in line
    found = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.gz")}
    assert found == {Path("good", "CIFAR10", "raw", "cifar-10-binary.tar.gz"): ARCHIVE} | {
        Path(source, "KMNIST", "raw", name): content
        for source in ("good", "upstream")
        for name, content in PACKED.items()
    }


def test_a_large_data_set_may_take_longer(tmp_path, monkeypatch):
    def dead(work, arguments, timeout):
        raise datasets._Failed(f"not done after {timeout:g} s")

    monkeypatch.setattr(datasets, "_in_child", dead)
    for name, seconds in (("MNIST", "600"), ("CIFAR10", r"1700\.52")):
        with pytest.raises(InputError, match=rf"tried upstream \(not done after {seconds} s\)"):
            datasets.fetch(datasets.DATASETS[name], tmp_path, ["upstream"], log=str)


def test_a_mirror_that_trickles_is_cut_off(tmp_path, mirror):
    started = time.monotonic()
    with pytest.raises(datasets._Failed, match=r"not done after 2 s"):
        datasets._in_child(urlretrieve, (f"{mirror}trickle/train-images-idx3-ubyte.gz", str(tmp_path / "file")), 2)
    assert time.monotonic() - started < 20  # all of it would take 40
    assert (tmp_path / "file").exists()  # it was at work


def nap(seconds, witness):
    subprocess.run(["sh", "-c", f"sleep {seconds}; touch {witness}"], check=True)


def test_a_time_out_ends_the_child_and_what_it_started(tmp_path):
    with pytest.raises(datasets._Failed, match=r"not done after 0\.6 s"):
        datasets._in_child(nap, (1, tmp_path / "witness"), 0.6)
    time.sleep(1)
    assert not (tmp_path / "witness").exists()


def test_a_child_that_dies_is_a_failure_not_a_hang():
    with pytest.raises(datasets._Failed, match=r"exit code 3"):
        datasets._in_child(os._exit, (3,), 30)


def test_a_network_source_is_tried_again_and_then_given_up(tmp_path, monkeypatch):
    def dead(work, arguments, timeout):
        raise datasets._Failed(f"not done after {timeout} s")

    monkeypatch.setattr(datasets, "_in_child", dead)
    lines = []
    with pytest.raises(InputError, match=r"tried upstream \(not done after 600 s\)"):
        datasets.fetch(TINY, tmp_path, ["upstream"], log=lines.append)
    assert [line for line in lines if "trying" in line] == [
        "FashionMNIST: trying upstream (attempt 1 of 2)",
        "FashionMNIST: trying upstream (attempt 2 of 2)",
    ]


# ------------------------------------------------------------------------------------------------- the Debian package


@pytest.mark.skipif(not shutil.which("apt-get"), reason="there is no apt-get on this machine")
def test_fetch_the_debian_package_as_whoever_runs_this(tmp_path):
    try:
        datasets.fetch(FASHION_MNIST, tmp_path, ["debian"], attempts=1, timeout=60)
    except InputError as error:
        if any(sign in str(error) for sign in ("Unable to locate package", "Failed to fetch", "not done after")):
            pytest.skip(f"no package mirror answers here: {error}")
        raise
    assert datasets._missing(FASHION_MNIST, tmp_path) == []


def test_a_failing_command_tells_its_error(tmp_path):
    script = "echo progress >&2; echo 'E: Unable to locate package x' >&2; echo 'more' >&2; exit 100"
    with pytest.raises(datasets._Failed, match=r"^sh: Unable to locate package x$"):
        datasets._command(["sh", "-c", script], tmp_path)


# ------------------------------------------------------------------------------------------------------------ reading


def test_read_gives_the_pixels_and_labels_of_the_files(tmp_path):
    fill(tmp_path / "FashionMNIST" / "raw")
    raw = datasets.read(TINY, tmp_path)
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
    assert datasets.read(TINY, tmp_path).train_images.shape == (30, 1, 28, 28)


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
        datasets.read(TINY, tmp_path)
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
        datasets.read(TINY, tmp_path)
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
        raw = datasets.read(TINY, folder)
    except InputError as error:
        assert content != PAYLOADS[name] and str(path) in str(error)
    else:
        assert content == PAYLOADS[name] and raw.train_images.shape == (30, 1, 28, 28)


def test_every_file_of_every_data_set_has_a_pinned_checksum():
    for dataset in datasets.DATASETS.values():
        assert len(dataset.files) == (1 if dataset.batches else 4)
        for file in dataset.files:
            assert file.size > 0 and re.fullmatch("[0-9a-f]{64}", file.sha256)


def test_the_table_agrees_with_the_published_files(raw_data):
    raw = datasets.read(FASHION_MNIST, raw_data)
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
    dataset, published = datasets.DATASETS[name], getattr(datasets._torchvision_datasets(), name)
    assert dataset.name == name
    assert [file.names[-1] for file in dataset.files] == [file for file, _ in published.resources]
    assert list(dataset.classes) == [label.partition(" - ")[0] for label in published.classes]


# ------------------------------------------------------------------------------------------- torchvision without a pair


def interpret(code, *folders):
    """Run code in a fresh interpreter, with `folders` before all others on its path."""
    path = os.pathsep.join(map(str, (*folders, SCRIPTS, TESTS)))
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_torchvision_is_read_where_its_extension_can_not_load(tmp_path):
    fill(tmp_path / "FashionMNIST" / "raw")
    code = """if True:
        import torch

        def refuse(path):
            raise OSError("made for another torch")

        torch.ops.load_library = refuse
        from normscape import datasets
        import sys
        sys.path.append({tests!r})
        from test_datasets import TINY
        try:
            import torchvision
        except RuntimeError as error:
            print(error)
        print(*datasets.read(TINY, {folder!r}).test_images.shape)
        print(*datasets.read(TINY, {folder!r}).test_images.shape)
    """
    out = interpret(code.format(tests=str(Path(__file__).parent), folder=str(tmp_path)))
    assert out.splitlines() == ["operator torchvision::nms does not exist", "20 1 28 28", "20 1 28 28"]


def test_another_failure_of_torchvision_is_not_covered_up(tmp_path):
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text("raise RuntimeError('something else')")
    code = """if True:
        from normscape import datasets
        import sys
        try:
            datasets._torchvision_datasets()
        except RuntimeError as error:
            print(error, "torch" in sys.modules)
    """
    assert interpret(code, tmp_path) == "something else False\n"


def test_the_table_needs_nothing_but_the_standard_library():
    code = "import normscape.datasets, sys; print({'torch', 'torchvision', 'numpy'} & set(sys.modules))"
    assert interpret(code) == "set()\n"
