"""Atomic writes: a file is whole or not there."""

import hashlib
import json
import os
import platform
import re
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from .errors import InputError

written = {}  # absolute path → SHA-256 of each file put in its place, until the job's provenance has it


@contextmanager
def replacing(path):
    """Yield a temporary path in `path`'s folder; when the block ends well, that file becomes `path` in one step.

    The temporary name belongs to this process alone, so that a job orphaned by a kill can't tear its successor's file.
    Raises InputError, naming `path`, where the file system refuses; then, as after any error, nothing is left behind.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}@{platform.node()}.tmp{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(path)
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())  # else a power cut after the rename could leave an empty file under the final name
        digest = sha256(temporary)
        os.replace(temporary, path)
        written[path.absolute()] = digest
    except OSError as error:
        reason = error.strerror or error
        raise InputError(
            f"{path}: can't be written ({reason}); make room or make the folder writable, then run again"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _remove_leftovers(path):
    """Remove the temporary files of `path` that killed processes of this machine left; others' can't be judged."""
    for leftover in path.parent.glob(f".{escape(path.name)}.*.tmp{escape(path.suffix)}"):
        writer = re.search(r"\.(\d+)@(.*)\.tmp", leftover.name)
        if writer and writer[2] == platform.node() and not _alive(int(writer[1])):
            with suppress(OSError):
                leftover.unlink()


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # someone else's
        return True
    return True


def write_text(path, text):
    """Write `text` to `path` as UTF-8, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path, value):
    """Write `value` to `path` as JSON with sorted keys, whole or not at all."""
    write_text(path, to_json(value))


def to_json(value):
    """Return `value` as `write_json` writes it."""
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


def sha256(path):
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
