"""What is each step worth? Planning and learning in small worlds whose whole truth can be computed."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core import fields
from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment, Trainer
from playground.core.limits import EPISODE_STEPS, GRID_CHARACTERS
from playground.data import grids
from playground.functions import tabular_rl as exact

if TYPE_CHECKING:
    from playground.core.race import Race

ALGORITHMS = {
    "q_learning": "Q-learning", "sarsa": "SARSA", "expected_sarsa": "Expected SARSA", "double_q": "Double Q-learning",
    "monte_carlo": "Monte Carlo control", "n_step_sarsa": "n-step SARSA", "sarsa_lambda": "SARSA(λ)", "dyna_q": "Dyna-Q",
    "value_iteration": "Value iteration", "policy_iteration": "Policy iteration", "policy_evaluation": "Policy evaluation",
}  # fmt: skip
PLANNERS = ("value_iteration", "policy_iteration", "policy_evaluation")
ON_POLICY = ("sarsa", "expected_sarsa", "monte_carlo", "n_step_sarsa", "sarsa_lambda")
EVALUATED = {"random": "Every action alike", "optimal": "The best policy", "soft": "The best, exploring with ε"}
EXAMPLE = "S....#..../...#...#../.#...#...G/...#..P.#."


class Gridworld(Experiment):
    """A planner that knows the world, or an agent that finds out by acting. A step is one sweep, or one episode."""

    key: ClassVar[str] = "gridworld"
    title: ClassVar[str] = "Gridworld"
    page: ClassVar[str] = "gridworld"

    world: str = fields.choice("cliff", {key: card.title for key, card in grids.WORLDS.items()}, label="World", help="Where it lives. Painting on a grid makes it your own.")
    slippery: bool = fields.switch(False, label="Slippery", help="Two of three moves go to one side or the other.")
    algorithm: str = fields.choice("q_learning", ALGORITHMS, label="Algorithm",
                                   help="Planners know the world's table and sweep over it. Learners only see what happens to them.")  # fmt: skip
    discount: float = fields.number(0.99, 0.0, 1.0, step=0.01, label="Discount γ", live=True, help="What a reward is worth one step later.")
    learning_rate: float = fields.number(0.5, 0.001, 2.5, log=True, label="Learning rate α", live=True,
                                         help="Share of each surprise that is believed; above 2 the table runs away.")  # fmt: skip
    epsilon: float = fields.number(0.1, 0.0, 1.0, step=0.01, label="Exploration ε", live=True, help="How often it acts at random.")
    steps_ahead: int = fields.integer(4, 1, 50, label="Steps ahead n", live=True, help="Rewards added up before the table is asked.")
    trace_decay: float = fields.number(0.9, 0.0, 1.0, step=0.01, label="Trace λ", live=True, help="0 believes one step, 1 the whole episode.")
    planning: int = fields.integer(10, 0, 100, label="Planning steps", live=True, help="Remembered steps replayed after each real one.")
    in_place: bool = fields.switch(False, label="In place", help="Each state already uses the new values of those before it.")
    evaluated: str = fields.choice("random", EVALUATED, label="Policy", help="Whose values are computed.")
    evaluation_sweeps: int = fields.integer(5, 0, 50, label="Sweeps per policy", live=True, help="Sweeps of evaluation before each improvement; 0 solves exactly.")

    epsilon_half: int = fields.integer(0, 0, 2000, step=10, label="ε halves every", unit="episodes", live=True, group="Exploration", help="0: never.")
    epsilon_least: float = fields.number(0.0, 0.0, 1.0, step=0.01, label="ε at least", live=True, group="Exploration", help="Where halving stops.")
    initial: float = fields.number(0.0, -100.0, 100.0, step=1.0, label="Starting values", group="Exploration",
                                   help="Above what is possible, every action looks promising until it was tried: exploring without ε.")  # fmt: skip
    rate_decay: float = fields.number(0.0, 0.0, 1.0, step=0.05, label="α falls with visits ω", live=True, group="Pace",
                                      help="α / visits^ω. Above 0.5 the table can settle although the world is noisy; α = 1, ω = 1 takes the mean.")  # fmt: skip
    episodes: int = fields.integer(500, 10, 20_000, log=True, label="Episodes", group="Pace", help="How many are lived through.")
    longest: int = fields.integer(500, 10, EPISODE_STEPS, log=True, label="Longest episode", unit="steps", group="Pace",
                                  help="Then it is cut off, without being told that this is the end.")  # fmt: skip
    sweeps: int = fields.integer(1000, 10, 100_000, log=True, label="Most sweeps", group="Pace", help="It stops before when nothing changes any more.")

    grid: str = fields.text(EXAMPLE, max_length=GRID_CHARACTERS, label="Grid as text", group="Your grid",
                            help="Rows end with /. Tiles: . free, # wall, S start, G goal, P pit, C cliff, ^ > v < wind; a reward in brackets: .(-1).")  # fmt: skip
    slip: float = fields.number(0.0, 0.0, 1.0, step=0.01, label="Slips", group="Your grid", help="Probability that a move goes to one side or the other.")
    step_reward: float = fields.number(-0.04, -10.0, 10.0, step=0.01, label="A step earns", group="Your grid")
    goal_reward: float = fields.number(1.0, -100.0, 100.0, step=0.1, label="A goal earns", group="Your grid")
    pit_reward: float = fields.number(-1.0, -100.0, 100.0, step=0.1, label="A pit earns", group="Your grid", help="A pit ends the episode.")
    cliff_reward: float = fields.number(-100.0, -1000.0, 100.0, step=1.0, label="A cliff earns", group="Your grid", help="A cliff throws back to the start.")
    race_seeds: int = fields.integer(20, 1, 100, label="Agents each", live=True, group="Race",
                                     help="Every configuration is lived through by so many agents, which differ in their seed.")  # fmt: skip
    seed: int = fields.seed()

    def check(self) -> None:
        reference(self)

    def make_world(self) -> grids.World:
        """The world with its table."""
        return grids.make(self.world, self.slippery and self.world in grids.SLIPPERY, *((self.grid, self.slip, self.step_reward, self.goal_reward,
                          self.pit_reward, self.cliff_reward) if self.world == grids.OWN else ()))  # fmt: skip

    @property
    def plans(self) -> bool:
        return self.algorithm in PLANNERS

    @property
    def step_limit(self) -> int:
        return self.sweeps if self.plans else self.episodes

    def epsilon_in(self, episode: int) -> float:
        """ε in episode 0, 1, 2 …"""
        if not self.epsilon_half:
            return self.epsilon
        return max(min(self.epsilon, self.epsilon_least), self.epsilon * 0.5 ** (episode / self.epsilon_half))

    @property
    def last_epsilon(self) -> float:
        """Where ε ends up; what on-policy methods are compared with."""
        return min(self.epsilon, self.epsilon_least) if self.epsilon_half else self.epsilon

    def unused_controls(self) -> tuple[str, ...]:
        """Fields without effect now, or with a control elsewhere on the screen."""
        learns = not self.plans
        needs = {"learning_rate": learns, "epsilon": learns or self.evaluated == "soft" and self.algorithm == "policy_evaluation",
                 "steps_ahead": self.algorithm == "n_step_sarsa", "trace_decay": self.algorithm == "sarsa_lambda", "planning": self.algorithm == "dyna_q",
                 "in_place": not learns, "evaluated": self.algorithm == "policy_evaluation", "evaluation_sweeps": self.algorithm == "policy_iteration",
                 "slippery": self.world in grids.SLIPPERY, "sweeps": not learns}  # fmt: skip
        unused = {name for name, used in needs.items() if not used}
        unused |= set() if learns else {"epsilon_half", "epsilon_least", "initial", "rate_decay", "episodes", "longest", "seed"}
        unused |= set() if self.world == grids.OWN else {name for name, domain in self.domains().items() if domain.group == "Your grid"}
        return tuple(unused | {"race_seeds"})

    def trainer(self) -> Trainer:
        from playground.experiments.gridworld_trainers import LearnerTrainer, PlannerTrainer

        return PlannerTrainer(self) if self.plans else LearnerTrainer(self)

    @classmethod
    def race_trainer(cls, race: Race, members: Sequence[Gridworld]) -> Trainer:
        """Every member lived through by several agents."""
        from playground.experiments.gridworld_race import GridworldRace

        return GridworldRace(race, members)

    def named_weights(self, state: dict[str, Any]) -> dict[str, np.ndarray]:
        """The tables of a checkpoint: q, or v and policy."""
        if self.plans:
            return {"v": state["values"], "policy": state["policy"]}
        return {"q": state["q"], "visits": state["visits"]}

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.gridworld_script import write

        return write(self, steps, changes or [])


@dataclass(frozen=True, eq=False)
class Reference:
    """The truth that an experiment can be measured against.

    Attributes:
        values (S,), q (S, A), choice (S,): Of the best policy, or of the policy that is evaluated.
        soft: Values (S,) of the best policy that explores with the experiment's last ε; for on-policy methods.
        matters: States (S,) that can be met and where something is decided.
        best_return: Mean undiscounted return of the best policy from the start, with episodes cut off as the experiment does.
        soft_return: The same of the policy that belongs to `soft`.
    """

    model: exact.Model
    values: np.ndarray
    q: np.ndarray
    choice: np.ndarray
    soft: np.ndarray
    matters: np.ndarray
    best_return: float
    soft_return: float


def reference(experiment: Gridworld) -> Reference:
    """The truth for these settings, computed once.

    Raises:
        UserError: When values are infinite.
    """
    kind = experiment.evaluated if experiment.algorithm == "policy_evaluation" else "optimal"
    epsilon = experiment.last_epsilon if experiment.algorithm in ON_POLICY else experiment.epsilon if kind == "soft" else 0.0
    limit = experiment.make_world().limit if experiment.plans else experiment.longest
    try:
        return _reference(experiment.make_world(), experiment.discount, kind, round(epsilon, 6), limit or 500)
    except ValueError as error:
        if isinstance(error, UserError):
            raise
        raise UserError("With discount 1 some values here are infinite: from some cells there is no way to an end, or a reward can be collected for ever.",
                        "Lower the discount below 1.", field="discount") from None  # fmt: skip


@functools.lru_cache(maxsize=128)
def _reference(world: grids.World, discount: float, kind: str, epsilon: float, limit: int) -> Reference:
    model, met = model_of(world)
    values, q, choice = exact.optimal(model, discount, 0.0, met)
    best = np.eye(q.shape[1])[choice]
    explores = (1 - epsilon) * np.eye(q.shape[1])[exact.optimal(model, discount, epsilon, met)[2]] + epsilon / q.shape[1] if epsilon else best
    policy = np.full_like(q, 1 / q.shape[1]) if kind == "random" else explores if kind == "soft" else best
    soft = exact.policy_values(model, explores, discount, met)
    if kind != "optimal":
        values = exact.policy_values(model, policy, discount, met)
        q = model.lookahead(values, discount)
    decides = met & np.array([any(not outcome[3] or outcome[2] or outcome[1] != state for outcomes in row for outcome in outcomes)
                              for state, row in enumerate(world.table)])  # fmt: skip
    returns = [exact.expected_return(model, each, world.starts, limit) for each in (policy, explores)]
    return Reference(model, values, q, choice, soft, decides, *returns)


@functools.lru_cache(maxsize=64)
def model_of(world: grids.World) -> tuple[exact.Model, np.ndarray]:
    """The world's table as arrays, and which states can be met."""
    model = exact.Model(world.table)
    return model, exact.reachable(model, world.starts)


def goal_in_reach(world: grids.World) -> bool:
    """Whether an episode can end at a goal at all."""
    model, met = model_of(world)
    if world.layout.kinds.strip("."):
        return any(met[cell] or bool((model.next[met] == cell).any()) for cell, kind in enumerate(world.layout.kinds) if kind == "G")
    return True
