"""Getting the raw files from sources of which none is trusted: a file counts by the SHA-256 of its bytes."""

import time

from ..atomic import replacing
from ..errors import InputError
from . import network
from .datasets import raw_folder
from .sources import Hopeless, Patience, source
from .verify import WrongBytes, faults, one_line, payload

PATIENCE = Patience()


def fetch(dataset, folder, sources, log=print, *, patience=PATIENCE, in_child=network.in_child):
    """Put the data set's raw files under `folder`, each from the first of `sources` that has the right bytes.

    Files that are right already are kept. A file gets its name only once its bytes are verified.
    sources: texts, as in the config. log: called with one line for each thing that happens. in_child: what does the
    work of network sources.
    Raises InputError where a source is of no known kind, where no source had a file, and where `folder` can't be
    written.
    """
    tried = [(text, source(text)) for text in sources]
    failures = []
    for text, place in tried:
        if _missing(dataset, folder):
            reason = _try(text, place, dataset, folder, log, patience, in_child)
            if reason:
                failures.append(f"{text} ({reason})")
    missing = _missing(dataset, folder)
    if missing:
        raise InputError(
            f"{raw_folder(dataset, folder)}: no source had {', '.join(file.name for file in missing)}; "
            f"tried {'; '.join(failures) or 'none, for dataset.sources is empty'}. {_ways_out(dataset)}; then run again"
        )
    log(f"{raw_folder(dataset, folder)}: complete, with the right checksums")


def _ways_out(dataset):
    form = "as published, still packed" if dataset.files[0].packed else "plain or as .gz"
    by_hand = f"put {', '.join(file.name for file in dataset.files)} ({form}) into a folder and list that"
    if not dataset.debian_package:
        return f"To get round it, {by_hand} in dataset.sources"
    return (
        f"Either install the Debian or Ubuntu package {dataset.debian_package} and list /{dataset.debian_folder} in "
        f"dataset.sources, or {by_hand}"
    )


def _missing(dataset, folder):
    return [file for file, _, _ in faults(dataset, folder)]


def _try(text, place, dataset, folder, log, patience, in_child):
    """Take what is missing from one source, in one attempt or a few. Return None, or why it failed."""
    attempts = 1 if place.local else patience.attempts
    for attempt in range(1, attempts + 1):
        if attempt > 1:
            time.sleep(patience.pause)
        log(f"{dataset.name}: trying {text}" + (f" (attempt {attempt} of {attempts})" if attempts > 1 else ""))
        try:
            with place.serve(dataset, patience, in_child) as served:
                _take(served, dataset, folder)
            return None
        except (network.Failed, OSError) as error:
            reason = one_line(error)
            log(f"{dataset.name}: {text} failed: {reason}")
            if isinstance(error, Hopeless):
                break
    return reason


def _take(served, dataset, folder):
    """Copy what is missing in `folder` from the folder `served`: plain or gzipped, flat or in torchvision's layout."""
    if not served.is_dir():
        raise network.Failed("no such folder")
    failures = []
    for file in _missing(dataset, folder):
        try:
            content = _found(served, dataset, file)
        except WrongBytes as error:
            failures.append(f"{file.name}: {error}")
            continue
        with replacing(raw_folder(dataset, folder) / file.name) as temporary:
            temporary.write_bytes(content)
    if failures:
        raise network.Failed("; ".join(failures))


def _found(served, dataset, file):
    """Return the bytes of `file` from the folder `served`. Raises WrongBytes where no copy there is right."""
    failure = WrongBytes("not there")
    for path in (place / name for place in (served, raw_folder(dataset, served)) for name in file.names):
        if path.is_file():
            try:
                return payload(path, file)
            except WrongBytes as error:
                failure = error
    raise failure
