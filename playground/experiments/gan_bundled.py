"""What the bundled generators draw and what their discriminators think: sheets, ways between samples, sums of noise, nearest training images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.data import pictures
from playground.experiments.autoencoder_faces import framed
from playground.experiments.autoencoder_view import as_bytes, tiled
from playground.experiments.gan_digits_trainer import between
from playground.zoo import gan_models
from playground.zoo.gan_models import FACES, NAME

if TYPE_CHECKING:
    from torch import Tensor

GAP = 1  # pixels between the samples of a sheet
FRAMES, STOPS, LEG = 41, 5, 14  # frames of a way; places that a walk visits, and frames from each to the next; the player fades from one to the next
NEAREST = 5
SQUARE = (1, 28, 28)
HIDDEN, STRIDE = 16, 4  # side of the square that is hidden from D, and pixels from each place of it to the next


def sheet(seed: int, digit: str, truncation: float, name: str = NAME) -> dict[str, Any]:
    """All samples of a sheet as one picture `wall`, (H, W) or (H, W, 3) uint8: of all classes, a column each, or of one.

    Args:
        digit: "all", or a class; without effect where the generator is told none.
        truncation: Factor on the noise.
        name: Of the generator.
    """
    noise, classes = _drawn(seed, digit, name)
    family = gan_models.FAMILIES[name]
    return {"wall": tiled(as_bytes(gan_models.drawn(noise, _marks(classes, name), name, truncation)), family.rows, family.columns, GAP)}


def picked(seed: int, digit: str, truncation: float, picks: Sequence[int], name: str = NAME) -> dict[str, Any]:
    """The chosen samples of a sheet by themselves, `pick_0` … (h, w) or (h, w, 3) uint8, and their `classes`, if there are any."""
    noise, classes = _drawn(seed, digit, name)
    rows = torch.tensor(list(picks))
    made = as_bytes(gan_models.drawn(noise[rows], _marks(classes[rows], name), name, truncation))
    return {**{f"pick_{i}": tiled(one[None], 1, 1) for i, one in enumerate(made)}, "classes": _named(classes[rows], name)}


def way(seed: int, digit: str, truncation: float, first: int, second: int, name: str = NAME) -> dict[str, Any]:
    """From sample number `first` of a sheet to `second` and back, along a great circle of the noise.

    Returns:
        `walk` (FRAMES, h, w) or (FRAMES, h, w, 3) uint8, and the number of `frames`.
    """
    noise, classes = _drawn(seed, digit, name)
    marks = _marks(classes, name)
    shares = (1 - np.cos(2 * np.pi * np.arange(FRAMES) / (FRAMES - 1))) / 2
    places = torch.stack([between(noise[first], noise[second], float(each)) for each in shares])
    told = torch.stack([(1 - float(each)) * marks[first] + float(each) * marks[second] for each in shares])
    return _film(places, told, name, truncation)


def angle(seed: int, first: int, second: int, name: str = NAME) -> float:
    """Between the noise of two samples of a sheet, in degrees."""
    noise = gan_models.noise(seed, name)
    return float(torch.rad2deg(torch.nn.functional.cosine_similarity(noise[first], noise[second], 0).clamp(-1, 1).acos()))


def walk(seed: int, digit: str, truncation: float, name: str = NAME) -> dict[str, Any]:
    """A round trip over STOPS random places of the noise, along great circles; of a class, or from class to class. As `way`."""
    noise, classes = _drawn(seed, digit, name)
    marks = _marks(classes, name)
    diagonal = gan_models.FAMILIES[name].columns + 1  # another class each, where there are classes
    places, told = [], []
    for stop in range(STOPS):
        a, b = stop * diagonal, (stop + 1) % STOPS * diagonal
        for i in range(LEG):
            share = (1 - np.cos(np.pi * i / LEG)) / 2
            places.append(between(noise[a], noise[b], share))
            told.append((1 - share) * marks[a] + share * marks[b])
    return _film(torch.stack([*places, places[0]]), torch.stack([*told, told[0]]), name, truncation)


def combined(seed: int, digit: str, truncation: float, picks: Sequence[int], name: str = NAME) -> dict[str, Any]:
    """A − B + C of three samples' noise, drawn as the class of C: `pick_0` to `pick_2` are A, B and C, `pick_3` the result; as `picked`.

    The sum is brought back to the typical length of noise, without which it would be an unlikely place (White 2016).
    """
    noise, classes = _drawn(seed, digit, name)
    a, b, c = (noise[each] for each in picks)
    total = a - b + c
    total = total * (len(total) ** 0.5 / total.norm().clamp(min=1e-6))
    rows = torch.tensor([*picks, picks[2]])
    made = gan_models.drawn(torch.stack([a, b, c, total]), _marks(classes[rows], name), name, truncation)
    return {**{f"pick_{i}": tiled(one[None], 1, 1) for i, one in enumerate(as_bytes(made))}, "classes": _named(classes[rows], name)}


def neighbours(seed: int, digit: str, truncation: float, pick: int, name: str = NAME) -> dict[str, Any]:
    """The training images nearest to one sample, in the features that the recipe compares by.

    Of digits the features of training images are kept, and the sample is compared now. Of faces nothing is kept that a training picture could be
    made of: the recipe has looked for the nearest of every sample of every sheet as it is shown first.

    Returns:
        `rows` (NEAREST,) numbers of training images and `distances` of these, `classes` where there are any, how many were `compared`, and
        `nearer`, the share of images never learnt from whose nearest training image lies nearer than this sample's.
    """
    held = gan_models.part("memory/", name)
    if name == FACES:
        found = {"rows": held["rows"][seed, pick].astype(np.int64), "distances": held["distances"][seed, pick].astype(np.float32), "compared": int(held["compared"][0])}
    else:
        found = _compared(seed, digit, truncation, pick, held)
    usual = held["usual"]
    return {**found, "nearer": float(np.interp(float(found["distances"][0]), usual, np.linspace(0, 1, len(usual))))}


def _compared(seed: int, digit: str, truncation: float, pick: int, held: dict[str, np.ndarray]) -> dict[str, Any]:
    """A digit against the reduced features of training images."""
    noise, classes = _drawn(seed, digit, NAME)
    with torch.inference_mode():
        made = (gan_models.drawn(noise[pick][None], _marks(classes, NAME)[pick][None], NAME, truncation) * 255).round() / 255
        memory = {key: torch.from_numpy(np.array(value)) for key, value in held.items()}
        place = (gan_models.read(made)[1] - memory["mean"]) @ memory["axes"].T
        far = torch.cdist(place, memory["places"].float() * memory["scale"])[0]
    order = far.argsort()[:NEAREST]
    return {"rows": order.numpy(), "classes": memory["classes"][order].numpy(), "distances": far[order].numpy(), "class": int(classes[pick]), "compared": len(far)}


# The discriminator's opinion -----------------------------------------------------------------------------------------------------------


def judged(image: np.ndarray, drawn: bool) -> dict[str, Any]:
    """The opinion of the discriminator of digits on a picture of one's own, told each of the classes in turn.

    Args:
        image: (h, w) or (h, w, 3) uint8.
        drawn: It comes from the pad: nothing has to be cleaned away.

    Returns:
        `given` (28, 28) uint8, what it is shown; `scores` (classes,), its answers; and `_standing` of the best of them.

    Raises:
        UserError: When nothing is drawn.
    """
    prepared = pictures.prepare(image, SQUARE, digit=True, clean=drawn).pixels
    count = len(gan_models.card().classes)
    with torch.inference_mode():
        shown = torch.from_numpy(prepared)[None]
        scores = gan_models.judge()((2 * shown - 1).expand(count, -1, -1, -1), torch.arange(count)).numpy()
    return {"given": as_bytes(shown)[0, 0], "scores": scores, **_standing(float(scores.max()), NAME)}


def judge(drawing: str, own: str) -> dict[str, Any]:
    """`judged`, of a drawing, or of a picture on the shelf.

    Raises:
        UserError: When there is neither, or nothing is drawn.
    """
    if own:
        return judged(_shelved(own), False)
    if not drawing:
        raise UserError("Nothing is drawn yet.", "Draw a digit on the pad, or upload a picture of one.", field="ink")
    return judged(pictures.drawn(drawing), True)


def judge_face(seed: int, truncation: float, pick: int, own: str, framing: tuple[float, float, float]) -> dict[str, Any]:
    """The opinion of the discriminator of faces on a sample, or on a square of a picture on the shelf.

    Returns:
        `given` (64, 64, 3) uint8; `scores` (1,); `grounds` (64, 64), how much the score falls, on average, when a grey square of HIDDEN pixels lies
        there (above 0: this part speaks for real); and `_standing` of the score.

    Raises:
        UserError: When the picture is gone.
    """
    network = gan_models.judge(FACES)
    with torch.inference_mode():
        if own:
            shown = torch.from_numpy(framed(_shelved(own), *framing))[None]
        else:
            noise, classes = _drawn(seed, "all", FACES)
            shown = gan_models.drawn(noise[pick][None], _marks(classes[:1], FACES), FACES, truncation)
        shown = (shown * 255).round() / 255
        inputs, covers = 2 * shown - 1, _covers(shown.shape[-1])
        score = network(inputs)
        falls = score - network(inputs * (1 - covers))
        grounds = (falls[:, None, None] * covers[:, 0]).sum(0) / covers[:, 0].sum(0)
    return {"given": tiled(as_bytes(shown), 1, 1), "scores": score.numpy(), "grounds": grounds.numpy(), **_standing(float(score), FACES)}


def _covers(side: int) -> Tensor:
    """(places, 1, side, side): 1 where the hidden square lies, over every place in turn, those half outside included."""
    starts = torch.arange(-HIDDEN // 2, side - HIDDEN // 2 + 1, STRIDE)
    line = torch.arange(side)
    inside = ((line >= starts[:, None]) & (line < starts[:, None] + HIDDEN)).float()
    return (inside[:, None, :, None] * inside[None, :, None, :]).reshape(-1, 1, side, side)


def _shelved(own: str) -> np.ndarray:
    from playground.data import shelf

    return shelf.get(own)[0]["image"]


def _standing(score: float, name: str) -> dict[str, Any]:
    """`better` share of real images never learnt from that it gives a lower score, `fooled`, the same of samples; the histograms of both."""
    held = gan_models.part("judged/", name)
    ends = {"better": held["real_quantiles"], "fooled": held["made_quantiles"]}
    shares = {word: float(np.interp(score, each, np.linspace(0, 1, len(each)))) for word, each in ends.items()}
    return {**shares, "bins": held["bins"], "real": held["real"], "made": held["made"]}


# Noise and classes ---------------------------------------------------------------------------------------------------------------------


def _drawn(seed: int, digit: str, name: str) -> tuple[Tensor, Tensor]:
    """Noise of all samples of a sheet, and their classes, which count only where the generator is told them."""
    noise = gan_models.noise(seed, name)
    return noise, torch.arange(len(noise)) % gan_models.FAMILIES[name].columns if digit == "all" else torch.full((len(noise),), int(digit))


def _marks(classes: Tensor, name: str) -> Tensor:
    """Weights of the classes, (n, classes); (n, 0) where there are none."""
    count = len(gan_models.card(name).classes)
    return torch.nn.functional.one_hot(classes, count).float() if count else torch.zeros(len(classes), 0)


def _named(classes: Tensor, name: str) -> list[int]:
    return [int(each) for each in classes] if gan_models.card(name).classes else []


def _film(places: Tensor, told: Tensor, name: str, truncation: float) -> dict[str, Any]:
    made = as_bytes(gan_models.drawn(places, told, name, truncation))
    return {"walk": np.stack([tiled(each[None], 1, 1) for each in made]), "frames": len(made)}
