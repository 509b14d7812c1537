import math

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from normscape import tables
from normscape.files import InputError
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
    table = tables.read(path, COLUMNS)
    for row, (_, found) in zip(rows, table.iterrows(), strict=True):
        assert (found["name"], found["count"]) == (row["name"], row["count"])
        wanted = math.nan if row["value"] is None else row["value"]
        assert found["value"] == wanted or (math.isnan(found["value"]) and math.isnan(wanted))


def test_an_empty_table_keeps_its_columns(tmp_path):
    tables.write(tmp_path / "table.csv", COLUMNS, [])
    assert (tmp_path / "table.csv").read_text() == "name,count,value\n"
    assert list(tables.read(tmp_path / "table.csv", COLUMNS).columns) == ["name", "count", "value"]


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
        ("name,count,value\na,1\n", "line 2 has 2 cells instead of 3"),
        ("name,count,value\na,1,1.0\nb,1,1.0,7\n", "line 3 has 4 cells instead of 3"),
    ],
)
def test_a_damaged_table_gets_one_line(tmp_path, text, what):
    path = tmp_path / "table.csv"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        tables.read(path, COLUMNS)
    assert what in str(error.value)
    assert str(error.value).startswith(f"{path}: ")
    assert str(error.value).endswith("; delete the file and run again: it will be made anew")
    assert "\n" not in str(error.value)
