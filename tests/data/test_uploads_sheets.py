"""Excel and Parquet files: read within limits, or refused in words."""

import datetime
import io
import subprocess
import sys
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.errors import UserError
from playground.data.uploads import read_table


def sheet(*sheets):
    """A workbook; each sheet is (title, rows)."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(table):
    out = io.BytesIO()
    pa.parquet.write_table(table, out)
    return out.getvalue()


ROWS = [["size", "kind", "day", "yes"], *([i + 0.5, "ab"[i % 2], datetime.datetime(2024, 1, 1 + i), i % 3 == 0] for i in range(20))]


def test_a_sheet_is_read_with_its_kinds():
    table = read_table("t.xlsx", sheet(("Data", ROWS)))
    assert table.kinds == {"size": "number", "kind": "category", "day": "date", "yes": "category"} and table.n_rows == 20
    assert table.columns["day"][0] == "2024-01-01" and set(table.columns["yes"]) == {"True", "False"} and "sheet “Data” with a header" in table.notes[0]


def test_the_first_sheet_with_something_on_it_is_taken_and_the_others_counted():
    table = read_table("t.xlsx", sheet(("Empty", []), ("Data", ROWS), ("More", ROWS)))
    assert table.recipe["sheet"] == "Data" and "2 more sheets were left alone." in table.notes


def test_missing_cells_and_errors_of_formulas_are_named_by_their_row():
    rows = [["a", "b"], [1, 2], [], [None, 3], ["#DIV/0!", 4], [5, 6]]
    table = read_table("t.xlsx", sheet(("Data", rows)))
    assert "“a”: 2 cells missing (row 4, 5)." in table.notes and table.lines.tolist() == [2, 4, 5, 6]


def test_mixed_columns_are_said_with_their_rows():
    rows = [["a", "b"], *([i, i] for i in range(20)), ["lost", 1]]
    assert "“a” holds numbers, but words in 1 cell (“lost”; row 22)." in read_table("t.xlsx", sheet(("Data", rows))).notes


def stretched(megabytes):
    """A workbook whose sheet unpacks to very much."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed, zipfile.ZipFile(io.BytesIO(sheet(("Data", ROWS)))) as plain:
        for name in plain.namelist():
            packed.writestr(name, plain.read(name))
        packed.writestr("xl/media/x.bin", bytes(megabytes << 20))
    return out.getvalue()


def laughing():
    """A workbook whose sheet names an entity of entities of entities."""
    lines = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{lines}]><worksheet><sheetData><row><c><v>&a9;</v></c></row></sheetData></worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed, zipfile.ZipFile(io.BytesIO(sheet(("Data", ROWS)))) as plain:
        for name in plain.namelist():
            packed.writestr(name, bomb if name.endswith("sheet1.xml") else plain.read(name))
    return out.getvalue()


@pytest.mark.parametrize(("content", "words"), [
    (sheet(("Data", ROWS))[:-200], "damaged Excel file"), (stretched(600), "would unpack to 600 MB .*at most 512 MB"),
    (laughing(), "cannot be read as an Excel file"), (sheet(("Data", [])), "holds no sheet with anything on it"),
    (sheet(("Data", [["a", "b"], [1, 2]])), "1 row of data on its sheet “Data”"),
    (sheet(("Data", [["a", "b"], [1, 2]])), "1 row of data on its sheet “Data”"),
    (b"PK\x03\x04xl/workbook.xml", "damaged Excel file"), (sheet(("Data", [[f"c{i}" for i in range(1100)], list(range(1100))])), "1,100 columns in row 1; at most 1,000"),
])  # fmt: skip
def test_bad_workbooks_are_refused_in_one_sentence(content, words):
    with pytest.raises(UserError, match=words) as refusal:
        read_table("t.xlsx", content)
    assert len(str(refusal.value)) < 220


def test_a_sheet_with_too_many_cells_is_refused_with_the_limit(monkeypatch):
    monkeypatch.setattr("playground.data.uploads_sheets.SHEET_CELLS", 30)
    with pytest.raises(UserError, match="more than 30 cells"):
        read_table("t.xlsx", sheet(("Data", ROWS)))


