"""Can an agent find out by itself what to do? Deep reinforcement learning on six classic tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from playground.core import fields
from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment, Trainer
from playground.core.limits import AGENT_STEPS, POLICY_LAYERS, POLICY_UNITS, REPLAY_STEPS, WORLDS
from playground.data.environments import ENVIRONMENTS, Environment, missing

if TYPE_CHECKING:
    from playground.core.race import Race

ALGORITHMS = {"ppo": "PPO", "a2c": "A2C", "reinforce": "REINFORCE", "dqn": "DQN", "sac": "SAC"}
ON_POLICY = ("ppo", "a2c", "reinforce")


def fitting(environment: Environment) -> list[str]:
    """Algorithms that can learn a task: DQN needs a few actions to choose from, SAC a motor."""
    return [key for key in ALGORITHMS if key != ("dqn" if environment.continuous else "sac")]


class DeepRL(Experiment):
    """An agent learns a task by trial and error; steps are environment steps, over all copies together."""

    key: ClassVar[str] = "rl"
    title: ClassVar[str] = "Deep RL"
    page: ClassVar[str] = "deep-rl"

    environment: str = fields.choice("CartPole-v1", ENVIRONMENTS, label="Environment", help="The task.")
    algorithm: str = fields.choice("ppo", ALGORITHMS, label="Algorithm", help="How experience becomes a better policy. DQN chooses among a few actions, SAC sets a motor.")
    steps: int = fields.integer(40_000, 1_000, AGENT_STEPS, log=True, label="Environment steps", group="Run", help="Over all copies; the run ends there.")
    copies: int = fields.integer(8, 1, WORLDS, log=True, label="Copies of the task", group="Run", help="Played side by side, so that experience is less alike.")
    learning_rate: float = fields.number(0.001, 1e-6, 1.0, log=True, live=True, label="Learning rate", group="Learning", help="Length of a move of the weights.")
    decay: bool = fields.switch(True, label="Rate falls to 0", group="Learning", live=True, help="The learning rate sinks in a straight line until the run's end.")
    discount: float = fields.number(0.99, 0.0, 1.0, step=0.0001, label="Discount γ", group="Learning",
                                   help="What a reward one step later is worth; 0.99 looks about 100 steps ahead.")  # fmt: skip
    reward_scale: float = fields.number(0.1, 1e-4, 1e4, log=True, label="Reward × ", group="Learning",
                                        help="Rewards are multiplied by this before learning; returns are shown as they are.")  # fmt: skip
    batch_size: int = fields.integer(128, 2, 1024, log=True, label="Batch size", group="Learning", help="Steps averaged for one update (A2C and REINFORCE take all).")
    gradient_clip: float = fields.number(0.5, 0.01, 100.0, log=True, live=True, label="Gradient clipping", group="Learning", help="Longest gradient allowed.")
    hidden_sizes: tuple[int, ...] = fields.integers((64, 64), 1, POLICY_UNITS, max_length=POLICY_LAYERS, label="Hidden sizes", group="Network",
                                                    help="Units of each hidden layer of policy and critic.")  # fmt: skip
    activation: str = fields.choice("tanh", {"tanh": "Tanh", "relu": "ReLU"}, label="Activation", group="Network", help="The bend after every hidden layer.")
    rollout: int = fields.integer(64, 1, 2048, log=True, label="Rollout", unit="steps", group="Policy gradient",
                                  help="Steps each copy plays before an update; REINFORCE waits for whole episodes of as many.")  # fmt: skip
    passes: int = fields.integer(10, 1, 30, label="Passes over a rollout", group="Policy gradient", help="PPO uses each rollout so many times.")
    gae_lambda: float = fields.number(0.95, 0.0, 1.0, step=0.01, label="GAE λ", group="Policy gradient",
                                      help="1 trusts the rewards that came (noisy), 0 the critic (biased).")  # fmt: skip
    clip: float = fields.number(0.2, 0.01, 1.0, step=0.01, live=True, label="PPO clip ε", group="Policy gradient", help="How far a probability may move in one update.")
    entropy: float = fields.number(0.0, 0.0, 1.0, log=True, live=True, label="Entropy bonus", group="Policy gradient", help="Pays the policy for staying random.")
    value_weight: float = fields.number(0.5, 0.0, 2.0, step=0.05, live=True, label="Weight of the critic's loss", group="Policy gradient", help="Next to the policy's own.")
    normalise: bool = fields.switch(True, live=True, label="Normalise advantages", group="Policy gradient", help="To mean 0 and spread 1 in every batch.")
    baseline: bool = fields.switch(True, label="Baseline", group="Policy gradient", help="REINFORCE subtracts the critic's guess from each return: less noise, same aim.")
    memory: int = fields.integer(50_000, 50, REPLAY_STEPS, log=True, label="Replay memory", unit="steps", group="Replay", help="Transitions kept; the oldest go first.")
    learning_starts: int = fields.integer(1_000, 0, 50_000, label="First update after", unit="steps", group="Replay", help="Until then experience is only collected.")
    train_every: int = fields.integer(16, 1, 1024, log=True, label="Update every", unit="steps", group="Replay", help="Environment steps between rounds of updates.")
    gradient_steps: int = fields.integer(8, 1, 256, log=True, label="Updates a round", group="Replay", help="Batches drawn from the memory each time.")
    target_every: int = fields.integer(600, 1, 50_000, log=True, label="Copy target every", unit="steps", group="Replay",
                                       help="DQN's goals come from a copy that is this old at most.")  # fmt: skip
    target_rate: float = fields.number(0.005, 1e-4, 1.0, log=True, label="Target follows by", group="Replay",
                                       help="SAC's goals come from a copy that follows by this share an update.")  # fmt: skip
    epsilon: float = fields.number(0.05, 0.0, 1.0, step=0.01, live=True, label="Exploration ε", group="Exploration", help="Share of random actions DQN ends at.")
    exploration: float = fields.number(0.2, 0.0, 1.0, step=0.01, live=True, label="ε falls over", group="Exploration",
                                       help="Part of the run in which ε falls from 1 to its end; 0: no random start at all.")  # fmt: skip
    temperature: float = fields.number(0.0, 0.0, 1.0, log=True, live=True, label="SAC temperature", group="Exploration", help="Price of randomness; 0 lets it set itself.")
    noise_memory: float = fields.number(0.0, 0.0, 0.99, step=0.01, live=True, label="Noise keeps", group="Exploration",
                                        help="How much of its last random push the agent (DQN, SAC) keeps: pushes that last reach further.")  # fmt: skip
    double: bool = fields.switch(True, label="Double", group="DQN's extras", help="One network picks the next action, the other judges it: less wishful thinking.")
    dueling: bool = fields.switch(False, label="Dueling", group="DQN's extras", help="Value of the state and advantage of each action are learnt apart.")
    n_step: int = fields.integer(1, 1, 10, label="n-step returns", group="DQN's extras", help="Rewards counted before the critic's guess takes over (SAC too).")
    prioritised: bool = fields.switch(False, label="Prioritised replay", group="DQN's extras", help="Surprising transitions are drawn more often.")
    film_every: int = fields.integer(2_000, 100, 1_000_000, log=True, live=True, label="Film every", unit="steps", group="Run",
                                     help="Steps between evaluations without exploration; never more than a small part of the time.")  # fmt: skip
    map_x: int = fields.integer(-1, -1, 7, live=True, group="hidden", label="Across the value map")
    map_y: int = fields.integer(-1, -1, 7, live=True, group="hidden", label="Up the value map")
    seed: int = fields.seed()

    def check(self) -> None:
        environment, problem = self.task, missing(self.environment)
        if problem:
            raise UserError(problem, field="environment")
        if self.algorithm not in fitting(environment):
            words = ", ".join(ALGORITHMS[key] for key in fitting(environment))
            reason = "it sets a force instead of choosing an action" if environment.continuous else "it chooses among a few actions instead of setting a force"
            raise UserError(f"{ALGORITHMS[self.algorithm]} cannot learn {environment.title}: {reason}.", f"{words} can.", field="algorithm")
        if self.algorithm in ("dqn", "sac") and self.memory < self.copies * self.n_step:
            raise UserError(f"Replay memory must hold at least one step of every copy, {self.copies * self.n_step} here, got {self.memory}.", field="memory")

    @property
    def task(self) -> Environment:
        return ENVIRONMENTS[self.environment]

    def axes(self) -> tuple[int, int]:
        """The two state quantities on the value map."""
        count, (x, y) = len(self.task.axes), self.task.map_axes
        x, y = (self.map_x if 0 <= self.map_x < count else x), (self.map_y if 0 <= self.map_y < count else y)
        return (x, y) if x != y else (x, next(i for i in range(count) if i != x))

    def unused(self) -> tuple[str, ...]:
        """Fields that do nothing with this algorithm."""
        return tuple(name for name, users in USED_BY.items() if self.algorithm not in users)

    def trainer(self) -> Trainer:
        from playground.experiments.rl_trainer import DeepRLTrainer

        return DeepRLTrainer(self)

    @classmethod
    def race_trainer(cls, race: Race, members: Sequence[DeepRL]) -> Trainer:
        """Members in turn, with the spread over seeds."""
        from playground.experiments.rl_race import DeepRLRace

        return DeepRLRace(race, members)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.rl_script import write

        return write(self, steps, changes or [])

    def named_weights(self, state: dict[str, Any]) -> dict[str, Any]:
        """Network parameters of a checkpoint by their names in the exported script."""
        nets = ("network", "actor", "critic")
        return {name.removeprefix("learner/").replace("/", "."): value for name, value in state.items() if name.removeprefix("learner/").partition("/")[0] in nets}


USED_BY = {
    **dict.fromkeys(("rollout", "entropy", "value_weight", "normalise"), ON_POLICY), "baseline": ("reinforce",), "gae_lambda": ("ppo", "a2c"),
    **dict.fromkeys(("passes", "clip"), ("ppo",)), "batch_size": ("ppo", "dqn", "sac"),
    **dict.fromkeys(("memory", "learning_starts", "train_every", "gradient_steps", "n_step", "noise_memory"), ("dqn", "sac")),
    **dict.fromkeys(("target_every", "epsilon", "exploration", "double", "dueling", "prioritised"), ("dqn",)),
    **dict.fromkeys(("target_rate", "temperature"), ("sac",)),
}  # fmt: skip
