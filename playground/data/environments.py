"""The tasks of the deep-RL screen: what is seen, what can be done, when it is solved, and what others have reached.

Names, spaces, limits and thresholds are Gymnasium's (Towers et al. 2024, "Gymnasium"); `tests/data/test_environments.py` compares
them with its registry. Published returns: rl-baselines3-zoo, `benchmark.md` (one trained agent a row, 150,000 evaluation steps).
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from playground.core.errors import UserError

BOX2D = "LunarLander-v3"  # the one task whose physics is not our own


@dataclass(frozen=True)
class Quantity:
    """One number of an observation or of a state.

    Attributes:
        low, high: The span it keeps within while the task goes well; gauges and value maps show it, inputs are scaled by it.
        unit: "m", "rad" …; "" for a plain number.
    """

    title: str
    low: float
    high: float
    unit: str = ""


@dataclass(frozen=True)
class Score:
    """A published result: mean and standard deviation of the return, and the environment steps it was trained for."""

    mean: float
    std: float
    steps: int


@dataclass(frozen=True)
class Environment:
    """One task.

    Attributes:
        key: Gymnasium's id.
        goal: One sentence: what has to be learnt.
        observation: What the policy sees, in order.
        state: The axes of value maps; what the physics keeps. Equal to the observation where nothing else is said.
        actions: Names of the actions; of a single motor, the names of its two ends.
        limit: Largest force of a continuous motor, 0 for discrete actions.
        max_steps: Steps until an episode is cut off (truncated).
        solved: Mean return that counts as solved.
        floor: Return of a policy that fails; lower end of curves.
        rate: Steps a second in real time, for films at speed 1.
        map_axes: State quantities shown first on the value map.
        idle: The action of someone who does nothing.
        published: Returns others have reached, by algorithm.
    """

    key: str
    title: str
    goal: str
    reward: str
    observation: tuple[Quantity, ...]
    actions: tuple[str, ...]
    limit: float
    max_steps: int
    solved: float
    floor: float
    ceiling: float
    rate: float
    map_axes: tuple[int, int]
    idle: int = 0
    state: tuple[Quantity, ...] = ()
    published: Mapping[str, Score] = field(default_factory=dict, hash=False)

    @property
    def continuous(self) -> bool:
        return self.limit > 0

    @property
    def axes(self) -> tuple[Quantity, ...]:
        return self.state or self.observation

    @property
    def inputs(self) -> int:
        return len(self.observation)

    @property
    def outputs(self) -> int:
        """Numbers a policy gives: one an action, or the one mean of a motor's force."""
        return 1 if self.continuous else len(self.actions)

    def scaling(self) -> tuple[list[float], list[float]]:
        """Centre and reach (half the span) of every observed number, so that inputs lie about between -1 and 1."""
        return [(q.low + q.high) / 2 for q in self.observation], [(q.high - q.low) / 2 for q in self.observation]


_PI = math.pi
_CAR = (Quantity("Position", -1.2, 0.6), Quantity("Speed", -0.07, 0.07))

