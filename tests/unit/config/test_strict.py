"""A file means what it shows: what would be lost or read otherwise than it looks gets one line that names it."""

import json

import pytest
import yaml
from normscape.config import strict
from normscape.config.places import Place
from normscape.errors import InputError


@pytest.fixture
def read(schema, tmp_path):
    """A function that reads a text as a config file, or a section of one."""

    def read(text, *section):
        path = tmp_path / "mine.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return strict.read(path, Place(schema, schema, section), section, lambda path: "Snakemake's reading")

    return read


@pytest.fixture
def fault(read, tmp_path):
    """A function that returns the line with which a text is refused, without the file's name."""

    def fault(text, *section):
        with pytest.raises(InputError) as error:
            read(text, *section)
        line = str(error.value)
        assert line.isprintable() and len(line) < 700 + len(str(tmp_path))
        assert line.startswith(f"{tmp_path}/mine.yaml: ")
        return line.removeprefix(f"{tmp_path}/mine.yaml: ")

    return fault


# ---------------------------------------------------------------------------------------------------- a key given twice


@pytest.mark.parametrize(
    ("text", "line"),
    {
        "experiment: a\ndevice: cpu\nexperiment: b\n": "experiment: stands twice, in lines 1 and 3; keep one",
        "training:\n  passes: 1\n  batch_size: 2\n  passes: 1\n": (
            "training.passes: stands twice, in lines 2 and 4; keep one"
        ),
        "training: {passes: 1, passes: 2}": "training.passes: stands twice, in line 1; keep one",
        "seeds: [0]\nseeds: [0]\nseeds: [0]\n": "seeds: stands twice, in lines 1 and 2; keep one",
        "models:\n  A: {kernel_size: 3}\n  B: {kernel_size: 3}\n  A: {kernel_size: 5}\n": (
            "models.A: stands twice, in lines 2 and 4; keep one"
        ),
        "models:\n  A:\n    channels: [8]\n    'channels': [16]\n": (
            "models.A.channels: stands twice, in lines 3 and 4; keep one"
        ),
        "sedes: {a: 1, a: 2}": "sedes.a: stands twice, in line 1; keep one",
        "models: {A: &a {kernel_size: 3, kernel_size: 5}, B: *a}": (
            "models.A.kernel_size: stands twice, in line 1; keep one"
        ),
        "models: {A: {<<: {activation: relu, activation: elu}}}": (
            "models.A.activation: stands twice, in line 1; keep one"
        ),
        "training:\n  passes: 1\n\n# below\ntraining:\n  batch_size: 2\n": (
            "training: stands twice, in lines 1 and 5; keep one"
        ),
        '{"training": {"passes": 1, "passes": 1}}': "training.passes: stands twice; keep one",
        '{"seeds": [0], "device": "cpu", "seeds": [1]}': "seeds: stands twice; keep one",
        '{"models": {"A": {"channels": [8]}, "A": {"channels": [16]}}}': "models.A: stands twice; keep one",
        '{"sedes": [{"a": 1}, {"b": 1, "b": 2}]}': "sedes.1.b: stands twice; keep one",
    }.items(),
)
def test_a_key_given_twice_gets_a_line_that_names_it(fault, text, line):
    assert fault(text) == line


def test_a_key_of_what_is_merged_in_may_be_set_anew(read):
    text = "models: {A: &a {activation: relu, kernel_size: 3}, B: {<<: *a, kernel_size: 5}, C: {<<: [*a]}}"
    assert read(text) == yaml.safe_load(text)


def test_only_its_own_section_of_anothers_config_is_held_to_this(read, fault):
    twice = "theirs: {{a: 010, a: 1}}\nseeds: 0x10\nmine:\n  normscape: {{device: cpu, {}}}\n  b: 1\n  b: 2\n"
    assert read(twice.format("seeds: [1]"), "mine", "normscape") == {"device": "cpu", "seeds": [1]}
    assert fault(twice.format("device: cpu"), "mine", "normscape") == (
        "mine.normscape.device: stands twice, in line 4; keep one"
    )
    assert fault(twice.format("seeds: [1_0]"), "mine", "normscape") == (
        "mine.normscape.seeds.0: YAML reads 1_0 as 10; write 10"
    )
    assert fault("mine: {normscape: {}}\nyours: {}\nmine: {}\n", "mine", "normscape") == (
        "mine: stands twice, in lines 1 and 3; keep one"
    )
    theirs = {"theirs": [1], "mine": {"normscape": {"device": "cpu"}}}
    assert read(json.dumps(theirs), "mine", "normscape") == {"device": "cpu"}
    assert fault('{"a": 1, "a": 2, "mine": {"seeds": [0], "seeds": [1]}}', "mine") == (
        "mine.seeds: stands twice; keep one"
    )
    assert fault('{"mine": {}, "mine": {"seeds": [1]}}', "mine") == "mine: stands twice; keep one"


