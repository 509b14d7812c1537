"""Files that are whole or not there, digests that show damage, and the one-line error for input that is wrong.

Each job leaves a provenance file, `provenance-<rule>.json`, beside what it wrote. It holds the SHA-256 of each of those
files and of itself, so that they can stay what they are, plain tables and pictures, and a flipped byte is noticed.
"""

import hashlib
import json
import os
import platform
import re
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path


class InputError(Exception):
    """Something from outside is wrong. The message is one line: which file or key, what is wrong, what is right."""


REMEDY = "delete the file and run again: it will be made anew"

_written = {}  # absolute path → SHA-256, of each file put in its place and not yet in a provenance


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
        with open(temporary, "rb") as written:
            os.fsync(
                written.fileno()
            )  # else a power cut after the rename could leave an empty file under the final name
        digest = sha256(temporary)
        os.replace(temporary, path)
        _written[path.absolute()] = digest
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
    write_text(path, _json(value))


def sha256(path):
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_provenance(path, facts):
    """Write `facts` to `path` as JSON, with the SHA-256 of each file that this process wrote, and of the facts.

    The former are the entry `files`, by paths from the folder of `path`; the latter is `sha256`. Written last, so that
    there is no provenance of files that aren't there.
    """
    folder = Path(path).absolute().parent
    facts = {**facts, "files": {os.path.relpath(file, folder): digest for file, digest in _written.items()}}
    write_json(path, {**facts, "sha256": _digest(facts)})
    _written.clear()


def read_provenance(path):
    """Return the facts that `write_provenance` wrote to `path`, `files` among them.

    Raises InputError, naming the file and the remedy, where it is damaged or not there.
    """
    try:
        facts = json.loads(Path(path).read_bytes())
        if facts.pop("sha256") == _digest(facts):
            return facts
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); {REMEDY}") from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass  # no JSON, or of another kind than what was written
    raise InputError(f"{path}: damaged since it was written; {REMEDY}")


def read_made(path, rule):
    """Return the bytes of a file that the job of `rule` made, if they are what that job wrote.

    Raises InputError, naming the file and the remedy, where they aren't, or where there is no telling: the provenance
    that the job left beside the file must hold its SHA-256.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        digest = read_provenance(path.with_name(f"provenance-{rule}.json"))["files"].get(path.name)
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); {REMEDY}") from error
    except InputError as error:
        what = str(error).removesuffix(f"; {REMEDY}")
        raise InputError(f"{path}: can't be checked ({what}); {REMEDY}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise InputError(f"{path}: damaged since it was written; {REMEDY}")
    return content


def _json(facts):
    return json.dumps(facts, indent=2, sort_keys=True) + "\n"


def _digest(facts):
    return hashlib.sha256(_json(facts).encode()).hexdigest()
