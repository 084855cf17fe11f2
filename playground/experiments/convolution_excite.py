"""What excites a filter: a picture is changed, step by step, so that the filter answers more (Olah, Mordvintsev and Schubert 2017)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.experiment import Experiment, Metrics, State, Trainer, generator_state, restore_generator
from playground.core.fields import choice, integer, number, seed, text
from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.experiments.convolution_networks import NETWORKS, SHELF, Network, network

if TYPE_CHECKING:
    from torch import Tensor, nn

GOALS = {"map": "Everywhere", "unit": "In the middle"}
COUNTS = (1, 4, 8, 12)
KEPT, KEPT_SQUARE, TINY = 0.9, 0.999, 1e-8  # of Adam (Kingma and Ba 2015, algorithm 1)


class Excite(Experiment):
    """Gradient ascent on pictures, one a filter, from faint noise."""

    key: ClassVar[str] = "excite"
    title: ClassVar[str] = "What excites a filter"
    page: ClassVar[str] = "convolution"
    pace: ClassVar[str] = "frame"
    no_script: ClassVar[str] = "The network's weights come with this package; the feature-map script shows how to load them."

    network: str = choice("digits-cnn" if "digits-cnn" in NETWORKS else next(iter(NETWORKS)), NETWORKS, label="Network")
    layer: int = integer(3, 1, 20, label="Convolution", help="1 looks at the picture itself; beyond the last convolution come the classes.")
    first: int = integer(0, 0, 1000, label="First filter", help="The filters shown begin with this one; beyond the last means the last ones.")
    count: int = choice(8, COUNTS, label="Filters at once")
    goal: str = choice("map", GOALS, label="Excite it", help="The whole map, which gives a texture, or its middle unit alone, which gives one thing in its place.")
    steps: int = integer(200, 20, 1000, step=20, label="Steps")
    learning_rate: float = number(0.08, 0.001, 1.0, log=True, live=True, label="Learning rate", group="Keeping it natural")
    jitter: int = integer(1, 0, 4, unit="pixels", live=True, label="Jitter", group="Keeping it natural",
                          help="The picture is shifted at random before each step: what depends on single pixels cannot grow.")  # fmt: skip
    blur: float = number(0.12, 0.0, 1.0, live=True, label="Blur", group="Keeping it natural", help="How far each pixel is drawn to its neighbours' mean after each step.")
    decay: float = number(0.02, 0.0, 1.0, live=True, label="Pull to grey", group="Keeping it natural", help="What nothing asks for fades back to grey.")
    trained: str = text("", max_length=16, group="hidden", label="Network trained here")
    chosen: int = integer(0, 0, 11, live=True, group="hidden", label="Filter looked at")
    seed: int = seed()

    @property
    def name(self) -> str:
        """What `convolution_networks.network` takes."""
        return SHELF + self.trained if self.trained else self.network

    @property
    def step_limit(self) -> int:
        return self.steps

    def unused_controls(self) -> tuple[str, ...]:
        return ()

    def script(self, steps: int, changes: Any = None) -> str:
        raise UserError(self.no_script)

    def trainer(self) -> ExciteTrainer:
        return ExciteTrainer(self)


@dataclass(frozen=True)
class ExciteView:
    """`images` (filters, height, width) or (…, 3) uint8 and the filters' `activations` (filters,) float64."""

    images: np.ndarray
    activations: np.ndarray


class _Enough(Exception):
    """Ends a forward pass at the layer that was asked for."""


@dataclass(frozen=True, eq=False)
class Target:
    """The layer whose filters are excited: after its normalisation, before its activation; `title` says which."""

    module: nn.Module
    title: str
    filters: int


def target(opened: Network, layer: int) -> Target:
    """Convolution number `layer`, from 1; beyond the last the classes."""
    nn = torch.nn
    modules = [each for each in opened.module.modules() if not any(each.children())]
    places = [i for i, each in enumerate(modules) if isinstance(each, nn.Conv2d)]
    if layer > len(places):
        return Target([each for each in modules if isinstance(each, nn.Linear)][-1], "classes", len(opened.classes))
    convolution = modules[places[layer - 1]]
    after = modules[places[layer - 1] + 1] if places[layer - 1] + 1 < len(modules) else None
    normed = isinstance(after, nn.BatchNorm2d) and after.num_features == convolution.out_channels
    return Target(after if normed else convolution, f"convolution {layer}", convolution.out_channels)


def chosen_filters(there: int, first: int, count: int) -> list[int]:
    """`count` numbers from `first`, moved back where there are not so many."""
    count = min(count, there)
    start = min(first, there - count)
    return list(range(start, start + count))


