"""Pictures of the trained generator: its sheet with the samples that were clicked, what is made of them, and what D thinks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.figures import canvas, theme
from playground.figures.convolution_inside import image, images
from playground.figures.panels import Panel

Data = Mapping[str, Any]
MARKS = (theme.CATEGORICAL[0], theme.CATEGORICAL[1], theme.CATEGORICAL[2])  # of A, B and C
LETTERS = "ABC"
SHEET, SMALL, SUMS = 620, 96, 520


def sheet(data: Data, picks: Sequence[int], rows: int, columns: int, gap: int) -> Panel:
    """All samples; those clicked last are framed in their colours."""
    wall = data["wall"]
    tile = (wall.shape[1] + gap) // columns
    frames = [((each // columns * tile, each % columns * tile, each // columns * tile + tile - gap, each % columns * tile + tile - gap), color)
              for each, color in reversed(list(zip(picks, MARKS, strict=False)))]  # fmt: skip
    shown = image("wall", SHEET, frames=frames, name="wall")
    words = f"{rows * columns} samples. Framed: A, B and C, the samples clicked last"
    return images("bundled-wall", [shown | {"tells": {"tile": tile, "columns": columns}}], {"wall": wall}, words)


def picks(data: Data, count: int) -> Panel:
    """The samples clicked last, larger."""
    shown = [image(f"pick_{i}", SMALL, title=f"{LETTERS[i]}: a {data['classes'][i]}", frames=[((0, 0, *data[f"pick_{i}"].shape[:2]), MARKS[i])]) for i in range(count)]
    return images("bundled-picks", shown, {f"pick_{i}": data[f"pick_{i}"] for i in range(count)}, "The samples clicked last")


def sums(data: Data) -> Panel:
    a, b, c = data["classes"]
    words = f"A (a {a}) − B (a {b}) + C (a {c}) = on the right, drawn as a {c}"
    return images("bundled-sums", [image("sums", SUMS, words=words)], {"sums": data["sums"]}, words)


def found(data: Data, pictures: np.ndarray | None) -> Panel | None:
    """The training images nearest to a sample, where they are on this machine."""
    if pictures is None:
        return None
    shown = [image("near", SMALL, number=i, title=f"no. {row:,}", words=f"a {each}, {far:.2f} away")
             for i, (row, each, far) in enumerate(zip(data["rows"], data["classes"], data["distances"], strict=True))]  # fmt: skip
    return images("bundled-near", shown, {"near": pictures}, "The training images nearest to the sample")


def given(data: Data) -> Panel:
    shown = image("given", SMALL + 24, title="As D is shown it", words="cut out, shrunk, centred")
    return images("bundled-given", [shown], {"given": data["given"]}, "The picture as D is shown it")


def answers(data: Data) -> Panel:
    """D's score of the picture told each class."""
    scores = np.asarray(data["scores"], np.float32)
    series = [canvas.series("score", "scores", x="classes", style="bars", color=theme.CATEGORICAL[0])]
    spec = canvas.curves("class it is told", "D's score", series=series, x="classes", switches=False, marks=[canvas.rule(y=0.0, words="undecided")],
                         alt="What D answers when it is told each class in turn")  # fmt: skip
    return Panel("bundled-answers", spec, {"scores": scores, "classes": np.arange(len(scores), dtype=np.float32)}, 190)


def standing(data: Data) -> Panel:
    """The picture's best score among those of real test images and of samples."""
    series = [canvas.series("real digits, never learnt from", "real", style="area", color=theme.CATEGORICAL[0]),
              canvas.series("samples of G", "made", style="area", color=theme.CATEGORICAL[1])]  # fmt: skip
    best = float(np.clip(np.max(data["scores"]), data["bins"][0], data["bins"][-1]))
    spec = canvas.curves("D's score", "share", series=series, x="bins", y_range=(0, None), switches=False, marks=[canvas.rule(x=best, color="accent", words="yours")],
                         alt="Scores of real digits and of samples, with that of the picture")  # fmt: skip
    return Panel("bundled-standing", spec, {name: np.asarray(data[name], np.float32) for name in ("bins", "real", "made")}, 190)
