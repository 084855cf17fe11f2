"""Pictures of the trained generators: a sheet with the samples that were clicked, what is made of them, and what D thinks."""

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
SHEET, SMALL, GIVEN, LARGE = 620, 96, 120, 200


def sheet(data: Data, picks: Sequence[int], rows: int, columns: int, gap: int) -> Panel:
    """All samples; those clicked last are framed in their colours."""
    wall = data["wall"]
    tile = (wall.shape[1] + gap) // columns
    frames = [((each // columns * tile, each % columns * tile, each // columns * tile + tile - gap, each % columns * tile + tile - gap), color)
              for each, color in reversed(list(zip(picks, MARKS, strict=False)))]  # fmt: skip
    shown = image("wall", SHEET, frames=frames, name="wall")
    words = f"{rows * columns} samples. Framed: A, B and C, the samples clicked last"
    return images("bundled-wall", [shown | {"tells": {"tile": tile}}], {"wall": wall}, words)


def picks(data: Data, count: int) -> Panel:
    """The samples clicked last, larger."""
    shown = [_pick(data, i) for i in range(count)]
    return images("bundled-picks", shown, {f"pick_{i}": data[f"pick_{i}"] for i in range(count)}, "The samples clicked last")


def sums(data: Data) -> Panel:
    """A, B and C, and what becomes of their sum."""
    shown = [_pick(data, i, sign) for i, sign in enumerate(("", "− ", "+ "))]
    shown.append(image("pick_3", LARGE, title="= the sum" + (f": a {data['classes'][3]}?" if data["classes"] else "")))
    return images("bundled-sums", shown, {f"pick_{i}": data[f"pick_{i}"] for i in range(4)}, "A − B + C of three samples' noise, and what it is drawn as")


def _pick(data: Data, place: int, sign: str = "") -> dict[str, Any]:
    words = f": a {data['classes'][place]}" if data["classes"] else ""
    return image(f"pick_{place}", SMALL, title=f"{sign}{LETTERS[place]}{words}", frames=[((0, 0, *data[f"pick_{place}"].shape[:2]), MARKS[place])])


def film(frames: int, what: str) -> dict[str, Any]:
    """A way through the noise, played."""
    stage = canvas.stage(x=(0, 1), y=(0, 1), layers=[canvas.picture("walk", animated=True)], axes=False, alt=f"A {what} that changes while its noise is moved")
    return canvas.player([stage], frames=frames, duration=8.0, loop=True, unit="place")


def found(data: Data, pictures: np.ndarray | None) -> Panel | None:
    """The training images nearest to a sample, where they are on this machine."""
    if pictures is None:
        return None
    shown = [image("near", SMALL, number=i, title=f"no. {row:,}", words=f"a {each}, {far:.2f} away")
             for i, (row, each, far) in enumerate(zip(data["rows"], data["classes"], data["distances"], strict=True))]  # fmt: skip
    return images("bundled-near", shown, {"near": pictures}, "The training images nearest to the sample")


def given(data: Data, words: str) -> Panel:
    """What D is shown and, where it was measured, which parts of it speak for real."""
    shown, arrays = [image("given", GIVEN, title="As D is shown it", words=words)], {"given": data["given"]}
    if "grounds" in data:
        arrays["grounds"] = data["grounds"]
        shown.append(image("grounds", GIVEN, title="What D goes by", words="blue speaks for real, orange for made up", signed=float(np.abs(data["grounds"]).max()) or 1.0))
    return images("bundled-given", shown, arrays, "The picture as D is shown it")


def answers(data: Data) -> Panel:
    """D's score of the picture told each class."""
    scores = np.asarray(data["scores"], np.float32)
    arrays = {"scores": scores, "classes": np.arange(len(scores), dtype=np.float32)}
    bars = canvas.series("score", "scores", x="classes", style="bars", color=theme.CATEGORICAL[0])
    spec = canvas.curves("class it is told", "D's score", series=[bars], x="classes", x_ticks=[str(each) for each in range(len(scores))], switches=False,
                         marks=[canvas.rule(y=0.0, words="undecided")], alt="What D answers when it is told each class in turn")  # fmt: skip
    return Panel("bundled-answers", spec, arrays, 190)


def standing(data: Data, real: str) -> Panel:
    """The picture's best score among those of real images that were never learnt from, which are called `real`, and of samples."""
    series = [canvas.series(real, "real", style="area", color=theme.CATEGORICAL[0]), canvas.series("samples of G", "made", style="area", color=theme.CATEGORICAL[1])]
    best = float(np.clip(np.max(data["scores"]), data["bins"][0], data["bins"][-1]))
    spec = canvas.curves("D's score", "share", series=series, x="bins", y_range=(0, None), switches=False, marks=[canvas.rule(x=best, color="accent", words="this one")],
                         alt="Scores of real images and of samples, with that of the picture")  # fmt: skip
    return Panel("bundled-standing", spec, {name: np.asarray(data[name], np.float32) for name in ("bins", "real", "made")}, 190)
