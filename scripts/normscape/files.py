"""Files that are whole or not there, and the one-line error for input that is wrong."""

import hashlib
import json
import os
from contextlib import contextmanager, suppress
from pathlib import Path


class InputError(Exception):
    """Something from outside is wrong. The message is one line: which file or key, what is wrong, what is right."""


@contextmanager
def replacing(path):
    """Yield a temporary path in `path`'s folder; when the block ends well, that file becomes `path` in one step.

    The temporary name belongs to this process alone, so that a job orphaned by a kill can't tear its successor's file.
    Raises InputError, naming `path`, where the file system refuses; then, as after any error, nothing is left behind.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with open(temporary, "rb") as written:
            os.fsync(
                written.fileno()
            )  # else a power cut after the rename could leave an empty file under the final name
        os.replace(temporary, path)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(
            f"{path}: can't be written ({reason}); make room or make the folder writable, then run again"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def write_text(path, text):
    """Write `text` to `path` as UTF-8, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path, facts):
    """Write `facts` to `path` as JSON with sorted keys, whole or not at all."""
    write_text(path, json.dumps(facts, indent=2, sort_keys=True) + "\n")


def sha256(path):
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
