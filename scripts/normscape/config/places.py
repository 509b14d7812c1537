"""Places in the config: what the schema wants there, and how a line names them."""

from typing import NamedTuple

DIGITS = 300  # of a whole number: float64 holds no larger one, and Python writes none of more than 4,300 as a text
LETTERS = 600  # of a line


class Place(NamedTuple):
    """A place in the config.

    schema: the whole of it. own: the part of it for this place, {} where it has none. path: the keys that lead here.
    """

    schema: dict
    own: dict
    path: tuple = ()

    @property
    def kind(self):
        """What must stand here, if not a list, as JSON schemas call it: `string`, `integer`, …; None for no telling."""
        own = self._resolved("else")
        kinds = {_KINDS.get(type(value)) for value in own.get("enum", ())}
        return own.get("type", kinds.pop() if len(kinds) == 1 else None)

    def key(self, name):
        """Return the Place below the key `name`."""
        own = self._resolved()
        rest = own.get("additionalProperties")
        found = own.get("properties", {}).get(name, rest if isinstance(rest, dict) else {})
        return Place(self.schema, found, (*self.path, name))

    def item(self, i):
        """Return the Place of a list's item i."""
        return Place(self.schema, self._resolved("then").get("items", {}), (*self.path, i))

    def _resolved(self, branch=None):
        """Return the place's part of the schema, with what it refers to; `branch`: of an `if: {type: array}`."""
        own = self.own.get(branch, self.own)
        found = self.schema
        for step in own.get("$ref", "#").split("/")[1:]:
            found = found[step]
        return {**found, **own} if "$ref" in own else own


_KINDS = {str: "string", int: "integer"}


def canonical(value, place):
    """Return a copy of a value that the schema allows at `place`, with each number in its one spelling.

    An int where the schema wants a whole number, as kernel_size: 5 for 5.0; else a float, as fraction: 1.0 for 1.
    """
    if isinstance(value, dict):
        return {key: canonical(inner, place.key(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [canonical(inner, place.item(i)) for i, inner in enumerate(value)]
    return {"integer": int, "number": float}.get(place.kind, lambda other: other)(value)


def at(path, fault):
    """Return a line that says where in the config what is wrong."""
    keys = ".".join(map(shown, path))
    return cut(f"{keys}: {fault}" if keys else fault)


def shown(text):
    """Return a key or text as it can stand in a line."""
    return repr(text) if isinstance(text, str) and not text.isprintable() else str(text)


def cut(line):
    return line if len(line) <= LETTERS else f"{line[:LETTERS]} …"
