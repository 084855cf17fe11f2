"""Which optimizer finds the way down, and how? Up to eight of them race on one surface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import create_model

from playground.core import fields
from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment, Metrics, State, Trainer
from playground.core.limits import FORMULA_CHARACTERS
from playground.experiments.descent_walk import Batches, Racer, Walk
from playground.functions.schedules import SCHEDULES
from playground.functions.shape_fields import field_names, shape_field, shape_of
from playground.functions.surfaces import EXAMPLES, SURFACES, Place, Surface, make
from playground.optimizers.table import OPTIMIZERS

RACERS = 8
TUNE = "Tune an optimizer"
PARTS = {"race": "Race", "step": "One step taken apart", "rates": "Which learning rates work", "network": "Your network's landscape"}
BATCHING = {"batch": "All", "mini": "Mini-batch", "single": "One at a time"}
BESIDE = {"surface": "3-D surface", "heights": "Heights", "fit": "The fitted lines"}
ALONG = {"random": "Two random directions", "path": "Where training went"}
RULES = {"momentum": "Momentum", "nesterov": "Nesterov"}


class Settings(Experiment):
    """All settings but the optimizers' own hyperparameters, which `Descent` adds from their table."""

    part: str = fields.choice("race", PARTS, group="hidden", label="Part of the screen")
    surface: str = fields.choice("himmelblau", SURFACES, label="Surface", help="What is walked down. Its height plays the part of a loss.")
    formula: str = fields.text("sin(x)*y + (x**2 + y**2)/4", max_length=FORMULA_CHARACTERS, label="Formula",
                               help="In x and y, or in x alone for a curve. Knows + − * / ** and sin, cos, exp, log, sqrt, abs, tanh, min, max and more.")  # fmt: skip
    reach: float = fields.number(4.0, 0.5, 20.0, step=0.5, label="Window", help="Shows x and y from minus to plus this.")
    condition: float = fields.number(20.0, 1.0, 200.0, step=1.0, label="Narrowness κ", help="How many times steeper across the ravine than along it.")
    angle: float = fields.number(0.0, 0.0, 90.0, step=5.0, unit="°", label="Turned by",
                                 help="Methods that scale each coordinate by itself lose their advantage when the ravine is turned.")  # fmt: skip
    optimizers: tuple[str, ...] = fields.choices(("sgd", "momentum", "rmsprop", "adam", "lbfgs"), OPTIMIZERS, most=RACERS, label="Optimizers")
    rates: int = fields.integer(1, 1, RACERS, label="Learning rates each",
                                help="Races every optimizer against itself: at its learning rate, twice that, four times that …")  # fmt: skip
    steps: int = fields.integer(200, 10, 1000, log=True, label="Steps", help="Updates each optimizer takes.")
    start: str = fields.text("", max_length=60, label="Start", group="Start",
                             help="Click the map, or type two numbers such as -1.2, 1. Empty: where this surface is best seen.")  # fmt: skip
    schedule: str = fields.choice("constant", SCHEDULES, label="Schedule", group="Learning-rate schedule", help="Multiplies every learning rate.")
    step_drop: float = shape_field(SCHEDULES["step"], "drop", group="Learning-rate schedule")
    step_stairs: float = shape_field(SCHEDULES["step"], "stairs", group="Learning-rate schedule")
    exponential_final: float = shape_field(SCHEDULES["exponential"], "final", group="Learning-rate schedule")
    cosine_final: float = shape_field(SCHEDULES["cosine"], "final", group="Learning-rate schedule")
    warmup_share: float = shape_field(SCHEDULES["warmup"], "share", group="Learning-rate schedule")
    warmup_cosine_share: float = shape_field(SCHEDULES["warmup_cosine"], "share", group="Learning-rate schedule")
    warmup_cosine_final: float = shape_field(SCHEDULES["warmup_cosine"], "final", group="Learning-rate schedule")
    one_cycle_share: float = shape_field(SCHEDULES["one_cycle"], "share", group="Learning-rate schedule")
    batching: str = fields.choice("batch", BATCHING, label="Examples per step", group="Batches and noise",
                                  help=f"The surface is the mean over {EXAMPLES} examples. Fewer a step: cheaper steps, noisy gradients.")  # fmt: skip
    batch_size: int = fields.integer(8, 2, EXAMPLES, step=2, label="Batch size", group="Batches and noise", help="Examples averaged in a mini-batch.")
    noise: float = fields.number(1.0, 0.0, 10.0, step=0.1, label="Disagreement", group="Batches and noise",
                                 help="Spread of the examples' gradients around their mean. The least-squares fit has its own, from its data.")  # fmt: skip
    sample_seed: int = fields.integer(0, 0, 999_999, label="Seed of the examples", group="Batches and noise",
                                      help="Same number, same data points and same order of batches.")  # fmt: skip
    beside: str = fields.choice("surface", BESIDE, label="Beside the map", group="Screen", help="What shares the clock with the map.")
    at_step: int = fields.integer(1, 1, 1000, label="Step", group="Screen", help="Which of its steps is taken apart.")
    rule: str = fields.choice("momentum", RULES, label="Method of the map", group="Screen", help="What is run at every point of the map.")
    along: str = fields.choice("path", ALONG, label="Plane", group="Screen", help="Which two directions through the network's parameters span the picture.")
    plane_reach: float = fields.number(1.0, 0.1, 4.0, step=0.1, label="How far to look", group="Screen",
                                       help="1 moves every unit's weights by as much as they are long.")  # fmt: skip
    plane_seed: int = fields.integer(0, 0, 999_999, label="Directions", group="Screen", help="Another number, another two random directions.")
    tuned: str = fields.choice("sgd", OPTIMIZERS, label="Optimizer", group=TUNE, help="Whose settings are shown below.")


