"""Downloads from good, bad and dead servers, in processes that a time-out ends."""

import gzip
import os
import shutil
import socket
import struct
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlretrieve

import pytest
from normscape.data import datasets, network, verify
from normscape.data.fetch import fetch
from normscape.data.sources import Patience
from normscape.errors import InputError
from small_data import ARCHIVE, FASHION_MNIST, PACKED

BOMB = gzip.compress(bytes(2**23)) * 128  # 1 GiB of zeros


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
    fetch(FASHION_MNIST, tmp_path, [f"{mirror}good"], patience=Patience(attempts=1))
    assert list(verify.faults(FASHION_MNIST, tmp_path)) == []


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


def test_fetch_from_bad_mirrors(mirror, interpret):
    # One interpreter for all of them, as starting torch is slow; elsewhere it is shown that it would be a child.
    code = f"""if True:
        from normscape.data.sources import Patience, source
        from small_data import FASHION_MNIST

        def at_once(work, arguments, seconds):
            work(*arguments)

        for behaviour in {list(BAD_MIRRORS)!r}:
            try:
                with source({mirror!r} + behaviour).serve(FASHION_MNIST, Patience(silence=1), at_once):
                    print(behaviour, "served")
            except Exception as error:
                print(behaviour, type(error).__name__, *str(error).split(), flush=True)
    """
    told = dict(line.split(" ", 1) for line in interpret(code).splitlines())
    assert {behaviour: words for behaviour, words in BAD_MIRRORS.items() if words not in told[behaviour]} == {}, told


def test_fetch_of_packed_files_from_bad_mirrors_and_good_ones(tmp_path, mirror, interpret):
    code = f"""if True:
        from pathlib import Path
        from normscape.data import torchvision_datasets
        from normscape.data.fetch import fetch
        from normscape.data.network import Failed
        from normscape.data.sources import Patience
        from small_data import CIFAR10, KMNIST

        def at_once(work, arguments, seconds):
            try:
                work(*arguments)
            except Exception as error:
                raise Failed(str(error)) from error

        patience = Patience(attempts=1, silence=1)
        torchvision_datasets.load().KMNIST.mirrors = [{mirror!r} + "page/", {mirror!r} + "good/"]
        # The larger first: a process can't raise its limit on files again.
        for dataset, *sources in (CIFAR10, "good"), (KMNIST, "good", "upstream"):
            for source in "page", "half", "bomb", "flood", "absent", "silent", *sources:
                folder = Path({str(tmp_path)!r}, source)
                address = source if source == "upstream" else {mirror!r} + source
                try:
                    fetch(dataset, folder, [address], log=str, patience=patience, in_child=at_once)
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


def test_a_mirror_that_trickles_is_cut_off(tmp_path, mirror):
    started = time.monotonic()
    with pytest.raises(network.Failed, match=r"not done after 2 s"):
        network.in_child(urlretrieve, (f"{mirror}trickle/train-images-idx3-ubyte.gz", str(tmp_path / "file")), 2)
    assert time.monotonic() - started < 20  # all of it would take 40
    assert (tmp_path / "file").exists()  # it was at work


def test_a_time_out_ends_the_child_and_what_it_started(tmp_path):
    with pytest.raises(network.Failed, match=r"not done after 0\.6 s"):
        network.in_child(subprocess.run, (["sh", "-c", f"sleep 1; touch {tmp_path}/witness"],), 0.6)
    time.sleep(1)
    assert not (tmp_path / "witness").exists()


def test_a_child_that_dies_is_a_failure_not_a_hang():
    with pytest.raises(network.Failed, match=r"exit code 3"):
        network.in_child(os._exit, (3,), 30)


# ------------------------------------------------------------------------------------------------- the Debian package


@pytest.mark.skipif(not shutil.which("apt-get"), reason="there is no apt-get on this machine")
def test_fetch_the_debian_package_as_whoever_runs_this(tmp_path):
    dataset = datasets.DATASETS["FashionMNIST"]
    try:
        fetch(dataset, tmp_path, ["debian"], patience=Patience(attempts=1, seconds=60))
    except InputError as error:
        if any(sign in str(error) for sign in ("Unable to locate package", "Failed to fetch", "not done after")):
            pytest.skip(f"no package mirror answers here: {error}")
        raise
    assert list(verify.faults(dataset, tmp_path)) == []


def test_a_failing_command_tells_its_error(tmp_path, monkeypatch):
    script = "#!/bin/sh\necho progress >&2; echo 'E: Unable to locate package x' >&2; echo 'more' >&2; exit 100\n"
    (tmp_path / "apt-get").write_text(script)
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(network.Failed, match=r"^apt-get: Unable to locate package x$"):
        network.download_package("x", str(tmp_path), 30)
