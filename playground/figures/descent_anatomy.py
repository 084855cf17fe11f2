"""One step taken apart, the stability map, learning-rate sweeps, and a network's landscape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.experiments import descent_stability as known
from playground.figures import canvas
from playground.figures.descent import tone
from playground.figures.panels import Panel

Arrays = Mapping[str, Any]
DIGITS = 0.3  # of the stability map's colours: half as far again or twice as near in one step
CEILING = 1e12  # heights beyond are not told apart
ARROWS = {"downhill": "category 1", "memory": "category 3", "carried": "category 3", "move": "ink", "all": "muted"}


def step(parts: Arrays) -> Panel:
    """The ground around one step, what pulled, and the move that came of it.

    Pieces that add up to the move are drawn in its own unit, the second from the tip of the first; forces in other units to one scale that
    makes the longest as long as the move, which their names say.
    """
    before, move = np.asarray(parts["before"]), np.asarray(parts["move"])
    curve = parts["y"] is None
    starts, vectors, names, colors = arrows(parts)
    starts, vectors = ([np.array([each[0], float(np.interp(before[0], *parts["curve"].T)) if k == "s" else 0.0]) for each in rows] if curve else rows
                       for k, rows in (("s", starts), ("v", vectors)))  # fmt: skip
    arrays: dict[str, Any] = {"starts": np.array(starts), "vectors": np.array(vectors), "path": np.asarray(parts["path"])[-40:]}
    ends = np.stack([before, before + move])
    if curve:
        heights = np.interp(ends[:, 0], *parts["curve"].T)
        arrays |= {"curve": parts["curve"], "ends": np.stack([ends[:, 0], heights], 1)}
        low, high = float(np.nanmin(parts["curve"][:, 1])), float(np.nanmax(parts["curve"][:, 1]))
        y, layers = (low - 0.1 * (high - low or 1), high + 0.1 * (high - low or 1)), [canvas.lines("curve", colors="muted", width=2.5, head=False)]
    else:
        arrays |= {"map": parts["map"], "ends": ends}
        shades = tone(parts["map"])
        y, layers = parts["y"], [canvas.field("map", palette="sequential", contours=12, value="height", **shades),
                                 canvas.lines("path", colors="muted", dots=True, head=False, width=1.5, label="path so far")]  # fmt: skip
    layers += [canvas.points("ends", color="ink", radius=4.5), canvas.arrows("starts", "vectors", names=names, colors=colors, width=3)]
    spec = canvas.stage(x=parts["x"], y=y, layers=layers, x_label="x", y_label="height" if curve else "y", aspect=None if curve else 1.0,
                        alt=f"Step {parts['step']} of {parts['title']}: the forces and the move, drawn on the height lines around it.")  # fmt: skip
    return Panel("step", spec, arrays, 430)


def arrows(parts: Arrays) -> tuple[list[np.ndarray], list[np.ndarray], list[str], list[str]]:
    """Starts, vectors, names and colours of a step's arrows; the move comes last, on top."""
    before, move = np.asarray(parts["before"], np.float64), np.asarray(parts["move"], np.float64)
    starts, vectors, names, colors = [], [], [], []
    if parts["pieces"] and parts["scaling"] is None:
        tip = before
        for (words, piece), color in zip(parts["pieces"], (ARROWS["downhill"], ARROWS["carried"]), strict=False):
            starts.append(tip)
            vectors.append(np.asarray(piece, np.float64))
            tip = tip + vectors[-1]
            names.append(words)
            colors.append(color)
    else:
        longest = max(float(np.hypot(*force)) for _, force in parts["forces"])
        scale = float(np.hypot(*move)) / longest if longest else 0.0
        for (words, force), color in zip(parts["forces"], (ARROWS["downhill"], ARROWS["memory"]), strict=False):
            starts.append(before)
            vectors.append(scale * np.asarray(force, np.float64))
            names.append(f"{words} × {scale:.2g}")
            colors.append(color)
    if not np.allclose(parts["full"], parts["slope"]):
        length = float(np.hypot(*move)) / max(float(np.hypot(*parts["full"])), 1e-300)
        starts.append(before)
        vectors.append(-length * np.asarray(parts["full"]))
        names.append(f"downhill for all examples × {length:.2g}")
        colors.append(ARROWS["all"])
    return [*starts, before], [*vectors, move], [*names, "the move"], [*colors, ARROWS["move"]]


