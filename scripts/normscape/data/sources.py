"""Where raw files may come from, and how long to wait for them.

A source is a local folder (any text with a "/"), "upstream" (torchvision's own server), the URL of a mirror of it, or
"debian" (the package, fetched by apt-get as an ordinary user).
"""

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ..errors import InputError
from . import network

SLOWEST = 100_000  # bytes a second; a network source that stays below is given up


class Patience(NamedTuple):
    """How long to wait for network sources.

    attempts: how often each is tried. pause: seconds before it is tried again. seconds: the most that an attempt may
    take, by default ten minutes, and longer for files that take longer at SLOWEST. silence: seconds without a byte
    after which a server counts as dead.
    """

    attempts: int = 2
    pause: float = 2
    seconds: float | None = None
    silence: int = 30

    def limit(self, dataset):
        """Return the seconds that an attempt at `dataset` may take."""
        return self.seconds or max(600, sum(file.size for file in dataset.files) / SLOWEST)


class Hopeless(network.Failed):
    """An attempt failed, and so would the next one."""


@dataclass(frozen=True)
class _Folder:
    """A folder of this machine."""

    path: str
    local = True

    @contextmanager
    def serve(self, dataset, patience, in_child):
        yield Path(os.path.expanduser(self.path))


@dataclass(frozen=True)
class _Torchvision:
    """The server that torchvision knows, or a mirror of it at an address."""

    mirror: str | None = None
    local = False

    @contextmanager
    def serve(self, dataset, patience, in_child):
        with _temporary_folder() as folder:
            arguments = (dataset, self.mirror, folder, patience.silence)
            in_child(network.download_by_torchvision, arguments, patience.limit(dataset))
            yield Path(folder)


@dataclass(frozen=True)
class _Debian:
    """Debian's package of a data set."""

    local = False

    @contextmanager
    def serve(self, dataset, patience, in_child):
        if not dataset.debian_package:
            raise Hopeless(f"Debian has no package of {dataset.name}")
        for program in "apt-get", "dpkg-deb":
            if not shutil.which(program):
                raise Hopeless(f"there is no {program} on this machine")
        with _temporary_folder() as folder:
            arguments = (dataset.debian_package, folder, patience.silence)
            in_child(network.download_package, arguments, patience.limit(dataset))
            yield Path(folder, "unpacked", dataset.debian_folder)


def _temporary_folder():
    return tempfile.TemporaryDirectory(prefix="normscape-", ignore_cleanup_errors=True)


def source(text):
    """Return the source that `text`, an entry of the config's `dataset.sources`, names.

    It has `local`, whether its files are on this machine; and `serve(dataset, patience, in_child)`, to be entered by
    `with`: the folder with what the source has of a data set, unverified. A temporary one is removed afterwards.
    in_child: what does the work of a network source, as `network.in_child`. `serve` raises network.Failed.
    Raises InputError where `text` names no source.
    """
    if text == "debian":
        return _Debian()
    if text == "upstream":
        return _Torchvision()
    if text.startswith(("http://", "https://")):
        return _Torchvision(text.rstrip("/") + "/")
    if "/" in text:
        return _Folder(text)
    raise InputError(
        f'dataset.sources: {text!r} is no source; right are a folder (with a "/" in it), "upstream", '
        f'the http:// or https:// address of a mirror, and "debian"'
    )
