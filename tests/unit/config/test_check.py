"""A config that can't be meant gets one line that names the key, what is wrong, and what would be right."""

import json
from itertools import product

import pytest
from entries import BATCH, PLAIN
from normscape.config.check import check_config
from normscape.config.settings import settings
from normscape.data.datasets import DATASETS
from normscape.errors import InputError
from snakemake.utils import update_config

BAD = {
    "unknown key": ({"sedes": [0]}, "unknown key 'sedes'; did you mean 'seeds'?"),
    "unknown inner key": ({"training": {"momentum": 0.9}}, "training: unknown key 'momentum'; known are "),
    "unknown key of a model": (
        {"models": {"ConvNet": {"kernelsize": 3}}},
        "models.ConvNet: unknown key 'kernelsize'; did you mean 'kernel_size'?",
    ),
    "a text for a number": (
        {"training": {"learning_rate": "1e-3"}},
        "training.learning_rate: the text '1e-3' is not a number; ",
    ),
    "a word for a number": ({"training": {"passes": "ten"}}, "training.passes: 'ten' is not of type 'integer'"),
    "a fraction for a whole number": ({"training": {"passes": 2.5}}, "training.passes: 2.5 is not of type"),
    "a fraction for a size": ({"models": {"ConvNet": {"kernel_size": 5.5}}}, "models.ConvNet.kernel_size: 5.5 is not"),
    "a fraction for a seed": ({"seeds": [0, 1.5]}, "seeds.1: 1.5 is not of type 'integer'"),
    "no end of passes": ({"training": {"passes": float("inf")}}, "training.passes: inf is not of type 'integer'"),
    "truth for a size": ({"models": {"ConvNet": {"kernel_size": True}}}, "models.ConvNet.kernel_size: True is not"),
    "a seed in two spellings": ({"seeds": [0, 1, 1.0]}, "seeds: 1 stands twice"),
    "truth for a number": ({"smoothness": {"directions": True}}, "smoothness.directions: True is not of type"),
    "a number for a list": ({"seeds": 3}, "seeds: 3 is not of type 'array'"),
    "nothing for a section": ({"training": None}, "training: None is not of type 'object'"),
    "no images": (
        {"dataset": {"fraction": 0}},
        "dataset.fraction: 0 is less than or equal to the minimum of 0",
    ),
    "more images than there are": ({"dataset": {"fraction": 1.5}}, "dataset.fraction: 1.5 is greater than"),
    "not a number": ({"dataset": {"fraction": float("nan")}}, "dataset.fraction: nan is not of type 'number'"),
    "fewer images than a batch": (
        {"dataset": {"fraction": 0.0005}},
        "dataset.fraction: 0.0005 leaves 30 images, fewer than a batch (training.batch_size: 32)",
    ),
    "a source of no kind": (
        {"dataset": {"sources": ["upstraem"]}},
        "dataset.sources.0: 'upstraem' is none of: ",
    ),
    "the Debian package of a data set that has none": (
        {"dataset": {"name": "MNIST", "sources": ["debian"]}},
        "dataset.sources: debian has no package of MNIST; list a folder, a mirror or upstream",
    ),
    "an unknown data set": ({"dataset": {"name": "MNISTE"}}, "dataset.name: 'MNISTE' is not one of"),
    "a seed twice": ({"seeds": [0, 1, 1]}, "seeds: 1 stands twice"),
    "no seeds": ({"seeds": []}, "seeds: "),
    "a negative seed": ({"seeds": [-1]}, "seeds.0: -1 is less than the minimum of 0"),
    "a negative rate": ({"training": {"learning_rate": -0.1}}, "training.learning_rate: -0.1 is less than"),
    "a negative rate in a list": (
        {"training": {"learning_rate": [0.1, -0.1]}},
        "training.learning_rate.1: -0.1 is less than",
    ),
    "a text in a list of rates": (
        {"training": {"learning_rate": [0.1, "1e-3"]}},
        "training.learning_rate.1: the text '1e-3' is not a number; ",
    ),
    "one rate in two spellings": (
        {"training": {"learning_rate": [0.04, 0.1, 4.0e-2]}},
        "training.learning_rate: 0.04 stands twice",
    ),
    "a whole number and its twin": (
        {"training": {"learning_rate": [1, 1.0]}},
        "training.learning_rate: 1 stands twice",
    ),
    "no rates": ({"training": {"learning_rate": []}}, "training.learning_rate: [] "),
    "zero passes": ({"training": {"passes": 0}}, "training.passes: 0 is less than the minimum of 1"),
    "no early updates at all": ({"training": {"early_updates": None}}, "training.early_updates: None is not of type"),
    "an early update before the first": (
        {"training": {"early_updates": [0, 1]}},
        "training.early_updates.0: 0 is less",
    ),
    "an early update twice": ({"training": {"early_updates": [1, 1]}}, "training.early_updates: 1 stands twice"),
    "evaluated never": (
        {"training": {"evaluate_every": 0}},
        "training.evaluate_every: 0 is less than the minimum of 1",
    ),
    "a word for passes": ({"smoothness": {"passes": "some"}}, "smoothness.passes: 'some' is not one of ['all']"),
    "no pass to probe": ({"smoothness": {"passes": []}}, "smoothness.passes: [] "),
    "passes that training doesn't reach": (
        {"smoothness": {"passes": [0, 20]}},
        "smoothness.passes: [0, 20] has none of the passes 1 to 10 (training.passes)",
    ),
    "a word for looks": ({"comparison": {"looks": "twice"}}, "comparison.looks: 'twice' is not one of"),
    "nothing negligible": ({"comparison": {"negligible": {}}}, "comparison.negligible: {} "),
    "a ratio of 1": (
        {"comparison": {"negligible": {"ratio": 1}}},
        "comparison.negligible.ratio: 1 is less than or equal to the minimum of 1",
    ),
    "an unknown margin": ({"comparison": {"negligible": {"share": 0.1}}}, "comparison.negligible: unknown key 'share'"),
    "no multiple of 1": ({"smoothness": {"step_multiples": [2]}}, "smoothness.step_multiples: [2] lacks 1"),
    "a path for a model": ({"models": {"../up": PLAIN}}, "models: '../up' can't be the name of a folder; "),
    "a command for a model": ({"models": {"$(touch x)": PLAIN}}, "models: '$(touch x)' can't be the name of"),
    "two commands for a model": (
        {"models": {"a b;c": PLAIN}},
        "models: 'a b;c' can't be the name of a folder; ",
    ),
    "a model whose name ends in a new line": (
        {"models": {"a\n": PLAIN}},
        r"models: 'a\n' can't be the name of",
    ),
    "a number for a model": ({"models": {1: PLAIN}}, "models: 1 is not of type 'string'"),
    "twins": ({"models": {"convnet": PLAIN}}, "models: 'ConvNet' has a twin"),
    "a path for an experiment": ({"experiment": "a/b"}, "experiment: 'a/b' can't be the name of a folder; "),
    "the folder above": ({"experiment": ".."}, "experiment: '..' can't be the name of a folder; "),
    "a path upwards": ({"experiment": "../x"}, "experiment: '../x' can't be the name of a folder; "),
    "the data's folder in capitals": ({"experiment": "Data"}, "experiment: 'Data' is taken by the workflow"),
    "an option for a source": ({"dataset": {"sources": ["-/x"]}}, "dataset.sources.0: '-/x' is none of: "),
    "a source of two lines": ({"dataset": {"sources": ["/a\n"]}}, r"dataset.sources.0: '/a\n' is none of: "),
    "the data's folder": ({"experiment": "data"}, "experiment: 'data' is taken by the workflow itself"),
    "an even kernel": (
        {"models": {"ConvNet": {"kernel_size": 4}}},
        "models.ConvNet.kernel_size: 4 is not one of",
    ),
    "an unknown normalisation": ({"models": {"ConvNet": {"normalisation": "bach"}}}, "models.ConvNet.normal"),
    "a baseline that is no model": (
        {"comparison": {"baseline": "Conv"}},
        "comparison: 'Conv' is not among the",
    ),
    "a treatment that is no model": ({"comparison": {"treatments": ["X"]}}, "comparison: 'X' is not among the"),
    "a treatment that is the baseline": (
        {"comparison": {"treatments": ["ConvNet"]}},
        "comparison.treatments: 'ConvNet' is the baseline, too",
    ),
    "certainty": ({"comparison": {"confidence": 1}}, "comparison.confidence: 1 is greater than or equal to"),
    "an unknown device": ({"device": "gpu"}, "device: 'gpu' is not one of ['cpu', 'cuda', 'auto']"),
    "a model too deep for its images": (
        {"models": {"Deep": {**PLAIN, "channels": [4, 4, 4, 4, 4]}}},
        "models.Deep: channels: 5 convolutions with a max-pool each need images of at least 32 pixels a side",
    ),
    "an unknown activation": ({"models": {"ConvNet": {"activation": "rleu"}}}, "models.ConvNet.activation: 'r"),
    "no placement": (
        {"models": {"ConvNet": {"normalisation": "batch", "affine": True}}},
        "models.ConvNet: the key 'placement' is missing, which normalisation 'batch' needs",
    ),
    "a placement of nothing": (
        {"models": {"BatchNormConvNet": {"normalisation": "none"}}},
        "models.BatchNormConvNet: 'placement' goes with a normalisation only, not with normalisation 'none'",
    ),
    "no groups": (
        {"models": {"BatchNormConvNet": {"normalisation": "group"}}},
        "models.BatchNormConvNet: the key 'groups' is missing, which normalisation 'group' needs",
    ),
    "groups of nothing": (
        {"models": {"BatchNormConvNet": {"groups": 4}}},
        "models.BatchNormConvNet: 'groups' goes with normalisation 'group' only, not with ",
    ),
    "groups that don't divide": (
        {"models": {"Other": {**BATCH, "normalisation": "group", "groups": 12, "channels": [24, 32]}}},
        "models.Other: groups: 12 don't divide the 32 filters of convolution 2",
    ),
    "maps of one pixel": (
        {"models": {"Other": {**BATCH, "normalisation": "instance", "channels": [4, 4, 4, 4]}}},
        "models.Other: normalisation 'instance' would take its statistics of a single value at convolution 4",
    ),
}


