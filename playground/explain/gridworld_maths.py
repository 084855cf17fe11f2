"""The maths of the gridworld screen with the numbers of this moment, its words and sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.data.grids import World
from playground.experiments.gridworld import Gridworld, reference

GLOSSARY = {
    "State, action, reward": "Where the agent is, what it can do, and the number it earns by doing it.",
    "Return": "The sum of an episode's rewards. The discounted return counts a reward k steps away only γᵏ.",
    "Value V(s)": "The mean discounted return from a state on, for the policy in question; V* for the best one.",
    "Action value Q(s, a)": "The same when the first action is a.",
    "Policy": "What is done in each state. Greedy: an action with the largest Q.",
    "Exploration ε": "The probability of a random action, taken to learn about the others.",
    "Backup": "Setting a value to the reward plus the discounted value of what comes next.",
    "Bootstrapping": "Learning a guess from a guess: using the table's own value of the next state.",
    "On-policy, off-policy": "Learning about the policy that acts (SARSA), or about another one (Q-learning: the greedy one).",
    "Regret": "What was missed: the best mean return minus the return, summed over all episodes.",
}
SOURCES = (
    "Sutton and Barto 2018, Reinforcement Learning, 2nd edition (examples 4.1, 6.5, 6.6, figures 6.3, 6.4, 8.2)", "Bellman 1957, Dynamic Programming",
    "Howard 1960 (policy iteration)", "Watkins and Dayan 1992 (Q-learning)", "Rummery and Niranjan 1994 (SARSA)", "van Seijen et al. 2009 (expected SARSA)",
    "van Hasselt 2010 (double Q-learning)", "Sutton 1990 (Dyna)", "Dietterich 2000 (Taxi)", "Russell and Norvig 2020, figure 17.1", "Karpathy 2015, REINFORCEjs",
    "Towers et al. 2024, Gymnasium",
)  # fmt: skip

_UPDATES = {
    "q_learning": r"Q(s,a) \leftarrow Q(s,a) + \alpha\,\bigl[\,r + \gamma \max_{a'} Q(s',a') - Q(s,a)\,\bigr]",
    "sarsa": r"Q(s,a) \leftarrow Q(s,a) + \alpha\,\bigl[\,r + \gamma\, Q(s',a') - Q(s,a)\,\bigr], \qquad a' \sim \pi_\varepsilon",
    "expected_sarsa": r"Q(s,a) \leftarrow Q(s,a) + \alpha\,\bigl[\,r + \gamma \textstyle\sum_{a'} \pi_\varepsilon(a'|s')\, Q(s',a') - Q(s,a)\,\bigr]",
    "double_q": r"Q_1(s,a) \leftarrow Q_1(s,a) + \alpha\,\bigl[\,r + \gamma\, Q_2\bigl(s', \arg\max_{a'} Q_1(s',a')\bigr) - Q_1(s,a)\,\bigr]",
    "monte_carlo": r"Q(s,a) \leftarrow Q(s,a) + \alpha\,\bigl[\,G - Q(s,a)\,\bigr], \qquad G = r_1 + \gamma r_2 + \gamma^2 r_3 + \dots",
    "n_step_sarsa": r"Q(s,a) \leftarrow Q(s,a) + \alpha\,\bigl[\,r_1 + \dots + \gamma^{n-1} r_n + \gamma^n Q(s_n,a_n) - Q(s,a)\,\bigr], \qquad n = %(steps_ahead)s",
    "sarsa_lambda": r"\delta = r + \gamma Q(s',a') - Q(s,a), \qquad Q \leftarrow Q + \alpha\,\delta\,e, \qquad e \leftarrow \gamma\lambda\,e,\;\; e(s,a) = 1," 
                    r"\quad \lambda = %(trace_decay)s",
    "dyna_q": r"Q(s,a) \leftarrow Q(s,a) + \alpha\,\bigl[\,r + \gamma \max_{a'} Q(s',a') - Q(s,a)\,\bigr] \quad\text{once for real, then } %(planning)s \text{ times from memory}",
    "value_iteration": r"V(s) \leftarrow \max_a \sum_{s'} p(s'|s,a)\,\bigl[\,r + \gamma V(s')\,\bigr]",
    "policy_iteration": r"V(s) \leftarrow \sum_{s'} p(s'|s,\pi(s))\,\bigl[\,r + \gamma V(s')\,\bigr], \qquad "
                        r"\pi(s) \leftarrow \arg\max_a \sum_{s'} p\,\bigl[\,r + \gamma V(s')\,\bigr]",
    "policy_evaluation": r"V(s) \leftarrow \sum_a \pi(a|s) \sum_{s'} p(s'|s,a)\,\bigl[\,r + \gamma V(s')\,\bigr]",
}  # fmt: skip


def number(value: float) -> str:
    """Four significant digits, in brackets when negative."""
    text = f"{value:.4g}"
    return f"({text})" if value < 0 else text


def tiny(value: float) -> str:
    """LaTeX of a very small number."""
    front, power = f"{value:.0e}".split("e")
    return rf"{front}\cdot 10^{{{int(power)}}}" if value else "0"


def place(world: World, state: int) -> str:
    row, column = divmod(world.cells[state], world.layout.columns)
    return f"row {row + 1}, column {column + 1}"


def update(experiment: Gridworld, view: Mapping[str, Any]) -> str:
    """The algorithm's rule and its settings now."""
    rule = _UPDATES[experiment.algorithm]
    rule = rule % experiment.values() if "%(" in rule else rule
    settings = [rf"\gamma = {experiment.discount:g}"]
    if not experiment.plans:
        settings += [rf"\alpha = {experiment.learning_rate:g}" + (rf"/N(s,a)^{{{experiment.rate_decay:g}}}" if experiment.rate_decay else ""),
                     rf"\varepsilon = {float(view.get('epsilon', experiment.epsilon)):.3g}"]  # fmt: skip
    return rf"{rule} \\[4pt] {', '.join(settings)}".replace(r"\\[4pt]", r"\qquad")


