"""Miniature figures of the screens, computed when Home is opened."""

from __future__ import annotations

from typing import Any

import numpy as np

from playground.figures import canvas, theme

Picture = tuple[dict[str, np.ndarray], dict[str, Any]]


def nested() -> Picture:
    """Deep learning inside machine learning inside artificial intelligence."""
    angle = np.linspace(0, 2 * np.pi, 121)
    circles = [(0.0, 0.0, 5.6, 2.9), (0.9, -0.25, 4.2, 2.2), (1.9, -0.5, 2.6, 1.35)]
    rings = np.stack([np.stack([x + a * np.cos(angle), y + b * np.sin(angle)], axis=1) for x, y, a, b in circles])
    words = np.array([[0.0, 2.35], [0.9, 1.35], [1.9, -0.1], [1.9, -0.85]])
    arrays = {"rings": rings, "words": words}
    layers = [
        canvas.lines("rings", colors=[theme.CATEGORICAL[3], theme.CATEGORICAL[0], theme.CATEGORICAL[1]], head=False, width=2.5, close=True),
        canvas.text("words", ["Artificial intelligence", "Machine learning", "Deep learning", "this house"], size=14),
    ]
    return arrays, canvas.stage(x=(-5.9, 5.9), y=(-3.1, 3.1), layers=layers, axes=False, aspect=1.9,
                                alt="Deep learning is a part of machine learning, which is a part of artificial intelligence")  # fmt: skip


def activations() -> Picture:
    """Three activation functions."""
    x = np.linspace(-4, 4, 161)
    curves = {"tanh": np.tanh(x), "relu": np.maximum(x, 0) / 2, "silu": x / (1 + np.exp(-x)) / 2}
    arrays = {name: np.stack([x, y], axis=1) for name, y in curves.items()}
    layers = [canvas.lines(name, colors=[theme.CATEGORICAL[i]], head=False, width=3) for i, name in enumerate(arrays)]
    return arrays, canvas.stage(x=(-4, 4), y=(-1.3, 2.1), layers=layers, axes=False, aspect=1.6, alt="tanh, ReLU and SiLU")


def losses() -> Picture:
    """Squared, absolute and Huber loss of a residual, and a fit pulled by an outlier."""
    r = np.linspace(-3, 3, 161)
    curves = {"squared": r**2 / 3, "absolute": np.abs(r), "huber": np.where(np.abs(r) < 1, r**2 / 2, np.abs(r) - 0.5)}
    arrays = {name: np.stack([r, y], axis=1) for name, y in curves.items()}
    layers = [canvas.lines(name, colors=[theme.CATEGORICAL[i]], head=False, width=3) for i, name in enumerate(arrays)]
    return arrays, canvas.stage(x=(-3, 3), y=(-0.2, 3.0), layers=layers, axes=False, aspect=1.6, alt="Squared, absolute and Huber loss")


def descent() -> Picture:
    """Gradient descent and momentum on a ravine, really stepped."""
    side = np.linspace(-2.4, 2.4, 90), np.linspace(-1.5, 1.5, 60)
    x, y = np.meshgrid(*side)
    height = 0.5 * x**2 + 4 * y**2
    paths = []
    for rate, momentum in ((0.21, 0.0), (0.06, 0.85)):
        place, speed, path = np.array([-2.1, 1.1]), np.zeros(2), []
        for _ in range(40):
            path.append(place.copy())
            speed = momentum * speed - rate * np.array([place[0], 8 * place[1]])
            place = place + speed
        paths.append(path)
    arrays = {"height": np.log1p(height).astype(np.float32), "paths": np.array(paths)}
    layers = [canvas.field("height", palette="sequential", contours=9, scale=False),
              canvas.lines("paths", colors=[theme.CATEGORICAL[1], theme.CATEGORICAL[4]], width=2.5)]  # fmt: skip
    return arrays, canvas.stage(x=(-2.4, 2.4), y=(-1.5, 1.5), layers=layers, axes=False, aspect=1.6, alt="Gradient descent and momentum on a ravine")


def boundary(field: np.ndarray, places: np.ndarray, targets: np.ndarray) -> Picture:
    """A trained network's field on the spiral."""
    arrays = {"field": field, "places": places, "targets": targets}
    layers = [canvas.field("field", low=-1, high=1, scale=False), canvas.points("places", color="targets", palette="diverging", low=0, high=1, radius=2.2)]
    return arrays, canvas.stage(x=(-6, 6), y=(-3.75, 3.75), layers=layers, axes=False, aspect=1.6, alt="A network that has learnt the spiral")
