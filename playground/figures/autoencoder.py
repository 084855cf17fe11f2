"""Pictures of the autoencoder screen: names of arrays in, specs of the components out."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.experiments.autoencoder import Autoencoder
from playground.experiments.autoencoder_view import REACH, SHOWN, WALL, cells, seam
from playground.explain.numbers import signed
from playground.figures import canvas, theme
from playground.figures.convolution_inside import image, images
from playground.figures.panels import Panel

Data = Mapping[str, Any]
TRAIN, TEST, ODD, NORMAL = theme.CATEGORICAL[0], theme.CATEGORICAL[1], theme.CATEGORICAL[1], theme.CATEGORICAL[0]
START, END = theme.CATEGORICAL[0], theme.CATEGORICAL[1]
RACER = 560  # pixels, as wide as a plane gets
ROOM = REACH  # as the grid of pictures, so that the two can be laid on one another


def axis_names(experiment: Autoencoder) -> tuple[str, str]:
    """What the two directions of the plane are."""
    unit = "" if experiment.kind == "vae" else " (in deviations)"
    if experiment.latent == 1:
        return f"z₁{unit}", ""
    return (f"z₁{unit}", f"z₂{unit}") if experiment.latent == 2 else ("first principal axis of the codes", "second")


def plane(experiment: Autoencoder, place: tuple[float, float], *, draggable: bool, odd: bool, suffix: str = "", axes: bool = True) -> dict[str, Any]:
    """Codes of test inputs by class in the latent plane, with the handle whose place is decoded."""
    layers = [] if axes else [canvas.band(x=(-ROOM, ROOM)), canvas.rule(x=0.0), canvas.rule(y=0.0)]  # a ground to lie on, where there are no axes
    if experiment.kind == "vae" and experiment.latent <= 2 and axes:
        layers += [canvas.lines("rings", colors="muted", width=1.2, head=False, dash=True, label="1 and 2 deviations of the prior")]
    if odd:
        layers.append(canvas.points(f"odd_codes{suffix}", color=f"odd_labels{suffix}", low=0, high=9, shape="cross", radius=4.5, names=f"odd_names{suffix}",
                                    label="never seen in training", value="class"))  # fmt: skip
    layers.append(canvas.points(f"codes{suffix}", color=f"labels{suffix}", low=0, high=9, radius=3.2 if axes else 2.2, opacity=0.85, outline=False, names=f"names{suffix}",
                                value="class"))  # fmt: skip
    if draggable:
        layers.append(canvas.draggable("place", place, label=" ", radius=9, along="x" if experiment.latent == 1 else "xy"))
    names = axis_names(experiment) if axes else ("", "")
    return canvas.stage(x=(-ROOM, ROOM), y=(-ROOM, ROOM), x_label=names[0], y_label=names[1], layers=layers, axes=axes, y_ticks=() if experiment.latent == 1 else None,
                        alt="Codes of test inputs in the latent plane, coloured by class; the handle chooses the place that is decoded")  # fmt: skip


def ends(experiment: Autoencoder) -> dict[str, Any]:
    """Codes to click, live; the two that the way leads between are ringed. The arrays `from` and `to` of `ringed` belong to it."""
    layers = [canvas.points("codes", color="labels", low=0, high=9, radius=3.0, opacity=0.75, outline=False, names="names", value="class"),
              canvas.points("codes", mask="to", color=END, radius=8.5, shape="ring", label="where it ends"),
              canvas.points("codes", mask="from", color=START, radius=8.5, shape="ring", label="where the way begins")]  # fmt: skip
    names = axis_names(experiment)
    return canvas.stage(x=(-ROOM, ROOM), y=(-ROOM, ROOM), x_label=names[0], y_label=names[1], layers=layers, y_ticks=() if experiment.latent == 1 else None, events=("click",),
                        alt="Codes of test inputs; a click on one leads the way on to it")  # fmt: skip


def ringed(count: int, first: int, second: int) -> dict[str, np.ndarray]:
    """Which of `count` codes are ringed."""
    places = np.arange(count)
    return {"from": (places == first % count).astype(np.uint8), "to": (places == second % count).astype(np.uint8)}


def nearest(codes: np.ndarray, x: float, y: float) -> int:
    """The number of the code (n, 2) nearest to a place of the plane."""
    return int(np.square(np.asarray(codes, np.float64) - (x, y)).sum(1).argmin())


def rings() -> dict[str, np.ndarray]:
    """Circles of one and two standard deviations of the prior, (2, n, 2)."""
    turn = np.linspace(0, 2 * np.pi, 97)
    circle = np.stack([np.cos(turn), np.sin(turn)], 1)
    return {"rings": np.stack([circle, 2 * circle]).astype(np.float32)}


def neighbours() -> dict[str, Any]:
    """Codes laid out by t-SNE."""
    layers = [canvas.points("places", color="labels", low=0, high=9, radius=3.2, opacity=0.85, outline=False, value="class")]
    return canvas.stage(x=(-ROOM, ROOM), y=(-ROOM, ROOM), x_ticks=(), y_ticks=(), layers=layers, alt="Codes of test inputs laid out by t-SNE, coloured by class")


def legend(names: Sequence[str]) -> str:
    """Class names in their colours, as HTML."""
    dot = "display:inline-block;width:.62em;height:.62em;border-radius:50%;margin-right:.3em"
    dots = "".join(
        f'<span style="white-space:nowrap;margin-right:.8em"><i style="{dot};background:{theme.category(number)}"></i>{html.escape(name)}</span>'
        for number, name in enumerate(names)
    )
    return f'<div style="font-size:.8rem;line-height:1.6;opacity:.85">{dots}</div>'


def manifold(shape: tuple[int, ...], place: tuple[float, float], side: int) -> Panel:
    """What every place of the plane decodes to, live; the cell of the handle is framed."""
    gap = seam(max(shape[1:]))
    tall, wide = shape[1] + gap, shape[2] + gap
    count = cells(max(shape[1:]))
    column, row = (min(count - 1, max(0, int(count * (1 + each) / 2))) for each in (place[0] / REACH, -place[1] / REACH))
    frame = ((row * tall, column * wide, (row + 1) * tall - gap, (column + 1) * wide - gap), "accent")
    shown = image("manifold", side, frames=[frame], name="manifold")
    return images("ae-manifold", [shown | {"tells": {"wide": count * wide - gap}}], {}, "What the places of the latent plane decode to, as a grid of pictures")


def racer(number: int) -> Panel:
    """What the plane of one member of a race decodes to, live."""
    return images(f"ae-race-grid-{number}", [image(f"manifold_{number}", RACER)], {}, f"What the latent plane of configuration {number + 1} decodes to")


def decoded(data: Data, place: tuple[float, float], side: int, key: str = "ae-decoded") -> Panel:
    """The picture at the handle."""
    code = ", ".join(signed(float(each)) for each in data["code"][:4]) + (" …" if len(data["code"]) > 4 else "")
    return images(key, [image("picture", side, words=f"z = ({code})")], {"picture": data["picture"]}, "What the place under the handle decodes to")


def bundled_grid(grid: np.ndarray) -> Panel:
    """What the places of the bundled VAE's plane decode to."""
    shown = image("manifold", 420, words="What each place decodes to. Press or drag on it.", name="manifold")
    return images("ae-bundled-grid", [shown | {"tells": {"wide": grid.shape[1]}}], {"manifold": grid}, "Digits that the places of the bundled VAE's latent plane decode to")