@pytest.mark.parametrize("text", ["theirs: 1", "mine: 1", "mine:\n", "mine: {}", "{}", '{"mine": null}', "[1]", ""])
def test_a_section_that_is_not_there_is_absent(read, text):
    assert read(text, "mine", "normscape") is strict.Absent


# --------------------------------------------------------------------------------- what is read otherwise than it looks

NUMBERS = [
    ("training: {batch_size: VALUE}", "training.batch_size"),
    ("training:\n  passes: VALUE\n", "training.passes"),
    ("dataset: {fraction: VALUE}", "dataset.fraction"),
    ("seeds: [0, VALUE]", "seeds.1"),
    ("training: {learning_rate: VALUE}", "training.learning_rate"),
    ("training: {learning_rate: [0.04, VALUE]}", "training.learning_rate.1"),
    ("models: {A: {kernel_size: VALUE}}", "models.A.kernel_size"),
    ("models: {A: {channels: [8, VALUE]}}", "models.A.channels.1"),
    ("smoothness: {step_multiples: [VALUE]}", "smoothness.step_multiples.0"),
    ("figure: {dpi: VALUE}", "figure.dpi"),
    ("models: {A: {<<: {groups: VALUE}}}", "models.A.groups"),
]
TEXTS = [
    ("experiment: VALUE", "experiment"),
    ("dataset: {name: VALUE}", "dataset.name"),
    ("dataset: {sources: [upstream, VALUE]}", "dataset.sources.1"),
    ("comparison: {baseline: VALUE}", "comparison.baseline"),
    ("comparison:\n  treatments:\n    - VALUE\n", "comparison.treatments.0"),
    ("models: {A: {activation: VALUE}}", "models.A.activation"),
    ("models:\n  ? VALUE\n  : {activation: relu}\n", "models"),
    ("device: VALUE", "device"),
]


@pytest.mark.parametrize(
    ("number", "line"),
    {
        "010": "YAML reads 010 as 8; write 8 or 10",
        "0777": "YAML reads 0777 as 511; write 511 or 777",
        "-010": "YAML reads -010 as -8; write -8 or -10",
        "00": "YAML reads 00 as 0; write 0",
        "07": "YAML reads 07 as 7; write 7",
        "1:30": "YAML reads 1:30 as 90; write 90",
        "190:20:30": "YAML reads 190:20:30 as 685230; write 685230",
        "1:30.5": "YAML reads 1:30.5 as 90.5; write 90.5",
        "0x10": "YAML reads 0x10 as 16; write 16",
        "+0x1F": "YAML reads +0x1F as 31; write 31",
        "0b11": "YAML reads 0b11 as 3; write 3",
        "1_0": "YAML reads 1_0 as 10; write 10",
        "1__0": "YAML reads 1__0 as 10; write 10",
        "0_10": "YAML reads 0_10 as 8; write 8 or 10",
        "1_0.5": "YAML reads 1_0.5 as 10.5; write 10.5",
        "0.1_5": "YAML reads 0.1_5 as 0.15; write 0.15",
        "08": "YAML reads 08 as a text; write 8",
        "-09": "YAML reads -09 as a text; write -9",
        "0o10": "YAML reads 0o10 as a text; write 8",
        "0o0": "YAML reads 0o0 as a text; write 0",
        "0X10": "YAML reads 0X10 as a text; write 16",
        "2026-11-25": "YAML reads 2026-11-25 as a date; none can stand here",
        f"0x{'f' * 300}": f"YAML reads 0x{'f' * 300} as a number of more than 300 digits; write ",
    }.items(),
)
def test_a_number_that_is_read_otherwise_than_it_looks_gets_a_line(fault, number, line):
    for place, key in NUMBERS:
        assert fault(place.replace("VALUE", number)).startswith(f"{key}: {line}")


def test_such_a_number_gets_that_line_wherever_it_stands(fault):
    assert fault("sedes: 010") == "sedes: YAML reads 010 as 8; write 8 or 10"
    assert fault("training: 1_0") == "training: YAML reads 1_0 as 10; write 10"
    assert fault("models: {A: {affine: 0x1}}") == "models.A.affine: YAML reads 0x1 as 1; write 1"


@pytest.mark.parametrize(
    ("number", "value"),
    {
        "0": 0, "-0": 0, "7": 7, "+7": 7, "10": 10, "5.0": 5.0, ".5": 0.5, "5.": 5.0, "1.0e-3": 0.001, "1.e+3": 1000.0,
        "10.50": 10.5, "08.5": 8.5, "true": True,
        # No numbers to YAML: the check says what is wrong with them, as with any other text.
        "1e-3": "1e-3", "1e3": "1e3", "1.0e3": "1.0e3", "'010'": "010", "'08'": "08",
        '"0x10"': "0x10", "ten": "ten", "0b12": "0b12",
    }.items(),
)  # fmt: skip
def test_a_number_that_is_what_it_looks_like_is_read(read, number, value):
    assert read(f"training: {{batch_size: {number}}}") == {"training": {"batch_size": value}}


