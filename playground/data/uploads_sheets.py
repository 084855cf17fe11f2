"""Sheets (XLSX) and Parquet files, read within limits; part of the gate."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import MIB, SHEET_CELLS, SHEET_UNPACKED_BYTES, TABLE_CELLS, TABLE_COLUMNS, TABLE_ROWS
from playground.data.uploads import Table, _has_header, assemble

SHEET_FILES = 2_000  # parts of one workbook
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")


def is_parquet(content: bytes) -> bool:
    return content.startswith(b"PAR1")


def is_sheet(name: str, content: bytes) -> bool:
    """Whether these bytes mean to be an XLSX file: they say so, or their name does and they are an archive."""
    return content.startswith(b"PK\x03\x04") and (name.lower().endswith((".xlsx", ".xlsm")) or b"xl/workbook.xml" in content)


def read_sheet(name: str, content: bytes) -> Table:
    """The first sheet of a workbook that holds anything.

    Raises:
        UserError: For a damaged, protected or overlarge workbook, and one without a table.
    """
    _check_archive(name, content)
    title, others, rows, numbers = _sheet_rows(name, content)
    first_words = [_text(cell) for cell in rows[0]]
    header = _has_header([[_text(cell) for cell in row] for row in rows[:20]])
    body, lines = rows[1 if header else 0 :], np.array(numbers[1 if header else 0 :], np.int64)
    if len(body) < 2:
        raise UserError(f"{name} has {len(body)} {'row' if len(body) == 1 else 'rows'} of data on its sheet “{title}”; at least two are needed.")
    notes = [f"Read from the sheet “{title}” with{'' if header else 'out'} a header."]
    if others:
        notes.append(f"{others} more {'sheet was' if others == 1 else 'sheets were'} left alone.")
    recipe = {"format": "xlsx", "sheet": title, "header": header, "skip": numbers[0] - 1}
    parsed = [_arrow([row[place] for row in body]) for place in range(len(first_words))]
    return assemble(name, first_words, header, parsed, "", lines, notes, recipe, "row")


def _check_archive(name: str, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise UserError(f"{name} is a damaged Excel file.", "Open it in a spreadsheet program and save it anew.") from error
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > SHEET_FILES or unpacked > SHEET_UNPACKED_BYTES:
        raise UserError(f"{name} would unpack to {unpacked / MIB:,.0f} MB in {len(parts):,} parts; at most {SHEET_UNPACKED_BYTES // MIB} MB can be read.",
                        "Save the table as CSV or Parquet.")  # fmt: skip


def _sheet_rows(name: str, content: bytes) -> tuple[str, int, list[list[Any]], list[int]]:
    """Title of the first sheet with content, how many others there are, its rows (equally wide) and their numbers."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            rows, numbers = _filled_rows(name, sheet)
            if rows:
                width = max(map(len, rows))
                return sheet.title, len(book.worksheets) - 1, [row + [None] * (width - len(row)) for row in rows], numbers
    except UserError:
        raise
    except Exception as error:  # openpyxl raises whatever its XML reader or a wrong reference happens to raise
        raise UserError(f"{name} cannot be read as an Excel file ({type(error).__name__}).", "Save it anew, or as CSV.") from error
    raise UserError(f"{name} holds no sheet with anything on it.")


def _filled_rows(name: str, sheet: Any) -> tuple[list[list[Any]], list[int]]:
    sheet.reset_dimensions()  # what the file claims about its size is not to be trusted
    rows: list[list[Any]] = []
    numbers: list[int] = []
    cells = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        width = next((place for place in range(len(row), 0, -1) if row[place - 1] not in (None, "")), 0)
        if width > TABLE_COLUMNS:
            raise UserError(f"{name} has {width:,} columns in row {number:,}; at most {TABLE_COLUMNS:,} can be read.")
        if not width:
            continue
        cells += width
        if cells > SHEET_CELLS or len(rows) > TABLE_ROWS:
            raise UserError(f"{name} has more than {SHEET_CELLS:,} cells, which takes too long to read from an Excel file.", "Save it as CSV or Parquet.")
        rows.append(list(row[:width]))
        numbers.append(number)
    return rows, numbers


