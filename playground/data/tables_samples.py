"""Real files to try an upload with, made of data sets that come with the house."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from playground.core.errors import UserError
from playground.data.datasets import load
from playground.data.uploads import read_table

TABLES = {
    "tips": "Restaurant tips: words and numbers",
    "countries": "Life in 142 countries since 1952",
    "shares": "Share prices with dates",
    "wine": "Wine chemistry with gaps",
}
DIGITS_A_CLASS = 30
_PLOTLY = {  # file, and its columns in the order in which they are given; the last is what one would predict
    "tips": ("tips", ("total_bill", "sex", "smoker", "day", "time", "size", "tip")),
    "countries": ("gapminder", ("country", "continent", "year", "pop", "gdpPercap", "lifeExp")),
    "shares": ("stocks", ("date", "GOOG", "AAPL", "AMZN", "NFLX", "MSFT")),
}  # fmt: skip


def table(key: str) -> tuple[str, bytes]:
    """Name and content of a CSV file.

    Raises:
        UserError: When the package that brings the data is missing.
    """
    if key == "wine":
        return "wine_with_gaps.csv", _wine()
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise UserError("Plotly, which brings this sample, is not installed.")
    name, columns = _PLOTLY[key]
    file = Path(spec.origin).parent / "package_data" / "datasets" / f"{name}.csv.gz"
    read = read_table(file.name, gzip.decompress(file.read_bytes()))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*([_cell(value) for value in read.columns[each].tolist()] for each in columns), strict=True))
    return f"{key}.csv", out.getvalue().encode()


def _cell(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.10g}"


def _wine() -> bytes:
    """Decimal commas, gaps and semicolons, as a spreadsheet in much of Europe saves it."""
    data = load("wine")
    stream = np.random.default_rng(0)
    lines = [";".join([*(column.name for column in data.columns), "grower"])]
    for row in range(data.n_rows):
        cells = [f"{column.values[row]:g}".replace(".", ",") if stream.random() > 0.04 else "" for column in data.columns]
        lines.append(";".join([*cells, data.classes[data.targets[row]]]))
    return ("\n".join(lines) + "\n").encode()


def images() -> tuple[str, bytes]:
    """Name and content of an archive with a folder a class: handwritten digits as PNG files of 32 x 32 pixels."""
    from PIL import Image

    data = load("digits")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, name in enumerate(data.classes):
            for row in np.flatnonzero(data.targets == place)[:DIGITS_A_CLASS]:
                picture = io.BytesIO()
                Image.fromarray(data.show(int(row))[..., 0]).resize((32, 32), Image.Resampling.BICUBIC).save(picture, "PNG")
                archive.writestr(f"digits/{name}/{row:04d}.png", picture.getvalue())
    return "digits.zip", out.getvalue()
