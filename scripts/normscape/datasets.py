"""Where the raw files come from, their checksums, reading them.

A source is a local folder (any text with a "/"), "upstream" (torchvision's own server), the URL of a mirror of it, or
"debian" (the package, fetched by apt-get as an ordinary user). None is trusted: a file counts by the SHA-256 of its
bytes, whoever served it. Imports the standard library only, so that the Snakefile can read the table.
"""

import gzip
import hashlib
import math
import multiprocessing
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .files import InputError, replacing

CONNECTION_TIMEOUT = 30  # seconds without a byte before a network source counts as dead
PAUSE = 2  # seconds before a network source is tried again
SLOWEST = 100_000  # bytes a second; a network source that stays below is given up


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

    @property
    def images(self):
        """What an image is, in words."""
        channels, height, width = self.image_shape
        return f"{height} × {width} {'grey' if channels == 1 else 'colour'} pixels"


@dataclass(frozen=True)
class Raw:
    """Images as stored, uint8 tensors (n, channels, height, width) of 0–255, and their classes, int64 tensors (n,)."""

    train_images: object
    train_labels: object
    test_images: object
    test_labels: object


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


def raw_paths(dataset, folder):
    """Return the paths of the raw files under `folder`, in torchvision's layout and the order of `dataset.files`."""
    return [_raw_folder(dataset, folder) / file.name for file in dataset.files]


def _raw_folder(dataset, folder):
    return Path(folder) / dataset.name / "raw"


# ----------------------------------------------------------------------------------------------------------- fetching


class _Failed(Exception):
    """An attempt at a source failed; the message says why. Another attempt may fare better."""


class _Hopeless(_Failed):
    """An attempt failed, and so would the next one."""


def fetch(dataset, folder, sources, log=print, *, attempts=2, timeout=None):
    """Put the data set's raw files under `folder`, each from the first of `sources` that has the right bytes.

    Files that are right already are kept. A file gets its name only once its bytes are verified.
    log: called with one line for each thing that happens.
    attempts, timeout: how often a network source is tried, and for at most how many seconds each time; by default ten
        minutes, and longer for files that take longer at SLOWEST.
    Raises InputError where a source is of no known kind, where no source had a file, and where `folder` can't be
    written.
    """
    for source in sources:
        if _kind(source) is None:
            raise InputError(
                f'dataset.sources: {source!r} is no source; right are a folder (with a "/" in it), "upstream", '
                f'the http:// or https:// address of a mirror, and "debian"'
            )
    timeout = timeout or max(600, sum(file.size for file in dataset.files) / SLOWEST)
    failures = []
    for source in sources:
        if _missing(dataset, folder):
            reason = _try(source, dataset, folder, log, attempts, timeout)
            if reason:
                failures.append(f"{source} ({reason})")
    missing = _missing(dataset, folder)
    if missing:
        raise InputError(
            f"{_raw_folder(dataset, folder)}: no source had {', '.join(file.name for file in missing)}; "
            f"tried {'; '.join(failures) or 'none, for dataset.sources is empty'}. {_ways_out(dataset)}; then run again"
        )
    log(f"{_raw_folder(dataset, folder)}: complete, with the right checksums")


def _ways_out(dataset):
    form = "as published, still packed" if dataset.files[0].packed else "plain or as .gz"
    by_hand = f"put {', '.join(file.name for file in dataset.files)} ({form}) into a folder and list that"
    if not dataset.debian_package:
        return f"To get round it, {by_hand} in dataset.sources"
    return (
        f"Either install the Debian or Ubuntu package {dataset.debian_package} and list /{dataset.debian_folder} in "
        f"dataset.sources, or {by_hand}"
    )


def _kind(source):
    """Return "network" or "folder", or None where `source` is neither."""
    if source in ("upstream", "debian") or source.startswith(("http://", "https://")):
        return "network"
    return "folder" if "/" in source else None


def _missing(dataset, folder):
    """Return the files of the data set that are not in `folder`, or not as they should be."""
    paths = raw_paths(dataset, folder)
    return [file for file, path in zip(dataset.files, paths, strict=True) if _fault(path, file)]


def _try(source, dataset, folder, log, attempts, timeout):
    """Take what is missing from one source, in one attempt or a few. Return None, or why it failed."""
    if _kind(source) == "folder":
        attempts = 1
    for attempt in range(1, attempts + 1):
        if attempt > 1:
            time.sleep(PAUSE)
        log(f"{dataset.name}: trying {source}" + (f" (attempt {attempt} of {attempts})" if attempts > 1 else ""))
        try:
            with _served(source, dataset, timeout) as served:
                _take(served, dataset, folder)
            return None
        except (_Failed, OSError) as error:
            reason = _one_line(error)
            log(f"{dataset.name}: {source} failed: {reason}")
            if isinstance(error, _Hopeless):
                break
    return reason


