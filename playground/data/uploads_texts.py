"""Files of many texts: lines of a text file, or the columns of a table; part of the gate."""

from __future__ import annotations

from dataclasses import dataclass

from playground.core.errors import UserError
from playground.core.limits import MIB, TEXT_LINES, UPLOAD_BYTES
from playground.data.uploads import _decode, read_table

LINES = "line"  # the column of a file that is no table
PLAIN = (".txt", ".md", ".text", ".log")
LIKELY = ("text", "review", "sentence", "comment", "message", "body", "content", "title", "headline", "tweet", "question")


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts of one file.

    Attributes:
        columns: Texts by column; missing cells are "".
        likely: The column that most probably holds the text.
        notes: What was detected or left out, in sentences.
    """

    name: str
    columns: dict[str, list[str]]
    likely: str
    notes: tuple[str, ...]

    def column(self, name: str) -> list[str]:
        """The texts of one column.

        Raises:
            UserError: When the file has no such column.
        """
        if name not in self.columns:
            known = ", ".join(f"“{each[:40]}”" for each in list(self.columns)[:8])
            raise UserError(f"{self.name} has no column of text named “{name[:60]}”.", f"It has {known}.", field="column")
        return self.columns[name]


def read_texts(name: str, content: bytes) -> Texts:
    """The texts of a TXT file (a line each) or of a table (CSV, TSV, XLSX, Parquet).

    Raises:
        UserError: For anything that holds no text within the limits; says what and where.
    """
    if len(content) > UPLOAD_BYTES:
        raise UserError(f"{name} has {len(content) / MIB:,.1f} MB; at most {UPLOAD_BYTES // MIB} MB can be read.")
    if not content.strip():
        raise UserError(f"{name} is empty.")
    if name.lower().endswith(PLAIN):
        return _lines(name, content)
    try:
        table = read_table(name, content)
    except UserError as error:
        if name.lower().endswith((".csv", ".tsv")) and "only one column" in error.what:
            return _lines(name, content, one_column=True)
        raise
    words = {column: [str(each) for each in table.columns[column]] for column, kind in table.kinds.items() if kind in ("text", "category")}
    if not words:
        raise UserError(f"{name} has no column of words, only numbers and dates.", "Upload a table with the texts in one column.")
    _count(name, table.n_rows)
    named = next((column for wanted in LIKELY for column in words if wanted in column.lower()), None)
    longest = max(words, key=lambda column: sum(map(len, words[column][:500])))
    return Texts(name, words, named or longest, table.notes)


def _lines(name: str, content: bytes, one_column: bool = False) -> Texts:
    text, _, notes = _decode(name, content)
    found = [line.strip() for line in text.split("\n")]
    empty = sum(not line for line in found[:-1])
    found = [line for line in found if line]
    if one_column:
        found = [line[1:-1].replace('""', '"') if len(line) > 1 and line[0] == line[-1] == '"' else line for line in found]
        if found and found[0].lower() in LIKELY:
            notes.append(f"The first line, “{found[0]}”, is taken for the column's name.")
            found = found[1:]
    if not found:
        raise UserError(f"{name} holds no text.")
    _count(name, len(found))
    if empty:
        notes.append(f"{empty:,} empty lines were left out.")
    return Texts(name, {LINES: found}, LINES, (f"{len(found):,} lines, a text each.", *notes))


def _count(name: str, rows: int) -> None:
    if rows > TEXT_LINES:
        raise UserError(f"{name} has {rows:,} texts; at most {TEXT_LINES:,} are read at once.", "Split the file.")