def pairs(denoising: bool, side: int) -> Panel:
    """Test inputs and what is made of them, live."""
    words = "Top: originals. Middle: spoilt, as the encoder sees them. Bottom: rebuilt." if denoising else "Top: test inputs. Bottom: rebuilt from their codes."
    return images("ae-pairs", [image("pairs", side, words=words)], {}, f"{SHOWN} test inputs above what the network rebuilds")


def samples(side: int) -> Panel:
    return images("ae-samples", [image("samples", side)], {}, f"{WALL[0] * WALL[1]} pictures decoded from random places")


def still(key: str, shown: Sequence[tuple[str, Any, int, str, str]], alt: str) -> Panel:
    """Still pictures side by side: (name, array, side, title, words) each."""
    return images(key, [image(name, side, title=title, words=words) for name, _, side, title, words in shown], {name: array for name, array, *_ in shown}, alt)


def losses() -> dict[str, Any]:
    series = [canvas.series("training", "train_loss", color=TRAIN), canvas.series("test", "test_loss", color=TEST, width=2.6)]
    return canvas.curves("step", "loss (nats)", series=series, log_y=True, alt="Loss on training and test inputs by step")


def split(variational: bool) -> dict[str, Any]:
    """The loss taken apart."""
    series = [canvas.series("rebuilding", "reconstruction", color=theme.CATEGORICAL[2])]
    series += [canvas.series("KL", "kl", color=theme.CATEGORICAL[3])] if variational else []
    return canvas.curves("step", "nats an input", series=series, y_range=(0, None), alt="Rebuilding and KL part of the loss by step")


