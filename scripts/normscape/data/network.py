"""Downloads, each in a process of its own, which a time-out can kill."""

import math
import multiprocessing
import os
import resource
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from . import torchvision_datasets
from .datasets import raw_folder
from .verify import WrongBytes, one_line, payload


class Failed(Exception):
    """An attempt at a source failed; the message says why. Another attempt may fare better."""


def in_child(work, arguments, seconds):
    """Call `work(*arguments)` in a process of its own. Raises Failed where it fails or takes longer than `seconds`."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(work, arguments, seconds, sender), daemon=True)
    with receiver:
        child.start()
        sender.close()
        try:
            if not receiver.poll(seconds):
                raise Failed(f"not done after {seconds:g} s")
            reason = receiver.recv_bytes().decode()
        except EOFError:
            child.join()
            raise Failed(f"its process died (exit code {child.exitcode})") from None
        finally:
            with suppress(ProcessLookupError, PermissionError):  # it has ended already (Linux, macOS)
                os.killpg(child.pid, signal.SIGKILL)  # apt-get's helpers too
            child.kill()
            child.join()
    if reason:
        raise Failed(reason)


def _child(work, arguments, seconds, sender):
    os.setsid()  # a process group of its own
    signal.alarm(math.ceil(seconds) + 5)  # an end even when the parent was killed
    reason = ""
    try:
        work(*arguments)
    except (Failed, WrongBytes) as error:
        reason = one_line(error)
    except Exception as error:
        reason = f"{type(error).__name__}: {one_line(error)}"
    sender.send_bytes(reason.encode())


def download_by_torchvision(dataset, mirror, folder, silence):
    """Let torchvision download the files into `folder`.

    mirror: the address that the files are below; None: where torchvision knows them to be. silence: seconds without a
    byte after which the server counts as dead.
    Raises WrongBytes, or whatever torchvision raises, where no server has a file.
    """
    sys.stderr = open(os.devnull, "w")  # progress bars  # noqa: SIM115
    socket.setdefaulttimeout(silence)
    library = torchvision_datasets.load()
    # There is no end to what torchvision downloads: no file may grow much beyond the largest expected one.
    limit = max(file.size for file in dataset.files) + 2**20
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    servers = [mirror or dataset.address] if mirror or dataset.address else getattr(library, dataset.name).mirrors
    for file in dataset.files:
        path = raw_folder(dataset, folder) / file.names[-1]
        for server in servers:
            try:
                path.unlink(missing_ok=True)  # torchvision takes what is there
                # Without torchvision's checksum: a mirror may have compressed the same bytes differently.
                library.utils.download_url(server + path.name, path.parent, path.name)
                payload(path, file)
                break
            except Exception as error:
                failure = error
        else:
            raise failure


def download_package(package, folder, silence):
    """Download a Debian package as an ordinary user and unpack it into `folder`/unpacked: nothing is installed.

    silence: seconds without a byte after which a server counts as dead. Raises Failed where a command does.
    """
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
        f"Acquire::http::Timeout={silence}",
        f"Acquire::https::Timeout={silence}",
    ):
        options += ["-o", option]
    for part in "state/lists/partial", "cache/archives/partial":
        Path(folder, part).mkdir(parents=True)
    # One broken entry in the machine's list of sources doesn't matter, as long as another has the package.
    _run(["apt-get", *options, "update"], folder, check=False)
    _run(["apt-get", *options, "download", package], folder)
    (archive,) = Path(folder).glob("*.deb")
    _run(["dpkg-deb", "-x", str(archive), "unpacked"], folder)


def _run(command, folder, check=True):
    """Run a command in `folder`. Raises Failed, with its first word on what went wrong, where it fails."""
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
        raise Failed(f"{Path(command[0]).name}: {error.removeprefix('E: ')}")