def bellman(experiment: Gridworld, view: Mapping[str, Any], state: int) -> tuple[str, str]:
    """Bellman's equation of optimality in one state, with the values that are believed now; and words on the outcome."""
    world, model = experiment.make_world(), reference(experiment).model
    values = np.asarray(view["v"], np.float64)
    sums = model.lookahead(values, experiment.discount)[state]
    best = int(sums.argmax())
    merged: dict[tuple[int, float, bool], float] = {}
    for chance, after, reward, ended in world.table[state][best]:
        merged[after, reward, ended] = merged.get((after, reward, ended), 0.0) + chance
    terms = [rf"{number(chance)}\,\bigl[{number(reward)}" + ("" if ended else rf" + {experiment.discount:g}\cdot {number(float(values[after]))}") + r"\bigr]"
             for (after, reward, ended), chance in merged.items()]  # fmt: skip
    lines = r" \\ &\quad + ".join(terms)  # one outcome a line: together they are too long for a narrow screen
    formula = r"\begin{aligned}\max_a \sum_{s'} p\,[\,r + \gamma V(s')\,] &= " + lines + rf" \\ &= {sums[best]:.5g}\end{{aligned}}"
    words = (f"In {place(world, state)} the best action by these values is **{world.actions[best]}**. Its worth is {sums[best]:.5g}, the table says "
             f"{values[state]:.5g}, the truth is {float(view['truth'][state]):.5g}.")  # fmt: skip
    return formula, words


def contraction(experiment: Gridworld, metrics: Mapping[str, Any]) -> str:
    """How fast planning closes in, beside what it must do at least."""
    error = np.asarray(metrics.get("value_loss", ()), np.float64)
    if len(error) < 3 or error[0] == 0 or experiment.discount >= 1:
        return "With γ = 1 no sweep is bound to bring the values nearer; in these worlds it happens because every episode must end."
    steps = np.asarray(metrics["step"])
    at = min(len(error) - 1, max(1, int(np.searchsorted(steps, 20))))
    bound = experiment.discount ** steps[at] * error[0]
    return (f"Every sweep brings the values nearer by the factor γ = {experiment.discount:g} at least: after {int(steps[at])} sweeps the largest error may be "
            f"γ^{int(steps[at])}·{error[0]:.3g} = {bound:.3g}; it is {error[at]:.3g}.")  # fmt: skip


def truth(experiment: Gridworld) -> str:
    """Where the true values come from."""
    found = reference(experiment)
    start = float(found.values[list(experiment.make_world().starts)].mean())
    how = ("the true values of this policy solve the linear equations $(I - \\gamma P_\\pi)\\,v = r_\\pi$" if experiment.algorithm == "policy_evaluation"
           else "policies are improved until nothing is better, each evaluated by solving $(I - \\gamma P_\\pi)\\,v = r_\\pi$ (Howard)")  # fmt: skip
    residual = np.abs(found.model.lookahead(found.values, experiment.discount).max(1) - found.values)[found.matters].max(initial=0.0)
    checked = "" if experiment.algorithm == "policy_evaluation" else f" Bellman's equation holds for them to ${tiny(residual)}$."
    return (f"The world is known here, so the truth can be computed: {how}. The start is worth **{start:.6g}**; "
            f"the best policy earns **{found.best_return:.5g}** an episode on average.{checked}")  # fmt: skip
