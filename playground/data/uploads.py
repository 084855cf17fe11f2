"""The only gate for users' bytes: what comes in is parsed here, within limits, or refused in one clear sentence."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import MIB, TABLE_COLUMNS, TABLE_ROWS, UPLOAD_BYTES

Kind = Literal["number", "category", "text", "date"]

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SNIFFED_ROWS = 200
SNIFFED_CHARACTERS = 200_000
CATEGORIES = 50  # a column of words with more distinct values is text
MISSING = ("", "na", "n/a", "nan", "null", "none", "?", "-", "#n/a")
SIGNATURES = (b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b")  # of files often renamed .csv
MARKS = {b"\xff\xfe\x00\x00": "UTF-32", b"\x00\x00\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}

PLAIN = r"[+-]?\d+(?:[eE][+-]?\d+)?"
THOUSANDS = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?"
DECIMAL_POINT = r"[+-]?\d+\.\d+"
DECIMAL_COMMA = r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?:[eE][+-]?\d+)?"
DATE = r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"


@dataclass(frozen=True, eq=False)
class Table:
    """A parsed table.

    Attributes:
        columns: Values by column name: float64 with NaN where a cell is missing or not finite, or str with "" for missing.
        kinds: "number", "category" (few distinct words), "date" (ISO 8601, kept as words) or "text", by column name.
        lines: (N,) int64, the line of the file on which each row ends, for messages.
        notes: What was detected or changed, in plain sentences.
    """

    name: str
    columns: dict[str, np.ndarray]
    kinds: dict[str, Kind]
    lines: np.ndarray
    notes: tuple[str, ...] = field(default=())

    @property
    def n_rows(self) -> int:
        return len(self.lines)


def read_table(name: str, content: bytes) -> Table:
    """Read CSV or TSV bytes: separator, header, decimal comma and encoding are detected and said.

    Raises:
        UserError: For anything that is no table within the limits; names row and column where that helps.
    """
    if len(content) > UPLOAD_BYTES:
        raise UserError(f"{name} has {len(content) / MIB:,.1f} MB; at most {UPLOAD_BYTES // MIB} MB can be read.")
    if not content.strip():
        raise UserError(f"{name} is empty.")
    text, notes = _decode(name, content)
    separator, header, first = _layout(name, text)
    if len(first) > TABLE_COLUMNS:
        raise UserError(f"{name} has {len(first):,} columns; at most {TABLE_COLUMNS:,} can be read.")
    lines = _lines(name, text, separator, len(first))[1 if header else 0 :]
    if len(lines) > TABLE_ROWS:
        raise UserError(f"{name} has {len(lines):,} rows; at most {TABLE_ROWS:,} can be read.")
    if len(lines) < 2:
        raise UserError(f"{name} has {_count(len(lines), 'row')} of data; at least two are needed.")
    frame = _parse(name, text, separator, header, len(first))
    if len(frame) != len(lines):
        raise UserError(f"{name} cannot be read as a table: where its rows end is not clear.", "Look for a stray quotation mark.")
    notes.insert(0, f"Read as {SEPARATORS[separator]}-separated with{'' if header else 'out'} a header.")
    columns: dict[str, np.ndarray] = {}
    kinds: dict[str, Kind] = {}
    for position, column in enumerate(_names(first, header, notes)):
        values = frame.iloc[:, position]
        if header and not first[position].strip() and values.isna().all():
            notes.append(f"Column {position + 1} has neither a name nor a value and was left out.")
            continue
        columns[column], kinds[column] = _column(column, values, separator, lines, notes)
    return Table(name, columns, kinds, lines, tuple(notes))


def _decode(name: str, content: bytes) -> tuple[str, list[str]]:
    """The text with one kind of line end, and what there is to say about its encoding."""
    text, notes = _characters(name, content)
    if "\x00" in text:
        raise _no_text(name)
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def _characters(name: str, content: bytes) -> tuple[str, list[str]]:
    encoding = next((words for mark, words in MARKS.items() if content.startswith(mark)), None)
    if encoding:
        try:
            return content.decode(encoding), [f"Encoding: {encoding}."]
        except UnicodeDecodeError:
            raise UserError(f"{name} begins like {encoding} text but is not.", "Save it as CSV in UTF-8.") from None
    if b"\x00" in content or content.startswith(SIGNATURES):
        raise _no_text(name)
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
    text = content.decode("cp1252", errors="replace")  # what spreadsheets write that do not write UTF-8
    control = sum(ord(character) < 32 and character not in "\t\r\n" for character in text[:100_000])
    if text.count("\ufffd") + control > 0.01 * min(len(text), 100_000):
        raise UserError(f"{name} is not text in an encoding that is known here (line {line}).", "Save it as CSV in UTF-8.")
    return text, [f"Line {line} is not UTF-8; read as Windows-1252."]


def _no_text(name: str) -> UserError:
    return UserError(f"{name} is not a text file, whatever its name says.", "Save the table as CSV in UTF-8 and upload that.")


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
        found = _count(int(widths[wrong[0]]), "cell")
        raise UserError(f"{name}, line {lines[wrong[0]]}: {found} where the first line has {width}.")
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


def _parse(name: str, text: str, separator: str, header: bool, width: int) -> Any:
    """The rows below the header; each column as strings or numbers, whichever its cells allow."""
    import pandas as pd

    try:
        return pd.read_csv(
            io.StringIO(text), sep=separator, header=0 if header else None, names=range(width), index_col=False,
            na_values=["?", "-", "none", "None"], skipinitialspace=True, low_memory=False, on_bad_lines="error",
        )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError, OverflowError) as error:
        raise UserError(f"{name} cannot be read as a table: {str(error)[:120].strip()}.") from error


def _column(name: str, values: Any, separator: str, lines: np.ndarray, notes: list[str]) -> tuple[np.ndarray, Kind]:
    import pandas as pd

    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        written = values.where(values.notna(), "").astype(str).str.strip()
        numbers = _numbers_in_words(name, written[written != ""], separator, notes)
        if numbers is None:
            words = written.to_numpy(dtype=str)
            _count_missing(name, words == "", lines, notes)
            return words, _kind_of_words(written)
        values = numbers.reindex(values.index)
    numbers = values.astype(np.float64).to_numpy(copy=True)
    infinite = np.isinf(numbers)
    numbers[infinite] = np.nan
    _count_missing(name, np.isnan(numbers), lines, notes, int(infinite.sum()))
    return numbers, "number"


def _numbers_in_words(name: str, there: Any, separator: str, notes: list[str]) -> Any:
    """Cells that pandas took for words as numbers, when every one is written with commas of one meaning; else None.

    Between commas as separators "1,234" is a thousand and more; elsewhere it is one and a bit. The note says which was taken.
    """
    import pandas as pd

    if there.empty:
        return None
    commas = there.str.contains(",").any()
    if not commas and there.str.fullmatch(PLAIN).all():  # whole numbers beyond 64 bits
        return pd.to_numeric(there, errors="coerce").astype(np.float64)
    if not commas:
        return None
    if separator == "," and there.str.fullmatch(f"{THOUSANDS}|{DECIMAL_POINT}|{PLAIN}").all():
        notes.append(f"“{name}” has commas between thousands.")
        return pd.to_numeric(there.str.replace(",", "", regex=False))
    if not there.str.fullmatch(f"{DECIMAL_COMMA}|{PLAIN}").all():
        return None
    notes.append(f"“{name}” uses a decimal comma.")
    return pd.to_numeric(there.str.replace(".", "", regex=False).str.replace(",", ".", regex=False))


def _kind_of_words(written: Any) -> Kind:
    import pandas as pd

    there = written[written != ""]
    dated = len(there) and there.head(50).str.fullmatch(DATE).all() and there.str.fullmatch(DATE).all()
    if dated and pd.to_datetime(there, format="ISO8601", errors="coerce", utc=True).notna().all():
        return "date"
    return "category" if there.nunique() <= CATEGORIES else "text"


def _count_missing(name: str, missing: np.ndarray, lines: np.ndarray, notes: list[str], infinite: int = 0) -> None:
    count = int(missing.sum())
    if count:
        extra = f", {infinite:,} of them infinite" if infinite else ""
        notes.append(f"“{name}”: {_count(count, 'cell')} missing{extra} ({places(lines, missing)}).")


def places(lines: np.ndarray, chosen: np.ndarray) -> str:
    """The first few lines of a file on which `chosen` is true, in words."""
    found = lines[chosen]
    return f"line {', '.join(f'{line:,}' for line in found[:3])}{' …' if len(found) > 3 else ''}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
