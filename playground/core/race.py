"""Several configurations of one experiment, trained side by side in one run."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from playground.core.errors import UserError
from playground.core.experiment import Experiment, Metrics, State, Trainer
from playground.core.limits import SWEEP_MEMBERS


class Race(Experiment):
    """Members share data and starting weights as far as their own fields allow; metrics are named `loss/0`, `loss/1` …

    Views hold every member's arrays as `<name>_<member>`. A kind of experiment that can train many members at once
    (vectorised) says so with a classmethod `race_trainer(members) -> Trainer`; any other is stepped in turn.
    """

    key: ClassVar[str] = "race"
    title: ClassVar[str] = "Race"

    of: str = ""
    members: tuple[dict[str, Any], ...] = Field(())

    def __hash__(self) -> int:
        return hash((self.of, repr(self.members)))

    def check(self) -> None:
        if (self.of or self.members) and self.of not in Experiment.registry():
            raise UserError(f"There is no experiment named {self.of!r} to race.", field="of")
        if len(self.members) > SWEEP_MEMBERS:
            raise UserError(f"A race holds at most {SWEEP_MEMBERS} configurations, got {len(self.members)}.", field="members")

    def experiments(self) -> list[Experiment]:
        if not self.members:
            return []
        kind = Experiment.registry()[self.of]
        return [kind(**member) for member in self.members]

    def modules(self) -> list[str]:
        kind = Experiment.registry().get(self.of)
        return [type(self).__module__, *([kind.__module__] if kind else [])]

    @property
    def step_limit(self) -> int:
        return max((each.step_limit for each in self.experiments()), default=0)

    def trainer(self) -> Trainer:
        experiments = self.experiments()
        if not experiments:
            raise UserError("Add at least one configuration to the race.", field="members")
        together = getattr(type(experiments[0]), "race_trainer", None)
        return together(self, experiments) if together else InTurn(self, experiments)


def race(experiments: Sequence[Experiment]) -> Race:
    """The race between these experiments, which must be of one kind."""
    if len({type(each) for each in experiments}) > 1:
        raise UserError("Only configurations of the same experiment can race.")
    return Race(of=experiments[0].key if experiments else "", members=tuple(each.values() for each in experiments))


class InTurn(Trainer):
    """Steps every member's own trainer, one after another; a member that diverges or finishes waits."""

    def __init__(self, experiment: Race, members: Sequence[Experiment]):
        super().__init__(experiment)
        self.trainers = [each.trainer() for each in members]

    def advance(self, steps: int) -> None:
        for trainer in self.trainers:
            left = trainer.experiment.step_limit - trainer.step_count
            if not (trainer.finished or trainer.diverged):
                trainer.advance(min(steps, left))
        self.step_count += steps

    def metrics(self) -> Metrics:
        return {f"{name}/{i}": value for i, each in enumerate(self.trainers) for name, value in each.metrics().items()}

    def view(self) -> dict[str, Any]:
        from playground.core.packets import items

        return {f"{name}_{i}": value for i, each in enumerate(self.trainers) for name, value in items(each.view())}

    def scene(self) -> dict[str, Any]:
        return {f"{name}_{i}": value for i, each in enumerate(self.trainers) for name, value in each.scene().items()}

    @property
    def steps_per_epoch(self) -> int:
        return max(each.steps_per_epoch for each in self.trainers)

    @property
    def finished(self) -> bool:
        return all(each.finished or each.diverged for each in self.trainers)

    @property
    def diverged(self) -> bool:
        return all(each.diverged for each in self.trainers)

    def state_dict(self) -> State:
        state: State = {"step_count": self.step_count}
        for i, each in enumerate(self.trainers):
            state |= {f"{i}/{name}": value for name, value in each.state_dict().items()}
        return state

    def load_state_dict(self, state: State) -> None:
        self.step_count = int(state["step_count"])
        for i, each in enumerate(self.trainers):
            prefix = f"{i}/"
            each.load_state_dict({k[len(prefix):]: v for k, v in state.items() if k.startswith(prefix)})