def fault(config, schema):
    """Return the line with which a config is refused."""
    with pytest.raises(InputError) as error:
        check_config(config, schema)
    line = str(error.value)
    assert line.isprintable() and len(line) < 620
    return line


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_gets_one_line(config, schema, name):
    change, line = BAD[name]
    update_config(config, change)
    assert fault(config, schema).startswith(line)


@pytest.mark.parametrize("key", ["experiment", "seeds", "training.passes", "models.ConvNet.channels"])
def test_a_missing_key_gets_one_line(config, schema, key):
    *sections, name = key.split(".")
    inner = config
    for section in sections:
        inner = inner[section]
    del inner[name]
    place = f"{'.'.join(sections)}: " if sections else ""
    assert fault(config, schema) == f"{place}the key {name!r} is missing"


def test_the_config_that_comes_along_is_right(config, schema):
    check_config(config, schema)


# --------------------------------------------------------------------------------------------- one value, two spellings

WHOLE = {
    "seeds": [0, 1],
    "training": {"batch_size": 16, "passes": 2},
    "models": {
        "ConvNet": {"channels": [8, 16], "kernel_size": 3},
        "Grouped": {**BATCH, "normalisation": "group", "groups": 4},
    },
    "smoothness": {"directions": 2, "detailed_passes": [1, 2]},
    "figure": {"dpi": 100},
}
BROKEN = {
    "training": {"learning_rate": [1.0, 2.0]},
    "smoothness": {"step_multiples": [1.0, 2.0]},
    "dataset": {"fraction": 1.0},
    "figure": {"width": 11.0, "height": 7.0},
}


