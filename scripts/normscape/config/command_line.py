"""Numbers that `--config` set: of a `--config key={…}`, Snakemake hands them on as texts."""

import yaml


def read_again(config, given, whole):
    """Turn, in `config`, the texts that `--config` set into the numbers or truth values that YAML reads them as.

    given: what `--config` set in the workflow's config `whole`. config: that, or a section of it, which is all that a
    workflow that imports this one hands it.
    """
    _replace(config, given if whole is config else _part(config, given, whole))


def _part(config, given, whole):
    """Return what of `given` lies in `config`, a section of `whole`."""
    sections = [(inner, whole[key]) for key, inner in given.items() if isinstance(inner, dict) and key in whole]
    for inner, section in sections:
        if section is config:
            return inner
    parts = [_part(config, inner, section) for inner, section in sections if isinstance(section, dict)]
    return next(filter(None, parts), {})


def _replace(config, given):
    for key, value in given.items():
        if isinstance(value, dict):
            _replace(config[key], value)
        else:
            config[key] = [_number(item) for item in value] if isinstance(value, list) else _number(value)


def _number(value):
    """Return the number, truth value or nothing that YAML reads the text `value` as, or else `value`."""
    try:
        read = yaml.safe_load(value) if isinstance(value, str) else value
    except (yaml.YAMLError, ValueError, ArithmeticError, RecursionError):
        return value
    return read if read is None or isinstance(read, int | float) else value
