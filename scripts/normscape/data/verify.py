"""Whether a raw file is the published one: its size and SHA-256, whoever served it."""

import gzip
import hashlib
import zlib

from .datasets import raw_paths


class WrongBytes(Exception):
    """A file can't be read, or isn't the published one; the message says why."""


def payload(path, file):
    """Return the verified bytes of `path`, as they are kept. At most one byte beyond their right size is read.

    file: the RawFile that it should be. Raises WrongBytes where it is another.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" and not file.packed else open(path, "rb") as stream:
            content = stream.read(file.size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise WrongBytes(f"can't be read ({one_line(error)})") from error
    if len(content) > file.size:
        raise WrongBytes(f"more than the {file.size:,} bytes that it should have")
    if len(content) < file.size:
        raise WrongBytes(f"{len(content):,} bytes instead of {file.size:,}")
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise WrongBytes("wrong bytes (their SHA-256 is another)")
    return content


def faults(dataset, folder):
    """Yield (file, path, what is wrong with it) for each raw file that isn't under `folder` as it should be."""
    for file, path in zip(dataset.files, raw_paths(dataset, folder), strict=True):
        if not path.is_file():
            yield file, path, "there is no such file"
            continue
        try:
            payload(path, file)
        except WrongBytes as error:
            yield file, path, str(error)


def one_line(error):
    """Return an exception's message as one line of bounded length."""
    message = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(message.split())[:300] or type(error).__name__
