"""A gridworld run as a program to take home: the same functions, plain Python and NumPy."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from playground.core.experiment import Change
from playground.core.randomness import derive
from playground.functions import grid_worlds, tabular_agents, tabular_rl

if TYPE_CHECKING:
    from playground.experiments.gridworld import Gridworld

_RULES = ("learning_rate", "rate_decay", "discount", "trace_decay", "steps_ahead", "planning", "longest")


def write(experiment: Gridworld, steps: int, changes: list[Change]) -> str:
    """A program that repeats `steps` sweeps or episodes, live changes included, and prints the distance to the true values."""
    world = experiment.make_world()
    source: dict[str, Any] = dict(world.source)
    parts = [f'"""{experiment.domains()["algorithm"].words(experiment.algorithm)} in {world.title}; repeats a run of {steps:,} steps."""\n',
             "import math\nimport random\nfrom types import SimpleNamespace\n\nimport numpy as np\n"]  # fmt: skip
    if source.pop("kind") == "taxi":
        parts += [_source(grid_worlds.taxi_table), "table, starts = taxi_table()\n"]
    else:
        layout = world.layout
        parts += [_source(grid_worlds.grid_table), f"# {source.pop('grid')}\ntable = grid_table(\n    rows={layout.rows}, columns={layout.columns}, kinds={layout.kinds!r},\n"
                  f"    winds={list(layout.winds)!r},\n    rewards={list(layout.rewards)!r},\n" + "".join(f"    {name}={value!r},\n" for name, value in source.items())
                  + f")\nstarts = {world.starts!r}\n"]  # fmt: skip
    parts += [_source(tabular_rl.Model), *map(_source, (tabular_rl.reachable, tabular_rl.finds_end, tabular_rl.policy_values, tabular_rl.optimal))]
    parts.append("model = Model(table)\nmet = reachable(model, starts)\ndecides = met & np.array([any(not o[3] or o[2] or o[1] != s for os in row for o in os) "
                 "for s, row in enumerate(table)])\n")  # fmt: skip
    parts.append(_planner(experiment, steps, changes) if experiment.plans else _learner(experiment, steps, changes))
    return "\n".join(parts)


def _source(thing: Any) -> str:
    lines = [line for line in inspect.getsource(thing).splitlines() if "# type: ignore" not in line or line.strip()]
    return "\n".join(line.replace("  # type: ignore[no-untyped-def]", "") for line in lines) + "\n\n"


def _stretches(experiment: Gridworld, steps: int, changes: list[Change]) -> list[tuple[int, Gridworld]]:
    """From which step on which settings held."""
    found, now = [(0, experiment)], experiment
    for change in (each for each in changes if each.step <= steps):
        now = now.changed(**change.values)
        found = [each for each in found if each[0] < change.step] + [(change.step, now)]
    return found


def _learner(experiment: Gridworld, steps: int, changes: list[Change]) -> str:
    stretches = _stretches(experiment, steps, changes)
    listed = ",\n    ".join(f"({start}, SimpleNamespace(" + ", ".join(f"{name}={getattr(each, name)!r}" for name in _RULES)
                            + f"), {each.epsilon!r}, {each.epsilon_half!r}, {each.epsilon_least!r})" for start, each in stretches)  # fmt: skip
    final = stretches[-1][1]
    return (
        _source(tabular_agents.Agent)
        + _source(tabular_agents.LEARNERS[experiment.algorithm])
        + f"""# From which episode on: the rules, ε, after how many episodes it halves (0: never), and where that stops.
