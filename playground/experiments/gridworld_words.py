"""Presets, ready-made races and display settings of the gridworld screen."""

from __future__ import annotations

from typing import Any, ClassVar

from playground.core import fields
from playground.core.experiment import Experiment

INSIDE = {"learning": "Learning curves", "policy": "The policy", "effort": "Effort and regret", "race": "Race"}


class GridworldLook(Experiment):
    """How the gridworld screen is shown."""

    key: ClassVar[str] = "gridlook"
    title: ClassVar[str] = "Display"
    evaluates: ClassVar[bool] = True

    inside: str = fields.choice("learning", INSIDE, label="Below the world", help="What is shown below the world.")


# key, title, why, values, good
PRESETS: tuple[tuple[str, str, str, dict[str, Any], bool], ...] = (
    ("cliff", "Q-learning on the cliff", "It learns what the best way is worth, right along the edge, and falls off now and then because it still explores.", {}, True),
    ("safe", "SARSA on the cliff", "It learns what its own way is worth, slips included, so it keeps a row or two away from the edge. "
     "It earns more while it explores and less once it stops.", {"algorithm": "sarsa"}, True),
    ("ice", "Planning on ice", "Value iteration knows the ice: each sweep carries the goal's worth one step further, and the arrows turn away from holes, "
     "even into walls.", {"world": "frozen_8", "slippery": True, "algorithm": "value_iteration"}, True),
    ("dyna", "Dreaming in the maze", "After each real step Dyna-Q replays 50 remembered ones, so the second episode already knows the way that the first one stumbled upon.",
     {"world": "maze", "algorithm": "dyna_q", "planning": 50, "learning_rate": 0.1, "discount": 0.95, "episodes": 50, "longest": 2000}, True),
    ("taxi", "Taxi", "Five hundred states, six actions. It has no luck in it, so every surprise can be believed in full: α = 1.",
     {"world": "taxi", "learning_rate": 1.0, "episodes": 2000, "longest": 200}, True),
    ("greedy", "No exploration", "It finds the small prize first, and without exploration it never learns that the other one is ten times as large.",
     {"world": "own", "grid": "G.......S.G(0.1)", "step_reward": 0.0, "discount": 0.95, "epsilon": 0.0, "episodes": 300}, False),
    ("short", "Short-sighted", "At γ = 0.5 the large prize eight steps away is worth 0.5⁷ = 0.008, the small one next door 0.05: wanting it soon, it goes for the small one.",
     {"world": "own", "grid": "G.......S.G(0.1)", "step_reward": 0.0, "discount": 0.5, "algorithm": "value_iteration"}, False),
    ("runaway", "Rate too high", "At α = 2.5 every correction overshoots by one and a half times the error, so the table swings ever wider until it leaves all bounds.",
     {"world": "classic", "discount": 0.95, "learning_rate": 2.5}, False),
    ("sparse", "Nothing to learn from", "One reward in four rooms, and episodes cut off after 50 steps: most never see it, and what is never seen cannot be learnt. "
     "Longer episodes or optimistic starting values help.", {"world": "rooms", "discount": 0.95, "longest": 50, "episodes": 300}, False),
)  # fmt: skip

# key, title, what to look for, members
RACES: tuple[tuple[str, str, str, tuple[dict[str, Any], ...]], ...] = (
    ("figure_6_4", "SARSA against Q-learning", "Sutton and Barto's figure 6.4: while both explore, SARSA earns more, though Q-learning knows the better way.",
     ({"algorithm": "sarsa", "discount": 1.0}, {"algorithm": "q_learning", "discount": 1.0})),
    ("expected", "Full rate", "Their figure 6.3: on a world without luck expected SARSA can believe everything at once (α = 1); SARSA cannot.",
     tuple({"algorithm": algorithm, "learning_rate": 1.0, "discount": 1.0} for algorithm in ("expected_sarsa", "sarsa", "q_learning"))),
    ("figure_8_2", "How much replay", "Their figure 8.2: the more remembered steps are replayed after each real one, the fewer episodes the maze takes.",
     tuple({"world": "maze", "algorithm": "dyna_q", "planning": planning, "learning_rate": 0.1, "discount": 0.95, "episodes": 50, "longest": 2000} for planning in (0, 5, 50))),
    ("steps", "How far ahead", "One reward at the end of a maze: after the first success one step back knows it with n = 1, the whole way with traces.",
     tuple({"world": "maze", "discount": 0.95, "learning_rate": 0.2, "episodes": 60, **each} for each in
           ({"algorithm": "sarsa"}, {"algorithm": "n_step_sarsa", "steps_ahead": 4}, {"algorithm": "n_step_sarsa", "steps_ahead": 16}, {"algorithm": "sarsa_lambda"}))),
    ("epsilon", "How much exploration", "No exploration, some, much, and much that fades away: only the last both finds the way and keeps to it.",
     tuple({"world": "karpathy", "discount": 0.95, "learning_rate": 0.2, **each} for each in
           ({"epsilon": 0.0}, {"epsilon": 0.1}, {"epsilon": 0.5}, {"epsilon": 0.5, "epsilon_half": 40}))),
)  # fmt: skip
