"""What stands where in a config, and laying one over another."""

from collections.abc import Mapping


class Absent:
    """Stands for what isn't set."""


def below(value, section):
    """Return what stands in a config at `section`, a tuple of keys; Absent where nothing does."""
    for key in section:
        value = value.get(key, Absent) if isinstance(value, Mapping) else Absent
    return value


def way_to(config, whole):
    """Return the keys that lead from `whole` to `config`, a dict within it; None where none do."""
    if config is whole:
        return ()
    for key, inner in whole.items():
        if isinstance(inner, dict):
            way = way_to(config, inner)
            if way is not None:
                return (key, *way)
    return None


def merge(lower, upper):
    """Return `upper` laid over `lower`, as Snakemake does: mapping into mapping, anything else instead of it."""
    if isinstance(upper, Mapping):
        lower = lower if isinstance(lower, dict) else {}
        return {**lower, **{key: merge(lower.get(key), inner) for key, inner in upper.items()}}
    return lower if upper is Absent else upper


def with_changes(value, before, after):
    """Return `value` with the changes that made `after` of `before`."""
    if before == after:
        return value
    if not all(isinstance(each, dict) for each in (value, before, after)):
        return after
    changed = {
        key: with_changes(value.get(key, Absent), before.get(key, Absent), inner) for key, inner in after.items()
    }
    return {key: inner for key, inner in changed.items() if inner is not Absent}
