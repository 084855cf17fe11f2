"""What the canvases of the gridworld screen draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.core.limits import GRID_SIDE
from playground.figures import canvas, theme

LOW = 7.0  # how far below the best return a curve is still shown, in multiples of it


def grid(title: str, *, paints: bool = True, suffix: str = "", mini: bool = False, fill: str = "values", height: int = 470) -> dict[str, Any]:
    """A world as the component `grid.js` shows it.

    Args:
        paints: Whether its cells can be painted.
        suffix: Behind every array's name, as a race numbers its members.
        mini: Only the picture, with values and arrows.
        fill: What colours the cells at first: values, actions, visits, truth or nothing.
    """
    return {"kind": "grid", "alt": f"{title}: the value of every cell by colour, blue above zero and orange below, with arrows for the best actions", "paints": paints,
            "suffix": suffix, "mini": mini, "fill": fill, "height": height, "largest": GRID_SIDE}  # fmt: skip


def returns(best: float) -> dict[str, Any]:
    """What each episode earned, with its running mean, beside what is possible."""
    series = [
        canvas.series("each episode", "return", color=theme.CATEGORICAL[0], style="points"),
        canvas.series("mean of the last 20", "smoothed_return", color=theme.CATEGORICAL[0]),
        canvas.series("best possible on average", "best_return", color=theme.CATEGORICAL[2], dash=True),
        canvas.series("its greedy policy would earn", "expected_return", color=theme.CATEGORICAL[3], shown=False),
    ]
    return canvas.curves("episode", "return", series=series, y_range=_window(best), switches=False, alt="Return of each episode, its running mean and the best possible")


def miniature() -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The true values of Karpathy's grid and the best way to its goal, for Home."""
    from playground.data import grids
    from playground.functions import tabular_rl as exact

    world = grids.make("karpathy")
    model = exact.Model(world.table)
    values, _, choice = exact.optimal(model, 0.9, 0.0, exact.reachable(model, world.starts))
    shown = np.array([np.nan if kind == "#" else value for kind, value in zip(world.layout.kinds, values, strict=True)])
    shown[world.layout.kinds.index("G")] = 1.0
    state, path = world.starts[0], []
    for _ in range(60):
        path.append((state % 10, 9 - state // 10))
        _, after, _, ended = world.table[state][choice[state]][0]
        state = after
        if ended:
            path.append((state % 10, 9 - state // 10))
            break
    arrays = {"values": shown.reshape(10, 10)[::-1].astype(np.float32).copy(), "path": np.array(path, float)}
    layers = [canvas.field("values", low=-1, high=1, smooth=False, scale=False, x=(-0.5, 9.5), y=(-0.5, 9.5)),
              canvas.lines("path", colors=[theme.CATEGORICAL[3]], width=3)]  # fmt: skip
    return arrays, canvas.stage(x=(-0.5, 9.5), y=(-0.5, 9.5), layers=layers, axes=False, aspect=1.6, alt="Values of a gridworld and the best way to its goal")


def _window(best: float | None) -> tuple[float, float] | None:
    """Ends of the axis of returns where each step costs: a first episode of thousands of steps would flatten all others."""
    if best is None or 0 <= best <= 2:
        return None
    return best - LOW * abs(best), best + abs(best)


def distance(plans: bool, on_policy: bool, truth: str = "V*") -> dict[str, Any]:
    """Largest error of the values."""
    series = [canvas.series("largest error of V", "value_loss", color=theme.CATEGORICAL[1]), canvas.series("at the start", "start_error", color=theme.CATEGORICAL[0])]
    if plans:
        series.append(canvas.series("largest change in a sweep", "change", color=theme.CATEGORICAL[8], dash=True))
    elif on_policy:
        series.append(canvas.series("error to the best policy that explores as much", "soft_loss", color=theme.CATEGORICAL[3], dash=True))
    return canvas.curves("sweep" if plans else "episode", f"‖V − {truth}‖∞", series=series, log_y=True, alt="Largest difference between the values and the true ones")


def policy(plans: bool, evaluates: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """Share of states where the best action is chosen; what the greedy policy would earn."""
    unit = "sweep" if plans else "episode"
    right = canvas.curves(unit, "share of states", series=[canvas.series("a best action is chosen", "agreement", color=theme.CATEGORICAL[2])], y_range=(0, 1.02),
                          alt="Share of states in which the greedy action is one of the best", switches=False)  # fmt: skip
    series = [canvas.series("the greedy policy earns", "expected_return", color=theme.CATEGORICAL[3]),
              canvas.series("the evaluated policy earns" if evaluates else "best possible on average", "best_return", color=theme.CATEGORICAL[2], dash=True)]  # fmt: skip
    earned = canvas.curves(unit, "mean return", series=series, alt="Exact mean return of the greedy policy", switches=False)
    return right, earned


def effort() -> tuple[dict[str, Any], dict[str, Any]]:
    """Regret, and how long episodes are."""
    regret = canvas.curves("episode", "regret", series=[canvas.series("return missed so far", "regret", color=theme.CATEGORICAL[4])],
                           alt="Sum over the episodes of best mean return minus return")  # fmt: skip
    length = canvas.curves("episode", "moves", series=[canvas.series("moves in an episode", "length", color=theme.CATEGORICAL[5])], log_y=True,
                           alt="Moves in each episode")  # fmt: skip
    return regret, length


def race(names: Sequence[str], best: float | None, plans: bool, measure: str = "return") -> dict[str, Any]:
    """Mean return (or length) of the episodes of every configuration; four of five agents lie in the shaded band."""
    series = [canvas.series(name, f"{measure}/{i}", low=f"{measure}_low/{i}", high=f"{measure}_high/{i}", color=theme.category(i)) for i, name in enumerate(names)]
    if measure == "length":
        return canvas.curves("episode", "moves, mean of 10", series=series, log_y=True, alt="Moves in an episode of each configuration, mean and spread over its agents")
    marks = [] if best is None else [canvas.rule(y=best, words="best possible on average")]
    return canvas.curves("sweep" if plans else "episode", "return, mean of 10", series=series, marks=marks, y_range=_window(best), switches=False,
                         alt="Return of each configuration by episode, mean and spread over its agents")  # fmt: skip


def race_distance(names: Sequence[str], plans: bool) -> dict[str, Any]:
    series = [canvas.series(name, f"value_loss/{i}", color=theme.category(i)) for i, name in enumerate(names)]
    return canvas.curves("sweep" if plans else "episode", "‖V − V*‖∞", series=series, log_y=True, alt="Largest error of the values of each configuration, mean over its agents")


def returns_file(metrics: Mapping[str, Any], title: str) -> Any:
    """Returns as a Plotly figure to take home."""
    import plotly.graph_objects as go

    figure = go.Figure(layout={"template": theme.template(), "title": title, "xaxis_title": "step"})
    for name in ("return", "smoothed_return", "best_return", "expected_return", "value_loss"):
        if name in metrics:
            figure.add_scatter(x=metrics["step"], y=metrics[name], name=name.replace("_", " "))
    return figure
