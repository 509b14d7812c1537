import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from normscape import atomic, provenance
from normscape.errors import InputError


@pytest.fixture
def made(tmp_path):
    """A folder with two files and the provenance of the job that wrote them."""
    atomic.write_text(tmp_path / "a.csv", "1,2\n")
    atomic.write_text(tmp_path / "b" / "c.csv", "3,4\n")
    provenance.write(tmp_path / "provenance-job.json", {"rule": "job", "seconds": 1.25})
    return tmp_path


def test_provenance_holds_the_digests_of_what_was_written_since_the_last(made):
    facts = provenance.read(made / "provenance-job.json")
    assert (facts["rule"], facts["seconds"]) == ("job", 1.25)
    assert facts["files"] == {name: atomic.sha256(made / name) for name in ("a.csv", "b/c.csv")}
    provenance.write(made / "provenance-next.json", {"rule": "next"})
    assert provenance.read(made / "provenance-next.json")["files"] == {}


def test_a_file_that_was_made_is_read_as_it_was_written(made):
    assert provenance.read_made(made / "a.csv", "job") == b"1,2\n"


@pytest.mark.parametrize(
    ("damage", "named", "what"),
    [
        (lambda folder: (folder / "a.csv").write_text("1,3\n"), "a.csv", "damaged since it was written"),
        (lambda folder: (folder / "a.csv").write_text("1,"), "a.csv", "damaged since it was written"),
        (lambda folder: (folder / "a.csv").unlink(), "a.csv", "can't be read (No such file or directory)"),
        (lambda folder: (folder / "provenance-job.json").unlink(), "provenance-job.json", "can't be read (No such"),
        (lambda folder: (folder / "provenance-job.json").write_text("{"), "provenance-job.json", "damaged since"),
        (lambda folder: provenance.write(folder / "provenance-job.json", {}), "a.csv", "damaged since"),
    ],
)
def test_a_file_that_is_not_what_its_job_wrote_is_refused(made, damage, named, what):
    damage(made)
    with pytest.raises(InputError) as error:
        provenance.read_made(made / "a.csv", "job")
    message = str(error.value)
    assert message.startswith(f"{made}/a.csv: ") and f"{named}: {what}" in message
    assert message.endswith("; delete the file and run again: it will be made anew") and "\n" not in message


def test_a_flipped_bit_of_a_provenance_is_noticed_or_changes_nothing(made):
    path = made / "provenance-job.json"
    whole, facts = path.read_bytes(), provenance.read(path)
    noticed = 0
    for place in range(len(whole)):
        for bit in (0, 5):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            try:
                assert provenance.read(path) == facts
            except InputError:
                noticed += 1
    assert noticed > 1.5 * len(whole)  # the rest is white space


@given(
    st.binary() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda x: json.dumps(x).encode())
)
def test_no_other_file_passes_for_a_provenance(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("provenance") / "provenance-job.json"
    path.write_bytes(content)
    with pytest.raises(InputError):
        provenance.read(path)


def test_json_that_is_nested_too_deep_is_refused(tmp_path):
    (tmp_path / "provenance-job.json").write_text("[" * 10**6)
    with pytest.raises(InputError):
        provenance.read(tmp_path / "provenance-job.json")


# ------------------------------------------------------------------------------------------ what a result was made with

FACTS = {"rule": "job", "code": "abc", "settings": {"seed": 1, "training": {"passes": 2}, "table": "x.csv"}}


@pytest.mark.parametrize(
    ("recipe", "code", "said"),
    [
        ({"seed": 1, "training": {"passes": 2}}, "abc", None),
        ({"seed": 1.0, "training": {"passes": 2.0}}, "abc", None),
        ({}, None, None),
        ({"seed": 2}, "abc", "made with seed 1, where 2 is asked for"),
        ({"seed": "1"}, "abc", 'made with seed 1, where "1" is asked for'),
        ({"training": {"passes": 3}}, "abc", "made with training.passes 2, where 3 is asked for"),
        ({"training": {}}, "abc", "made with training.passes 2, where nothing is asked for"),
        (
            {"training": {"passes": 2, "rate": [0.1]}},
            "abc",
            "made with training.rate nothing, where [0.1] is asked for",
        ),
        ({"name": "x"}, "abc", 'made with name nothing, where "x" is asked for'),
        ({"seed": 1}, "abd", "made by other code of job.py (abc, now abd)"),
    ],
)
def test_what_a_result_was_made_with_is_told_where_it_is_not_what_is_asked_for(recipe, code, said):
    assert provenance.unlike(FACTS, recipe, code) == said


def test_sections_of_a_config_are_named_as_there():
    facts = {"rule": "job", "settings": {"settings": {"comparison": {"confidence": 0.95}}, "codes": {"train": "a"}}}
    asked = {"settings": {"comparison": {"confidence": 0.5}}, "codes": {"train": "a"}}
    assert provenance.unlike(facts, asked) == "made with comparison.confidence 0.95, where 0.5 is asked for"


@pytest.mark.parametrize("facts", [{}, {"settings": None}, {"settings": [1]}, {"settings": {"seed": {"a": 1}}}])
def test_a_record_of_another_kind_is_unlike(facts):
    assert provenance.unlike(facts, {"seed": 1}).startswith("made with seed")


def test_what_a_job_read_is_kept_with_what_it_wrote(tmp_path):
    (tmp_path / "source.txt").write_text("x")
    assert provenance.read_source(tmp_path / "source.txt") == b"x"
    atomic.write_text(tmp_path / "run" / "a.csv", "1")
    provenance.write(tmp_path / "run" / "provenance-job.json", {"rule": "job", "settings": {"seed": 1}})
    facts = provenance.read(tmp_path / "run" / "provenance-job.json")
    assert facts["inputs"] == {"../source.txt": atomic.sha256(tmp_path / "source.txt")}
    provenance.read_made(tmp_path / "run" / "a.csv", "job")
    provenance.write(tmp_path / "provenance-next.json", {"rule": "next"})
    assert provenance.read(tmp_path / "provenance-next.json")["inputs"] == {"run/a.csv": facts["files"]["a.csv"]}


def test_a_result_is_required_of_its_recipe_and_its_sources(tmp_path):
    provenance.take(tmp_path / "a.csv", "1")
    path = tmp_path / "provenance-job.json"
    provenance.write(path, FACTS)
    assert provenance.require(path, {"seed": 1}, "abc", {tmp_path / "a.csv": "1"})["rule"] == "job"
    for recipe, code, sources, words in (
        ({"seed": 2}, "abc", {}, "made with seed 1, where 2 is asked for"),
        ({"seed": 1}, "abd", {}, "made by other code of job.py"),
        (
            {"seed": 1},
            "abc",
            {tmp_path / "a.csv": "2"},
            f"made from another {tmp_path}/a.csv than the one that is there",
        ),
        ({"seed": 1}, "abc", {tmp_path / "b.csv": "1"}, "made from another"),
    ):
        with pytest.raises(InputError) as refused:
            provenance.require(path, recipe, code, sources)
        assert str(refused.value).startswith(f"{path}: {words}")
        assert str(refused.value).endswith("; run `snakemake --cores 4` with this config, and it is made again")
