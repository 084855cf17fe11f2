"""Pictures of data sets: miniatures, contact sheets, bars of classes and shares; arrays in, SVG, PNG or HTML out."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence

import numpy as np

from playground.figures import theme

SHARES = {"train": theme.CATEGORICAL[0], "validation": theme.CATEGORICAL[1], "test": theme.CATEGORICAL[7]}
BARS = 12  # classes that get a bar of their own
CARD = (132, 84)  # pixels of a miniature
DOTS = 150  # of a table's miniature

STYLE = """<style>
.st-key-train-gallery [role=radiogroup] { display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 10px; }
.st-key-train-gallery [role=radiogroup] button { padding: 7px 7px 8px; height: 100%; min-height: 0; min-width: 0; border-radius: 12px; align-items: flex-start; }
.st-key-train-gallery [role=radiogroup] button > * { width: 100%; }
.st-key-train-gallery [role=radiogroup] button p { display: flex; flex-direction: column; gap: 1px; text-align: left; line-height: 1.3; white-space: normal;
  font-size: .84rem; }
.st-key-train-gallery [role=radiogroup] img { width: 100%; max-height: none; height: auto; aspect-ratio: 11/7; object-fit: cover; border-radius: 7px; margin: 0 0 5px;
  image-rendering: pixelated; }
@media (max-width: 640px) { .st-key-train-gallery [role=radiogroup] { grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 8px; } }
.pd-bars { display: grid; grid-template-columns: minmax(1.2rem, max-content) 1fr max-content; gap: 5px 10px; align-items: center; font-size: .84rem; }
.pd-bars > span:nth-child(3n+1) { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 11rem; }
.pd-bars > span:nth-child(3n) { opacity: .7; font-variant-numeric: tabular-nums; text-align: right; }
.pd-bars i { display: block; height: 11px; border-radius: 4px; min-width: 2px; }
.pd-shares { display: flex; gap: 2px; height: 13px; margin: 2px 0 6px; }
.pd-shares i { display: block; height: 100%; } .pd-shares i:first-child { border-radius: 6px 0 0 6px; } .pd-shares i:last-child { border-radius: 0 6px 6px 0; }
.pd-key { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: .84rem; font-variant-numeric: tabular-nums; }
.pd-key b { font-weight: 600; } .pd-key i { display: inline-block; width: 9px; height: 9px; border-radius: 3px; margin-right: 6px; }
.pd-sheet { display: grid; grid-template-columns: minmax(1.2rem, max-content) 1fr; gap: 6px 12px; align-items: center; font-size: .84rem; }
.pd-sheet span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 9rem; }
.pd-sheet img { display: block; border-radius: 6px; image-rendering: pixelated; }
.pd-title { font-weight: 600; font-size: .84rem; margin: 14px 0 6px; }
</style>"""


def png(pixels: np.ndarray) -> str:
    """(height, width, 1, 3 or 4) uint8 as a data address."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def svg(text: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(text.encode()).decode()


