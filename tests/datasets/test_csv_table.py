"""CSV as people have it: delimiters, quotes, missing cells, and files that are none."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.datasets.tables import table_of
from tuitune.datasets.csv_table import MISSING, read_csv
from tuitune.errors import UsageError


def test_numbers_and_words_are_told_apart() -> None:
    table = table_of("a,b,c\n1,x,1e-3\n-2.5,y, 7 \n3,x,.5\n")
    assert table.names == ("a", "b", "c")
    assert table.numeric == ("a", "c")
    assert table.numbers.tolist() == [[1, 1e-3], [-2.5, 7], [3, 0.5]]
    assert table.words["b"].categories == ("x", "y")
    assert table.words["b"].codes.tolist() == [0, 1, 0]
    assert (table.rows, table.remarks, table.target) == (3, (), None)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen(delimiter: str) -> None:
    text = "name,b;c\n'1,2';3\n".replace(";", "\x1f").replace(",", " ").replace("\x1f", delimiter)
    assert table_of(text).names == ("name b", "c")


def test_a_comma_is_a_decimal_point_where_it_is_no_delimiter() -> None:
    table = table_of("a;b\n1,5;x,y\n-0,25;\n3;z\n")
    assert table.number("a").tolist() == [1.5, -0.25, 3]
    assert table.words["b"].categories == ("x,y", "z")


def test_quotes_line_breaks_and_a_byte_order_mark() -> None:
    content = '\ufeff"a","b, c"\r\n"1","x ""y"", z"\r\n\r\n"2","two\nlines"\r\n'
    table = read_csv("t.csv", content.encode())
    assert table.names == ("a", "b, c")
    assert table.words["b, c"].categories == ("two lines", 'x "y", z')
    assert table.rows == 2


@pytest.mark.parametrize("cell", [*sorted(MISSING), " ", " NA "])
def test_missing_cells(cell: str) -> None:
    table = table_of(f"a,b\n1,x\n{cell},{cell}\n3,y\n")
    assert np.isnan(table.number("a")).tolist() == [False, True, False]
    assert table.words["b"].codes.tolist() == [0, -1, 1]
    assert table.missing("b").tolist() == [False, True, False]


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "1e999", "1_000", "0x10", "1.2.3", "12a"])
def test_what_is_no_finite_number_makes_words(cell: str) -> None:
    assert table_of(f"a,b\n1,1\n{cell},2\n").numeric == ("b",)


def test_columns_without_a_name_are_left_out() -> None:
    table = table_of(",a,\n0,1,x\n1,2,y\n")
    assert table.names == ("a",)
    assert table.remarks == ("column 1, which has no name", "column 3, which has no name")


def test_text_of_a_file_cannot_steer_the_terminal() -> None:
    table = table_of("a\x1b[2J,b\nx\x07y,1\nz,2\n")
    assert table.names == ("a[2J", "b")
    assert table.words["a[2J"].categories == ("xy", "z")


cells = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters=",;|"),
    max_size=8,
)


@given(st.lists(st.tuples(cells, st.floats(allow_nan=False, allow_infinity=False)), min_size=1))
def test_what_is_written_is_read(rows: list[tuple[str, float]]) -> None:
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([("word", "number"), *rows])
    table = table_of(stream.getvalue())
    assert table.number("number").tolist() == [number for _, number in rows]
    if "word" in table.words:
        column = table.words["word"]
        back = [None if code < 0 else column.categories[code] for code in column.codes]
        assert back == [None if word in MISSING else word for word, _ in rows]
    else:
        expected = [math.nan if word in MISSING else float(word) for word, _ in rows]
        assert np.array_equal(table.number("word"), expected, equal_nan=True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "'t.csv' has no rows: a table has a header"),
        (b"\n \n", "'t.csv' has no rows"),
        (b"a,b\n", "'t.csv' has no rows"),
        (b"a,b\n1,2\n3\n", "as many cells as its header, 2, and line 3 has 1: mend that line"),
        (b'a,b\n"1\n2",2\n3,4,5\n', "and line 4 has 3"),
        (b'a,b\n"1,2\n', "can't be read as CSV at line"),
        (b'a,b\n"1"x,2\n', "at line 2: ',' expected after '\"'; mend the quotes"),
        (b"1,2\n3,4\n", "is numbers: put a line such as a,b,c before it"),
        (b"a,b,a\n1,2,3\n", "'t.csv' has 'a' more than once: rename one"),
        (b"a,b\n1,2\n\xff,3\n", "is no text in UTF-8 (line 3): save it as CSV in UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "is no text in UTF-8 (line 1)"),
        (b"a,b\n1,\0\n", "is no text: give a CSV file, or an NPZ file"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(content: bytes, said: str) -> None:
    with pytest.raises(UsageError) as error:
        read_csv("t.csv", content)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_the_cell_that_is_no_number_is_named_where_there_are_many() -> None:
    rows: Sequence[str] = [str(i / 7) for i in range(200)]
    table = table_of("a\n" + "\n".join([*rows[:120], "12 kg", *rows[120:]]))
    assert table.words["a"].stray == "'12 kg' in line 122"
    assert table_of("a\n" + "\n".join(f"w{row}" for row in rows)).words["a"].stray == ""


@pytest.mark.parametrize("form", ["{:,}", "{}%", "${}", "{:_}"])
def test_numbers_with_signs_are_words_and_that_can_be_said(form: str) -> None:
    rows = "".join(f'"{form.format(1000 + i)}",{i % 2}\n' for i in range(60))
    table = read_csv("t.csv", f"price,label\n{rows}".encode())
    assert table.words["price"].stray == f"'{form.format(1000)}' in line 2"
