"""The contract: an experiment is a frozen set of hyperparameters, its trainer takes steps and shows views."""

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Self, cast, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from playground.core.errors import UserError
from playground.core.fields import Domain
from playground.core.limits import RUN_STEPS

Metrics = dict[str, float]
State = dict[str, Any]  # flat: arrays, numbers, strings, lists; what core.packets can hold
View = Mapping[str, Any] | Any  # a frozen dataclass of arrays and numbers


class Experiment(BaseModel):
    """Base of every experiment: hashable, comparable, serialisable, validated in words.

    Subclasses declare fields with `core.fields`, set `key`, `title` and `page`, and return their trainer. Registered by
    being imported: `playground.experiments.load()` imports them all, `registry()` lists them.

    Raises:
        UserError: On construction, when a value lies outside its field's domain; names the field.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: ClassVar[str] = ""  # registry name, e.g. "boundary"
    title: ClassVar[str] = ""
    page: ClassVar[str] = ""  # url_path of the screen that shows it
    total_steps: ClassVar[int] = RUN_STEPS  # the run finishes by itself here; a `steps` field, if declared, overrides

    def __init__(self, **values: Any):
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _in_words(type(self), error) from None
        for name, domain in self.domains().items():
            problem = domain.problem(getattr(self, name))
            if problem:
                raise UserError(f"{label(type(self), name)} {problem}", field=name)
        self.check()

    def check(self) -> None:
        """Refuse combinations of fields that make no sense, by raising a UserError."""

    def trainer(self) -> "Trainer":
        """A fresh trainer at step 0."""
        raise NotImplementedError(f"{type(self).__name__}.trainer")

    def script(self, steps: int, changes: "list[Change] | None" = None) -> str:
        """A runnable plain-PyTorch program that repeats this run for `steps` steps and prints the same final loss.

        `changes` are the live changes made on the way, in order, so that an edited run can be repeated too.
        """
        raise UserError(f"{self.title} has no script to take home.")

    @property
    def step_limit(self) -> int:
        return int(getattr(self, "steps", self.total_steps))

    def modules(self) -> list[str]:
        """Modules whose import registers all that this experiment needs."""
        return [type(self).__module__]

    @classmethod
    def domains(cls) -> dict[str, Domain]:
        """Declared fields, in order."""
        extras = {name: info.json_schema_extra for name, info in cls.model_fields.items()}
        return {name: cast(Domain, extra["domain"]) for name, extra in extras.items() if isinstance(extra, dict) and "domain" in extra}

    @classmethod
    def registry(cls) -> dict[str, type["Experiment"]]:
        """Every imported experiment by its key."""
        found: dict[str, type[Experiment]] = {}
        stack = list(Experiment.__subclasses__())
        while stack:
            kind = stack.pop()
            stack.extend(kind.__subclasses__())
            if kind.key:
                found[kind.key] = kind
        return dict(sorted(found.items()))

    def values(self) -> dict[str, Any]:
        """All fields as plain JSON values."""
        return self.model_dump(mode="json")

    def changed(self, **values: Any) -> Self:
        """The same experiment with some fields changed, validated anew."""
        return type(self)(**{**self.model_dump(), **values})

    def differences(self, other: "Experiment") -> dict[str, tuple[Any, Any]]:
        """Fields in which `self` and `other` differ, with both values."""
        mine, theirs = self.model_dump(), other.model_dump()
        return {name: (mine[name], theirs.get(name)) for name in mine if mine[name] != theirs.get(name)}

    def needs_restart(self, other: "Experiment") -> list[str]:
        """Fields whose change from `self` to `other` cannot be taken over by a running trainer."""
        if type(self) is not type(other):
            return ["key"]
        domains = self.domains()
        return [name for name in self.differences(other) if not (name in domains and domains[name].live)]


class Change(BaseModel):
    """One live change of a run: at `step`, fields took new values or one parameter was edited."""

    model_config = ConfigDict(frozen=True)

    step: int
    values: dict[str, Any] = {}
    edit: dict[str, Any] = {}  # e.g. {"layer": 1, "kind": "weight", "row": 0, "column": 2, "value": 0.5}


class Trainer:
    """Takes steps and shows where it stands. Owns all its random streams; touches no global state.

    A subclass implements `advance`, `metrics`, `view`, `state_dict`, `load_state_dict`, and where it can `apply`
    (live changes) and `edit`. Determinism: `advance(a); advance(b)` equals `advance(a + b)` bit for bit.
    """

    view_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, experiment: Experiment):
        self.experiment = experiment
        self.step_count = 0

    def advance(self, steps: int) -> None:
        """Take `steps` units of progress (normally optimizer updates) and count them in `step_count`."""
        raise NotImplementedError

    def metrics(self) -> Metrics:
        """Read (not differentiate) where it stands: {"train_loss": 0.31, ...}; plain floats."""
        raise NotImplementedError

    def view(self) -> View:
        """All that the figures need now: a frozen dataclass of copied arrays (f2, f4, f8, u1, i4 …) and numbers."""
        raise NotImplementedError

    def scene(self) -> dict[str, Any]:
        """What does not change during the run (data points, names, shapes), sent once."""
        return {}

    def step(self) -> Metrics:
        """One unit of progress and where it led."""
        self.advance(1)
        return self.metrics()

    @property
    def steps_per_epoch(self) -> int:
        return 1

    @property
    def finished(self) -> bool:
        """True when the run should end by itself (limit reached, early stopping, nothing left to do)."""
        return self.step_count >= self.experiment.step_limit

    @property
    def stop_reason(self) -> str:
        """One sentence, shown when `finished` or diverged."""
        return ""

    @property
    def diverged(self) -> bool:
        """True when a metric is no longer finite; the run then stops by itself."""
        return any(not math.isfinite(value) for name, value in self.metrics().items() if "loss" in name)

    def tune(self, experiment: Experiment) -> None:
        """Take over the live fields of `experiment`.

        Raises:
            UserError: If a field that needs a restart differs; names it.
        """
        blocked = self.experiment.needs_restart(experiment)
        if blocked:
            words = label(type(self.experiment), blocked[0])
            raise UserError(f"{words} cannot change while the run goes on.", "Reset to apply it.", field=blocked[0])
        before, self.experiment = self.experiment, experiment
        self.apply(before)

    def apply(self, before: Experiment) -> None:
        """Hook after `tune`: `self.experiment` already holds the new values."""

    def edit(self, **what: Any) -> None:
        """Change one parameter by hand; what it takes depends on the trainer."""
        raise UserError("This run has nothing to edit by hand.")

    def state_dict(self) -> State:
        """A flat checkpoint that `core.packets` can hold; includes random streams and `step_count`."""
        raise NotImplementedError

    def load_state_dict(self, state: State) -> None:
        """Continue exactly where `state_dict` was taken."""
        raise NotImplementedError


def label(kind: type[Experiment], name: str) -> str:
    """The words a person sees for a field."""
    domain = kind.domains().get(name)
    return (domain.label if domain else "") or name.replace("_", " ").capitalize()


def generator_state(generator: Any) -> np.ndarray:
    """A torch generator's state as bytes, for checkpoints."""
    return generator.get_state().numpy().copy()


def restore_generator(generator: Any, state: np.ndarray) -> None:
    import torch

    generator.set_state(torch.from_numpy(np.array(state, dtype=np.uint8)))


def _in_words(kind: type[Experiment], error: ValidationError) -> UserError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        known = ", ".join(kind.model_fields)
        return UserError(f"{kind.title or kind.__name__} has no setting named {name!r}.", f"It has {known}.", field=name)
    annotation = kind.model_fields[name].annotation if name in kind.model_fields else None
    wanted = {int: "a whole number", float: "a number", bool: "yes or no", str: "text"}.get(annotation)  # type: ignore[arg-type]
    if wanted is None:
        wanted = "a list of whole numbers" if int in get_args(annotation) else "a list"
    return UserError(f"{label(kind, name)} must be {wanted}, got {first['input']!r}.", field=name)
