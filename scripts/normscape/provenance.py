"""What made a file: the record that each job leaves beside what it wrote.

Each job leaves `provenance-<rule>.json` beside its files. It holds the SHA-256 of each of them and of itself, so that
they can stay what they are, plain tables and pictures, and a flipped byte is noticed.
"""

import hashlib
import json
import os
from pathlib import Path

from . import atomic
from .errors import REMEDY, InputError


def write(path, facts):
    """Write `facts` to `path` as JSON, with the SHA-256 of each file that this process wrote, and of the facts.

    The former are the entry `files`, by paths from the folder of `path`; the latter is `sha256`. Written last, so that
    there is no provenance of files that aren't there.
    """
    folder = Path(path).absolute().parent
    facts = {**facts, "files": {os.path.relpath(file, folder): digest for file, digest in atomic.written.items()}}
    atomic.write_json(path, {**facts, "sha256": _digest(facts)})
    atomic.written.clear()


def read(path):
    """Return the facts that `write` wrote to `path`, `files` among them.

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
        digest = read(path.with_name(f"provenance-{rule}.json"))["files"].get(path.name)
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); {REMEDY}") from error
    except InputError as error:
        what = str(error).removesuffix(f"; {REMEDY}")
        raise InputError(f"{path}: can't be checked ({what}); {REMEDY}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise InputError(f"{path}: damaged since it was written; {REMEDY}")
    return content


def _digest(facts):
    return hashlib.sha256(atomic.to_json(facts).encode()).hexdigest()
