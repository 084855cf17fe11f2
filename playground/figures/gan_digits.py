"""Canvas specs of the image part of the GAN screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.figures import canvas, theme

WORDS = {"wall": "Samples, a column for each class and a row for each noise", "milestones": "One sample of each class at milestones of the training",
         "nearest_wall": "For every sample the nearest real image", "real_wall": "Real images, a column for each class"}  # fmt: skip


def wall(array: str, classes: Sequence[str], rows: int, shape: tuple[int, int], *, row_words: Sequence[str] = (), row_label: str = "", suffix: str = "") -> dict[str, Any]:
    """A sheet of images, a column for each class.

    Args:
        shape: Height and width of one tile in pixels, its gap included.
        row_words: Words of the rows from the top.
    """
    count = len(classes)
    x, y = (-0.5, count - 0.5), (-0.5, rows - 0.5)
    # Pixels are cells: the first and the last lie half a pixel inside the sheet.
    half = (0.5 / shape[1], 0.5 / shape[0])
    layer = canvas.field(array + suffix, palette="sequential", low=0, high=1, smooth=False, scale=False, value="ink",
                         x=(x[0] + half[0], x[1] - half[0]), y=(y[0] + half[1], y[1] - half[1]))  # fmt: skip
    return canvas.stage(x=x, y=y, layers=[layer], x_ticks=classes, y_ticks=list(reversed(row_words)), y_label=row_label,
                        aspect=count * shape[1] / (rows * shape[0]), alt=WORDS[array])  # fmt: skip


def losses() -> dict[str, Any]:
    series = [canvas.series("loss of D", "d_loss", color=theme.CATEGORICAL[0]), canvas.series("loss of G", "g_loss", color=theme.CATEGORICAL[1])]
    return canvas.curves("step", "loss", series=series, alt="Losses of discriminator and generator by step")


def scores() -> dict[str, Any]:
    series = [canvas.series("shows the class asked for", "asked", color=theme.CATEGORICAL[2]), canvas.series("variety, real = 1", "variety", color=theme.CATEGORICAL[3]),
              canvas.series("distance to the nearest real image", "nearest", color=theme.CATEGORICAL[6], shown=False)]  # fmt: skip
    return canvas.curves("step", "share", series=series, y_range=(0, None), switches=False, alt="Share of samples of the class asked for, and their variety, by step")


def walk(frames: int) -> dict[str, Any]:
    """A way through the noise, played."""
    layer = canvas.field("walk", palette="sequential", low=0, high=1, smooth=True, scale=False, value="ink", animated=True)
    stage = canvas.stage(x=(-0.5, 0.5), y=(-0.5, 0.5), layers=[layer], axes=False, alt="A sample that changes while its noise and its class are moved")
    return canvas.player([stage], frames=frames, duration=6.0, loop=True, unit="place")
