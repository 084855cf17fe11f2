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

Kind = Literal["number", "category", "text"]

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SNIFFED_ROWS = 200
CATEGORIES = 50  # a column of words with more distinct values is text
MISSING = ("", "na", "n/a", "nan", "null", "none", "?", "-", "#n/a")


@dataclass(frozen=True, eq=False)
class Table:
    """A parsed table.

    Attributes:
        columns: Values by column name: float64 with NaN where a cell is missing or not finite, or str with "" where missing.
        kinds: "number", "category" (few distinct words) or "text" by column name.
        first_row: Line number of the first data row in the file, for messages.
        notes: What was detected or changed, in plain sentences.
    """

    name: str
    columns: dict[str, np.ndarray]
    kinds: dict[str, Kind]
    first_row: int
    notes: tuple[str, ...] = field(default=())

    @property
    def n_rows(self) -> int:
        return len(next(iter(self.columns.values())))


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
    separator, header, width = _layout(name, text)
    if width > TABLE_COLUMNS:
        raise UserError(f"{name} has {width:,} columns; at most {TABLE_COLUMNS:,} can be read.")
    names = _names(text, separator, width, header, notes)
    frame = _parse(name, text, separator, header, width)
    if len(frame) > TABLE_ROWS:
        raise UserError(f"{name} has {len(frame):,} rows; at most {TABLE_ROWS:,} can be read.")
    if len(frame) < 2:
        raise UserError(f"{name} has {len(frame)} row{'s' if len(frame) != 1 else ''} of data; at least two are needed.")
    notes.insert(0, f"Read as {SEPARATORS[separator]}-separated with{'' if header else 'out'} a header.")
    columns: dict[str, np.ndarray] = {}
    kinds: dict[str, Kind] = {}
    for position, column in enumerate(names):
        columns[column], kinds[column] = _column(column, frame.iloc[:, position], 2 if header else 1, notes)
    return Table(name, columns, kinds, 2 if header else 1, tuple(notes))


