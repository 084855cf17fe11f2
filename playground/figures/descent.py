"""Pictures of the gradient-descent screen: arrays in, panels of canvas specs out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.figures import canvas
from playground.figures.canvas import Spec
from playground.figures.panels import Panel

Arrays = Mapping[str, Any]
SECONDS = (4.0, 10.0)  # shortest and longest playing time at speed 1
FRAME_RATE = 30.0
LOG_FROM = 50.0  # highest over low-lying heights, from which colours follow the logarithm
DECADES = 4.5
HEIGHT = 430


def tone(heights: np.ndarray) -> dict[str, Any]:
    """How a relief is coloured: `log`, `low` and `high` of a field, so that valleys show on steep surfaces and a cliff does not drown the rest."""
    finite = heights[np.isfinite(heights)]
    low, high = float(finite.min()), float(np.percentile(finite, 99.5))
    if low >= 0 and high > LOG_FROM * max(float(np.percentile(finite, 5)), 1e-300):
        return {"log": True, "low": max(low, high * 10**-DECADES), "high": high}
    return {"log": False, "low": low, "high": high if high > low else low + 1}


def race(titles: Sequence[str], scene: Arrays, found: Arrays, start: tuple[float, float], beside: str) -> Panel:
    """All walks on the map, with the surface, the heights or the fitted lines beside it, on one clock.

    Args:
        titles: One a racer.
        scene: From `descent_views.relief`.
        found: From `descent_views.race`.
        beside: "surface", "heights" or "fit"; what the surface at hand cannot show gives way to "heights".
    """
    steps = found["heights"].shape[1] - 1
    arrays: dict[str, Any] = {"step": np.arange(steps + 1.0), "start": np.array([start])}
    arrays |= {f"above_{i}": row for i, row in enumerate(above_lowest(found, scene))}
    curve = "curve" in scene
    if curve:
        arrays |= {"curve": scene["curve"], "paths": np.stack([found["positions"][..., 0], found["heights"]], axis=-1)}
        first = curve_stage(titles, scene, start)
    else:
        arrays |= {"map": scene["map"], "solid": np.nan_to_num(scene["solid"], nan=float(np.nanmax(scene["solid"]))), "paths": found["positions"],
                   "minima": scene["minima"]}  # fmt: skip
        first = relief_stage(titles, scene, start)
    if "data" in scene:
        arrays |= {"data": scene["data"]} | {f"line_{i}": row for i, row in enumerate(fitted_lines(found["positions"], scene["data"]))}
    second = heights(titles, scene)
    if beside == "fit" and "data" in scene:
        second = fit(titles, scene["data"])
    elif beside == "surface" and not curve:
        second = solid(titles, scene)
    duration = float(np.clip(steps / FRAME_RATE, *SECONDS))
    spec = canvas.player([first, second], frames=steps + 1, duration=duration, captions=captions(titles, found, scene))
    return Panel("race", spec, arrays, HEIGHT, drags=True, clicks=True)


def relief_stage(titles: Sequence[str], scene: Arrays, start: tuple[float, float]) -> Spec:
    """The map: heights, known minima, the paths, and the start to drag."""
    layers = [
        canvas.field("map", palette="sequential", contours=14, value="height", **tone(scene["map"])),
        canvas.points("minima", shape="cross", color="ink", radius=5, label="lowest" if len(scene["minima"]) else ""),
        canvas.lines("paths", names=titles, animated=True, width=2.2, dots=True),
        canvas.draggable("start", start, label="start", color="ink", radius=6),
    ]
    x, y = scene["x"], scene["y"]
    return canvas.stage(x=x, y=y, layers=layers, x_label="x", y_label="y", aspect=(x[1] - x[0]) / (y[1] - y[0]), events=("click",),
                        alt=f"Map of the surface with the paths of {_listed(titles)}; a click sets the start.")  # fmt: skip


def curve_stage(titles: Sequence[str], scene: Arrays, start: tuple[float, float]) -> Spec:
    """A surface of one variable: its curve, and everyone on it."""
    low, high = float(np.nanmin(scene["curve"][:, 1])), float(np.nanmax(scene["curve"][:, 1]))
    room = 0.08 * (high - low or 1)
    layers = [
        canvas.lines("curve", colors="muted", width=2.5, head=False),
        canvas.lines("paths", names=titles, animated=True, width=1.6, dots=True),
        canvas.draggable("start", (start[0], low - room / 2), label="start", color="ink", radius=6, along="x"),
    ]
    return canvas.stage(x=scene["x"], y=(low - room, high + room), layers=layers, x_label="x", y_label="height", aspect=None, events=("click",),
                        alt=f"A curve with the walks of {_listed(titles)} on it; a click sets the start.")  # fmt: skip


def solid(titles: Sequence[str], scene: Arrays) -> Spec:
    """The surface in space, with the paths on it."""
    shades = tone(scene["map"])
    return canvas.surface3d("solid", x=scene["x"], y=scene["y"], x_label="x", y_label="y", z_label="height", log=shades["log"], low=float(np.nanmin(scene["map"])),
                            high=shades["high"], layers=[canvas.lines("paths", names=titles, animated=True, width=2.2)],
                            alt=f"The surface in space, with the paths of {_listed(titles)}.")  # fmt: skip


def heights(titles: Sequence[str], scene: Arrays) -> Spec:
    """Height by step of every racer."""
    known = not np.isnan(scene["lowest"])
    series = [canvas.series(title, f"above_{i}", color=f"category {i}") for i, title in enumerate(titles)]
    words = "height above the lowest" if known else "height above the lowest found"
    return canvas.curves("step", words, series=series, log_y=True, alt=f"{words} by step for {_listed(titles)}.", height=HEIGHT - 40)


def fit(titles: Sequence[str], data: np.ndarray) -> Spec:
    """The least-squares points and everyone's line through them."""
    lines = [canvas.segments(f"line_{i}", color=f"category {i}", width=2.2, label=title, animated=True) for i, title in enumerate(titles)]
    (left, bottom), (right, top) = data.min(0), data.max(0)
    side, tall = 0.06 * (right - left), 0.25 * (top - bottom)
    return canvas.stage(x=(left - side, right + side), y=(bottom - tall, top + tall), aspect=None, x_label="input u", y_label="target t",
                        layers=[canvas.points("data", color="muted", radius=3.5, label="data"), *lines],
                        alt=f"Data points and the line that each of {_listed(titles)} fits to them.")  # fmt: skip


