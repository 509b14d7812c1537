"""A function's signature as a command line."""

import argparse
import inspect
import json
import re
from pathlib import Path
from typing import get_args, get_origin

_HELP = r"^(\w+): (.*)$"


def parse(main, words=None, **more):
    """Return {parameter of `main`: value}, as a command line gives them.

    main: a function whose parameters are annotated: str, int, float and Path are read from one word; dict, and any
        class of named fields, from JSON; list[…] takes one word or more; bool is a flag. One without a default must be
        given. Those before a `*` stand without a name, all others are `--name value`. In the docstring, a line
        `name: what it is` is the parameter's help.
    words: the command line, by default this process's. more: {name: annotation} of options besides.
    """
    document = inspect.getdoc(main) or ""
    helps = dict(re.findall(_HELP, document, re.MULTILINE))
    description = re.sub(_HELP, "", document, flags=re.MULTILINE).strip()
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parameters = dict(inspect.signature(main).parameters)
    for name, annotation in more.items():
        parameters[name] = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation)
    for name, parameter in parameters.items():
        options = _options(parameter)
        if parameter.kind is parameter.KEYWORD_ONLY:
            required = parameter.default is parameter.empty and parameter.annotation is not bool
            options |= {"required": required, "dest": name}
            name = f"--{name.replace('_', '-')}"
        parser.add_argument(name, help=helps.get(options.get("dest", name), "").replace("%", "%%"), **options)
    return vars(parser.parse_args(words))


def _options(parameter):
    """Return what argparse must know of a parameter's type and default."""
    kind, default = parameter.annotation, None if parameter.default is parameter.empty else parameter.default
    if kind is bool:
        return {"action": "store_true"}
    several = get_origin(kind) is list
    one = get_args(kind)[0] if several else kind
    convert = one if one in (str, int, float, Path) else _from_json(one)
    return {"type": convert, "default": default} | ({"nargs": "*" if default == [] else "+"} if several else {})


def _from_json(kind):
    """Return a function that makes a `kind`, a dict or a class of named fields, from JSON."""

    def convert(text):
        value = json.loads(text)
        return value if kind is dict else kind(**value)

    convert.__name__ = kind.__name__  # argparse names it where the text isn't right
    return convert


def plain(value):
    """Return a parsed value as JSON can hold it."""
    if isinstance(value, Path):
        return value.as_posix()
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value