def _decode(name: str, content: bytes) -> tuple[str, list[str]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), ["Encoding: UTF-16."]
        except UnicodeDecodeError:
            raise UserError(f"{name} begins like UTF-16 text but is not.", "Save it as CSV in UTF-8.") from None
    if b"\x00" in content or content.startswith((b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b")):
        raise UserError(f"{name} is not a text file, whatever its name says.", "Save the table as CSV and upload that.")
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        text = content.decode("cp1252", errors="replace")
        odd = sum(text.count(character) for character in ("\ufffd",)) + sum(1 for c in text[:100_000] if ord(c) < 32 and c not in "\t\r\n")
        if odd > 0.01 * min(len(text), 100_000):
            raise UserError(f"{name} is not text in an encoding that is known here (line {line}).", "Save it as CSV in UTF-8.") from None
        return text, [f"Line {line} is not UTF-8; read as Windows-1252."]


def _layout(name: str, text: str) -> tuple[str, bool, int]:
    """Separator, whether there is a header, and the number of columns, from the first rows."""
    head = text[:200_000]
    sample = "\n".join([line for line in head.splitlines() if line.strip()][:SNIFFED_ROWS])
    best: tuple[float, str, list[list[str]]] | None = None
    for separator in SEPARATORS:
        try:
            rows = [row for row in csv.reader(io.StringIO(sample), delimiter=separator) if row]
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows)
        if not widths:
            continue
        width, agree = widths.most_common(1)[0]
        score = (agree / len(rows)) * (width > 1) * (1 + 0.001 * width)
        if best is None or score > best[0]:
            best = (score, separator, rows)
    if best is None or best[0] == 0:
        raise UserError(f"{name} has only one column, or is no table.", "Columns are separated by commas, semicolons, tabs or bars.")
    _, separator, rows = best
    first, rest = rows[0], rows[1:]
    words_first = sum(not _is_number(cell) and cell.strip().lower() not in MISSING for cell in first)
    numbers_below = sum(_is_number(cell) for row in rest[:20] for cell in row)
    header = words_first == len(first) and (numbers_below > 0 or len(set(first)) == len(first))
    return separator, header, len(first)


def _is_number(cell: str) -> bool:
    try:
        float(cell.strip().replace(",", "."))
    except ValueError:
        return False
    return True


def _names(text: str, separator: str, width: int, header: bool, notes: list[str]) -> list[str]:
    if not header:
        return [f"column {number + 1}" for number in range(width)]
    first = next(row for row in csv.reader(io.StringIO(text), delimiter=separator) if row)
    names, seen, renamed = [], Counter(), []
    for number, raw in enumerate(first):
        name = raw.strip()[:80] or f"column {number + 1}"
        seen[name] += 1
        if seen[name] > 1:
            fresh = f"{name} ({seen[name]})"
            renamed.append(fresh)
            name = fresh
        names.append(name)
    if renamed:
        notes.append(f"Columns of one name were told apart: {', '.join(renamed[:5])}.")
    return names


def _parse(name: str, text: str, separator: str, header: bool, width: int) -> Any:
    """The rows as strings or numbers, whichever a column allows."""
    import warnings

    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # it would drop cells with a warning; here that is an error
            frame = pd.read_csv(io.StringIO(text), sep=separator, header=None, skiprows=1 if header else 0, names=range(width), index_col=False,
                                skip_blank_lines=True, keep_default_na=True, na_values=["?", "-", "none", "None"], low_memory=False, on_bad_lines="error")  # fmt: skip
    except (pd.errors.ParserError, pd.errors.ParserWarning, csv.Error) as error:
        raise UserError(_ragged(name, text, separator, width)) from error
    except (pd.errors.EmptyDataError, ValueError, OverflowError) as error:
        raise UserError(f"{name} cannot be read as a table: {str(error).splitlines()[0][:120]}.") from error
    ragged = _ragged(name, text, separator, width, quiet=True) if len(frame) <= 20_000 else ""
    if ragged:
        raise UserError(ragged)
    return frame


def _ragged(name: str, text: str, separator: str, width: int, quiet: bool = False) -> str:
    """The first row whose length differs, in words."""
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        for row in reader:
            if row and len(row) != width:
                return f"{name}, line {reader.line_num}: {len(row)} cells where the first line has {width}."
    except csv.Error as error:
        return f"{name}, line {reader.line_num}: {error}."
    return "" if quiet else f"{name} cannot be read as a table."


def _column(name: str, values: Any, first_row: int, notes: list[str]) -> tuple[np.ndarray, Kind]:
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(values):
        numbers = _with_decimal_comma(values)
        if numbers is None:
            words = values.fillna("").astype(str).str.strip().to_numpy(dtype=str)
            _count_missing(name, words == "", first_row, notes)
            return words, "category" if len(set(words[:100_000].tolist()) - {""}) <= CATEGORIES else "text"
        notes.append(f"“{name}” uses a decimal comma.")
        values = numbers
    numbers = values.astype(np.float64).to_numpy(copy=True)
    infinite = np.isinf(numbers)
    numbers[infinite] = np.nan
    _count_missing(name, np.isnan(numbers), first_row, notes, int(infinite.sum()))
    return numbers, "number"


def _with_decimal_comma(values: Any) -> Any:
    """The column as numbers when every cell that is there is one with a decimal comma; else None."""
    import pandas as pd

    there = values.dropna().astype(str).str.strip()
    if there.empty or not there.head(50).str.fullmatch(r"[+-]?\d+(,\d+)?([eE][+-]?\d+)?").all():
        return None
    numbers = pd.to_numeric(values.astype(str).str.strip().str.replace(",", ".", regex=False), errors="coerce")
    return numbers if numbers.notna().sum() == len(there) else None


def _count_missing(name: str, missing: np.ndarray, first_row: int, notes: list[str], infinite: int = 0) -> None:
    count = int(missing.sum())
    if not count:
        return
    rows = ", ".join(f"{row + first_row:,}" for row in np.flatnonzero(missing)[:3])
    more = " …" if count > 3 else ""
    extra = f", {infinite:,} of them infinite" if infinite else ""
    notes.append(f"“{name}”: {count:,} cell{'s' if count > 1 else ''} missing{extra} (line {rows}{more}).")
