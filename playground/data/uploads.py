"""The only gate for users' bytes: what comes in is parsed here, within limits, or refused in one clear sentence."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import MIB, TABLE_CELLS, TABLE_COLUMNS, TABLE_ROWS, UPLOAD_BYTES
from playground.data.uploads_columns import MISSING, Cells, Kind, _count, understand

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SNIFFED_ROWS = 200
SNIFFED_CHARACTERS = 200_000
SIGNATURES = (b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")  # of files often renamed .csv
MARKS = {b"\xff\xfe\x00\x00": "UTF-32", b"\x00\x00\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
BLOCK = 1 << 22  # bytes that the fast parser takes at once; no cell may be longer


@dataclass(frozen=True, eq=False)
class Table:
    """A parsed table.

    Attributes:
        columns: Values by column name: float64 with NaN where a cell is missing or not finite, or str with "" for missing.
        kinds: "number", "category" (few distinct words), "date" (ISO 8601, kept as words) or "text", by column name.
        lines: (N,) int64, the line of the file on which each row ends, for messages.
        notes: What was detected or changed, in plain sentences.
        cells: More about each column: how it is spelt, and its numbers where only a few cells are words.
        place: What `lines` counts: "line" of a text, "row" of a sheet.
        recipe: How the file was read, for the script that reads it again: "format", and what that needs.
    """

    name: str
    columns: dict[str, np.ndarray]
    kinds: dict[str, Kind]
    lines: np.ndarray
    notes: tuple[str, ...] = field(default=())
    cells: dict[str, Cells] = field(default_factory=dict)
    place: str = "line"
    recipe: dict[str, Any] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        return len(self.lines)


def read_table(name: str, content: bytes) -> Table:
    """Read CSV, TSV, XLSX or Parquet bytes: format, separator, header, decimal comma and encoding are detected and said.

    Raises:
        UserError: For anything that is no table within the limits; names row and column where that helps.
    """
    if len(content) > UPLOAD_BYTES:
        raise UserError(f"{name} has {len(content) / MIB:,.1f} MB; at most {UPLOAD_BYTES // MIB} MB can be read.")
    if not content.strip():
        raise UserError(f"{name} is empty.")
    from playground.data import uploads_sheets

    if uploads_sheets.is_parquet(content):
        return uploads_sheets.read_parquet_table(name, content)
    if uploads_sheets.is_sheet(name, content):
        return uploads_sheets.read_sheet(name, content)
    return _read_text(name, content)


def _read_text(name: str, content: bytes) -> Table:
    text, encoding, notes = _decode(name, content)
    separator, header, first = _layout(name, text)
    if len(first) > TABLE_COLUMNS:
        raise UserError(f"{name} has {len(first):,} columns; at most {TABLE_COLUMNS:,} can be read.")
    if (cells := text.count("\n") * len(first)) > TABLE_CELLS:
        raise UserError(f"{name} has about {cells:,} cells; at most {TABLE_CELLS:,} can be read.", "Use fewer rows or columns.")
    parsed = _parse_fast(text, separator, header, len(first))
    lines = _lines_of(text, len(parsed[0]) + header) if parsed else None
    if lines is None:  # blank lines, cells of several lines, rows of another length: slower, and with an eye on each line
        lines = _lines(name, text, separator, len(first))
    lines = lines[1 if header else 0 :]
    if len(lines) > TABLE_ROWS:
        raise UserError(f"{name} has {len(lines):,} rows; at most {TABLE_ROWS:,} can be read.")
    if len(lines) < 2:
        raise UserError(f"{name} has {_count(len(lines), 'row')} of data; at least two are needed.")
    if parsed is None or len(parsed[0]) != len(lines):
        parsed = _parse(name, text, separator, header, len(first))
    if len(parsed[0]) != len(lines):
        raise UserError(f"{name} cannot be read as a table: where its rows end is not clear.", "Look for a stray quotation mark.")
    notes.insert(0, f"Read as {SEPARATORS[separator]}-separated with{'' if header else 'out'} a header.")
    recipe = {"format": "csv", "separator": separator, "encoding": encoding, "header": header}
    return assemble(name, first, header, parsed, separator, lines, notes, recipe)


def assemble(name: str, first: list[str], header: bool, parsed: list[Any], separator: str, lines: np.ndarray, notes: list[str],
             recipe: dict[str, Any], place: str = "line") -> Table:  # fmt: skip
    """A table from its parsed columns (`pyarrow` chunked arrays) and the cells of its first row."""
    cells: dict[str, Cells] = {}
    positions: dict[str, int] = {}
    for position, column in enumerate(_names(first, header, notes)):
        if header and not first[position].strip() and parsed[position].null_count == len(lines):
            notes.append(f"Column {position + 1} has neither a name nor a value and was left out.")
            continue
        positions[column], cells[column] = position, understand(column, parsed[position], separator, lines, notes, place)
    values, kinds = {key: each.values for key, each in cells.items()}, {key: each.kind for key, each in cells.items()}
    return Table(name, values, kinds, lines, tuple(notes), cells, place, {**recipe, "positions": positions})


def _decode(name: str, content: bytes) -> tuple[str, str, list[str]]:
    """The text with one kind of line end, its encoding, and what there is to say about it."""
    text, encoding, notes = _characters(name, content)
    if "\x00" in text:
        raise _no_text(name)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text, encoding, notes


def _characters(name: str, content: bytes) -> tuple[str, str, list[str]]:
    encoding = next((words for mark, words in MARKS.items() if content.startswith(mark)), None)
    if encoding:
        try:
            return content.decode(encoding), encoding.lower(), [f"Encoding: {encoding}."]
        except UnicodeDecodeError:
            raise UserError(f"{name} begins like {encoding} text but is not.", "Save it as CSV in UTF-8.") from None
    if b"\x00" in content or content.startswith(SIGNATURES):
        raise _no_text(name)
    try:
        return content.decode("utf-8-sig"), "utf-8-sig", []
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
    text = content.decode("cp1252", errors="replace")  # what spreadsheets write that do not write UTF-8
    control = sum(ord(character) < 32 and character not in "\t\r\n" for character in text[:100_000])
    if text.count("\ufffd") + control > 0.01 * min(len(text), 100_000):
        raise UserError(f"{name} is not text in an encoding that is known here (line {line}).", "Save it as CSV in UTF-8.")
    return text, "cp1252", [f"Line {line} is not UTF-8; read as Windows-1252."]


def _no_text(name: str) -> UserError:
    return UserError(f"{name} is not a text file, whatever its name says.", "Save the table as CSV in UTF-8, or as XLSX or Parquet, and upload that.")


def _layout(name: str, text: str) -> tuple[str, bool, list[str]]:
    """Separator, whether there is a header, and the cells of the first row, from the first rows."""
    head = text.lstrip(" \n")
    if len(head) > SNIFFED_CHARACTERS:
        head = head[: head.rfind("\n", 0, SNIFFED_CHARACTERS) + 1] or head
    sample = "\n".join([line for line in head.split("\n") if line.strip()][:SNIFFED_ROWS])
    if not sample:
        raise UserError(f"{name} is empty.")
    best: tuple[float, str, list[list[str]]] = (0.0, "", [])
    for separator in SEPARATORS:
        try:
            rows = [row for row in csv.reader(io.StringIO(sample), delimiter=separator, skipinitialspace=True) if row]
        except csv.Error as error:
            raise UserError(f"{name} cannot be read as a table: {error}.") from None
        width, agree = Counter(len(row) for row in rows).most_common(1)[0]
        score = (agree / len(rows)) * (width > 1) * (1 + 0.001 * width)
        if score > best[0]:
            best = (score, separator, rows)
    if not best[0]:
        remedy = "Columns are separated by commas, semicolons, tabs or bars."
        raise UserError(f"{name} has only one column, or is no table.", remedy)
    _, separator, rows = best
    return separator, _has_header(rows), rows[0]


def _has_header(rows: list[list[str]]) -> bool:
    """Names stand over a table whose first row holds words only: over numbers, or all of them different."""
    words = [cell.strip() for cell in rows[0] if cell.strip()]
    if not words or any(_is_number(cell) or cell.lower() in MISSING for cell in words):
        return False
    return any(_is_number(cell) for row in rows[1:20] for cell in row) or len(set(words)) == len(words)


def _is_number(cell: str) -> bool:
    try:
        float(cell.strip().replace(",", "."))
    except ValueError:
        return False
    return True


def _names(first: list[str], header: bool, notes: list[str]) -> list[str]:
    """A name of its own for every column."""
    wanted = [(cell.strip()[:80] if header else "") or f"column {number}" for number, cell in enumerate(first, 1)]
    names: list[str] = []
    renamed: list[str] = []
    for name in wanted:
        fresh, number = name, 2
        while fresh in names or (fresh != name and fresh in wanted):
            fresh, number = f"{name} ({number})", number + 1
        if fresh != name:
            renamed.append(fresh)
        names.append(fresh)
    if renamed:
        notes.append(f"Columns of one name were told apart: {', '.join(renamed[:5])}.")
    return names


def _lines_of(text: str, rows: int) -> np.ndarray | None:
    """Line number of every row, the header included, when each line is a row; else None."""
    return np.arange(1, rows + 1) if text.count("\n") + (not text.endswith("\n")) == rows else None


def _lines(name: str, text: str, separator: str, width: int) -> np.ndarray:
    """(N,) line number of every row that is not blank, the header included.

    Raises:
        UserError: At the first row that has more or fewer than `width` cells.
    """
    if text.count("\n") > 2 * TABLE_ROWS:  # blank lines included; before anything is made for each of them
        raise UserError(f"{name} has {text.count(chr(10)):,} lines; at most {TABLE_ROWS:,} rows can be read.")
    lines, widths = (_quoted_rows if '"' in text else _plain_rows)(name, text, separator)
    wrong = np.flatnonzero(widths != width)
    if len(wrong):
        cells = _count(int(widths[wrong[0]]), "cell")
        remedy = "Is a decimal comma splitting a number in two?" if separator == "," and widths[wrong[0]] > width else ""
        raise UserError(f"{name}, line {lines[wrong[0]]}: {cells} where the first line has {width}.", remedy)
    return lines


def _plain_rows(_name: str, text: str, separator: str) -> tuple[np.ndarray, np.ndarray]:
    """Line number and width of every row of a text without quotation marks, a million rows in a fraction of a second."""
    data = np.frombuffer(text.rstrip("\n").encode(), np.uint8)
    marks = np.flatnonzero((data == ord(separator)) | (data == ord("\n")))
    ends = np.flatnonzero(data[marks] == ord("\n"))
    widths = np.diff(ends, prepend=-1, append=len(marks))
    there = widths > 1
    if not there.all():  # a line of one cell is a row of its own only when something stands on it
        starts = np.concatenate([[0], marks[ends] + 1])
        there |= np.add.reduceat(data > ord(" "), starts, dtype=np.int64) > 0
    return np.flatnonzero(there) + 1, widths[there]


def _quoted_rows(name: str, text: str, separator: str) -> tuple[np.ndarray, np.ndarray]:
    """Line number and width of every row, where a quoted cell may hold separators and line ends."""
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True)
    rows: list[tuple[int, int]] = []
    try:
        for row in reader:
            if len(row) > 1 or (row and row[0].strip()):
                rows.append((reader.line_num, len(row)))
    except csv.Error as error:
        raise UserError(f"{name}, line {reader.line_num}: {error}.") from None
    found = np.array(rows, np.int64)
    return found[:, 0], found[:, 1]


def _parse_fast(text: str, separator: str, header: bool, width: int) -> list[Any] | None:
    """The columns below the header, numbers already as numbers; None when this parser cannot follow."""
    import pyarrow as pa
    import pyarrow.csv

    if text.count("\n") > 2 * TABLE_ROWS or "0x" in text or "0X" in text or f'{separator} "' in text:  # it takes 0x for numbers, and minds the space
        return None
    names = [str(number) for number in range(width)]
    missing = sorted({form for word in MISSING for form in (word, word.upper(), word.capitalize(), "NaN", "NaT")})
    parse = {"delimiter": separator, "newlines_in_values": '"' in text}
    convert = {"null_values": missing, "strings_can_be_null": True, "true_values": [], "false_values": [], "timestamp_parsers": ["%%"]}
    source = pa.py_buffer(text.encode())

    def read(**more: Any) -> Any:
        reading = pa.csv.ReadOptions(column_names=names, skip_rows_after_names=int(header), block_size=BLOCK)
        return pa.csv.read_csv(pa.BufferReader(source), reading, pa.csv.ParseOptions(**parse), pa.csv.ConvertOptions(**convert, **more))

    try:
        table = read()
        again = [each.name for each in table.schema if not (pa.types.is_integer(each.type) or pa.types.is_floating(each.type) or pa.types.is_string(each.type))]
        if again:  # times of the day and the like: as words
            strings = read(include_columns=again, column_types=dict.fromkeys(again, pa.string()))
            for name in again:
                table = table.set_column(int(name), name, strings[name])
    except pa.ArrowInvalid:
        return None
    return table.columns


def _parse(name: str, text: str, separator: str, header: bool, width: int) -> list[Any]:
    """The columns below the header, as strings."""
    import pandas as pd
    import pyarrow as pa

    try:
        frame = pd.read_csv(io.StringIO(text), sep=separator, header=0 if header else None, names=range(width), index_col=False, dtype=str,
                            keep_default_na=False, skipinitialspace=True, on_bad_lines="error")  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError, OverflowError) as error:
        raise UserError(f"{name} cannot be read as a table: {str(error)[:120].strip()}.") from error
    empty = pa.scalar("", pa.string())
    columns = [pa.chunked_array([pa.array(frame.iloc[:, place], pa.string())]) for place in range(width)]
    return [pa.compute.if_else(pa.compute.equal(each, empty), None, each) for each in columns]