def _text(value: Any) -> str:
    """A cell as it stands in the same sheet saved as CSV; "" for nothing and for errors of a formula."""
    if value is None or value in ERRORS:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _arrow(cells: list[Any]) -> Any:
    import pyarrow as pa

    if all(each is None or (isinstance(each, (int, float)) and not isinstance(each, bool)) for each in cells):
        return pa.chunked_array([pa.array([None if each is None else float(each) for each in cells], pa.float64())])
    days = all(each is None or (isinstance(each, datetime.datetime) and each.time() == datetime.time()) for each in cells)
    words = [each.date().isoformat() if days and each is not None else _text(each) for each in cells]
    return pa.chunked_array([pa.array([word or None for word in words], pa.string())])


def read_parquet_table(name: str, content: bytes) -> Table:
    """A Parquet file; columns of lists and the like are left out and named.

    Raises:
        UserError: For a damaged or overlarge file.
    """
    table = _unpacked(name, content)
    if table.num_rows < 2:
        raise UserError(f"{name} has {table.num_rows} {'row' if table.num_rows == 1 else 'rows'} of data; at least two are needed.")
    notes = [f"Read as Parquet: {table.num_rows:,} rows."]
    names, parsed, taken = [], [], []
    for position, (column, values) in enumerate(zip(table.column_names, table.columns, strict=True)):
        plain = _plain(values)
        if plain is None:
            notes.append(f"“{column}” holds {values.type}, which is no number, word or date, and was left out.")
            continue
        names.append(column)
        parsed.append(plain)
        taken.append(position)
    if not names:
        raise UserError(f"{name} has no column of numbers, words or dates.")
    found = assemble(name, names, True, parsed, "", np.arange(1, table.num_rows + 1), notes, {"format": "parquet"}, "row")
    found.recipe["positions"] = {key: taken[place] for key, place in found.recipe["positions"].items()}
    return found


def _unpacked(name: str, content: bytes) -> Any:
    """The whole table (`pyarrow`), after a look at what the file says about its size."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        words = [each.name for each in parquet.read_schema(io.BytesIO(content)) if pa.types.is_string(each.type) or pa.types.is_large_string(each.type)]
        file = parquet.ParquetFile(io.BytesIO(content), read_dictionary=words)  # a text that stands in every row is unpacked once
        facts = file.metadata
        unpacked = sum(facts.row_group(number).total_byte_size for number in range(facts.num_row_groups))
        if facts.num_rows > TABLE_ROWS or facts.num_columns > TABLE_COLUMNS:
            raise UserError(f"{name} has {facts.num_rows:,} rows and {facts.num_columns:,} columns; at most {TABLE_ROWS:,} and {TABLE_COLUMNS:,} can be read.")
        if facts.num_rows * facts.num_columns > TABLE_CELLS:
            raise UserError(f"{name} has {facts.num_rows * facts.num_columns:,} cells; at most {TABLE_CELLS:,} can be read.", "Use fewer rows or columns.")
        if unpacked > 4 * SHEET_UNPACKED_BYTES:
            raise UserError(f"{name} would unpack to {unpacked / MIB:,.0f} MB; at most {4 * SHEET_UNPACKED_BYTES // MIB:,} MB can be read.")
        table = file.read()
        table.validate(full=True)  # a damaged page may hold what is no text
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{name} is a damaged Parquet file.", "Write it anew, or save the table as CSV.") from error
    return table


def _plain(values: Any) -> Any:
    """A Parquet column as numbers or strings; None for what is neither."""
    import pyarrow as pa
    import pyarrow.compute as compute

    kind = values.type
    if pa.types.is_dictionary(kind) and not pa.types.is_string(kind.value_type) and not pa.types.is_large_string(kind.value_type):
        values = compute.cast(values, kind.value_type)
        kind = values.type
    if pa.types.is_dictionary(kind):
        return values
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return compute.cast(values, pa.float64(), safe=False)
    if pa.types.is_boolean(kind):
        return compute.if_else(values, "True", "False")
    if pa.types.is_timestamp(kind):
        return compute.strftime(compute.cast(values, pa.timestamp("s"), safe=False), "%Y-%m-%d %H:%M:%S")
    if pa.types.is_null(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_decimal(kind) or pa.types.is_date(kind):
        return compute.cast(values, pa.string())
    return None