def stability(rule: str, title: str, found: Arrays, yours: tuple[float, float]) -> Panel:
    """Convergence by learning rate and momentum; a click takes both over.

    Args:
        rule: "momentum" or "nesterov".
        found: From `descent_stability.stability`.
        yours: Learning rate and momentum as set now.
    """
    rates, momenta = known.axes()
    rows, columns = np.meshgrid(momenta, np.log10(rates), indexing="ij")
    coarse = np.zeros(rows.shape, bool)
    coarse[1::3, 1::3] = True
    swings = coarse & (found["turning"] > 0.1) & (found["digits"] > -DIGITS)
    low, high = (float(each) for each in found["curvatures"])
    arrays: dict[str, Any] = {"digits": np.nan_to_num(found["digits"], nan=-9).astype(np.float32), "yours": np.array([[np.log10(yours[0]), yours[1]]]),
                              "swings": np.stack([columns[swings], rows[swings]], axis=1)}  # fmt: skip
    layers = [canvas.field("digits", palette="diverging", low=-DIGITS, high=DIGITS, contours=(0.0,), value="digits gained per step"),
              canvas.points("swings", color="ink", radius=1.3, outline=False, opacity=0.45, label="swings to and fro")]  # fmt: skip
    if np.isfinite(high) and high > 0:
        limit = np.log10(known.largest_rate(rule, momenta, high))
        arrays["limit"] = np.stack([limit, momenta], axis=1)
        layers.append(canvas.lines("limit", colors="ink", dash=True, head=False, width=2, names=[limit_words(rule, high, bool(found["exact"]))]))
        if rule == "momentum" and found["exact"] and low < high:
            rate, momentum = known.best(low, high)
            arrays["best"] = np.array([[np.log10(rate), momentum]])
            layers.append(canvas.points("best", shape="cross", color="ink", radius=6, label="fastest (Polyak 1964)"))
    layers.append(canvas.points("yours", shape="ring", color="category 4", radius=8, label="yours"))
    spec = canvas.stage(x=known.RATE_EXPONENTS, y=(0.0, known.LARGEST_MOMENTUM), layers=layers, aspect=None, events=("click",),
                        x_label="learning rate η, as log₁₀", y_label="momentum μ",
                        alt=f"{title}: blue learning rates and momenta converge, orange ones diverge; the stronger, the faster.")  # fmt: skip
    return Panel("stability", spec, arrays, 380, title=f"{title}: learning rate and momentum")


def limit_words(rule: str, curvature: float, exact: bool) -> str:
    formula = "2(1 + μ)/(1 + 2μ)λ" if rule == "nesterov" else "2(1 + μ)/λ"
    return f"{'theory' if exact else 'theory at the minimum'}: η = {formula}, λ = {curvature:.4g}"


def sweep(titles: Sequence[str], found: Arrays, colors: Sequence[int]) -> Panel:
    """Where every optimizer ends by its learning rate.

    Args:
        colors: Place of each optimizer in the race.
    """
    ends = np.where(np.isfinite(found["heights"]) & (found["heights"] < CEILING), found["heights"], np.nan)
    arrays = {"rates": found["rates"]} | {f"end_{i}": np.maximum(row, 1e-16) for i, row in enumerate(ends)}
    series = [canvas.series(title, f"end_{i}", color=f"category {color}", width=2.4) for i, (title, color) in enumerate(zip(titles, colors, strict=True))]
    spec = canvas.curves("learning rate", "height at the end, above the lowest", series=series, x="rates", log_x=True, log_y=True,
                         alt="Height at the end by learning rate; a curve ends where the walk leaves the surface.")  # fmt: skip
    return Panel("sweep", spec, arrays, 330, title="Every optimizer by its learning rate")


