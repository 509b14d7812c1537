"""What `--config` set, read as it was written.

Of `experiment=007` Snakemake hands on a 7, and of what stands within braces texts, whatever it looks like.
"""

import yaml

from ..errors import InputError
from . import strict
from .merging import Absent, merge
from .places import at


def read(entries, place, section):
    """Return what a command line's entries, `key=text` each, set at `section`, a tuple of keys; Absent for nothing.

    place: the Place of that. Where the schema wants a text, what stands there is one, with YAML's quotes or without.
    Raises InputError, one line, for what isn't what it looks like, and where two entries set the same key.
    """
    found = Absent
    try:
        for entry in entries:
            key, _, text = entry.partition("=")
            value = _entry(key, text, place, section)
            _refuse_twice(found, value, place.path)
            found = merge(found, value)
    except InputError as error:
        raise InputError(f"--config: {error}") from error
    return found


def _entry(key, text, place, section):
    if not section and place.key(key).kind == "string":
        return {key: _unquoted(text.strip())}
    bare = text.strip("'\"")  # as Snakemake has it: `seeds="[0, 1]"` is a list
    try:
        loader = strict.LOADER(bare)
        node = loader.get_single_node() or yaml.ScalarNode(strict.NOTHING, "")
    except strict.ERRORS:  # no YAML, so a text
        node = yaml.ScalarNode(strict.TEXT, bare, style='"')
    document = yaml.MappingNode(strict.MAPPING, [(yaml.ScalarNode(strict.TEXT, key, style='"'), node)])
    found = strict.at_section(document, section)
    return found if found is Absent else strict.construct(loader, found, place, texts=True)


def _unquoted(text):
    """Return `text` without YAML's quotes, where it stands in such as a whole."""
    if not text.startswith(("'", '"')):
        return text
    try:
        node = strict.LOADER(text).get_single_node()
    except strict.ERRORS:
        return text
    return node.value if isinstance(node, yaml.ScalarNode) else text


def _refuse_twice(found, value, path):
    """Raise InputError where `value` would take the place of something in `found`."""
    if isinstance(found, dict) and isinstance(value, dict):
        for key in filter(found.__contains__, value):
            _refuse_twice(found[key], value[key], (*path, key))
    elif Absent not in (found, value):
        raise InputError(at(path, "stands twice; keep one"))
