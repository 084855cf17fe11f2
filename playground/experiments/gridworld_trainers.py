"""Planners that sweep over a world's table, and learners that live in it."""

from __future__ import annotations

import collections
import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.experiment import Experiment, Metrics, State, Trainer
from playground.core.randomness import derive
from playground.experiments.gridworld import Gridworld, reference
from playground.experiments.gridworld_views import GridView, backups, scene
from playground.functions import tabular_rl as exact
from playground.functions.tabular_agents import LEARNERS, Agent

LARGEST = 1e12  # values beyond have run away
SETTLED = 1e-10  # largest change of a sweep after which nothing more will happen
SMOOTHED = 20  # episodes of the running mean


def rules(experiment: Gridworld, episode: int) -> SimpleNamespace:
    """The settings an agent follows in one episode."""
    return SimpleNamespace(learning_rate=experiment.learning_rate, rate_decay=experiment.rate_decay, discount=experiment.discount,
                           epsilon=experiment.epsilon_in(episode), trace_decay=experiment.trace_decay, steps_ahead=experiment.steps_ahead,
                           planning=experiment.planning, longest=experiment.longest)  # fmt: skip


def new_agent(experiment: Gridworld, number: int = 0) -> Agent:
    """An agent that knows nothing; `number` tells those of a race apart."""
    world = experiment.make_world()
    return Agent(world.table, world.starts, derive(experiment.seed, "agent", number), experiment.initial)


class _Gridworlder(Trainer):
    """What planners and learners share: the distance to the truth."""

    experiment: Gridworld

    def __init__(self, experiment: Gridworld):
        super().__init__(experiment)
        self.world = experiment.make_world()
        self.reference = reference(experiment)
        self._judged: tuple[bytes, float] = (b"", 0.0)
        self.records = True  # whether the latest backups are kept for the picture

    def apply(self, before: Experiment) -> None:
        self.reference = reference(self.experiment)

    def scene(self) -> dict[str, Any]:
        return scene(self.experiment)

    def distance(self, values: np.ndarray, truth: np.ndarray | None = None) -> float:
        """Largest difference to the truth over the states that matter."""
        truth = self.reference.values if truth is None else truth
        return float(np.abs(values - truth)[self.reference.matters].max(initial=0.0))

    def error_at_start(self, values: np.ndarray) -> float:
        starts = list(self.world.starts)
        return float(np.abs(values - self.reference.values)[starts].mean())

    def judged(self, q: np.ndarray) -> float:
        """Mean return that the greedy policy of q would earn; computed when that policy has changed."""
        policy = exact.greedy(q)
        known = policy.tobytes()
        if self._judged[0] != known:
            limit = self.world.limit if self.experiment.plans else self.experiment.longest
            self._judged = (known, exact.expected_return(self.reference.model, policy, self.world.starts, limit or 500))
        return self._judged[1]

    def agreement(self, q: np.ndarray) -> float:
        """Share of the states that matter where its best action is one of the best."""
        matters = self.reference.matters
        truth = self.reference.model.lookahead(self.reference.values, self.experiment.discount)[matters]
        chosen = truth[np.arange(len(truth)), q[matters].argmax(1)]
        best = truth.max(1)
        return float((chosen >= best - 1e-7 * (1 + np.abs(best))).mean()) if len(truth) else 1.0


