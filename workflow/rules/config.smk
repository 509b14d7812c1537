"""Check the config before anything runs, and name what the rules take from it."""

import difflib
import math

import jsonschema
import yaml

sys.path.insert(0, str(SCRIPTS))
from normscape import architectures
from normscape.datasets import DATASETS, raw_paths
from normscape.files import InputError


def given_here(given, whole, config):
    """Return what of `given`, set in the config `whole` by `--config`, is in `config`: that, or one of its sections.

    A workflow that imports this one hands it a section of its own config.
    """
    if whole is config:
        return given
    sections = [(given[key], whole[key]) for key in given if isinstance(given[key], dict) and key in whole]
    found = [given_here(inner, section, config) for inner, section in sections if isinstance(section, dict)]
    return next((inner for inner in found if inner), {})


def given_on_command_line(given, config):
    """Read again what `--config` set: Snakemake hands on the numbers in a `--config key={…}` as texts."""
    for key, value in given.items():
        if isinstance(value, dict):
            given_on_command_line(value, config[key])
        elif isinstance(value, list):
            config[key] = [read_again(item) for item in value]
        else:
            config[key] = read_again(value)


def read_again(value):
    try:
        return yaml.safe_load(value) if isinstance(value, str) else value
    except yaml.YAMLError:
        return value  # a text, then


def schema_errors(config):
    """Yield a line for each place where `config` breaks the schema."""
    schema_file = Path(str(workflow.current_basedir)) / ".." / "schemas" / "config.schema.yaml"
    numbers = {
        # jsonschema takes 10.0 for an integer, and .nan for a number that breaks no bound
        "integer": lambda _, value: isinstance(value, int) and not isinstance(value, bool),
        "number": lambda _, value: isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value),
    }
    checker = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(numbers)
    Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=checker)
    for error in Validator(yaml.safe_load(schema_file.read_text(encoding="utf-8"))).iter_errors(config):
        place = ".".join(map(str, error.absolute_path))
        yield f"{place}: {wrong(error)}" if place else wrong(error)


def wrong(error):
    """Return what is wrong with one value, and what would be right, in a few words."""
    value = error.instance
    if error.validator == "additionalProperties":
        allowed = list(error.schema["properties"])
        unknown = next(key for key in value if key not in allowed)
        close = difflib.get_close_matches(str(unknown), allowed, n=1)
        return f"unknown key {unknown!r}; " + (
            f"did you mean {close[0]!r}?" if close else f"known are {', '.join(allowed)}"
        )
    if error.validator == "required":
        return f"the key {next(key for key in error.validator_value if key not in value)!r} is missing"
    if error.validator == "uniqueItems":
        return f"{next(item for item in value if value.count(item) > 1)!r} stands twice"
    if error.validator == "contains":
        return f"{value!r} lacks {error.validator_value['const']}"
    if error.validator == "not":
        return f"{value!r} is taken by the workflow itself; take another"
    if error.validator == "pattern" and "propertyNames" in error.absolute_schema_path or error.validator_value == NAME:
        return f"{value!r} can't be the name of a folder; use letters, digits, '_', '-' and '.', 64 at most"
    if error.validator == "pattern":
        return f"{value!r} is none of: a folder (no '-' first, with a '/'), a URL, upstream, debian"
    if error.validator == "type" and isinstance(value, str) and number_like(value):
        return f"the text {value!r} is not a number; YAML reads only 0.001 or 1.0e-3 as one, without quotes"
    return error.message


def number_like(text):
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def contradictions(config):
    """Yield a line for each pair of values, right in themselves, that don't go together."""
    models, comparison, dataset = config["models"], config["comparison"], config["dataset"]
    folded = [name.lower() for name in models]
    for name in models:
        if folded.count(name.lower()) > 1:
            yield f"models: {name!r} has a twin that differs only in upper and lower case, which some disks can't tell apart"
    for name, entry in models.items():
        try:
            architectures.check(entry, DATASETS[dataset["name"]].image_shape, config["training"]["batch_size"])
        except InputError as error:
            yield f"models.{name}: {error}"
    for name in [comparison["baseline"], *comparison["treatments"]]:
        if name not in models:
            yield f"comparison: {name!r} is not among the models: {', '.join(models)}"
    if comparison["baseline"] in comparison["treatments"]:
        yield f"comparison.treatments: {comparison['baseline']!r} is the baseline, too"
    if dataset["sources"] == ["debian"] and not DATASETS[dataset["name"]].debian_package:
        yield f"dataset.sources: debian has no package of {dataset['name']}; list a folder, a mirror or upstream"
    images = round(dataset["fraction"] * DATASETS[dataset["name"]].training_images)
    needed = max(config["training"]["batch_size"], 2)
    if images < needed:
        yield (
            f"dataset.fraction: {dataset['fraction']} leaves {images} images, fewer than a batch "
            f"(training.batch_size: {config['training']['batch_size']})"
        )


NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\n)"  # as the schema has it

whole = workflow.modifier_stack[0].globals["config"]
given_on_command_line(given_here(workflow.config_settings.config, whole, config), config)
for line in schema_errors(config):
    sys.exit(f"{whose}: {line}")
for line in contradictions(config):
    sys.exit(f"{whose}: {line}")

RESULTS = f"results/{config['experiment']}"
given = config["training"]["learning_rate"]
base, *others = given if isinstance(given, list) else [given]
others.sort()
RATES = [repr(float(rate)) for rate in (base, *others)]  # one spelling, for they stand in paths
RATE = RATES[0]  # the base rate
MODELS = sorted(config["models"])
COMPARED = [config["comparison"]["baseline"], *config["comparison"]["treatments"]]
SHOWN = [*COMPARED, *(model for model in MODELS if model not in COMPARED)]  # in the order of their colours
# Figures that only some configs have.
EXTRAS = ["sweep"] * (len(RATES) > 1) + ["landscape"] * (len(config["smoothness"]["step_multiples"]) > 1)
# What the results rest on, to be kept beside them: not where the data come from, nor an order that means nothing.
SETTINGS = {
    **config,
    "dataset": {key: value for key, value in config["dataset"].items() if key != "sources"},
    "seeds": sorted(config["seeds"]),
    "training": {**config["training"], "learning_rate": [base, *others] if others else base},
    "smoothness": {
        key: sorted(value) if isinstance(value, list) else value for key, value in config["smoothness"].items()
    },
}
RUN = f"{RESULTS}/runs/{{model}}/lr-{{learning_rate}}/seed-{{seed}}"  # a training run's folder


for folder in (placed("results/data"), placed(RESULTS)):
    place = next(place for place in (Path(folder), *Path(folder).parents) if place.exists())
    if not (place.is_dir() and os.access(place, os.W_OK)):
        sys.exit(f"{place}: can't be written; results go there, so make it a folder that you may write to")


wildcard_constraints:
    model="[A-Za-z0-9][A-Za-z0-9._-]*",
    learning_rate=r"[0-9.e-]+",
    seed=r"\d+",
