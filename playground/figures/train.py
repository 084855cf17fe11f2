"""Canvas specs of the training screen, and small pictures of examples: names of arrays in, specs or SVG and PNG out."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from playground.explain.numbers import signed
from playground.figures import canvas, theme

TRAIN, VALIDATION = theme.CATEGORICAL[0], theme.CATEGORICAL[1]


def losses(classifies: bool) -> dict[str, Any]:
    """Loss by epoch: of every batch as it was learnt from, and measured alike on training and validation rows."""
    series = [canvas.series("each batch", "batch_loss", color="muted", width=0.8), canvas.series("training rows", "train_loss", color=TRAIN),
              canvas.series("validation rows", "validation_loss", color=VALIDATION, width=2.6)]  # fmt: skip
    words = "cross-entropy" if classifies else "squared error"
    return canvas.curves("epoch", words, series=series, x="epoch", log_y=True, alt="Training and validation loss by epoch")


def scores(metric: str, title: str) -> dict[str, Any]:
    """One metric by epoch."""
    series = [canvas.series("training rows", f"train_{metric}", color=TRAIN), canvas.series("validation rows", f"validation_{metric}", color=VALIDATION, width=2.6)]
    ends = (None, 1.0) if metric in ("accuracy", "f1", "auc", "r2") else (0.0, None)
    return canvas.curves("epoch", title, series=series, x="epoch", y_range=ends, alt=f"{title} by epoch")  # type: ignore[arg-type]


def rates() -> dict[str, Any]:
    """Learning rate and length of the gradient by epoch."""
    series = [canvas.series("learning rate", "learning_rate", color=theme.CATEGORICAL[2]), canvas.series("gradient", "gradient_norm", color=theme.CATEGORICAL[3])]
    return canvas.curves("epoch", "size", series=series, x="epoch", log_y=True, alt="Learning rate and length of the gradient by epoch")


def confusion(classes: Sequence[str], part: str = "validation") -> dict[str, Any]:
    """Rows by true and predicted class; a click on a cell reports its place."""
    count = len(classes)
    names = [each if len(each) <= 12 else each[:11] + "…" for each in classes]
    ends = (-0.5, count - 0.5)
    layer = canvas.field("confusion", palette="sequential", smooth=False, numbers="d" if count <= 20 else "", value=f"{part} rows", x=ends, y=ends, scale=False)
    return canvas.stage(x=ends, y=ends, x_label="predicted", y_label="true", x_ticks=names if count <= 20 else None, y_ticks=names if count <= 20 else None,
                        layers=[layer], events=("click",), alt=f"Confusion matrix of the {part} rows: click a cell to see them")  # fmt: skip


def fit(targets: np.ndarray, unit: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Regression: predicted over true number of every validation row, and the line on which it would be right."""
    low, high = float(targets.min()), float(targets.max())
    room = 0.12 * (high - low or 1.0)
    ends = (low - room, high + room)
    words = f" ({unit})" if unit else ""
    layers = [canvas.lines("diagonal", head=False, dash=True, colors="muted"), canvas.points("fit", radius=3.4, opacity=0.75, color="category 0", label="validation rows")]
    spec = canvas.stage(x=ends, y=ends, x_label=f"true{words}", y_label=f"predicted{words}", layers=layers, events=("click",),
                        alt="Predicted over true number of every validation row; on the dashed line it is right")  # fmt: skip
    return spec, {"diagonal": np.array([[ends[0]] * 2, [ends[1]] * 2])}