SCREEN_FIELDS = tuple(name for name, domain in Settings.domains().items() if domain.group in ("Screen", "hidden") or name == "tuned")
_HYPERPARAMETERS: dict[str, Any] = {
    f"{key}_{name}": ({"integer": int, "switch": bool}.get(each.kind, float), each.field(card.title, TUNE))
    for key, card in OPTIMIZERS.items()
    for name, each in card.hyperparameters.items()
}
Tuned: Any = create_model("Tuned", __base__=Settings, **_HYPERPARAMETERS)


class Descent(Tuned):
    """Optimizers walk down a surface from one point, each by its own rule, all seeing the same batches."""

    key: ClassVar[str] = "descent"
    title: ClassVar[str] = "Gradient descent"
    page: ClassVar[str] = "gradient-descent"
    computed: ClassVar[bool] = True  # on its screen: drawn anew at once, so that no control restarts a run

    def check(self) -> None:
        count = len(self.optimizers) * self.rates
        if count > RACERS:
            raise UserError(f"{len(self.optimizers)} optimizers at {self.rates} learning rates each make {count} racers, the limit is {RACERS}.",
                            "Choose fewer of either.", field="rates")  # fmt: skip
        for racer in self.racers():
            limit = racer.card.hyperparameters["learning_rate"].high
            if racer.learning_rate > limit:
                raise UserError(f"The highest of {self.rates} learning rates for {racer.card.title} would be {racer.learning_rate:g}, the limit is {limit:g}.",
                                "Lower its learning rate or race fewer.", field="rates")  # fmt: skip
        self.ground()
        self.place()

    def ground(self) -> Surface:
        """The surface, ready to be walked on."""
        return make(self.surface, formula=self.formula, reach=self.reach, condition=self.condition, angle=self.angle, noise=self.noise,
                    seed=self.sample_seed)  # fmt: skip

    def dragged(self, at: Mapping[str, Any]) -> dict[str, str]:
        """The start after a click or a drag on the map, or on the curve, whose height is not the visitor's to choose."""
        return {"start": f"{at['x']:.4g}" if self.ground().y is None else f"{at['x']:.4g}, {at['y']:.4g}"}

    def place(self) -> Place:
        """Where all paths begin: as typed, moved into the window if it lies outside; the surface's own start otherwise."""
        ground = self.ground()
        if not self.start.strip():
            return ground.inside(ground.card.start)
        parts = [each.strip() for each in self.start.replace(";", ",").split(",")]
        try:
            found = [float(each) for each in parts]
        except ValueError:
            raise UserError(f"Start must be one or two numbers such as -1.2, 1, got {self.start[:40]!r}.", field="start") from None
        if len(found) > 2 or not all(np.isfinite(found)):
            raise UserError(f"Start must be one or two finite numbers such as -1.2, 1, got {self.start[:40]!r}.", field="start")
        return ground.inside((found[0], found[1] if len(found) > 1 else 0.0))

    def racers(self) -> list[Racer]:
        """Everyone in the race, in the order of the legend."""
        found = []
        for key in self.optimizers:
            first = self.racer(key)
            for copy in range(self.rates):
                rate = first.learning_rate * 2**copy
                title = f"{first.title}, η = {rate:g}" if self.rates > 1 else first.title
                found.append(Racer(key if copy == 0 else f"{key}_x{2**copy}", title, key, {**first.hyperparameters, "learning_rate": rate}))
        return found

    def racer(self, key: str) -> Racer:
        """Optimizer `key` with its hyperparameters as set, whether it races or not."""
        card = OPTIMIZERS[key]
        return Racer(key, card.title, key, {name: float(getattr(self, f"{key}_{name}")) for name in card.hyperparameters})

    def factors(self) -> np.ndarray:
        """The schedule's multiplier of the learning rate at each step, (steps,)."""
        return SCHEDULES[self.schedule].factors(self.steps, **shape_of(self, self.schedule, SCHEDULES))

    @property
    def batch_size_used(self) -> int:
        return {"batch": EXAMPLES, "mini": self.batch_size, "single": 1}[self.batching]

    def batches(self) -> Batches:
        return Batches(self.batch_size_used, self.sample_seed)

    def walk(self, racers: list[Racer] | None = None) -> Walk:
        """All racers (or those given) at the start."""
        return Walk(self.ground(), self.racers() if racers is None else racers, self.place(), self.factors(), self.batches())

    def arguments(self) -> dict[str, Any]:
        """All that paths depend on; what only the screen shows is left away."""
        return {name: value for name, value in self.values().items() if name not in SCREEN_FIELDS}

    def unused_controls(self) -> tuple[str, ...]:
        """Fields that the sidebar need not show, because they change nothing at present or have their place beside a picture."""
        unused = {name for name, domain in self.domains().items() if domain.group == "Screen"}
        unused |= {name for key in OPTIMIZERS if key != self.tuned for name in hyperparameter_fields(key)}
        unused |= set(field_names(SCHEDULES, SCHEDULES)) - set(field_names(SCHEDULES, [self.schedule]))
        unused |= {"tuned"} if self.part == "step" else set()
        unused |= {"formula", "reach"} if self.surface != "formula" else set()
        unused |= {"condition", "angle"} if self.surface != "ravine" else set()
        unused |= {"batch_size"} if self.batching != "mini" else set()
        unused |= {"noise"} if self.batching == "batch" or self.surface == "least_squares" else set()
        unused |= {"sample_seed"} if self.batching == "batch" and self.surface != "least_squares" else set()
        return tuple(unused)

    def trainer(self) -> Trainer:
        return DescentTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.descent_script import write

        return write(self, steps)