@contextmanager
def _served(source, dataset, timeout):
    """Yield a folder with what the source has, unverified; a temporary one is removed afterwards."""
    if _kind(source) == "folder":
        yield Path(os.path.expanduser(source))
        return
    with tempfile.TemporaryDirectory(prefix="normscape-", ignore_cleanup_errors=True) as temporary:
        if source == "debian":
            if not dataset.debian_package:
                raise _Hopeless(f"Debian has no package of {dataset.name}")
            for program in "apt-get", "dpkg-deb":
                if not shutil.which(program):
                    raise _Hopeless(f"there is no {program} on this machine")
            _in_child(_download_package, (dataset.debian_package, temporary), timeout)
            yield Path(temporary, "unpacked", dataset.debian_folder)
        else:
            mirror = None if source == "upstream" else source.rstrip("/") + "/"
            _in_child(_download_by_torchvision, (dataset, mirror, temporary), timeout)
            yield Path(temporary)


def _take(served, dataset, folder):
    """Copy what is missing in `folder` from the folder `served`: plain or gzipped, flat or in torchvision's layout."""
    if not served.is_dir():
        raise _Failed("no such folder")
    faults = []
    for file in _missing(dataset, folder):
        found = [
            path
            for place in (served, _raw_folder(dataset, served))
            for path in (place / name for name in file.names)
            if path.is_file()
        ]
        fault = "not there"
        for path in found:
            try:
                payload = _payload(path, file)
            except _Failed as error:
                fault = error
                continue
            with replacing(_raw_folder(dataset, folder) / file.name) as temporary:
                temporary.write_bytes(payload)
            break
        else:
            faults.append(f"{file.name}: {fault}")
    if faults:
        raise _Failed("; ".join(faults))