settings = [
    {listed},
]
agent = Agent(table, starts, seed={derive(experiment.seed, "agent", 0)}, initial={experiment.initial!r})
for episode in range({steps}):
    _, rules, epsilon, half, least = [each for each in settings if each[0] <= episode][-1]
    rules.epsilon = max(min(epsilon, least), epsilon * 0.5 ** (episode / half)) if half else epsilon
    rewards = {experiment.algorithm}(agent, rules)
    if episode % max(1, {steps} // 20) == 0 or episode == {steps} - 1:
        print(f"episode {{episode}}: {{len(rewards)}} moves, return {{math.fsum(rewards):g}}")
truth, _, _ = optimal(model, {final.discount!r}, 0.0, met)
q = np.array(agent.q)
print("value_loss", float(np.abs(q.max(1) - truth)[decides].max()))
"""
    )


_PLANNER = """
def explore(discount, epsilon):
    \"\"\"The best policy that acts at random with probability epsilon.\"\"\"
    choice = optimal(model, discount, epsilon, met)[2]
    return (1 - epsilon) * np.eye(actions)[choice] + epsilon / actions


# From which sweep on: discount, epsilon (of an evaluated policy that explores), sweeps per policy.
settings = [{settings}]
states, actions = model.gain.shape
values, policy = np.zeros(states), np.full((states, actions), 1 / actions)
since, change, settled, policy_turns = 0, math.inf, False, {turns}
for step in range({steps}):
    start, discount, epsilon, sweeps = [each for each in settings if each[0] <= step][-1]
    if step == start:
        settled = False
        policy = {policy}
    if settled:
        continue
    if policy_turns and since > 0 and (change < 1e-10 or since >= max(1, sweeps)):
        q = model.lookahead(values, discount)
        best = q.max(1)
        kept = (policy == 1).any(1) & ((policy * q).sum(1) >= best - 1e-10 * (1 + np.abs(best)))
        better = np.where(kept[:, None], policy, np.eye(actions)[q.argmax(1)])
        settled, policy, since = bool((better == policy).all()) and change < 1e-10, better, 0
        continue
    before = values
    if policy_turns and sweeps == 0:
        values = policy_values(model, policy, discount, met)
    else:
{sweep}    change, since = float(np.abs(values - before).max()), since + 1
    settled = not policy_turns and change < 1e-10
discount, epsilon = {discount!r}, {epsilon!r}
truth = {truth}
print("greedy actions", model.lookahead(values, discount).argmax(1).tolist())
print("value_loss", float(np.abs(values - truth)[decides].max()))
"""
_IN_PLACE = """        fresh = values.tolist()
        for state, row in enumerate(table):
            found = [sum(p * (r + (0.0 if end else discount * fresh[s])) for p, s, r, end in outcomes) for outcomes in row]
            fresh[state] = {value}
        values = np.array(fresh)
"""
_AT_ONCE = """        q = model.lookahead(values, discount)
        values = {value}
"""
_EVALUATED = {"random": "np.full((states, actions), 1 / actions)", "optimal": "explore(discount, 0.0)", "soft": "explore(discount, epsilon)"}


def _planner(experiment: Gridworld, steps: int, changes: list[Change]) -> str:
    stretches, algorithm = _stretches(experiment, steps, changes), experiment.algorithm
    final, best_only, evaluates = stretches[-1][1], algorithm == "value_iteration", algorithm == "policy_evaluation"
    if experiment.in_place:
        sweep = _IN_PLACE.format(value="max(found)" if best_only else "sum(p * each for p, each in zip(policy[state].tolist(), found))")
    else:
        sweep = _AT_ONCE.format(value="q.max(1)" if best_only else "(policy * q).sum(1)")
    return _PLANNER.format(
        settings=", ".join(f"({start}, {each.discount!r}, {each.epsilon!r}, {each.evaluation_sweeps!r})" for start, each in stretches), turns=algorithm == "policy_iteration",
        steps=steps, policy=_EVALUATED[experiment.evaluated] if evaluates else "policy", sweep=sweep, discount=final.discount, epsilon=final.epsilon,
        truth="policy_values(model, policy, discount, met)" if evaluates else "optimal(model, discount, 0.0, met)[0]",
    )  # fmt: skip