def hyperparameter_fields(key: str) -> list[str]:
    """Names of the fields of one optimizer's hyperparameters."""
    return [f"{key}_{name}" for name in OPTIMIZERS[key].hyperparameters]


class DescentTrainer(Trainer):
    """One step is one step of every optimizer."""

    experiment: Descent

    def __init__(self, experiment: Descent):
        super().__init__(experiment)
        self.walk = experiment.walk()

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            self.walk.step()
        self.step_count += steps

    def metrics(self) -> Metrics:
        return {f"{racer.name}_loss": float(height) for racer, height in zip(self.walk.racers, self.walk.heights(), strict=True)}

    @property
    def diverged(self) -> bool:
        return not self.walk.alive.any()

    @property
    def stop_reason(self) -> str:
        if self.diverged:
            return f"After {self.step_count} steps every optimizer has left the surface. Smaller learning rates keep them on it."
        gone = [racer.title for racer, alive in zip(self.walk.racers, self.walk.alive, strict=True) if not alive]
        return f"Finished after {self.step_count} steps." + (f" {', '.join(gone)} left the surface on the way." if gone else "")

    def scene(self) -> dict[str, Any]:
        from playground.experiments.descent_views import relief

        return relief(**self.experiment.arguments())

    def view(self) -> dict[str, Any]:
        return {"positions": self.walk.positions(), "heights": self.walk.heights()}

    def state_dict(self) -> State:
        return self.walk.state_dict()

    def load_state_dict(self, state: State) -> None:
        self.walk.load_state_dict(state)
        self.step_count = self.walk.step_count