def test_parquet_is_read_with_its_kinds_and_what_is_no_column_is_named():
    table = read_table("t.parquet", parquet(pa.table({
        "whole": pa.array([1, None, 3]), "single": pa.array([0.5, 1.5, np.nan], pa.float32()),
        "word": pa.array(["x", "y", None]).dictionary_encode(), "flag": [True, False, None],
        "day": [datetime.date(2024, 1, 1)] * 3, "moment": pa.array([0, 1, 2], pa.timestamp("ns", "Europe/Paris")),
        "exact": pa.array(["1.50", "2.25", None]).cast(pa.decimal128(6, 2)),
        "list": [[1], [2], [3]], "nothing": pa.nulls(3),
    })))  # fmt: skip
    assert table.kinds == {"whole": "number", "single": "number", "word": "category", "flag": "category", "day": "date", "moment": "date", "exact": "number", "nothing": "number"}
    assert table.columns["exact"].tolist()[:2] == [1.5, 2.25] and "“list” holds list<element: int64>" in " ".join(table.notes) and "“whole”: 1 cell missing (row 2)." in table.notes


@pytest.mark.parametrize(("content", "words"), [
    (b"PAR1" + b"x" * 40, "damaged Parquet file"), (parquet(pa.table({"a": [1], "b": [2]})), "1 row of data"), (parquet(pa.table({"a": [[1], [2]]})), "no column of numbers"),
    (parquet(pa.table({"a": [1, 2]}))[:-30] + b"PAR1", "damaged Parquet file"),
])  # fmt: skip
def test_bad_parquet_files_are_refused_in_one_sentence(content, words):
    with pytest.raises(UserError, match=words):
        read_table("t.parquet", content)


def test_a_parquet_file_of_too_many_rows_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr("playground.data.uploads_sheets.TABLE_ROWS", 10)
    with pytest.raises(UserError, match="20 rows and 1 columns; at most 10"):
        read_table("t.parquet", parquet(pa.table({"a": list(range(20))})))


def test_a_long_text_in_every_row_takes_no_memory_for_each(tmp_path):
    content = parquet(pa.table({"a": np.arange(200_000), "b": pa.DictionaryArray.from_arrays(np.zeros(200_000, np.int32), ["long" * 50_000])}))
    assert len(content) < 3 << 20  # it would unpack to 40 GB
    (tmp_path / "t.parquet").write_bytes(content)
    (tmp_path / "t.csv").write_text("a,b\n" + "\n".join(f"{i},{'x' if i else 'long' * 25_000}" for i in range(30_000)))
    reading = """if True:
        import sys, re, pathlib
        import pyarrow.parquet
        from playground.data.uploads import read_table
        peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
        small = read_table("t.csv", b"a,b\\n1,2\\n3,4\\n")
        for path in sys.argv[1:]:
            content, before = pathlib.Path(path).read_bytes(), peak()
            table = read_table(path, content)
            print(table.n_rows, table.columns["b"].nbytes, peak() - before)
    """  # in a process of its own: the most memory it ever held is told by the system for the whole of it
    told = subprocess.run([sys.executable, "-c", reading, tmp_path / "t.parquet", tmp_path / "t.csv"], capture_output=True, text=True, check=True).stdout
    (many, _, sheet_kb), (few, cells, text_kb) = (map(int, row.split()) for row in told.splitlines())
    assert (many, few) == (200_000, 30_000) and cells < 1 << 20 and max(sheet_kb, text_kb) < 200 << 10


def test_a_table_of_too_many_cells_is_refused_with_the_limit(monkeypatch):
    for module in ("uploads", "uploads_sheets"):
        monkeypatch.setattr(f"playground.data.{module}.TABLE_CELLS", 30)
    for name, content in (("t.csv", b"a,b\n" + b"1,2\n" * 20), ("t.parquet", parquet(pa.table({"a": list(range(20)), "b": list(range(20))})))):
        with pytest.raises(UserError, match=r"4\d cells; at most 30"):
            read_table(name, content)


def test_an_old_excel_file_says_what_to_save_instead():
    with pytest.raises(UserError, match="not a text file.*XLSX or Parquet"):
        read_table("t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))


class Whole(tuple):
    """Whole files that a failing test does not print in full."""

    def __repr__(self):
        return "two whole files"


@pytest.fixture(scope="module")
def whole():
    frame = pd.DataFrame({"a": range(12), "b": list("xyz") * 4})
    out = io.BytesIO()
    frame.to_parquet(out)
    return Whole((sheet(("Data", ROWS)), out.getvalue()))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([0, 1]), st.integers(0, 9_000), st.integers(1, 255), st.booleans())
def test_hostile_bytes_never_raise_anything_but_words(whole, kind, place, mask, cut):
    content = bytearray(whole[kind])
    content[place % len(content)] ^= mask
    if cut:
        content = content[: place % len(content)]
    try:
        read_table(("t.xlsx", "t.parquet")[kind], bytes(content))
    except UserError as error:
        assert str(error)
