"""A race between networks on points of the plane: those of one structure learn together, in one batched computation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from playground.core.experiment import Metrics, State, Trainer
from playground.core.lazy import torch
from playground.experiments.boundary import Boundary
from playground.experiments.boundary_trainer import bounded, cohort, material, score

if TYPE_CHECKING:
    from playground.core.race import Race


class BoundaryRace(Trainer):
    """Members of one structure, data and optimizer form a cohort; cohorts take their updates in turn.

    Steps count updates of each member; a member past its own last epoch waits. With early stopping a member that has stopped
    keeps its place but no longer counts: races compare whole curves, so patience is not applied here.
    """

    experiment: Race

    def __init__(self, race: Race, members: Sequence[Boundary]):
        super().__init__(race)
        self.members = list(members)
        groups: dict[tuple[Any, ...], list[int]] = {}
        for number, each in enumerate(self.members):
            groups.setdefault(_kinship(each), []).append(number)
        self.groups = list(groups.values())
        self.materials = [material(self.members[group[0]]) for group in self.groups]
        self.cohorts = [cohort([self.members[i] for i in group], given) for group, given in zip(self.groups, self.materials, strict=True)]

    @property
    def steps_per_epoch(self) -> int:
        return max(each.steps_per_epoch for each in self.cohorts)

    def advance(self, steps: int) -> None:
        for group, each in zip(self.groups, self.cohorts, strict=True):
            limit = self.members[group[0]].step_limit
            each.advance(max(0, min(steps, limit - each.step)))
        self.step_count += steps

    def metrics(self) -> Metrics:
        found: Metrics = {}
        for group, given, each in zip(self.groups, self.materials, self.cohorts, strict=True):
            for part in ("train", "test"):
                targets = getattr(given, f"{part}_targets")
                losses, outputs = each.losses(getattr(given, f"{part}_inputs"), targets)
                for place, member in enumerate(group):
                    name, value = score(given, outputs[place], targets)
                    found |= {f"{part}_loss/{member}": bounded(float(losses[place])), f"{part}_{name}/{member}": bounded(value)}
        return found

    def scene(self) -> dict[str, Any]:
        from playground.experiments.boundary_view import scene

        return {f"{name}_{i}": value for i, each in enumerate(self.members) for name, value in scene(each).items()}

    def view(self) -> dict[str, Any]:
        from playground.experiments.boundary_view import fields

        found: dict[str, Any] = {}
        if len(self.members) > 16:  # a sweep is read from its curves
            return found
        for group, given, each in zip(self.groups, self.materials, self.cohorts, strict=True):
            shades = fields(self.members[group[0]], given, each)
            found |= {f"field_{member}": shade for member, shade in zip(group, shades, strict=True)}
        return found

    @property
    def diverged(self) -> bool:
        return not any(bool(torch.isfinite(each.network.flat).all(1).any()) for each in self.cohorts)

    def state_dict(self) -> State:
        state: State = {"step_count": self.step_count}
        for i, each in enumerate(self.cohorts):
            state |= {f"{i}/{name}": value for name, value in each.state_dict().items()}
        return state

    def load_state_dict(self, state: State) -> None:
        self.step_count = int(state["step_count"])
        for i, each in enumerate(self.cohorts):
            prefix = f"{i}/"
            each.load_state_dict({name[len(prefix):]: value for name, value in state.items() if name.startswith(prefix)})


def _kinship(experiment: Boundary) -> tuple[Any, ...]:
    """Equal for members that one cohort can hold: all fields but those that are a member's own."""
    own = ("learning_rate", "momentum", "l1", "l2", "dropout", "gradient_clip", "patience", "schedule", "seed")
    return tuple(value for name, value in experiment.model_dump().items() if name not in own)