@contextlib.contextmanager
def _stopping(module: nn.Module) -> Iterator[list[Tensor]]:
    """The layer's answers, noted as they come; the pass ends there and the hook is always removed."""
    answers: list[Tensor] = []

    def note(_module: nn.Module, _given: Any, made: Tensor) -> None:
        answers.append(made)
        raise _Enough

    handle = module.register_forward_hook(note)
    try:
        yield answers
    finally:
        handle.remove()


def answer(opened: Network, module: nn.Module, pixels: Tensor) -> Tensor:
    """What a layer answers to `pixels` (n, channels, height, width) in [0, 1]."""
    with _stopping(module) as answers, contextlib.suppress(_Enough):
        opened.module(opened.normal(pixels))
    return answers[0]


class ExciteTrainer(Trainer):
    """Pictures as the sigmoid of free numbers, moved up the gradient by Adam; a step is one move of all of them."""

    experiment: Excite

    def __init__(self, experiment: Excite):
        super().__init__(experiment)
        self.opened = network(experiment.name)
        self.target = target(self.opened, experiment.layer)
        self.filters = chosen_filters(self.target.filters, experiment.first, experiment.count)
        shape = (len(self.filters), *self.opened.shape)
        self.free = 0.1 * torch.randn(shape, generator=torch_stream(experiment.seed, "start"))
        self.mean, self.square = torch.zeros(shape), torch.zeros(shape)
        self.generator = torch_stream(experiment.seed, "jitter")
        self.kernel = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]).div(16).expand(shape[1], 1, 3, 3)

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            self._move()
            self.step_count += 1

    def _move(self) -> None:
        now, count = self.experiment, self.step_count + 1
        down, right = (torch.randint(0, 2 * now.jitter + 1, (2,), generator=self.generator) - now.jitter).tolist()
        free = self.free.clone().requires_grad_()
        (slope,) = torch.autograd.grad(self._activation(free.roll((down, right), (2, 3)).sigmoid()).sum(), free)
        slope = slope / slope.square().mean((1, 2, 3), keepdim=True).sqrt().clamp_min(TINY)  # each picture at its own pace, also behind a weak filter
        self.mean.lerp_(slope, 1 - KEPT)
        self.square.lerp_(slope.square(), 1 - KEPT_SQUARE)
        move = (self.mean / (1 - KEPT**count)) / ((self.square / (1 - KEPT_SQUARE**count)).sqrt() + TINY)
        moved = (self.free + now.learning_rate * move) * (1 - now.decay)
        padded = torch.nn.functional.pad(moved, (1, 1, 1, 1), mode="replicate")
        self.free = moved.lerp(torch.nn.functional.conv2d(padded, self.kernel, groups=moved.shape[1]), now.blur)

    def _activation(self, pixels: Tensor) -> Tensor:
        """(filters,): how much each picture excites its own filter."""
        made = answer(self.opened, self.target.module, pixels)
        own = made[torch.arange(len(self.filters)), torch.tensor(self.filters)]
        if own.ndim == 1:
            return own
        return own.mean((1, 2)) if self.experiment.goal == "map" else own[:, own.shape[1] // 2, own.shape[2] // 2]

    def _now(self) -> np.ndarray:
        with torch.no_grad():
            return self._activation(self.free.sigmoid()).double().numpy()

    def metrics(self) -> Metrics:
        pixels = self.free.sigmoid()
        rough = (pixels.diff(dim=2).abs().mean() + pixels.diff(dim=3).abs().mean()) / 2
        return {"activation": float(self._now().mean()), "roughness": float(rough)}

    def view(self) -> ExciteView:
        pixels = (self.free.sigmoid() * 255).round().to(torch.uint8)
        grey = pixels.shape[1] == 1
        return ExciteView((pixels[:, 0] if grey else pixels.permute(0, 2, 3, 1)).contiguous().numpy().copy(), self._now())

    def scene(self) -> dict[str, Any]:
        return {"filters": [each + 1 for each in self.filters]}

    def state_dict(self) -> State:
        return {"step_count": self.step_count, "free": self.free.numpy().copy(), "mean": self.mean.numpy().copy(), "square": self.square.numpy().copy(),
                "generator": generator_state(self.generator)}  # fmt: skip

    def load_state_dict(self, state: State) -> None:
        self.step_count = int(state["step_count"])
        self.free, self.mean, self.square = (torch.from_numpy(np.array(state[name], np.float32)) for name in ("free", "mean", "square"))
        restore_generator(self.generator, state["generator"])