CARTPOLE = Environment(
    "CartPole-v1", "CartPole", "Keep the pole upright by pushing the cart left or right.", "1 for every step the pole stays up; an episode ends "
    "when it leans more than 12° or the cart leaves the track.",
    (Quantity("Cart position", -2.4, 2.4, "m"), Quantity("Cart speed", -3.0, 3.0, "m/s"), Quantity("Pole angle", -0.21, 0.21, "rad"),
     Quantity("Pole speed", -3.0, 3.0, "rad/s")),
    ("Push left", "Push right"), 0.0, 500, 475.0, 0.0, 500.0, 50.0, (2, 3),
    published={"dqn": Score(500.0, 0.0, 50_000), "ppo": Score(500.0, 0.0, 100_000), "a2c": Score(500.0, 0.0, 500_000)},
)  # fmt: skip
ACROBOT = Environment(
    "Acrobot-v1", "Acrobot", "Swing the lower arm above the line with a motor in the elbow only.", "−1 for every step until the tip is up.",
    (Quantity("cos θ₁", -1.0, 1.0), Quantity("sin θ₁", -1.0, 1.0), Quantity("cos θ₂", -1.0, 1.0), Quantity("sin θ₂", -1.0, 1.0),
     Quantity("Speed of θ₁", -8.0, 8.0, "rad/s"), Quantity("Speed of θ₂", -12.0, 12.0, "rad/s")),
    ("Torque −1", "No torque", "Torque +1"), 0.0, 500, -100.0, -500.0, -60.0, 15.0, (0, 1), 1,
    state=(Quantity("Upper angle θ₁", -_PI, _PI, "rad"), Quantity("Elbow angle θ₂", -_PI, _PI, "rad"), Quantity("Speed of θ₁", -8.0, 8.0, "rad/s"),
           Quantity("Speed of θ₂", -12.0, 12.0, "rad/s")),
    published={"dqn": Score(-76.639, 11.752, 100_000), "ppo": Score(-73.506, 18.201, 1_000_000), "a2c": Score(-83.353, 17.213, 500_000)},
)  # fmt: skip
MOUNTAIN_CAR = Environment(
    "MountainCar-v0", "MountainCar", "Reach the flag with an engine too weak for the hill: swing up by rocking.", "−1 for every step until the flag.",
    _CAR, ("Push left", "Coast", "Push right"), 0.0, 200, -110.0, -200.0, -90.0, 30.0, (0, 1), 1,
    published={"dqn": Score(-100.849, 9.925, 120_000), "ppo": Score(-110.423, 19.473, 1_000_000), "a2c": Score(-111.263, 24.087, 1_000_000)},
)  # fmt: skip
MOUNTAIN_CAR_CONTINUOUS = Environment(
    "MountainCarContinuous-v0", "MountainCar with throttle", "The same hill with a throttle; force costs, so the lazy answer is to do nothing.",
    "100 at the flag, minus 0.1 times the square of every force.", _CAR, ("Full left", "Full right"), 1.0, 999, 90.0, -40.0, 100.0, 30.0, (0, 1),
    published={"sac": Score(94.679, 1.134, 50_000), "ppo": Score(88.343, 2.572, 20_000), "a2c": Score(91.166, 0.255, 100_000)},
)  # fmt: skip
PENDULUM = Environment(
    "Pendulum-v1", "Pendulum", "Swing the rod up and hold it there with a weak motor.",
    "Minus the squared angle from upright, with a little for speed and torque; never positive.",
    (Quantity("cos θ", -1.0, 1.0), Quantity("sin θ", -1.0, 1.0), Quantity("Angular speed", -8.0, 8.0, "rad/s")),
    ("Torque −2", "Torque +2"), 2.0, 200, -200.0, -1600.0, 0.0, 20.0, (0, 1),
    state=(Quantity("Angle from upright θ", -_PI, _PI, "rad"), Quantity("Angular speed", -8.0, 8.0, "rad/s")),
    published={"sac": Score(-156.995, 88.714, 20_000), "ppo": Score(-172.225, 104.159, 100_000), "a2c": Score(-162.965, 103.210, 1_000_000)},
)  # fmt: skip
LUNAR_LANDER = Environment(
    "LunarLander-v3", "LunarLander", "Land softly between the flags, with as little fuel as possible.",
    "About 100 to 140 for coming down to rest between the flags, 100 for standing still, −100 for a crash, a little for every leg and for fuel.",
    (Quantity("Sideways", -1.0, 1.0), Quantity("Height", -0.5, 1.5), Quantity("Sideways speed", -1.5, 1.5), Quantity("Climbing speed", -1.5, 1.5),
     Quantity("Tilt", -1.0, 1.0, "rad"), Quantity("Turning", -2.0, 2.0, "rad/s"), Quantity("Left leg down", -1.0, 1.0),
     Quantity("Right leg down", -1.0, 1.0)),
    ("Nothing", "Left engine", "Main engine", "Right engine"), 0.0, 1000, 200.0, -300.0, 300.0, 50.0, (0, 1),
    published={"ppo": Score(242.119, 31.823, 1_000_000), "dqn": Score(154.382, 79.241, 100_000), "a2c": Score(155.751, 80.419, 200_000)},
)  # fmt: skip

ENVIRONMENTS = {each.key: each for each in (CARTPOLE, ACROBOT, MOUNTAIN_CAR, MOUNTAIN_CAR_CONTINUOUS, PENDULUM, LUNAR_LANDER)}


def find(name: str) -> Environment:
    """The task of that id; case, version and hyphens may be left away.

    Raises:
        UserError: When there is none of that name; lists those there are.
    """

    def plain(text: str) -> str:
        return text.lower().partition("-v")[0].replace("-", "").replace("_", "")

    found = [each for each in ENVIRONMENTS.values() if name == each.key or plain(name) == plain(each.key)]
    if not found:
        raise UserError(f"There is no environment named {name!r}.", f"There are {', '.join(ENVIRONMENTS)}.", field="environment")
    return found[0]


def missing(key: str) -> str:
    """Why an environment cannot run on this machine, in words; empty when it can. Imports nothing."""
    needed = {"gymnasium": "gymnasium", "Box2D": "gymnasium[box2d]"} if key == BOX2D else {}
    for module, package in needed.items():
        if importlib.util.find_spec(module) is None:
            return f"{ENVIRONMENTS[key].title} needs {module}, which is not installed here: pip install \"{package}\". All other environments work."
    return ""
