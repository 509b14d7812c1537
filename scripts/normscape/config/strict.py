"""Reading YAML and JSON so that they mean what they show.

No key stands twice, of which all but one would be lost without a word; and nothing stands without quotes that YAML 1.1
reads otherwise than it looks.
"""

import json
import re

import yaml

from ..errors import InputError
from .merging import Absent, below
from .places import DIGITS, at, shown

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C
ERRORS = (yaml.YAMLError, ValueError, ArithmeticError, RecursionError)  # that a text can raise there
TAG = "tag:yaml.org,2002:"
TEXT, NOTHING, MAPPING = f"{TAG}str", f"{TAG}null", f"{TAG}map"


class _Object(list):
    """A JSON object: its pairs of key and value."""


def read(path, place, section, load):
    """Return what stands in the config file `path`, a Path, at `section`, a tuple of keys; Absent where nothing does.

    place: the Place of that. load: reads a file as Snakemake does; for a template of YTE, whose keys and texts are
    another language's. JSON's own numbers are what they look like.
    Raises InputError, one line that names the file and the key.
    """
    try:
        text = path.read_text(encoding="utf-8")
        try:
            document = json.loads(text, object_pairs_hook=_Object)
        except ValueError:
            loader = LOADER(text)
            document = loader.get_single_node()
        if any(key == "__use_yte__" for key, *_ in _pairs(document)):
            return below(load(path), section)
        found = at_section(document, section)
        if isinstance(found, yaml.Node):
            return construct(loader, found, place)
        return _without_pairs(found, place.path)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (OSError, *ERRORS) as error:
        raise InputError(f"{path}: can't be read; {' '.join(str(error).split())}") from error


def at_section(document, section):
    """Return what stands at `section` of a document in which a key can stand twice; Absent where nothing does.

    Raises InputError where one of these keys does.
    """
    found = document
    for i, name in enumerate(section):
        pairs = [pair for pair in _pairs(found) if pair[0] == name]
        _refuse_twice(pairs, section[:i])
        found = pairs[0][1] if pairs else None
    return Absent if found is None else found


def construct(loader, node, place, texts=False):
    """Return what YAML reads the node as, which is at `place`.

    texts: whether a text stands wherever the schema wants one, whatever it looks like; else that would be refused, too.
    Raises InputError for the first thing in it that isn't what it looks like.
    """
    _settle(node, place, texts)
    return loader.construct_document(node)


def _pairs(value):
    """Return [(key, its value, its line, None for none)] of a mapping that isn't a dict yet; none of anything else."""
    if isinstance(value, yaml.MappingNode):
        return [(key.value, inner, key.start_mark and key.start_mark.line + 1) for key, inner in value.value]
    return [(key, inner, None) for key, inner in value] if isinstance(value, _Object) else []


def _refuse_twice(pairs, path):
    lines = {}
    for key, _, line in pairs:
        if isinstance(key, str) and key in lines:
            both = sorted({lines[key], line} - {None})
            where = f", in {'lines' if len(both) > 1 else 'line'} {' and '.join(map(str, both))}" if both else ""
            raise InputError(at((*path, key), f"stands twice{where}; keep one"))
        if isinstance(key, str):
            lines[key] = line


def _without_pairs(value, path):
    """Return what a JSON value is, with dicts."""
    if isinstance(value, _Object):
        _refuse_twice(_pairs(value), path)
        return {key: _without_pairs(inner, (*path, key)) for key, inner in value}
    if isinstance(value, list):
        return [_without_pairs(inner, (*path, i)) for i, inner in enumerate(value)]
    return value


def _settle(node, place, texts, around=()):
    if isinstance(node, yaml.ScalarNode):
        _settle_scalar(node, place, place.kind, texts)
        return
    if any(node is outer for outer in around):
        raise InputError(at(place.path, "contains itself"))
    around = (*around, node)
    if isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            _settle(item, place.item(i), texts, around)
        return
    _refuse_twice(_pairs(node), place.path)
    for key, inner in node.value:
        if key.tag == f"{TAG}merge":
            for each in inner.value if isinstance(inner, yaml.SequenceNode) else [inner]:
                _settle(each, place, texts, around)
        elif isinstance(key, yaml.ScalarNode):
            _settle_scalar(key, place, "string", texts)
            _settle(inner, place.key(key.value), texts, around)


def _settle_scalar(node, place, wanted, texts):
    if node.style:
        return  # in quotes
    if texts and wanted == "string":
        node.tag = TEXT
        return
    try:
        value = LOADER("").construct_object(node)  # one of its own, for a failure is kept in it
    except ERRORS:  # a number of thousands of digits, an impossible date
        if not texts:
            raise
        node.tag = TEXT
        return
    fault = misread(node.value, node.tag.removeprefix(TAG), value, wanted)
    if fault:
        raise InputError(at(place.path, fault))


def misread(text, kind, value, wanted):
    """Return what YAML 1.1 reads `text` as, without quotes, and what to write; "" where that is what it looks like.

    kind: int, float, bool, null, timestamp or str, as which YAML reads `value`. wanted: the `kind` of its Place.
    """
    reads = f"YAML reads {shown(text)} as"
    if wanted == "string":
        if not text or kind == "str":
            return ""
        names = {"bool": str(value).lower(), "null": "nothing", "timestamp": "a date"}
        what = names.get(kind) or _number(value)
        return f"{reads} {'a number' if what == text else what}; put it in quotes"
    looks = _whole_number(text)
    match kind:
        case "int" if not re.fullmatch("[-+]?(0|[1-9][0-9]*)", text):
            other = "" if looks in (None, value) else f" or {_number(looks)}"
            return f"{reads} {_number(value)}; write {_number(value)}{other}"
        case "float" if set("_:") & set(text):
            return f"{reads} {value}; write {value}"
        case "timestamp":
            return f"{reads} a date; none can stand here"
        case "str" if wanted in ("integer", "number") and looks is not None:
            return f"{reads} a text; write {_number(looks)}"
    return ""


def _whole_number(text):
    """Return the whole number that `text` looks like, zeros at its head aside; None where it looks like none."""
    for base in (10, 0):
        try:
            return int(text, base)
        except ValueError:
            pass
    return None


def _number(value):
    """Return a number as it stands in a line."""
    large = isinstance(value, int) and abs(value) >= 10**DIGITS
    return f"a number of more than {DIGITS} digits" if large else str(value)
