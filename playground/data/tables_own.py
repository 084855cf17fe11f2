"""A visitor's table made ready to learn from, kept on the shelf, and taken from it again."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import CATEGORY_WORDS, ENCODED_BYTES, MIB, TARGET_CLASSES
from playground.data import shelf, tables_cells
from playground.data.datasets import OWN_TABLE
from playground.data.tables import Column, TableData, features_of
from playground.data.tables_cells import days
from playground.data.tables_profile import LARGEST, Profile, likely_task, profile, shortened, used_as
from playground.data.tables_warnings import certain, imbalance, leaks
from playground.data.uploads import Table
from playground.data.uploads_columns import places

FEWEST = 8  # rows with an answer
TEXT_CHARACTERS = 1000  # of a text, kept to be shown
TASKS = ("auto", "classification", "regression")
LEAVE_OUT = "leave out"


@dataclass(frozen=True, eq=False)
class Examined:
    """What a choice of target means.

    Attributes:
        targets: (n,) int64 classes or float64, of the rows that have one.
        counts: Rows of each class.
        told: Columns that give the target away, each with the end of a sentence.
        warnings: About the sizes of classes, in sentences.
        kept: Those rows.
        notes: What was left out.
    """

    task: str
    targets: np.ndarray
    classes: tuple[str, ...]
    counts: tuple[int, ...]
    told: dict[str, str]
    warnings: tuple[str, ...]
    kept: np.ndarray
    notes: tuple[str, ...]


def examine(table: Table, target: str, task: str = "auto") -> Examined:
    """What learning `target` means, before anything is prepared.

    Raises:
        UserError: When it cannot be learnt; says why.
    """
    if target not in table.columns:
        raise UserError(f"The table has no column named {target!r}.", field="target")
    if task not in TASKS:
        raise UserError(f"There is no task named {task!r}.", f"It is one of {', '.join(TASKS)}.")
    task = likely_task(table, target) if task == "auto" else task
    notes: list[str] = []
    kept, targets, classes = _answers(table, target, task, notes)
    counts = tuple(np.bincount(targets, minlength=len(classes)).tolist()) if classes else ()
    return Examined(task, targets, classes, counts, leaks(table, target, targets, classes, kept), tuple(imbalance(targets, classes)), kept, tuple(notes))


def prepare(table: Table, target: str, task: str = "auto", uses: Mapping[str, str] | None = None,
            profiles: Sequence[Profile] | None = None) -> tuple[dict[str, np.ndarray], dict[str, Any]]:  # fmt: skip
    """Arrays and description for the shelf.

    Args:
        target: The column to predict; rows without it are left out.
        task: "classification", "regression" or "auto".
        uses: "number", "category", "date" or "leave out" for columns whose use the visitor chose; others are used as they are.
        profiles: Of the columns, when they are known already.

    Raises:
        UserError: When nothing can be learnt; says why.
    """
    uses = dict(uses or {})
    made = examine(table, target, task)
    task, kept, targets, classes, told = made.task, made.kept, made.targets, made.classes, made.told
    notes = [*table.notes, *made.notes]
    columns = [_column(table, each, kept, uses.get(each.name, ""), told.get(each.name, ""), notes) for each in profiles or profile(table) if each.name != target]
    warnings = [f"“{name}” {words}{'' if _used(columns, name) else ', and was left out'}." for name, words in told.items()] + list(made.warnings)
    notes += _treatment(columns)
    _check_size(columns, len(targets))
    arrays: dict[str, np.ndarray] = {"targets": targets, "lines": table.lines[kept]}
    for number, each in enumerate(columns):
        arrays |= _stored(number, each)
    described = [{"name": each.name, "kind": each.kind, "words": list(each.words), "used": each.used, "why": each.why,
                  "position": table.recipe.get("positions", {}).get(each.name, 0), "spelling": _spelling(table, each),
                  "named": each.kind == "category" and table.kinds[each.name] == "number"} for each in columns]  # fmt: skip
    numeric = used_as(table, target)[0] == "number"
    answer = {"name": target, "position": table.recipe.get("positions", {}).get(target, 0), "numeric": numeric,
              "spelling": table.cells[target].spelling if target in table.cells else ""}  # fmt: skip
    about = {"what": "table", "file": table.name, "task": task, "classes": list(classes), "target": answer, "columns": described, "notes": notes,
             "warnings": warnings, "recipe": {key: value for key, value in table.recipe.items() if key != "positions"}, "place": table.place}  # fmt: skip
    return arrays, about


def _answers(table: Table, target: str, task: str, notes: list[str]) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Rows with an answer, their targets (int64 classes or float64), and the classes' names."""
    kind, values = used_as(table, target)
    if kind == "date":
        raise UserError(f"The target “{target}” holds dates; only classes and numbers can be learnt.", "Choose another target.", field="target")
    if task == "regression" and kind != "number":
        raise UserError(f"The target “{target}” holds words and cannot be learnt as a number.", "Learn it as classes, or choose another.", field="target")
    there = ~np.isnan(values) if kind == "number" else values != ""
    kept = np.flatnonzero(there)
    if len(kept) < len(values):
        notes.append(f"{len(values) - len(kept):,} of {len(values):,} rows were left out: no target ({places(table.lines, ~there, table.place)}).")
    if len(kept) < FEWEST:
        raise UserError(f"Only {len(kept)} rows have a value in the target “{target}”; at least {FEWEST} are needed.", field="target")
    values = values[kept]
    if task == "regression":
        if np.abs(values).max() > min(LARGEST, float(np.finfo(np.float32).max)):
            raise UserError(f"The target “{target}” holds {values[np.abs(values).argmax()]:.3g}, which is too large to learn.", "Rescale it.", field="target")
        if values.min() == values.max():
            raise UserError(f"The target “{target}” is {values[0]:g} in every row: there is nothing to learn.", "Choose another target.", field="target")
        return kept, values.astype(np.float64), ()
    names, codes = np.unique(values.astype(str) if kind != "number" else values, return_inverse=True)
    if len(names) < 2:
        raise UserError(f"The target “{target}” is “{shortened(names[0])}” in every row: there is nothing to learn.", "Choose another target.", field="target")
    if len(names) > TARGET_CLASSES:
        raise UserError(f"The target “{target}” has {len(names):,} classes; at most {TARGET_CLASSES} can be learnt.",
                        "Choose another target" + (", or learn it as a number." if kind == "number" else ", or group rare ones."), field="target")  # fmt: skip
    return kept, codes.astype(np.int64), _apart([f"{name:g}" if kind == "number" else shortened(name, 40) for name in names])


