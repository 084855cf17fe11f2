"""The same small network, data and starting weights several times over, with one thing changed: activation or loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field

from playground.core import race as races
from playground.core.fields import choice, choices
from playground.core.limits import RACE_MEMBERS
from playground.core.race import Race
from playground.data import points
from playground.experiments.boundary import FITTING_LOSSES, OFFERED_ACTIVATIONS, Boundary
from playground.experiments.stills import Still
from playground.functions.losses import LOSSES


def borrowed(name: str, default: Any = None, *, group: str = "") -> Any:
    """A field of `Boundary` with the same domain, perhaps with another default."""
    info = Boundary.model_fields[name]
    domain = replace(Boundary.domains()[name], group=group)
    return Field(info.default if default is None else default, json_schema_extra={"domain": domain}, description=domain.help)  # type: ignore[dict-item]


class NetworkRace(Still):
    """What both comparisons fix for every member."""

    pace: ClassVar[str] = "epoch"
    shared: ClassVar[tuple[str, ...]] = (
        "dataset", "noise", "features", "hidden_sizes", "initializer", "optimizer", "learning_rate", "batch_size", "epochs", "seed", "data_seed",
    )  # fmt: skip

    dataset: str = choice("circle", points.MAKERS, label="Data", help="What every network has to learn.")
    hidden_sizes: tuple[int, ...] = borrowed("hidden_sizes")
    learning_rate: float = borrowed("learning_rate", 0.01)
    optimizer: str = borrowed("optimizer")
    noise: float = borrowed("noise", 0.1, group="Data and training")
    features: tuple[str, ...] = borrowed("features", ("x1", "x2"), group="Data and training")
    initializer: str = borrowed("initializer", group="Data and training")
    batch_size: int = borrowed("batch_size", 25, group="Data and training")
    epochs: int = borrowed("epochs", 200, group="Data and training")
    seed: int = borrowed("seed", group="Randomness")
    data_seed: int = borrowed("data_seed", group="Randomness")

    @property
    def keys(self) -> tuple[str, ...]:
        """What differs, one key a member."""
        raise NotImplementedError

    def member(self, key: str) -> Boundary:
        """The experiment of one member."""
        raise NotImplementedError

    def titles(self) -> list[str]:
        """Names of the members."""
        raise NotImplementedError

    def common(self) -> dict[str, Any]:
        """Values that every member shares."""
        return {name: getattr(self, name) for name in self.shared}

    def settings(self, member: Boundary) -> dict[str, Any]:
        """The fields in which a member differs from the defaults of its screen."""
        return {name: new for name, (new, _) in member.differences(Boundary()).items()}

    def to_run(self) -> Race:
        """The race of all members."""
        return races.race([self.member(key) for key in self.keys])

    @property
    def outputs(self) -> int:
        """Output units of every member."""
        return Boundary.model_fields["classes"].default if task_of(self.dataset) == "multiclass" else 1

    @property
    def score(self) -> str:
        """The metric that can be compared between members: accuracy for classes, R² for numbers."""
        return "r2" if task_of(self.dataset) == "regression" else "accuracy"


class ActivationRace(NetworkRace):
    """One network a chosen activation."""

    key: ClassVar[str] = "activation_race"
    title: ClassVar[str] = "The same network with each activation"
    page: ClassVar[str] = "activations"

    activations: tuple[str, ...] = choices(
        ("linear", "sigmoid", "tanh", "relu", "gelu", "sine"), OFFERED_ACTIVATIONS, most=RACE_MEMBERS, label="Activations",
        help="One network each; everything else is the same.",
    )  # fmt: skip

    @property
    def keys(self) -> tuple[str, ...]:
        return self.activations

    def member(self, key: str) -> Boundary:
        return Boundary(activation=key, **self.common())

    def titles(self) -> list[str]:
        return [OFFERED_ACTIVATIONS[key].title for key in self.keys]


def _losses(task: str, default: Sequence[str]) -> Any:
    return choices(default, {key: LOSSES[key] for key in FITTING_LOSSES[task]}, most=RACE_MEMBERS, label="Losses",
                   help="One network each; everything else is the same.")  # fmt: skip


class LossRace(NetworkRace):
    """One network a chosen loss; which losses there are depends on what the data asks for."""

    key: ClassVar[str] = "loss_race"
    title: ClassVar[str] = "The same network with each loss"
    page: ClassVar[str] = "losses"

    dataset: str = choice("moons", points.MAKERS, label="Data", help="What every network has to learn.")
    noise: float = borrowed("noise", 0.35, group="Data and training")
    binary: tuple[str, ...] = _losses("binary", ("bce", "hinge", "brier", "half_mse", "focal", "exponential"))
    multiclass: tuple[str, ...] = _losses("multiclass", ("cross_entropy", "categorical_hinge", "focal_multiclass"))
    regression: tuple[str, ...] = _losses("regression", ("mse", "mae", "huber"))

    @property
    def keys(self) -> tuple[str, ...]:
        return getattr(self, task_of(self.dataset))

    def member(self, key: str) -> Boundary:
        return Boundary(loss=key, **self.common())

    def titles(self) -> list[str]:
        return [LOSSES[key].title for key in self.keys]

    def unused_controls(self) -> tuple[str, ...]:
        return tuple(task for task in FITTING_LOSSES if task != task_of(self.dataset))


def task_of(dataset: str) -> str:
    """What a data set asks for with its default number of classes: binary, multiclass or regression."""
    return points.MAKERS[dataset].task