def respelt(value, kind):
    if isinstance(value, dict):
        return {key: respelt(inner, kind) for key, inner in value.items()}
    if isinstance(value, list):
        return [respelt(inner, kind) for inner in value]
    return kind(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize(("values", "other"), [(WHOLE, float), (BROKEN, int)])
def test_a_number_is_the_same_in_either_spelling(config, schema, values, other):
    spellings = [values, respelt(values, other)]
    assert json.dumps(spellings[0]) != json.dumps(spellings[1])
    found = []
    for change in spellings:
        changed = copied(config)
        update_config(changed, change)
        check_config(changed, schema)
        found.append(json.dumps(changed, sort_keys=True))
        assert all(json.dumps(changed["figure"][key]) == json.dumps(size) for key, size in values["figure"].items())
    assert found[0] == found[1]


@pytest.mark.parametrize(("given", "rate"), [(1, "1.0"), (1.0, "1.0"), ([1, 0.5, 2], "[1.0, 0.5, 2.0]")])
def test_a_rate_is_the_same_in_either_spelling(config, schema, given, rate):
    config["training"]["learning_rate"] = given
    check_config(config, schema)
    assert json.dumps(config["training"]["learning_rate"]) == rate


def test_the_config_that_comes_along_is_spelt_as_it_is_but_for_its_sizes_and_steps(config, schema):
    kept = copied(config)
    check_config(config, schema)
    assert config == kept
    kept["smoothness"]["step_multiples"] = [1.0]
    kept["figure"] |= {"width": 11.0, "height": 7.0}
    assert json.dumps(config) == json.dumps(kept)


def test_a_list_that_stands_in_two_places_is_spelt_for_each(config, schema):
    config["smoothness"]["detailed_passes"] = config["smoothness"]["step_multiples"] = config["seeds"] = [1, 2.0]
    check_config(config, schema)
    assert json.dumps(config["smoothness"]["step_multiples"]) == "[1.0, 2.0]"
    assert json.dumps([config["smoothness"]["detailed_passes"], config["seeds"]]) == "[[1, 2], [1, 2]]"


def test_truth_values_and_texts_stay_what_they_are(config, schema):
    check_config(config, schema)
    assert config["models"]["BatchNormConvNet"]["affine"] is True and config["experiment"] == "default"


def test_the_schema_knows_the_data_sets_that_there_are(schema):
    assert schema["properties"]["dataset"]["properties"]["name"]["enum"] == list(DATASETS)


# --------------------------------------------------------------------------------------------- values that nobody means


def within_itself(kind):
    value = kind()
    value.append(value) if kind is list else value.update(x=value)
    return value


def nested(depth):
    return [nested(depth - 1)] if depth else []


ODD = {
    "a whole number of 40 digits": 10**40 - 1,
    "a whole number that no float holds": 10**400,
    "a whole number that Python writes in no text": 16**5000,
    "a negative one": -(16**5000),
    "a text of 40 digits": "9" * 40,
    "a text of many digits": "9" * 5000,
    "hundreds of letters": "a" * 300,
    "several lines": "a\nb\r\u2028c\x00",
    "half a surrogate pair": "/\ud800",
    "no number": float("nan"),
    "no end": float("inf"),
    "the least number": 5e-324,
    "a list that contains itself": within_itself(list),
    "two lists that contain themselves": [within_itself(list), within_itself(list)],
    "a section that contains itself": within_itself(dict),
    "lists within lists": nested(300),
    "equal values of two kinds": [(1,), [1]],
    "an odd key": {"a\nb": {"c\nd": 1}},
    "a key of many digits": {16**5000: 1},
    "a key of several parts": {(1, 2): {None: 3}},
    "many values": list(range(3000)),
    "a set": {1, 2},
    "bytes": b"x",
    "a model": PLAIN,
}


@pytest.mark.parametrize("odd", ODD)
def test_whatever_stands_anywhere_is_right_or_gets_one_line(config, schema, odd):
    places = list(paths(config))
    for place, new in product(places, (False, True)):
        changed = copied(config)
        *sections, key = place
        inner = changed
        for section in sections:
            inner = inner[section]
        if new:
            inner = inner[key]
            if not isinstance(inner, dict):
                continue
            key = "another"
        inner[key] = ODD[odd]
        try:
            check_config(changed, schema)
        except InputError as error:
            assert str(error).isprintable() and len(str(error)) < 620
        else:
            assert json.dumps(settings(changed))


def paths(value, path=()):
    if path:
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ()):
        yield from paths(inner, (*path, key))


def copied(value):
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, list) else value


@pytest.mark.parametrize("name", ["a" * 65, "a" * 300, "a" * 100_000])
def test_a_name_of_hundreds_of_letters_gets_a_line_that_can_be_read(config, schema, name):
    update_config(config, {"models": {name: PLAIN}})
    assert fault(config, schema).startswith("models: 'aaaaaaaa")


def test_a_model_of_thousands_of_convolutions_gets_one_line(config, schema):
    config["models"]["ConvNet"]["channels"] = [16] * 20_000
    assert fault(config, schema).startswith("models.ConvNet.channels: [16, 16, ")


def test_a_learning_rate_of_many_digits_gets_one_line(config, schema):
    for digits, line in (
        (40, f"{'9' * 40} is greater than the maximum of 1000000"),
        (400, "a number of more than 300 d"),
    ):
        config["training"]["learning_rate"] = int("9" * digits)
        assert fault(config, schema).startswith(f"training.learning_rate: {line}")