class PlannerTrainer(_Gridworlder):
    """One step is one sweep over all states; in policy iteration, improving the policy is a step of its own."""

    def __init__(self, experiment: Gridworld):
        super().__init__(experiment)
        states, actions = self.reference.q.shape
        self.values = np.zeros(states)
        self.policy = self._evaluated() if experiment.algorithm == "policy_evaluation" else np.full((states, actions), 1 / actions)
        self.change, self.since, self.settled, self.improvements = math.inf, 0, False, 0
        self.rows: list[tuple[Any, ...]] = []

    def _evaluated(self) -> np.ndarray:
        states, actions = self.reference.q.shape
        if self.experiment.evaluated == "random":
            return np.full((states, actions), 1 / actions)
        from playground.experiments.gridworld import model_of

        epsilon = self.experiment.epsilon if self.experiment.evaluated == "soft" else 0.0
        choice = exact.optimal(self.reference.model, self.experiment.discount, epsilon, model_of(self.world)[1])[2]
        return (1 - epsilon) * np.eye(actions)[choice] + epsilon / actions

    def apply(self, before: Experiment) -> None:
        super().apply(before)
        if self.experiment.algorithm == "policy_evaluation":
            self.policy = self._evaluated()
        self.settled = False

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            if self.settled:
                return
            self._step()
            self.step_count += 1

    def _step(self) -> None:
        algorithm, model, discount = self.experiment.algorithm, self.reference.model, self.experiment.discount
        if algorithm == "policy_iteration" and self._due():
            return self._improve()
        before = self.values.copy()
        if algorithm == "policy_iteration" and self.experiment.evaluation_sweeps == 0:
            self.values = self._solved()
        elif self.experiment.in_place:
            self._sweep_in_place()
        else:
            q = model.lookahead(self.values, discount)
            self.values = q.max(1) if algorithm == "value_iteration" else (self.policy * q).sum(1)
        self.change, self.since = float(np.abs(self.values - before).max()), self.since + 1
        best = model.lookahead(before, discount).argmax(1) if algorithm == "value_iteration" else self.policy.argmax(1)
        self.rows = [("sweep", state, int(best[state]), state, 1.0, 0.0, 1.0, self.values[state], before[state], self.values[state])
                     for state in np.flatnonzero(self.reference.matters)]  # fmt: skip
        self.settled = algorithm != "policy_iteration" and self.change < SETTLED

    def _due(self) -> bool:
        """Whether the policy was evaluated for long enough to be improved."""
        return self.since > 0 and (self.change < SETTLED or self.since >= max(1, self.experiment.evaluation_sweeps))

    def _solved(self) -> np.ndarray:
        from playground.experiments.gridworld import model_of

        try:
            return exact.policy_values(self.reference.model, self.policy, self.experiment.discount, model_of(self.world)[1])
        except ValueError:
            raise UserError("With discount 1 this policy never comes to an end, so its values are infinite.", "Lower the discount below 1.", field="discount") from None

    def _improve(self) -> None:
        """Greedy, but an action that is as good as the best one is kept."""
        q = self.reference.model.lookahead(self.values, self.experiment.discount)
        best = q.max(1)
        kept = (self.policy == 1).any(1) & ((self.policy * q).sum(1) >= best - 1e-10 * (1 + np.abs(best)))
        policy = np.where(kept[:, None], self.policy, np.eye(q.shape[1])[q.argmax(1)])
        self.settled = bool((policy == self.policy).all()) and self.change < SETTLED
        self.policy, self.since, self.rows = policy, 0, []
        self.improvements += 1

    def _sweep_in_place(self) -> None:
        """One state after the other, each using what is there by then."""
        values, discount = self.values.tolist(), self.experiment.discount
        best_only = self.experiment.algorithm == "value_iteration"
        policy = self.policy.tolist()
        for state, row in enumerate(self.world.table):
            found = [sum(chance * (reward + (0.0 if ended else discount * values[after])) for chance, after, reward, ended in outcomes) for outcomes in row]
            values[state] = max(found) if best_only else sum(share * each for share, each in zip(policy[state], found, strict=True))
        self.values = np.array(values)

    def metrics(self) -> Metrics:
        q = self.reference.model.lookahead(self.values, self.experiment.discount)
        return {"value_loss": self.distance(self.values), "start_error": self.error_at_start(self.values), "change": self.change if math.isfinite(self.change) else math.nan,
                "expected_return": self.judged(q), "agreement": self.agreement(q), "best_return": self.reference.best_return}  # fmt: skip

    @property
    def diverged(self) -> bool:
        return not bool(np.abs(self.values).max(initial=0.0) < LARGEST)

    @property
    def finished(self) -> bool:
        return self.settled or super().finished

    @property
    def stop_reason(self) -> str:
        if self.settled:
            improved = f" The policy was improved {self.improvements} times." if self.improvements else ""
            return f"Settled after {self.step_count:,} sweeps: {self.distance(self.values):.1e} from the truth.{improved}"
        return f"Stopped after {self.step_count:,} sweeps, {self.distance(self.values):.2g} from the truth." if self.finished else ""

    def view(self) -> GridView:
        q = self.reference.model.lookahead(self.values, self.experiment.discount)
        shown = self.policy > 1 / self.policy.shape[1] + 1e-9 if self.experiment.algorithm == "policy_iteration" and self.improvements else exact.greedy(q) > 0
        return GridView.make(self, q, self.values, shown, np.zeros(q.shape, np.int32), [], backups(self.rows))

    def state_dict(self) -> State:
        return {"step_count": self.step_count, "values": self.values.copy(), "policy": self.policy.copy(), "change": self.change, "since": self.since,
                "settled": self.settled, "improvements": self.improvements}  # fmt: skip

    def load_state_dict(self, state: State) -> None:
        self.step_count, self.since, self.improvements = int(state["step_count"]), int(state["since"]), int(state["improvements"])
        self.values, self.policy = np.array(state["values"]), np.array(state["policy"])
        self.change, self.settled = float(state["change"]), bool(state["settled"])