def fitted_lines(positions: np.ndarray, data: np.ndarray) -> np.ndarray:
    """Ends of everyone's line at every step, (P, T, 1, 2, 2)."""
    ends = np.array([data[:, 0].min(), data[:, 0].max()]) + np.array([-0.2, 0.2])
    targets = positions[..., :1] * ends + positions[..., 1:]
    return np.stack([np.broadcast_to(ends, targets.shape), targets], axis=-1)[:, :, None]


def above_lowest(found: Arrays, scene: Arrays) -> np.ndarray:
    """Heights (P, T) above the lowest known place, or above the lowest anyone found where none is known; NaN where it is no number."""
    walked = np.where(np.isfinite(found["heights"]), found["heights"], np.nan)
    lowest = scene["lowest"] if not np.isnan(scene["lowest"]) else np.nanmin(walked)
    return np.maximum(walked - lowest, 1e-16)


def captions(titles: Sequence[str], found: Arrays, scene: Arrays) -> list[str]:
    """Who is lowest at each step."""
    rows = np.where(np.isfinite(found["heights"]), found["heights"], np.inf)
    gone = ~np.isfinite(found["heights"])
    words = []
    for step in range(rows.shape[1]):
        best = int(rows[:, step].argmin())
        if not np.isfinite(rows[best, step]):
            words.append("Nobody is left on the surface.")
            continue
        away = int(gone[:, step].sum())
        words.append(f"Lowest: {titles[best]}, at height {rows[best, step]:.4g}." + (f" {away} gone." if away else ""))
    return words


def schedule(factors: np.ndarray, titles: Sequence[str], rates: Sequence[float]) -> Panel:
    """Everyone's learning rate by step."""
    arrays = {"step": np.arange(float(len(factors)))} | {f"rate_{i}": factors * rate for i, rate in enumerate(rates)}
    series = [canvas.series(title, f"rate_{i}", color=f"category {i}") for i, title in enumerate(titles)]
    spec = canvas.curves("step", "learning rate", series=series, alt="Learning rate of each optimizer by step.", log_y=True)
    return Panel("schedule", spec, arrays, 150, title="Learning rate by step")


def _listed(titles: Sequence[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