def _payload(path, file):
    """Return the verified bytes of `path`, as they are kept. At most one byte beyond their right size is read."""
    try:
        with gzip.open(path) if path.suffix == ".gz" and not file.packed else open(path, "rb") as stream:
            payload = stream.read(file.size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _Failed(f"can't be read ({_one_line(error)})") from error
    if len(payload) > file.size:
        raise _Failed(f"more than the {file.size:,} bytes that it should have")
    if len(payload) < file.size:
        raise _Failed(f"{len(payload):,} bytes instead of {file.size:,}")
    if hashlib.sha256(payload).hexdigest() != file.sha256:
        raise _Failed("wrong bytes (their SHA-256 is another)")
    return payload


def _fault(path, file):
    """Return what is wrong with a raw file, or None."""
    if not path.is_file():
        return "there is no such file"
    try:
        _payload(path, file)
    except _Failed as error:
        return str(error)
    return None


def _one_line(error):
    """Return an exception's message as one line of bounded length."""
    message = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(message.split())[:300] or type(error).__name__


# ------------------------------------------------------- network sources, in a process that a time-out can put to death


def _in_child(work, arguments, timeout):
    """Call `work(*arguments)` in a process of its own. Raises _Failed where it fails or takes longer than `timeout`."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(work, arguments, timeout, sender), daemon=True)
    with receiver:
        child.start()
        sender.close()
        try:
            if not receiver.poll(timeout):
                raise _Failed(f"not done after {timeout:g} s")
            reason = receiver.recv_bytes().decode()
        except EOFError:
            child.join()
            raise _Failed(f"its process died (exit code {child.exitcode})") from None
        finally:
            with suppress(ProcessLookupError, PermissionError):  # it has ended already (Linux, macOS)
                os.killpg(child.pid, signal.SIGKILL)  # apt-get's helpers too
            child.kill()
            child.join()
    if reason:
        raise _Failed(reason)


def _child(work, arguments, timeout, sender):
    os.setsid()  # a process group of its own
    signal.alarm(math.ceil(timeout) + 5)  # an end even when the parent was killed
    reason = ""
    try:
        work(*arguments)
    except Exception as error:
        reason = _one_line(error) if isinstance(error, _Failed) else f"{type(error).__name__}: {_one_line(error)}"
    sender.send_bytes(reason.encode())


def _download_by_torchvision(dataset, mirror, folder):
    """Let torchvision download the files into `folder`, from `mirror` or (None) from where it knows them to be."""
    sys.stderr = open(os.devnull, "w")  # progress bars  # noqa: SIM115
    socket.setdefaulttimeout(CONNECTION_TIMEOUT)
    library = _torchvision_datasets()
    # There is no end to what torchvision downloads: no file may grow much beyond the largest expected one.
    limit = max(file.size for file in dataset.files) + 2**20
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    servers = [mirror or dataset.address] if mirror or dataset.address else getattr(library, dataset.name).mirrors
    for file in dataset.files:
        path = _raw_folder(dataset, folder) / file.names[-1]
        for server in servers:
            try:
                path.unlink(missing_ok=True)  # torchvision takes what is there
                # Without torchvision's checksum: a mirror may have compressed the same bytes differently.
                library.utils.download_url(server + path.name, path.parent, path.name)
                _payload(path, file)
                break
            except Exception as error:
                failure = error
        else:
            raise failure


def _download_package(package, folder):
    """Download a Debian package as an ordinary user and unpack it into `folder`/unpacked: nothing is installed."""
    configuration = Path(folder, "apt.conf")
    # What the system does after an update of its own package lists is not for these.
    configuration.write_text("#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n")
    options = ["-q", "-c", str(configuration)]
    for option in (
        f"Dir::State={folder}/state",
        f"Dir::Cache={folder}/cache",
        "APT::Sandbox::User=root",  # meaning: stay who you are. Else root's apt-get becomes _apt, who can't write here
        "Acquire::Languages=none",
        "Acquire::Retries=0",
        f"Acquire::http::Timeout={CONNECTION_TIMEOUT}",
        f"Acquire::https::Timeout={CONNECTION_TIMEOUT}",
    ):
        options += ["-o", option]
    for part in "state/lists/partial", "cache/archives/partial":
        Path(folder, part).mkdir(parents=True)
    # One broken entry in the machine's list of sources doesn't matter, as long as another has the package.
    _command(["apt-get", *options, "update"], folder, check=False)
    _command(["apt-get", *options, "download", package], folder)
    (archive,) = Path(folder).glob("*.deb")
    _command(["dpkg-deb", "-x", str(archive), "unpacked"], folder)


def _command(command, folder, check=True):
    """Run a command in `folder`. Raises _Failed, with its first word on what went wrong, where it fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    if check and done.returncode:
        lines = done.stderr.splitlines() or [f"exit code {done.returncode}"]
        error = next((line for line in lines if line.startswith("E:")), lines[-1])
        raise _Failed(f"{Path(command[0]).name}: {error.removeprefix('E: ')}")


# ------------------------------------------------------------------------------------------------------------ reading


def read(dataset, folder):
    """Return the data set's images and labels as a `Raw`, from the verified raw files.

    Raises InputError, naming the file, where one is missing or is not the published one.
    """
    for file, path in zip(dataset.files, raw_paths(dataset, folder), strict=True):
        fault = _fault(path, file)
        if fault:
            raise InputError(
                f"{path}: is not {dataset.name}'s file of that name: {fault}; delete what is there and run again, "
                f"and it is downloaded anew"
            )
    return _read_batches(dataset, folder) if dataset.batches else _read_idx(dataset, folder)


def _read_idx(dataset, folder):
    """Let torchvision read the IDX files."""
    published = getattr(_torchvision_datasets(), dataset.name)
    # torchvision prefers a pickled copy that old versions of it left in `processed/`. Here only the raw files count.
    reader = type(dataset.name, (published,), {"_check_legacy_exist": lambda self: False})
    with tempfile.TemporaryDirectory(prefix="normscape-") as temporary:
        packed = [path for path in raw_paths(dataset, folder) if path.suffix == ".gz"]
        if packed:
            folder = temporary
            _raw_folder(dataset, folder).mkdir(parents=True)
        for path in packed:
            with gzip.open(path) as source, open(_raw_folder(dataset, folder) / path.stem, "wb") as target:
                shutil.copyfileobj(source, target)
        training, test = (reader(folder, train=train, download=False) for train in (True, False))
    return Raw(training.data[:, None], training.targets, test.data[:, None], test.targets)


def _read_batches(dataset, folder):
    """Read CIFAR's binary batches out of their archive: a record an image, its class in one byte, then its pixels.

    torchvision's class reads the pickled version, and a pickle is a program. Nothing is unpacked to the disk.
    """
    import torch

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


_operators = []  # the schemas declared below live as long as the object that declared them


def _torchvision_datasets():
    """Return the module torchvision.datasets.

    torch and torchvision must be a pair. Package indexes may hand out a CPU-only torch beside a torchvision built for
    CUDA; its compiled extension then can't load, and its import fails for want of two operators that the data sets
    don't need. After that failure, and only then, the operators are declared without a body and the import repeated.
    """
    try:
        import torchvision.datasets
    except RuntimeError as error:
        if "operator torchvision::nms does not exist" not in str(error):
            raise
        from torch import library

        operators = library.Library("torchvision", "FRAGMENT")
        for name in "nms", "qnms":
            operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _operators.append(operators)
        import torchvision.datasets
    return torchvision.datasets