def _apart(names: list[str]) -> tuple[str, ...]:
    """Names told apart by a number when shortening made them equal."""
    return tuple(f"{name} ({place})" if names.count(name) > 1 else name for place, name in enumerate(names, 1))


def _column(table: Table, facts: Profile, kept: np.ndarray, wanted: str, leak: str, notes: list[str]) -> Column:
    """One column as it is used; what the visitor wants holds, as far as it can be done."""
    kind, values = used_as(table, facts.name, "" if wanted == LEAVE_OUT else wanted)
    if wanted == LEAVE_OUT:
        why = "is not wanted"
    elif wanted:
        _check_wish(facts, wanted, kind, values)
        why = facts.why if facts.distinct < 2 else ""
    else:
        why = leak if certain(leak) else facts.why
    if why and wanted != LEAVE_OUT:
        notes.append(f"“{facts.name}” was left out: it {why}.")
    values = values[kept]
    if kind == "category":
        words, place = np.unique(values, return_inverse=True)
        gap = int(len(words) > 0 and words[0] == "")  # the empty word sorts first
        return Column(facts.name, kind, (place - gap).astype(np.int32), tuple(words[gap:].tolist()), not why, why)
    return Column(facts.name, kind, _days(values) if kind == "date" else values, (), not why, why)  # type: ignore[arg-type]


