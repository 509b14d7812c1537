import csv
import io
import math

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from normscape import provenance, tables
from normscape.errors import InputError
from normscape.tables import Column

COLUMNS = (Column("name", str), Column("count", int, low=0, high=9), Column("value", float, low=-1, optional=True))

rows = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.text(
                st.characters(codec="utf-8", exclude_characters="\r\n\0", exclude_categories=["Cs"]), min_size=1
            ),
            "count": st.integers(0, 9),
            "value": st.none() | st.floats(min_value=-1) | st.just(math.nan),
        }
    ),
    min_size=1,
)


@given(rows)
def test_what_is_written_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("table") / "table.csv"
    tables.write(path, COLUMNS, rows)
    table = tables.read(path, COLUMNS, made_by=None)
    for row, (_, found) in zip(rows, table.iterrows(), strict=True):
        assert (found["name"], found["count"]) == (row["name"], row["count"])
        wanted = math.nan if row["value"] is None else row["value"]
        assert found["value"] == wanted or (math.isnan(found["value"]) and math.isnan(wanted))


def test_an_empty_table_keeps_its_columns(tmp_path):
    tables.write(tmp_path / "table.csv", COLUMNS, [])
    assert (tmp_path / "table.csv").read_text() == "name,count,value\n"
    assert list(tables.read(tmp_path / "table.csv", COLUMNS, made_by=None).columns) == ["name", "count", "value"]


def test_a_data_frame_is_written_with_empty_cells_for_nan(tmp_path):
    tables.write(tmp_path / "table.csv", COLUMNS, pandas.DataFrame({"name": ["a"], "count": [1], "value": [math.nan]}))
    assert (tmp_path / "table.csv").read_text() == "name,count,value\na,1,\n"


@pytest.mark.parametrize(
    "row",
    [
        {"name": "a", "count": 10, "value": 0.0},
        {"name": "a", "count": None, "value": 0.0},
        {"name": "a", "count": 1, "value": -2.0},
        {"name": "a", "count": 1},
    ],
)
def test_a_writer_that_breaks_its_declaration_writes_nothing(tmp_path, row):
    with pytest.raises(ValueError):
        tables.write(tmp_path / "table.csv", COLUMNS, [row])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "can't be read as a table"),
        ("name,count\na,1\n", "has the columns name, count instead of name, count, value"),
        ("name,count,value\na,x,1.0\n", "line 2, column count: 'x' is not a whole number at least 0 and at most 9"),
        ("name,count,value\na,1,1.0\nb,1.5,1.0\n", "line 3, column count: '1.5' is not a whole number"),
        ("name,count,value\na,,1.0\n", "line 2, column count: '' is not a whole number"),
        ("name,count,value\na,1,-3\n", "line 2, column value: '-3' is not a number at least -1"),
        ("name,count,value\n,1,1.0\n", "line 2, column name: '' is not a text"),
        ("name,count,value\na,1_0,1.0\n", "line 2, column count: '1_0' is not a whole number"),
        ("name,count,value\na,1,1e400\n", "line 2, column value: '1e400' is not a number at least -1"),
        ("name,count,value\na,inf,1.0\n", "line 2, column count: 'inf' is not a whole number"),
        ("name,count,value\na,1\n", "line 2 has 2 cells instead of 3"),
        ("name,count,value\na,1,1.0\nb,1,1.0,7\n", "line 3 has 4 cells instead of 3"),
    ],
)
def test_a_damaged_table_gets_one_line(tmp_path, text, what):
    path = tmp_path / "table.csv"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        tables.read(path, COLUMNS, made_by=None)
    assert what in str(error.value)
    assert str(error.value).startswith(f"{path}: ")
    assert str(error.value).endswith("; mend it, or take it anew from the sources")
    assert "\n" not in str(error.value)


def test_a_whole_number_that_a_float_would_round_is_refused(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("count\n9007199254740993\n")
    with pytest.raises(InputError, match="'9007199254740993' is not a whole number"):
        tables.read(path, (Column("count", int, low=0),), made_by=None)


def test_a_table_of_several_blocks_is_read_in_order_and_names_its_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "BLOCK", 3)
    path = tmp_path / "table.csv"
    tables.write(path, COLUMNS, [{"name": f"n{i}", "count": i, "value": None if i == 4 else i / 3} for i in range(8)])
    table = tables.read(path, COLUMNS, made_by=None)
    assert list(table["name"]) == [f"n{i}" for i in range(8)] and list(table["count"]) == list(range(8))
    assert table["value"].isna().tolist() == [i == 4 for i in range(8)]
    path.write_text(path.read_text().replace("n6,6", "n6,x"))
    with pytest.raises(InputError, match="line 8, column count: 'x'"):
        tables.read(path, COLUMNS, made_by=None)


def test_a_table_that_a_job_made_is_held_against_its_provenance(tmp_path):
    path = tmp_path / "table.csv"
    tables.write(path, COLUMNS, [{"name": "a", "count": 1, "value": 0.125}])
    with pytest.raises(InputError, match=r"can't be checked \(.*provenance-job\.json: can't be read"):
        tables.read(path, COLUMNS, "job")
    provenance.write(tmp_path / "provenance-job.json", {})
    assert tables.read(path, COLUMNS, "job")["value"].item() == 0.125
    path.write_text(path.read_text().replace("0.125", "0.135"))
    with pytest.raises(InputError, match=r"table\.csv: damaged since it was written; delete the file and run again"):
        tables.read(path, COLUMNS, "job")


WHOLE = b"name,count,value\na,1,0.5\nb,2,\nc,3,nan\n"


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.builds(
        lambda place, new: WHOLE[: place % len(WHOLE)] + new + WHOLE[place % len(WHOLE) + 1 :],
        st.integers(0, 1000),
        st.binary(max_size=4),
    )
    | st.lists(st.text(max_size=12), max_size=4).map(lambda rows: ("name,count,value\n" + "\n".join(rows)).encode())
    | st.text("0123456789eE+-._ naif", max_size=8).map(lambda cell: f"name,count,value\na,1,{cell}\n".encode())
)
def test_any_file_is_a_right_table_or_gets_one_line(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("table") / "table.csv"
    path.write_bytes(content)
    try:
        table = tables.read(path, COLUMNS, made_by=None)
    except InputError as error:
        assert str(error).startswith(f"{path}: ")
        assert "\n" not in str(error)
        return
    assert list(table.columns) == ["name", "count", "value"]
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]
    for (_, found), (name, count, value) in zip(table.iterrows(), rows, strict=True):
        assert (found["name"], found["count"]) == (name, float(count)) and found["count"] in range(10)
        wanted = float(value or "nan")
        assert found["value"] == wanted or (math.isnan(found["value"]) and math.isnan(wanted))
        assert not math.isfinite(wanted) or wanted >= -1
