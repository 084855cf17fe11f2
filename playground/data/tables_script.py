"""The part of an exported script that loads the data: plain NumPy, pandas, scikit-learn or torchvision, no import of this package."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from playground.data import tables_maths

if TYPE_CHECKING:
    from playground.data.images import ImageData
    from playground.data.tables import Feature, TableData


def table_script(data: TableData, seed: int, validation_share: float, test_share: float) -> str:
    """Loading, splitting and encoding of a table."""
    plain = all(column.kind == "number" and column.used and not column.missing for column in data.columns)
    if plain and data.key != "own_table":
        stack = "x = np.stack([scaled(column, train) for column in columns], axis=1).astype(np.float32)"
    else:
        lines = [f"    {_code(data, feature)}," for feature in data.features]
        stack = "\n".join(["x = np.stack([", *lines, "], axis=1).astype(np.float32)"])
    functions = [tables_maths.split_rows, tables_maths.scale_of, tables_maths.scaled]
    if "date_part(" in stack:
        functions.append(tables_maths.date_part)
    cast = "" if data.classes else "targets = targets.astype(np.float32)\n"
    return "\n".join([
        "import numpy as np", data.loading(), "\n", *_sources(functions), _split(data, seed, validation_share, test_share),
        "# One column a feature; medians, means and spreads are those of the training rows, so that the others stay unseen.", stack,
        cast + _parts("x"),
    ])  # fmt: skip


def image_script(data: ImageData, seed: int, validation_share: float, test_share: float) -> str:
    """Loading and splitting of images; they stay bytes."""
    return "\n".join(["import numpy as np", data.loading(), "\n", *_sources([tables_maths.split_rows]), _split(data, seed, validation_share, test_share), _parts("images")])


def _split(data: TableData | ImageData, seed: int, validation_share: float, test_share: float) -> str:
    arguments, _ = data.deal(seed, validation_share, test_share)
    given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    if data.official_test is None:
        return f"train, validation, test = split_rows(targets, {given})"
    first = data.official_test
    return f"train, validation, _ = split_rows(targets[:{first}], {given})\ntest = np.arange({first}, len(targets))  # set aside by the makers of the data"


def _parts(inputs: str) -> str:
    pairs = (("train", "train"), ("valid", "validation"), ("test", "test"))
    return "\n".join(f"x_{short}, y_{short} = {inputs}[{rows}], targets[{rows}]" for short, rows in pairs)


def _sources(functions: list) -> list[str]:
    return [re.sub(r"\n{3,}", "\n\n", inspect.getsource(each)) + "\n" for each in functions]


def _code(data: TableData, feature: Feature) -> str:
    return feature.code.replace("{column}", f"columns[{data.columns[feature.column].name!r}]", 1)  # the first: a category may be named so, too