class LearnerTrainer(_Gridworlder):
    """One step is one episode."""

    def __init__(self, experiment: Gridworld):
        super().__init__(experiment)
        self.agent = new_agent(experiment)
        self.returns: collections.deque[float] = collections.deque(maxlen=SMOOTHED)
        self.length, self.moves, self.regret, self.cut = 0, 0, 0.0, 0
        self.rows: list[tuple[Any, ...]] = []

    def advance(self, steps: int) -> None:
        for number in range(steps):
            self._episode(record=self.records and number == steps - 1)
            self.step_count += 1

    def _episode(self, record: bool) -> None:
        agent, learn = self.agent, LEARNERS[self.experiment.algorithm]
        agent.log = [] if record else None
        rewards = learn(agent, rules(self.experiment, self.step_count))
        self.rows = agent.log or []
        self.length = len(rewards)
        self.moves += self.length
        self.cut += self.length >= self.experiment.longest
        self.returns.append(math.fsum(rewards))
        self.regret += self.reference.best_return - self.returns[-1]

    def metrics(self) -> Metrics:
        q = np.array(self.agent.q)
        found = {"value_loss": self.distance(q.max(1)), "start_error": self.error_at_start(q.max(1)), "return": self.returns[-1] if self.returns else math.nan,
                 "smoothed_return": math.fsum(self.returns) / len(self.returns) if self.returns else math.nan, "expected_return": self.judged(q),
                 "agreement": self.agreement(q), "length": float(self.length), "epsilon": self.experiment.epsilon_in(self.step_count), "regret": self.regret,
                 "moves": float(self.moves), "cut": float(self.cut), "best_return": self.reference.best_return}  # fmt: skip
        epsilon = self.experiment.last_epsilon
        found["soft_loss"] = self.distance((1 - epsilon) * q.max(1) + epsilon * q.mean(1), self.reference.soft)
        return {name: float(value) for name, value in found.items()}

    @property
    def diverged(self) -> bool:
        return not bool(np.abs(np.array(self.agent.q)).max() < LARGEST)

    @property
    def stop_reason(self) -> str:
        if self.diverged:
            return f"After {self.step_count:,} episodes the values have left all bounds. A smaller learning rate keeps them."
        return f"Finished after {self.step_count:,} episodes and {self.moves:,} moves." if self.finished else ""

    def view(self) -> GridView:
        q = np.array(self.agent.q)
        return GridView.make(self, q, q.max(1), exact.greedy(q) > 0, np.array(self.agent.visits, np.int32), self.agent.path, backups(self.rows))

    def state_dict(self) -> State:
        agent = self.agent
        version, words, rest = agent.dice.getstate()
        met = np.array([count for row in agent.met for outcomes in row for count in outcomes], np.int64)
        return {"step_count": self.step_count, "q": np.array(agent.q), "first_twin": np.array(agent.twins[0]), "second_twin": np.array(agent.twins[1]),
                "visits": np.array(agent.visits, np.int64), "met": met, "seen": np.array(agent.seen, np.int32).reshape(-1, 2), "dice": np.array(words, np.int64),
                "returns": np.array(self.returns), "path": np.array(agent.path, np.int32), "length": self.length, "moves": self.moves,
                "regret": self.regret, "cut": self.cut}  # fmt: skip

    def load_state_dict(self, state: State) -> None:
        agent = self.agent
        agent.q, agent.visits = np.array(state["q"]).tolist(), np.array(state["visits"]).tolist()
        agent.twins = (np.array(state["first_twin"]).tolist(), np.array(state["second_twin"]).tolist())
        counts = iter(np.array(state["met"]).tolist())
        agent.met = [[[next(counts) for _ in outcomes] for outcomes in row] for row in agent.table]
        agent.seen = [tuple(pair) for pair in np.array(state["seen"]).tolist()]
        agent.dice.setstate((3, tuple(np.array(state["dice"]).tolist()), None))
        agent.path = np.array(state["path"]).tolist()
        self.returns = collections.deque(np.array(state["returns"]).tolist(), maxlen=SMOOTHED)
        self.step_count, self.length, self.moves = int(state["step_count"]), int(state["length"]), int(state["moves"])
        self.regret, self.cut = float(state["regret"]), int(state["cut"])