def _check_wish(facts: Profile, wanted: str, kind: str, values: np.ndarray) -> None:
    if wanted == "category" and kind in ("category", "text"):
        count = len(np.unique(values[values != ""]))
        if kind == "text" or count > CATEGORY_WORDS:
            raise UserError(f"“{facts.name}” has {count:,} different values; at most {CATEGORY_WORDS} can be used as categories.", field=facts.name)
    elif kind != wanted:
        held = {"text": "words", "category": "words", "date": "dates", "number": "numbers"}[kind]
        raise UserError(f"“{facts.name}” cannot be used as {wanted}: it holds {held}.", field=facts.name)


def _days(values: np.ndarray) -> np.ndarray:
    """Days of dates, each distinct one parsed once."""
    found, place = np.unique(values.astype(str), return_inverse=True)
    return days(found)[place]


def _treatment(columns: list[Column]) -> list[str]:
    """What is done to the columns, as far as it applies."""
    used = [each for each in columns if each.used]
    gaps = {each.kind for each in used if each.missing}
    notes = []
    if gaps & {"number", "date"}:
        notes.append("Gaps among numbers and dates are filled with the median of the training rows, and a column of its own says where they were.")
    if "category" in gaps:
        notes.append("Gaps among words are a category of their own.")
    if any(each.kind == "date" for each in used):
        notes.append("Dates become elapsed days, year, month, day, weekday and hour, as far as these vary.")
    return notes


def _check_size(columns: list[Column], rows: int) -> None:
    width = len(features_of(tuple(columns)))
    if not width:
        raise UserError("No column is left to learn from: each is empty, constant, free text or left out.", "Choose another target, or use a column after all.")
    if rows * width * 4 > ENCODED_BYTES:
        raise UserError(f"{rows:,} rows of {width:,} numbers take {rows * width * 4 / MIB:,.0f} MB; at most {ENCODED_BYTES // MIB:,} MB can be learnt from.",
                        "Leave out columns of many categories, or use fewer rows.")  # fmt: skip


def _used(columns: list[Column], name: str) -> bool:
    return any(each.used for each in columns if each.name == name)


def _spelling(table: Table, each: Column) -> str:
    cells = table.cells.get(each.name)
    return "" if cells is None else cells.spelling


def _stored(number: int, each: Column) -> dict[str, np.ndarray]:
    if each.kind != "text":
        return {f"column_{number}": each.values}
    found, codes = np.unique(each.values.astype(object), return_inverse=True)
    texts = [str(value)[:TEXT_CHARACTERS].encode() for value in found]
    return {f"text_{number}": np.frombuffer(b"".join(texts), np.uint8), f"ends_{number}": np.cumsum([len(text) for text in texts]).astype(np.int64),
            f"place_{number}": codes.astype(np.int32)}  # fmt: skip


class Texts:
    """The cells of a column of texts, each different text kept once in one block of bytes; `texts[row]` is a str."""

    def __init__(self, content: np.ndarray, ends: np.ndarray, places: np.ndarray):
        self.content, self.ends, self.places = content, ends, places

    def __len__(self) -> int:
        return len(self.places)

    def gaps(self) -> np.ndarray:
        """(n,) bool: where nothing stands."""
        return (np.diff(self.ends, prepend=0) == 0)[self.places]

    def __getitem__(self, row: int) -> str:
        place = self.places[row]
        return self.content[self.ends[place - 1] if place else 0 : self.ends[place]].tobytes().decode("utf-8", "ignore")