def sheet(images: np.ndarray, columns: int, gap: int = 1) -> np.ndarray:
    """Images (n, channels, height, width) uint8 side by side, `columns` in a row, as one picture (height, width, 4); gaps are clear."""
    count, _, height, width = images.shape
    rows = -(-count // columns)
    whole = np.zeros((rows * (height + gap) - gap, columns * (width + gap) - gap, 4), np.uint8)
    for place, image in enumerate(images):
        y, x = (place // columns) * (height + gap), (place % columns) * (width + gap)
        whole[y : y + height, x : x + width, :3] = image.transpose(1, 2, 0)  # grey fills all three
        whole[y : y + height, x : x + width, 3] = 255
    return whole


def image_miniature(images: np.ndarray, columns: int, rows: int) -> str:
    """A contact sheet cut to the shape of a card, each pixel enlarged so that it stays sharp."""
    whole = sheet(images[: columns * rows], columns, gap=2 if images.shape[-1] < 16 else 0)[..., :3]
    factor = max(1, round(3 * CARD[0] / whole.shape[1]))
    return png(whole.repeat(factor, 0).repeat(factor, 1))


def table_miniature(points: np.ndarray, targets: np.ndarray, classes: int) -> str:
    """A scatter of two columns (n, 2) in the colours of the targets.

    Args:
        targets: Classes, or numbers when `classes` is 0.
    """
    chosen = np.linspace(0, len(points) - 1, min(len(points), DOTS)).astype(int)
    points, targets = points[chosen], targets[chosen]
    places = np.clip((points - points.mean(0)) / (points.std(0) + 1e-12) / 2.3, -1, 1)
    width, height = CARD
    xs, ys = (places[:, 0] + 1) / 2 * (width - 14) + 7, (1 - places[:, 1]) / 2 * (height - 14) + 7
    strength = np.ones(len(points)) if classes else np.clip(np.abs(targets - targets.mean()) / (targets.std() + 1e-12) / 1.6, 0.12, 1)
    colours = [theme.category(int(each)) for each in targets] if classes else [theme.POSITIVE if each > targets.mean() else theme.NEGATIVE for each in targets]
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.3" fill="{colour}" fill-opacity="{0.85 * share:.2f}"/>'
                   for x, y, colour, share in zip(xs, ys, colours, strength, strict=True))  # fmt: skip
    return svg(_card('<rect width="100%" height="100%" fill="#8390a3" fill-opacity=".09"/>' + dots))


def _card(inner: str) -> str:
    width, height = CARD
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="sans-serif">{inner}</svg>'


DOWN = "M{x} 15v24m-10-10l10 10l10-10M{left} 44v7h36v-7"  # an arrow into a tray
UP = "M{x} 39v-24m-10 10l10-10l10 10M{left} 44v7h36v-7"  # and one out of it


def waiting_miniature(words: str, arrow: str = DOWN) -> str:
    """The card of what is not here yet: an arrow and a few words."""
    width, height = CARD
    path = arrow.format(x=width / 2, left=width / 2 - 18)
    return svg(_card(
        f'<rect x="1" y="1" width="{width - 2}" height="{height - 2}" rx="7" fill="#8390a3" fill-opacity=".09" stroke="#8390a3" stroke-opacity=".5" stroke-dasharray="4 4"/>'
        f'<path d="{path}" fill="none" stroke="#8390a3" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/>'
        f'<text x="{width / 2}" y="70" text-anchor="middle" font-size="12" fill="#8390a3">{html.escape(words)}</text>'
    ))  # fmt: skip


def balance(classes: Sequence[str], counts: Sequence[int]) -> str:
    """Rows of each class as bars; of very many classes the largest, and what the others hold together."""
    order = list(range(len(counts))) if len(counts) <= BARS else sorted(range(len(counts)), key=lambda each: -counts[each])[: BARS - 1]
    total, most = sum(counts), max(counts)
    lines = [_bar(classes[each], counts[each], counts[each] / most, counts[each] / total, theme.category(each)) for each in order]
    if len(order) < len(counts):
        rest = total - sum(counts[each] for each in order)
        lines.append(_bar(f"{len(counts) - len(order)} more", rest, min(1.0, rest / most), rest / total, theme.NEUTRAL))
    return f'<div class="pd-bars">{"".join(lines)}</div>'


def _bar(name: str, count: int, length: float, share: float, colour: str) -> str:
    safe = html.escape(name)
    return (f'<span title="{safe}">{safe}</span><i style="width:{max(length, 0.004):.1%};background:{colour}"></i>'
            f"<span>{count:,} · {share:.1%}</span>")  # fmt: skip


def shares(counts: dict[str, int]) -> str:
    """Training, validation and test part as one bar."""
    total = max(1, sum(counts.values()))
    parts = "".join(f'<i style="width:{count / total:.2%};background:{SHARES[name]}"></i>' for name, count in counts.items() if count)
    key = "".join(f'<span><i style="background:{SHARES[name]}"></i>{name} <b>{count:,}</b></span>' for name, count in counts.items())
    return f'<div class="pd-shares">{parts}</div><div class="pd-key">{key}</div>'


def histogram(values: np.ndarray, words: str) -> str:
    """How the target of a regression is spread, as bars with its ends below."""
    counts, edges = np.histogram(values, 32)
    width, height = 320, 74
    step = width / len(counts)
    bars = "".join(f'<rect x="{i * step + 0.6:.1f}" y="{height - 14 - count / counts.max() * (height - 18):.1f}" width="{step - 1.2:.1f}" '
                   f'height="{count / counts.max() * (height - 18):.1f}" rx="1.5" fill="{theme.POSITIVE}"/>' for i, count in enumerate(counts))  # fmt: skip
    ends = "".join(f'<text x="{x}" y="{height - 2}" text-anchor="{anchor}" font-size="10" fill="#8390a3">{html.escape(text)}</text>'
                   for x, anchor, text in ((0, "start", f"{edges[0]:.4g}"), (width / 2, "middle", words), (width, "end", f"{edges[-1]:.4g}")))  # fmt: skip
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">{bars}{ends}</svg>'
    return f'<img src="{svg(picture)}" style="width:100%;max-width:460px;display:block" alt="Distribution of {html.escape(words)}"/>'


def class_sheets(classes: Sequence[str], strips: Sequence[np.ndarray], columns: int) -> str:
    """A row of examples a class; each strip is (n, channels, height, width) uint8 with n up to `columns`."""
    rows = []
    for name, images in zip(classes, strips, strict=True):
        safe, share = html.escape(name), len(images) / columns
        rows.append(f'<span title="{safe}">{safe}</span><img src="{png(sheet(images, max(1, len(images))))}" alt="Examples of {safe}" '
                    f'style="width:{share:.2%};max-width:{len(images) * 46}px"/>')  # fmt: skip
    return f'<div class="pd-sheet">{"".join(rows)}</div>'


def title(words: str) -> str:
    return f'<div class="pd-title">{html.escape(words)}</div>'
