"""What made a file: the record that each job leaves beside what it wrote.

Each job leaves `provenance-<rule>.json` beside its files. It holds the SHA-256 of each of them and of itself, so that
they can stay what they are, plain tables and pictures, and a flipped byte is noticed; and its settings, the digest of
its code and the SHA-256 of each file that it read, so that no result is taken for one of other settings.
"""

import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path

from . import atomic
from .errors import REMEDY, InputError

REMAKE = "run `snakemake --cores 4` with this config, and it is made again"

taken = {}  # absolute path → SHA-256 of each file that this process read, until the job's provenance has it


def take(path, digest):
    """Note that this process read the file at `path`, whose SHA-256 is `digest`."""
    taken[Path(path).absolute()] = digest


def write(path, facts):
    """Write `facts` to `path` as JSON, with the SHA-256 of each file that this process read or wrote, and of the facts.

    The former are the entries `inputs` and `files`, by paths from the folder of `path`; the latter is `sha256`. Written
    last, so that there is no provenance of files that aren't there.
    """
    folder = Path(path).absolute().parent
    for name, digests in (("inputs", taken), ("files", atomic.written)):
        facts = {**facts, name: {os.path.relpath(file, folder): digest for file, digest in digests.items()}}
    atomic.write_json(path, {**facts, "sha256": _digest(facts)})
    taken.clear()
    atomic.written.clear()


def read(path):
    """Return the facts that `write` wrote to `path`, `files` among them.

    Raises InputError, naming the file and the remedy, where it is damaged or not there.
    """
    try:
        return _parsed(Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); {REMEDY}") from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass  # no JSON, or of another kind than what was written
    raise InputError(f"{path}: damaged since it was written; {REMEDY}")


@lru_cache(maxsize=8)  # a run's tables are read one after the other
def _parsed(content):
    """Return the facts in the bytes of a provenance. Raises ValueError, among others, where they are damaged."""
    facts = json.loads(content)
    if facts.pop("sha256") != _digest(facts):
        raise ValueError("its SHA-256 is another")
    return facts


def beside(path, rule):
    """Return the path of the provenance of the job of `rule` that made the file at `path`."""
    return Path(path).with_name(f"provenance-{rule}.json")


def files(path, facts, which="files"):
    """Return {path: SHA-256} of what a job wrote, or, with "inputs", of what it read.

    facts: its provenance, read from `path`.
    """
    folder = os.path.dirname(path)
    return {os.path.normpath(os.path.join(folder, name)): digest for name, digest in facts.get(which, {}).items()}


def read_made(path, rule):
    """Return the bytes of a file that the job of `rule` made, if they are what that job wrote.

    Raises InputError, naming the file and the remedy, where they aren't, or where there is no telling: the provenance
    that the job left beside the file must hold its SHA-256.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        digest = read(beside(path, rule))["files"].get(path.name)
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); {REMEDY}") from error
    except InputError as error:
        what = str(error).removesuffix(f"; {REMEDY}")
        raise InputError(f"{path}: can't be checked ({what}); {REMEDY}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise InputError(f"{path}: damaged since it was written; {REMEDY}")
    take(path, digest)
    return content


def read_source(path):
    """Return the bytes of a file that no job made."""
    content = Path(path).read_bytes()
    take(path, hashlib.sha256(content).hexdigest())
    return content


def require(path, recipe, code=None, sources=None):
    """Return the facts at `path`, if they are of a job as it is asked for, made from `sources`, {path: SHA-256}.

    recipe, code: as in `unlike`.
    Raises InputError, one line that names the file, the setting, both its values and the remedy, where they aren't.
    """
    facts = read(path)
    fault = unlike(facts, recipe, code)
    inputs = files(path, facts, "inputs")
    for source, digest in (sources or {}).items():
        if not fault and inputs.get(os.path.normpath(source)) != digest:
            fault = made_from_another(source)
    if fault:
        raise InputError(f"{path}: {fault}; {REMAKE}")
    return facts


def unlike(facts, recipe, code=None):
    """Return in a few words what a job's result was made with, where that isn't what is asked for; else None.

    facts: its provenance. recipe: {setting: value} as `recipes.recipe` gives it. code: the digest of the program's
    code; None where it doesn't matter.
    """
    was = facts.get("settings")
    was = {name: was[name] for name in recipe if name in was} if isinstance(was, dict) else {}
    was, asked = _flat(was), _flat(recipe)
    for name in sorted(was.keys() | asked.keys()):
        if was.get(name) != asked.get(name):
            return f"made with {name} {_shown(was, name)}, where {_shown(asked, name)} is asked for"
    if code and facts.get("code") != code:
        return f"made by other code of {facts.get('rule')}.py ({facts.get('code')}, now {code})"
    return None


def made_from_another(source):
    """Return in a few words that a job read a file which has another content now."""
    return f"made from another {source} than the one that is there"


def _flat(value, *keys):
    """Return {key: value} of dicts within dicts, keys as the config's reader knows them: training.batch_size."""
    if not isinstance(value, dict):
        return {".".join(keys): value}
    found = {}
    for key, inner in value.items():
        found |= _flat(inner, *keys, key) if keys or key != "settings" else _flat(inner)
    return found


def _shown(values, name):
    return json.dumps(values[name]) if name in values else "nothing"


def _digest(facts):
    return hashlib.sha256(atomic.to_json(facts).encode()).hexdigest()
