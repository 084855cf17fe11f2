"""What the bundled generator draws and what its discriminator thinks: sheets, ways between samples, sums of noise, nearest training images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.data import pictures
from playground.experiments.autoencoder_view import as_bytes, tiled
from playground.experiments.gan_digits_trainer import between
from playground.experiments.gan_words import SHEET
from playground.zoo import gan_models

if TYPE_CHECKING:
    from torch import Tensor

ROWS, COLUMNS = SHEET
GAP = 1  # pixels between the samples of a sheet
FRAMES, STOPS, LEG = 61, 5, 24  # frames of a way; places that a walk visits, and frames from each to the next
NEAREST = 5
SQUARE = (1, 28, 28)


def sheet(seed: int, digit: str, truncation: float) -> dict[str, Any]:
    """ROWS × COLUMNS samples as one picture `wall`, (H, W) uint8: of all classes, a column each, or of one.

    Args:
        digit: "all", or a class.
        truncation: Factor on the noise.
    """
    noise, classes = _drawn(seed, digit)
    return {"wall": tiled(as_bytes(_made(noise * truncation, _marks(classes))), ROWS, COLUMNS, GAP)}


def picked(seed: int, digit: str, truncation: float, picks: Sequence[int]) -> dict[str, Any]:
    """The chosen samples of a sheet by themselves, `pick_0` … (28, 28) uint8, and their `classes`."""
    noise, classes = _drawn(seed, digit)
    rows = torch.tensor(list(picks))
    made = as_bytes(_made(noise[rows] * truncation, _marks(classes[rows])))
    return {**{f"pick_{i}": one[0] for i, one in enumerate(made)}, "classes": [int(each) for each in classes[rows]]}


def way(seed: int, digit: str, truncation: float, first: int, second: int) -> dict[str, Any]:
    """From sample number `first` of a sheet to `second` and back, along a great circle of the noise: `walk` (FRAMES, 28, 28) uint8, lowest row first."""
    noise, classes = _drawn(seed, digit)
    marks = _marks(classes)
    shares = (1 - np.cos(2 * np.pi * np.arange(FRAMES) / (FRAMES - 1))) / 2
    places = torch.stack([between(noise[first], noise[second], float(each)) for each in shares])
    told = torch.stack([(1 - float(each)) * marks[first] + float(each) * marks[second] for each in shares])
    return _film(places * truncation, told)


def walk(seed: int, digit: str, truncation: float) -> dict[str, Any]:
    """A round trip over STOPS random places of the noise, along great circles; of a class, or from class to class. As `way`."""
    noise, classes = _drawn(seed, digit)
    marks = _marks(classes)
    places, told = [], []
    for stop in range(STOPS):
        a, b = stop * (COLUMNS + 1), (stop + 1) % STOPS * (COLUMNS + 1)  # along the diagonal of the sheet: another class each
        for i in range(LEG):
            share = (1 - np.cos(np.pi * i / LEG)) / 2
            places.append(between(noise[a], noise[b], share))
            told.append((1 - share) * marks[a] + share * marks[b])
    return _film(torch.stack([*places, places[0]]) * truncation, torch.stack([*told, told[0]]))


def combined(seed: int, digit: str, truncation: float, picks: Sequence[int]) -> dict[str, Any]:
    """A − B + C of three samples' noise, drawn as the class of C: `sums` are A, B, C and the result, (28, 112 + gaps) uint8.

    The sum is brought back to the typical length of noise, without which it would be an unlikely place (White 2016).
    """
    noise, classes = _drawn(seed, digit)
    a, b, c = (noise[each] for each in picks)
    total = a - b + c
    total = total * (len(total) ** 0.5 / total.norm().clamp(min=1e-6))
    marks = _marks(classes)
    made = _made(torch.stack([a, b, c, total]) * truncation, torch.stack([*(marks[each] for each in picks), marks[picks[2]]]))
    return {"sums": tiled(as_bytes(made), 1, 4, GAP), "classes": [int(classes[each]) for each in picks]}


def neighbours(seed: int, digit: str, truncation: float, pick: int) -> dict[str, Any]:
    """The training images nearest to one sample, in the features of our own classifier reduced as the recipe did.

    Returns:
        `rows` (NEAREST,) numbers of training images, `classes` and `distances` of these, and `nearer`, the share of test images whose nearest
        training image lies nearer than this sample's.
    """
    noise, classes = _drawn(seed, digit)
    with torch.inference_mode():
        made = (_made(noise[pick][None] * truncation, _marks(classes)[pick][None]) * 255).round() / 255
        held = {key: torch.from_numpy(np.array(value)) for key, value in gan_models.part("memory/").items()}
        place = (gan_models.read(made)[1] - held["mean"]) @ held["axes"].T
        far = torch.cdist(place, held["places"].float() * held["scale"])[0]
    order = far.argsort()[:NEAREST]
    usual = held["usual"].numpy()
    return {"rows": order.numpy(), "classes": held["classes"][order].numpy(), "distances": far[order].numpy(), "class": int(classes[pick]),
            "nearer": float(np.interp(float(far[order[0]]), usual, np.linspace(0, 1, len(usual)))), "compared": len(far)}  # fmt: skip


def judged(image: np.ndarray, drawn: bool) -> dict[str, Any]:
    """The discriminator's opinion of a picture of one's own, told each of the classes in turn.

    Args:
        image: (h, w) or (h, w, 3) uint8.
        drawn: It comes from the pad: nothing has to be cleaned away.

    Returns:
        `given` (28, 28) uint8, what it is shown; `scores` (classes,), its answers; `better` share of test images, each with its own class,
        that it gives a lower score than this picture with its best class, and `fooled`, the same of samples; the histograms of both.

    Raises:
        UserError: When nothing is drawn.
    """
    prepared = pictures.prepare(image, SQUARE, digit=True, clean=drawn).pixels
    count = len(gan_models.card().classes)
    with torch.inference_mode():
        shown = torch.from_numpy(prepared)[None]
        scores = gan_models.judge()((2 * shown - 1).expand(count, -1, -1, -1), torch.arange(count)).numpy()
    held = gan_models.part("judged/")
    shares = {name: float(np.interp(scores.max(), held[f"{part}_quantiles"], np.linspace(0, 1, len(held[f"{part}_quantiles"]))))
              for name, part in (("better", "real"), ("fooled", "made"))}  # fmt: skip
    return {"given": as_bytes(shown)[0, 0], "scores": scores, **shares, "bins": held["bins"], "real": held["real"], "made": held["made"]}


def judge(drawing: str, own: str) -> dict[str, Any]:
    """`judged`, of a drawing, or of a picture on the shelf.

    Raises:
        UserError: When there is neither, or nothing is drawn.
    """
    if own:
        from playground.data import shelf

        return judged(shelf.get(own)[0]["image"], False)
    if not drawing:
        raise UserError("Nothing is drawn yet.", "Draw a digit on the pad, or upload a picture of one.", field="ink")
    return judged(pictures.drawn(drawing), True)


def _drawn(seed: int, digit: str) -> tuple[Tensor, Tensor]:
    from playground.networks.gan_images import LATENT

    count = ROWS * COLUMNS
    noise = torch.randn(count, LATENT, generator=torch_stream(seed, "sheet"))
    return noise, torch.arange(count) % COLUMNS if digit == "all" else torch.full((count,), int(digit))


def _marks(classes: Tensor) -> Tensor:
    return torch.nn.functional.one_hot(classes, len(gan_models.card().classes)).float()


def _made(noise: Tensor, told: Tensor) -> Tensor:
    """Samples (N, 1, 28, 28) in [0, 1]."""
    with torch.inference_mode():
        return (gan_models.load()(noise, told) + 1) / 2


def _film(places: Tensor, told: Tensor) -> dict[str, Any]:
    made = as_bytes(_made(places, told))[:, 0]
    return {"walk": np.ascontiguousarray(made[:, ::-1]), "frames": len(made)}
