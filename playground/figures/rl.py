"""What the deep-RL screen draws: specs of its canvases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.data.environments import Environment, Score
from playground.figures import canvas, theme

Spec = dict[str, Any]
SCORES = {"dqn": "Q of every action", "sac": "Force: mean and spread"}
MEASURES = {"policy_loss": "Policy loss", "value_loss": "Critic's loss", "entropy": "Entropy", "kl": "KL of an update", "clipped": "Clipped share",
            "explained": "Explained variance", "gradient_norm": "Gradient norm", "q_mean": "Mean Q", "epsilon": "ε", "temperature": "Temperature"}  # fmt: skip


def theatre(task: Environment, algorithm: str, *, discount: float, reward_scale: float = 1.0, critic: bool = True, heading: str = "") -> Spec:
    """A film of an agent: the scene, its observation, how it judged its actions, and what it expected.

    Args:
        discount, reward_scale: What the critic's values are counted in, so that what came can be drawn beside them.
        critic: False when nothing was learnt about values.
        heading: Words above the film; "" says how long the filmed policy had practised.
    """
    title = SCORES.get(algorithm, "Force: mean and spread" if task.continuous else "Probability of every action")
    observed = [{"title": each.title, "low": each.low, "high": each.high, "unit": each.unit} for each in task.observation]
    return {"kind": "theatre", "environment": task.key, "rate": task.rate, "observation": observed, "actions": list(task.actions), "motor": task.continuous,
            "limit": task.limit, "scores_title": title, "probabilities": algorithm not in SCORES and not task.continuous, "discount": discount,
            "reward_scale": reward_scale, "critic": critic, "heading": heading, "alt": f"{task.title}: {task.goal}"}  # fmt: skip


def arcade(task: Environment, start: Sequence[float] | None = None, number: int = 0) -> Spec:
    """The same scene for a person at the keyboard.

    Args:
        start: The state it begins in, when the browser steps the task itself; None when a run does.
        number: What this start is called when the result is told.
    """
    return {"kind": "arcade", "environment": task.key, "actions": list(task.actions), "motor": task.continuous, "limit": task.limit, "idle": task.idle,
            "rate": task.rate, "max_steps": task.max_steps, "speed": 0.5 if task.rate > 40 else 1, "start": None if start is None else [float(each) for each in start],
            "number": number, "alt": f"{task.title}, played by you: {task.goal}"}  # fmt: skip


def learning_curve(task: Environment, published: Score | None) -> Spec:
    """Returns by environment steps: without exploration (with lowest and highest), and while practising; the solved line and others' score."""
    marks = [canvas.rule(y=task.solved, color=theme.CATEGORICAL[2], words=f"solved {task.solved:g}")]
    if published is not None:
        near = abs(published.mean - task.solved) < 0.08 * (task.ceiling - task.floor)  # its words would lie on the others
        marks.append(canvas.rule(y=published.mean, color=theme.CATEGORICAL[3], words="" if near else f"published {published.mean:.4g}"))
    series = [canvas.series("without exploring", "evaluation_return", color=theme.CATEGORICAL[0], width=2.6, low="evaluation_low", high="evaluation_high"),
              canvas.series("while practising", "training_return", color=theme.CATEGORICAL[1], width=1.6)]  # fmt: skip
    return canvas.curves("environment steps", "return", series=series, marks=marks, switches=False, y_range=(task.floor, task.ceiling),
                         alt="Return of whole episodes by environment steps, without exploration and while practising")  # fmt: skip


def measures(names: Sequence[str], log: bool = False) -> Spec:
    """What the updates measured, by environment steps."""
    series = [canvas.series(MEASURES[name], name, color=theme.CATEGORICAL[number + 2]) for number, name in enumerate(names)]
    words = MEASURES[names[0]] if len(names) == 1 else ""
    return canvas.curves("environment steps", words, series=series, log_y=log, alt=f"{', '.join(MEASURES[name] for name in names)} by environment steps")


def value_map(task: Environment, axes: tuple[int, int]) -> Spec:
    """What the critic expects over a plane of states, and where the film went."""
    x, y = (task.axes[i] for i in axes)
    layers = [canvas.field("map_values", palette="sequential", value="expects", numbers=""),
              canvas.lines("map_path", colors=theme.CATEGORICAL[1], width=2.2, names=("the film",), label="the film")]  # fmt: skip
    return canvas.stage(x=(x.low, x.high), y=(y.low, y.high), layers=layers, x_label=_named(x), y_label=_named(y), aspect=1.25,
                        alt=f"Expected return by {x.title} and {y.title}, with the path of the film")  # fmt: skip


def action_map(task: Environment, axes: tuple[int, int]) -> Spec:
    """What the agent would do over the same plane."""
    x, y = (task.axes[i] for i in axes)
    if task.continuous:
        field = canvas.field("map_actions", low=-task.limit, high=task.limit, value="force")
    else:
        field = canvas.field("map_actions", palette="classes", smooth=False, names=task.actions, value="does")
    layers = [field, canvas.lines("map_path", colors="ink", width=1.8, names=("the film",))]
    return canvas.stage(x=(x.low, x.high), y=(y.low, y.high), layers=layers, x_label=_named(x), y_label=_named(y), aspect=1.25,
                        alt=f"Greedy action by {x.title} and {y.title}")  # fmt: skip


def race(task: Environment, names: Sequence[str], spread: bool) -> Spec:
    """Evaluation returns of several configurations on one plot; with several seeds, the mean and the span between them."""
    series = [canvas.series(name, f"mean/{i}", color=theme.category(i), width=2.4, low=f"low/{i}" if spread else None, high=f"high/{i}" if spread else None)
              for i, name in enumerate(names)]  # fmt: skip
    return canvas.curves("environment steps", "return without exploring", series=series, switches=False, y_range=(task.floor, task.ceiling),
                         marks=[canvas.rule(y=task.solved, color=theme.CATEGORICAL[2], words=f"solved {task.solved:g}")],
                         alt="Return of each configuration by environment steps")  # fmt: skip


def _named(quantity: Any) -> str:
    return f"{quantity.title} ({quantity.unit})" if quantity.unit else quantity.title