def from_shelf(digest: str) -> TableData:
    """The table kept under `digest`.

    Raises:
        UserError: When it is not on this machine, or is something else.
    """
    if not digest:
        raise UserError("There is no table of yours yet.", "Upload one first.", field="own")
    arrays, about = shelf.get(digest)
    if about.get("what") != "table":
        raise UserError("This link's uploaded data is not a table with a target.", "Upload the table again.", field="own")
    columns = tuple(
        Column(facts["name"], facts["kind"], Texts(*(arrays[f"{part}_{number}"] for part in ("text", "ends", "place"))) if facts["kind"] == "text" else arrays[f"column_{number}"],
               tuple(facts["words"]), facts["used"], facts["why"]) for number, facts in enumerate(about["columns"])
    )  # fmt: skip
    return TableData(OWN_TABLE, about["file"], "table", about["task"], arrays["targets"], tuple(about["classes"]), columns=columns, target_name=about["target"]["name"],
                     source=f"your file {about['file']}", licence="yours", own=digest, notes=tuple(about["notes"]), warnings=tuple(about["warnings"]),
                     loading=lambda: _loading(about))  # fmt: skip


# The script -----------------------------------------------------------------------------------------------------------------


def _loading(about: dict[str, Any]) -> str:
    recipe, answer = about["recipe"], about["target"]
    used = [facts for facts in about["columns"] if facts["used"]]
    lines = [f"    {facts['name']!r}: {_call(facts)}," for facts in used]
    present = "~np.isnan(answers)" if answer["numeric"] else 'answers != ""'
    target = "targets = answers[kept]" if about["task"] == "regression" else "classes, targets = np.unique(answers[kept], return_inverse=True)"
    functions = [tables_cells.words, tables_cells.numbers, *([tables_cells.named] if any(facts["named"] for facts in used) else []),
                 *([tables_cells.days] if any(facts["kind"] == "date" for facts in used) else [])]  # fmt: skip
    return "\n".join([
        "import pandas as pd", "import re", "", f"FILE = {'data.' + recipe['format']!r}  # your table {about['file']!r}, beside this script",
        f"MISSING = {sorted(tables_cells.MISSING)!r}  # cells that mean: no value", f"NUMBER = r{tables_cells.NUMBER!r}".replace("\\\\", "\\"), "", "",
        *[inspect.getsource(each) + "\n" for each in functions], *_reading(recipe), "columns = {", *lines, "}",
        f"answers = {'numbers' if answer['numeric'] else 'words'}(table[{answer['position']}]{_spelt(answer)})", f"kept = {present}  # rows with an answer",
        "columns = {name: values[kept] for name, values in columns.items()}", target,
    ])  # fmt: skip


def _spelt(facts: dict[str, Any]) -> str:
    return f", {facts['spelling']!r}" if facts["spelling"] else ""


def _call(facts: dict[str, Any]) -> str:
    if facts["named"]:
        return f"named(numbers(table[{facts['position']}]{_spelt(facts)}))"
    function = {"number": "numbers", "category": "words", "date": "days"}[facts["kind"]]
    return f"{function}(table[{facts['position']}]{_spelt(facts) if function != 'words' else ''})"


def _reading(recipe: dict[str, Any]) -> list[str]:
    if recipe["format"] == "parquet":
        lines = ["table = pd.read_parquet(FILE)"]
    elif recipe["format"] == "xlsx":
        lines = [f"table = pd.read_excel(FILE, sheet_name={recipe['sheet']!r}, header=None, dtype=str, na_filter=False)",
                 'table = table[(table != "").any(axis=1)]' + (".iloc[1:]  # below the header" if recipe["header"] else "")]  # fmt: skip
    else:
        errors = ', encoding_errors="replace"' if recipe["encoding"] == "cp1252" else ""
        lines = [f"table = pd.read_csv(FILE, sep={recipe['separator']!r}, header={0 if recipe['header'] else None}, encoding={recipe['encoding']!r}{errors}, dtype=str,",
                 "                    keep_default_na=False, skipinitialspace=True, index_col=False)"]  # fmt: skip
    return [*lines, "table.columns = range(table.shape[1])", ""]
