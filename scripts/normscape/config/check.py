"""Checking the config: against its schema, and for values that don't go together; and one spelling for each number."""

import difflib
import math
from itertools import chain, islice

import jsonschema

from ..data.datasets import DATASETS
from ..errors import InputError
from ..models import architectures
from . import claims
from .places import DIGITS, Place, at, canonical, cut

LEVELS = 50  # of lists and sections within each other


def check_config(config, schema):
    """Raise InputError, one line that names the key, for the first thing that is wrong in `config`; else bring that,
    in place, into its one spelling: 5 and 5.0, or 1 and 1.0, are one value.

    schema: a JSON schema, as a dict. Its own keyword `otherwise`, beside a `pattern` or a `not`, says what is wrong
    with a value that breaks that.
    """
    for line in chain(_unwieldy(config), _schema_faults(config, schema)):
        raise InputError(cut(line))
    config.update(canonical(config, Place(schema, schema)))
    for line in _contradictions(config):
        raise InputError(cut(line))


def _unwieldy(value, path=(), around=()):
    """Yield a line for each value that the checks below could neither compare nor write as a text."""
    if isinstance(value, int) and abs(value) >= 10**DIGITS:
        yield at(path, f"a number of more than {DIGITS} digits")
    if isinstance(value, dict | list):
        if any(value is outer for outer in around):
            yield at(path, "contains itself")
        elif len(around) == LEVELS:
            yield at(path, f"more than {LEVELS} lists within each other")
        else:
            for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
                yield from _unwieldy(key, path)
                yield from _unwieldy(inner, (*path, key), (*around, value))


def _schema_faults(config, schema):
    """Yield a line for each place where `config` breaks the schema."""
    # jsonschema takes .nan for a number that breaks no bound. For an integer it takes 10.0, as we do.
    checker = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "number",
        lambda _, value: isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value),
    )
    Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=checker)
    for error in Validator(schema).iter_errors(config):
        yield at(error.absolute_path, _wrong(error))


def _wrong(error):
    """Return what is wrong with one value, and what would be right, in a few words."""
    value, wanted = error.instance, error.validator_value
    match error.validator:
        case "additionalProperties":
            return _unknown(next(key for key in value if key not in error.schema["properties"]), error.schema)
        case "required":
            return f"the key {next(key for key in wanted if key not in value)!r} is missing"
        case "uniqueItems" if repeated := list(islice((item for item in value if value.count(item) > 1), 1)):
            return f"{repeated[0]!r} stands twice"
        case "contains":
            return f"{value!r} lacks {wanted['const']}"
        case "pattern" | "not":
            return f"{value!r} {error.schema['otherwise']}"
        case "type" if isinstance(value, str) and _number_like(value):
            return f"the text {value!r} is not a number; YAML reads only 0.001 or 1.0e-3 as one, without quotes"
    return error.message


def _unknown(key, schema):
    known = list(schema["properties"])
    close = difflib.get_close_matches(str(key), known, n=1)
    return f"unknown key {key!r}; " + (f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}")


def _number_like(text):
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _contradictions(config):
    """Yield a line for each pair of values, right in themselves, that don't go together."""
    yield from _model_faults(config)
    yield from _comparison_faults(config["comparison"], config["models"])
    yield from _dataset_faults(config)
    yield from claims.faults(config)
    yield from _probe_faults(config["smoothness"]["passes"], config["training"]["passes"])


def _model_faults(config):
    models = config["models"]
    image_shape = DATASETS[config["dataset"]["name"]].image_shape
    lower = [name.lower() for name in models]
    for name in models:
        if lower.count(name.lower()) > 1:
            yield (
                f"models: {name!r} has a twin that differs only in upper and lower case, "
                "which some disks can't tell apart"
            )
    for name, entry in models.items():
        try:
            architectures.check(entry, image_shape, config["training"]["batch_size"])
        except InputError as error:
            yield f"models.{name}: {error}"


def _comparison_faults(comparison, models):
    for name in [comparison["baseline"], *comparison["treatments"]]:
        if name not in models:
            yield f"comparison: {name!r} is not among the models: {', '.join(models)}"
    if comparison["baseline"] in comparison["treatments"]:
        yield f"comparison.treatments: {comparison['baseline']!r} is the baseline, too"


def _dataset_faults(config):
    name, fraction, batch_size = (
        config["dataset"]["name"],
        config["dataset"]["fraction"],
        config["training"]["batch_size"],
    )
    if config["dataset"]["sources"] == ["debian"] and not DATASETS[name].debian_package:
        yield f"dataset.sources: debian has no package of {name}; list a folder, a mirror or upstream"
    images = DATASETS[name].drawn(fraction)
    if images < max(batch_size, 2):
        yield (
            f"dataset.fraction: {fraction} leaves {images} images, fewer than a batch "
            f"(training.batch_size: {batch_size})"
        )


def _probe_faults(probed, passes):
    if probed != "all" and not any(1 <= number <= passes for number in probed):
        yield f"smoothness.passes: {probed} has none of the passes 1 to {passes} (training.passes)"