def landscape(found: Arrays, metric: str) -> Panel:
    """A network's loss on a plane through its parameters, as map and in space; with its recorded way there, played.

    Args:
        found: From `landscape.network_plane`.
        metric: What the loss is called.
    """
    shades = tone(found["map"])
    top = float(np.nanmax(found["map"]))
    arrays: dict[str, Any] = {"map": found["map"], "solid": np.nan_to_num(found["map"], nan=top), "here": np.zeros((1, 2))}
    walked = "path" in found
    labels: dict[str, Any] = {"x_label": "main direction of training", "y_label": "second direction"} if walked else {"x_label": "direction 1", "y_label": "direction 2"}
    path = [canvas.lines("path", names=["training"], colors="category 1", animated=True, dots=True, width=2.4)] if walked else []
    layers = [canvas.field("map", palette="sequential", contours=16, value=metric, **shades), *path,
              canvas.points("here", shape="cross", color="ink", radius=6, label="your network")]  # fmt: skip
    x, y = found["x"], found["y"]
    flat = canvas.stage(x=x, y=y, layers=layers, aspect=(x[1] - x[0]) / (y[1] - y[0]), alt=f"{metric} on a plane through the network's parameters.", **labels)
    space = canvas.surface3d("solid", x=x, y=y, z_label=metric, log=shades["log"], low=float(np.nanmin(found["map"])), high=shades["high"], layers=path,
                             alt=f"{metric} around the network, in space.", **labels)  # fmt: skip
    if not walked:
        return Panel("landscape", canvas.player([flat, space], frames=1, autoplay=False), arrays, 430)
    arrays["path"] = found["path"]
    count = len(found["path"])
    spec = canvas.player([flat, space], frames=count, duration=max(3.0, count / 12), unit="record",
                         captions=[f"{metric} {each:.4g}" for each in found["path_losses"]])  # fmt: skip
    return Panel("landscape", spec, arrays, 430)


def figure(titles: Sequence[str], scene: Arrays, found: Arrays, title: str) -> Any:
    """The race as a Plotly figure to keep: map and paths beside height by step."""
    from plotly.subplots import make_subplots

    from playground.figures import theme
    from playground.figures.descent import above_lowest

    chart = make_subplots(cols=2, column_widths=[0.5, 0.5], horizontal_spacing=0.1)
    flat = "map" in scene
    if flat:
        heights = np.log10(np.maximum(scene["map"], 1e-12)) if tone(scene["map"])["log"] else scene["map"]
        axes = {name: np.linspace(scene[name][0], scene[name][1], heights.shape[i]) for i, name in ((1, "x"), (0, "y"))}
        chart.add_contour(z=heights, **axes, colorscale=theme.scale("sequential"), showscale=False, ncontours=20, row=1, col=1)
    else:
        chart.add_scatter(x=scene["curve"][:, 0], y=scene["curve"][:, 1], line_color=theme.NEUTRAL, name="height", row=1, col=1)
    for i, (name, path, above) in enumerate(zip(titles, found["positions"], above_lowest(found, scene), strict=True)):
        y = path[:, 1] if flat else found["heights"][i]
        look = {"line_color": theme.category(i), "name": name, "legendgroup": name}
        chart.add_scatter(x=path[:, 0], y=y, mode="lines+markers", marker_size=3, **look, row=1, col=1)
        chart.add_scatter(x=np.arange(len(above)), y=above, mode="lines", showlegend=False, **look, row=1, col=2)
    chart.update_xaxes(title="x", range=list(scene["x"]), row=1, col=1)
    if flat:
        chart.update_yaxes(title="y", range=list(scene["y"]), row=1, col=1)
    chart.update_xaxes(title="step", row=1, col=2)
    chart.update_yaxes(title="height above the lowest", type="log", row=1, col=2)
    return chart.update_layout(title=title, template=theme.template(), height=460)