def residuals(true: np.ndarray, predicted: np.ndarray, unit: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """How far predictions are off, as a histogram."""
    away = predicted - true
    reach = float(np.abs(away).max()) or 1.0
    counts, edges = np.histogram(away, 25, (-reach, reach))
    spec = canvas.curves(f"predicted − true{f' ({unit})' if unit else ''}", "rows", x="bins", switches=False, marks=[canvas.rule(x=0.0)],
                         series=[canvas.series("rows", "counts", x="bins", style="bars", color=TRAIN)], alt="Histogram of the errors")  # fmt: skip
    return spec, {"counts": counts.astype(np.float64), "bins": (edges[1:] + edges[:-1]) / 2}


def finder(proposal: float, edge: float) -> dict[str, Any]:
    """The learning-rate finder's curve with what it proposes."""
    marks = [canvas.rule(x=proposal, color="positive", words=f"steepest: {proposal:g}"), canvas.rule(x=edge, color="negative")]
    return canvas.curves("learning rate", "loss of a batch, averaged", series=[canvas.series("loss", "losses", x="rates", color=TRAIN)], x="rates", log_x=True,
                         marks=marks, switches=False, alt="Loss over a learning rate that grows with every step")  # fmt: skip


def shares(names: Sequence[str], values: np.ndarray, true: int | None = None, most: int = 5) -> str:
    """The likeliest classes as bars, HTML; the true one, if known, is marked."""
    rows = []
    for place in np.argsort(-values)[:most]:
        share = float(values[place])
        mark = " ✓" if true is not None and int(place) == true else ""
        name = _safe(names[place])
        rows.append(f'<div class="bar-row"><span title="{name}">{name}{mark}</span><i><b style="width:{100 * share:.1f}%"></b></i><em>{share:.1%}</em></div>')
    return f'<div class="bars">{"".join(rows)}</div>'


def contributions(names: Sequence[str], values: np.ndarray, most: int = 8) -> str:
    """Which inputs speak for (blue) and against (orange) the answer, as bars to both sides, HTML."""
    reach = float(np.abs(values).max()) or 1.0
    rows = []
    for place in np.argsort(-np.abs(values))[:most]:
        value = float(values[place])
        side = "left:50%" if value >= 0 else "right:50%"
        ink = theme.POSITIVE if value >= 0 else theme.NEGATIVE
        rows.append(f'<div class="bar-row"><span title="{_safe(names[place])}">{_safe(names[place])}</span><i class="both"><b style="{side};width:{50 * abs(value) / reach:.1f}%;'
                    f'background:{ink}"></b></i><em>{signed(value)}</em></div>')  # fmt: skip
    return f'<div class="bars">{"".join(rows)}</div>'


def picture(pixels: np.ndarray) -> str:
    """An image (H, W, 1 or 3) uint8 as a data address; tiny ones stay sharp when the page enlarges them."""
    from PIL import Image

    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    out = io.BytesIO()
    image.save(out, format="PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def saliency(pixels: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """An image (H, W, C) uint8 under the strength of its input gradients (C, H, W): (H, W, 3) uint8, the stronger the more orange."""
    strength = np.abs(slopes).max(axis=0)
    strength = strength / max(float(np.quantile(strength, 0.99)), 1e-12)
    grey = pixels.astype(np.float64).mean(axis=2, keepdims=True).repeat(3, axis=2) * 0.55
    ink = np.array([int(theme.NEGATIVE[k : k + 2], 16) for k in (1, 3, 5)], np.float64)
    weight = strength.clip(0, 1)[:, :, None] ** 0.7
    return (grey * (1 - weight) + ink * weight).round().clip(0, 255).astype(np.uint8)


def gallery(items: Sequence[tuple[np.ndarray, str, bool]], side: int = 64) -> str:
    """Images with a caption below each, HTML; wrong ones have an orange edge.

    Args:
        items: (H, W, C) uint8, caption, whether it is right.
    """
    shown = "".join(f'<figure class="{"right" if right else "wrong"}"><img src="{picture(pixels)}" width="{side}" height="{side}" alt="{_safe(words)}">'
                    f"<figcaption>{_safe(words)}</figcaption></figure>" for pixels, words, right in items)  # fmt: skip
    return f'<div class="gallery">{shown}</div>'


def figures_row(numbers: Sequence[tuple[str, str, str]]) -> str:
    """A row of key figures, HTML: (value, words, hint)."""
    cells = "".join(f'<div title="{_safe(hint)}"><b>{_safe(value)}</b><span>{_safe(words)}</span></div>' for value, words, hint in numbers)
    return f'<div class="figures">{cells}</div>'


def _safe(words: str) -> str:
    import html

    return html.escape(str(words))


STYLE = """<style>
.figures { display: flex; flex-wrap: wrap; gap: .5rem 2.2rem; margin: .1rem 0 .2rem; }
.figures div { display: grid; } .figures b { font-size: 1.45rem; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.25; }
.figures span { font-size: .8rem; opacity: .68; }
.gallery { display: flex; flex-wrap: wrap; gap: 12px 10px; }
.gallery figure { margin: 0; width: 92px; display: grid; justify-items: center; gap: 4px; }
.gallery img { image-rendering: pixelated; border-radius: 7px; border: 2px solid transparent; object-fit: contain; background: rgb(128 128 128 / .12); }
.gallery .wrong img { border-color: #f59322; } .gallery .right img { border-color: #0877bd66; }
.gallery figcaption { font-size: .74rem; line-height: 1.25; text-align: center; opacity: .85; overflow-wrap: anywhere; }
.bars { display: grid; gap: 5px; max-width: 460px; }
.bar-row { display: grid; grid-template-columns: minmax(40px, 30%) 1fr 56px; gap: 10px; align-items: center; font-size: .9rem; }
.bar-row span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: right; }
.bar-row i { position: relative; display: block; height: 16px; border-radius: 4px; background: rgb(128 128 128 / .14); }
.bar-row b { position: absolute; left: 0; top: 0; bottom: 0; border-radius: 4px; background: #0877bd; transition: width .18s; min-width: 1px; }
.bar-row i.both b { left: auto; } .bar-row em { font-style: normal; font-variant-numeric: tabular-nums; font-size: .82rem; opacity: .8; }
.seen { image-rendering: pixelated; border-radius: 8px; border: 1px solid rgb(128 128 128 / .3); width: 132px; height: 132px; object-fit: contain; }
.pair { display: flex; gap: 14px; } .pair figure { margin: 0; display: grid; gap: 4px; font-size: .78rem; } .pair figcaption { opacity: .7; max-width: 132px; }
</style>"""