def annealing() -> dict[str, Any]:
    return canvas.curves("step", "β", series=[canvas.series("β", "beta", color=theme.CATEGORICAL[7])], y_range=(0, None), switches=False, alt="Weight of the KL term by step")


def units(kind: str) -> dict[str, Any]:
    """What each number of the code tells."""
    words = {"vae": "KL (nats)", "sparse": "mean activity"}.get(kind, "variance")
    return canvas.curves("number of the code", words, series=[canvas.series(words, "unit", x="units", style="bars", color=theme.CATEGORICAL[3])], x="units", y_range=(0, None),
                         switches=False, alt=f"{words} of every number of the code")  # fmt: skip


def holes() -> dict[str, Any]:
    return canvas.curves("step", "distance, 1 = no holes", series=[canvas.series("random place to nearest code", "gap", color=theme.CATEGORICAL[5])],
                         marks=[canvas.rule(y=1.0, words="as near as codes are")], y_range=(0, None), switches=False, alt="How far random places are from the "
                             "nearest code, by step")  # fmt: skip


def area() -> dict[str, Any]:
    return canvas.curves("step", "AUC", series=[canvas.series("ROC area", "auc", color=ODD)], y_range=(0, 1), marks=[canvas.rule(y=0.5, words="guessing")], switches=False,
                         alt="Area under the ROC curve by step")  # fmt: skip


def errors() -> dict[str, Any]:
    """Live: how badly normal and odd inputs are rebuilt."""
    series = [
        canvas.series("normal", "errors_normal", x="error_bins", style="area", color=NORMAL),
        canvas.series("never seen", "errors_odd", x="error_bins", style="area", color=ODD),
    ]
    return canvas.curves("error of rebuilding (nats)", "share", series=series, x="error_bins", y_range=(0, None), switches=False, alt="Errors of normal and of odd test inputs")


def alarm(data: Data, threshold: float) -> Panel:
    """Scores of normal and odd test inputs on one logarithmic axis, with the threshold."""
    scores, odd = np.asarray(data["scores"]), np.asarray(data["odd"])
    low = max(float(scores.min()), float(np.quantile(scores, 0.5)) * 1e-3, 1e-9)
    edges = np.geomspace(low, max(float(scores.max()), low * 1.01), 41)
    counted = {name: np.histogram(np.clip(scores[part], edges[0], edges[-1]), edges)[0] / max(1, part.sum()) for name, part in (("normal", ~odd), ("odd", odd))}
    series = [canvas.series("normal", "normal", style="area", color=NORMAL), canvas.series("never seen", "odd", style="area", color=ODD)]
    spec = canvas.curves("error of rebuilding (nats)", "", series=series if odd.any() else series[:1], x="scores", log_x=True, y_range=(0, None), switches=False,
                         marks=[canvas.rule(x=threshold, color="accent", words="alarm above")], alt="Scores of normal and odd test inputs, with the threshold")  # fmt: skip
    return Panel("ae-alarm", spec, {"scores": np.sqrt(edges[1:] * edges[:-1]), **counted}, 240, title="Share of inputs")


def trade(found: Mapping[str, np.ndarray], x: str, y: str, at: tuple[float, float], key: str) -> Panel:
    """ROC or precision over recall, with where the threshold stands."""
    words = {"false_rate": "false alarms (share of normal)", "recall": "found (share of odd)", "precision": "right (share of alarms)"}
    dots = {"here": np.array([[each if np.isfinite(each) else 0.0 for each in at]], np.float32), "curve": np.stack([found[x], found[y]], 1).astype(np.float32)}
    layers = [canvas.lines("curve", colors=NORMAL, width=2.4, head=False), canvas.points("here", color="accent", radius=6)]
    spec = canvas.stage(x=(-0.02, 1.02), y=(-0.02, 1.04), x_label=words[x], layers=layers, aspect=None, alt=f"{words[y]} over {words[x]}")
    return Panel(key, spec, dots, 240, title=words[y].capitalize())


def numbers(lines: Sequence[tuple[str, str, str]]) -> str:
    """Numbers with their names, one under the other, as HTML; the third of each is said on hover."""
    rows = "".join(f'<div title="{html.escape(more)}" style="line-height:1.25;margin-bottom:.4rem;cursor:help"><b style="font-size:1.12rem">{html.escape(value)}</b>'
                   f'<br><span style="font-size:.76rem;opacity:.7">{html.escape(name)}</span></div>' for value, name, more in lines)  # fmt: skip
    return f"<div>{rows}</div>"