@pytest.mark.parametrize(
    ("text", "what"),
    {
        "007": "7", "010": "8", "7": "a number", "1.10": "1.1", "1.5": "a number", "1_0": "10", "0x10": "16",
        "10:30": "630", ".inf": "inf", "2026-11-25": "a date", "2026-11-25 10:30:00": "a date", "no": "false",
        "on": "true", "True": "true", "Off": "false", "~": "nothing", "null": "nothing",
        "0x" + "f" * 300: "a number of more than 300 digits",
    }.items(),
)  # fmt: skip
def test_a_text_that_is_read_as_something_else_gets_a_line(fault, text, what):
    for place, key in TEXTS:
        assert fault(place.replace("VALUE", text)) == f"{key}: YAML reads {text} as {what}; put it in quotes"


@pytest.mark.parametrize("text", ["x", "none", "08", "v1.10", "1.10.2", "'007'", '"no"', "!!str 007", "2026-11-25-a"])
def test_a_text_that_is_one_is_read(read, text):
    assert read(f"experiment: {text}") == {"experiment": text.removeprefix("!!str ").strip("'\"")}


def test_nothing_at_all_is_left_to_the_check(read):
    assert read("experiment:\n") == {"experiment": None}


def test_what_is_left_of_a_line_can_be_read(fault):
    assert fault(f"training: {{passes: 0x{'f' * 2000}}}").endswith(" …")
    assert fault("experiment: 2026-11-25\t10:30:00") == (
        "experiment: YAML reads '2026-11-25\\t10:30:00' as a date; put it in quotes"
    )


def test_the_numbers_of_json_are_what_they_look_like(read):
    found = read('{"training": {"learning_rate": 1e-3, "passes": 1E1}, "experiment": "007", "models": {"on": {}}}')
    assert found == {"training": {"learning_rate": 0.001, "passes": 10.0}, "experiment": "007", "models": {"on": {}}}


def test_a_template_is_left_to_snakemake(read):
    assert read("__use_yte__: true\nexperiment: 007\n?if True:\n  seeds: [010]\n") == "Snakemake's reading"


# ------------------------------------------------------------------------------------------------------------ documents


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"experiment: caf\xe9\n", "can't be read; 'utf-8' codec can't decode byte 0xe9 "),
        ("experiment: a\n---\nexperiment: b\n", "can't be read; expected a single document in the stream "),
        ("experiment: a\n---\n", "can't be read; expected a single document in the stream "),
        ("seeds: [1\n", "can't be read; while parsing a flow sequence "),
        ("experiment: 2001-99-99\n", "can't be read; month must be in 1..12"),
        ("training: !!python/tuple [1]\n", "can't be read; could not determine a constructor for the tag "),
        ("seeds: &a [0, *a]\n", "seeds.1: contains itself"),
        ("models: {A: &a {B: *a}}\n", "models.A.B: contains itself"),
        ("training: {[a, b]: 1}\n", "can't be read; while constructing a mapping "),
    ],
)
def test_what_cannot_be_read_gets_a_line(fault, text, line):
    assert fault(text).startswith(line)


def test_a_file_that_is_not_there_gets_a_line(schema, tmp_path):
    with pytest.raises(InputError, match=r"^/.*/none\.yaml: can't be read; .*No such file"):
        strict.read(tmp_path / "none.yaml", Place(schema, schema), (), None)


def test_a_mark_of_byte_order_and_one_of_a_document_do_no_harm(read):
    assert read("\ufeff---\r\nexperiment: a\r\n...\r\n") == {"experiment": "a"}


def test_of_each_value_the_schema_tells_what_it_is(config, schema):
    config["models"]["BatchNormConvNet"]["groups"] = 4
    kinds = {str: {"string"}, bool: {"boolean"}, int: {"integer", "number"}, float: {"number"}}

    def leaves(value, place):
        if isinstance(value, dict | list):
            for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
                yield from leaves(inner, place.key(key) if isinstance(value, dict) else place.item(key))
        else:
            yield place, value

    found = list(leaves(config, Place(schema, schema)))
    assert len(found) > 40
    for place, value in found:
        assert place.kind in kinds[type(value)], place.path
    training = Place(schema, schema).key("training").key("learning_rate")
    assert training.kind == training.item(0).kind == "number"


def test_the_config_that_comes_along_means_what_it_shows(config, schema, pytestconfig):
    path = pytestconfig.rootpath / "config.yaml"
    assert strict.read(path, Place(schema, schema), (), None) == config
