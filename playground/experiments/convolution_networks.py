"""The networks that the convolution screen opens, and pictures in the form they take."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choice, text
from playground.core.lazy import lasting, torch
from playground.data import shelf
from playground.data.pictures import Prepared, prepare
from playground.experiments.convolution_pictures import Pictured, look
from playground.zoo import cards

if TYPE_CHECKING:
    from torch import Tensor, nn

TASK = "image classification"
_USUAL = "digits-cnn"  # shown first where it is bundled
NETWORKS = {each.name: each.title for each in cards.cards().values() if each.task == TASK} or {_USUAL: "Handwritten digits"}  # bundled; without any, the first use says so
SHELF = "shelf:"  # before the digest of a network that was trained on the training screen
DIGITS = ("digits-cnn",)  # read single signs, light on dark, centred by mass


@dataclass(frozen=True, eq=False)
class Network:
    """A network ready to answer: its module, what it names, and how it wants its pictures."""

    name: str
    module: nn.Module
    classes: tuple[str, ...]
    shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def normal(self, pixels: np.ndarray | Tensor) -> Tensor:
        """Pixels (..., channels, height, width) in [0, 1] as the network takes them, float32."""
        given = torch.as_tensor(pixels, dtype=torch.float32)
        return (given - torch.tensor(self.mean).view(-1, 1, 1)) / torch.tensor(self.std).view(-1, 1, 1)


@functools.lru_cache(4)
@lasting
def network(name: str) -> Network:
    """A bundled network by name, or one trained here by SHELF and its digest; loaded once a process.

    Raises:
        UserError: When it is not bundled, or not on this machine.
    """
    from playground.zoo.models import load

    if name.startswith(SHELF):
        return _from_shelf(name)
    card = cards.card(name)
    return Network(name, load(name), card.classes, card.input_shape, card.mean, card.std)


def _from_shelf(name: str) -> Network:
    from playground.networks import trained

    weights, about = shelf.get(name.removeprefix(SHELF))
    if about.get("kind") != "network":
        raise UserError("What this link names is no network.", "Train one and open it again.")
    shape = tuple(about["shape"])
    return Network(name, trained.load(about["stack"], shape, about["outputs"], weights), tuple(about["classes"]), shape, tuple(about["mean"]), tuple(about["std"]))


def keep(values: Mapping[str, Any], state: Mapping[str, Any]) -> str:
    """Put the network of a training run on the shelf; returns its digest.

    Args:
        values: The run's settings (`experiments.train.Train`).
        state: Its last checkpoint.

    Raises:
        UserError: When it has reported no weights yet, or is no network of convolutions that names classes.
    """
    from playground.experiments.train import Train
    from playground.experiments.train_lesson import lesson
    from playground.networks import trained

    experiment, weights = Train(**values), trained.weights_of(state)
    learnt = lesson(experiment)
    if not (learnt.images and learnt.classifies and any(value.ndim == 4 for value in weights.values())):
        raise UserError("This run has no network of convolutions that has reported its weights.", "Train one on images, and wait a few seconds.")
    about = {"kind": "network", "stack": experiment.stack, "shape": list(learnt.input_shape), "outputs": learnt.outputs, "classes": list(learnt.dataset.classes),
             "mean": np.ravel(learnt.mean).tolist(), "std": np.ravel(learnt.spread).tolist()}  # fmt: skip
    return shelf.put(weights, about)


def given(name: str, seen: Mapping[str, str]) -> Prepared:
    """The picture that `seen` names, as the network takes it, with every step on the way.

    Raises:
        UserError: When the picture is not there, or nothing is drawn in it.
    """
    image, clean = look(**seen)
    return prepare(image, network(name).shape, digit=name in DIGITS, clean=clean)


class Networked(Pictured):
    """Settings of a picture and the network that is shown it."""

    network: str = choice(_USUAL if _USUAL in NETWORKS else next(iter(NETWORKS)), NETWORKS, label="Network",
                          help="Each was trained here by a recipe of this project; the model zoo has their cards.")  # fmt: skip

    trained: str = text("", max_length=16, group="hidden", label="Network trained here")

    @property
    def name(self) -> str:
        """What `network` takes: a bundled name, or that of a network trained here."""
        return SHELF + self.trained if self.trained else self.network

    def asked(self) -> dict[str, Any]:
        """What names network and picture, for the functions that compute."""
        return {"name": self.name, "seen": self.seen()}
