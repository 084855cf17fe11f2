"""Pictures of the same network trained several times: one boundary a member, and their scores."""

from __future__ import annotations

from playground.data.points import DOMAIN
from playground.experiments.network_race import NetworkRace, task_of
from playground.figures import canvas
from playground.figures.canvas import Spec
from playground.figures.panels import Panel, Rows

ROW = 3  # boundaries beside each other
SCORE_WORDS = {"accuracy": "test accuracy", "r2": "share of the variance explained (R²)"}


def race(view: NetworkRace) -> Rows:
    """One plane a member, then the score of all by step."""
    titles = view.titles()
    planes = [Panel(f"member-{i}", plane(view, i, title), title=title) for i, title in enumerate(titles)]
    words = SCORE_WORDS[view.score]
    series = [canvas.series(title, f"test_{view.score}/{i}", color=f"category {i}") for i, title in enumerate(titles)]
    score = canvas.curves("step", words, series=series, y_range=(0.0, 1.0), switches=False, alt=f"The {words} of every network by step.")
    return [
        *(planes[i : i + ROW] for i in range(0, len(planes), ROW)),
        [Panel("scores", score, height=240, title=words.capitalize())],
    ]


def plane(view: NetworkRace, member: int, title: str) -> Spec:
    """What one member answers over the plane, with its training points."""
    task = task_of(view.dataset)
    field, points, targets = f"field_{member}", f"train_points_{member}", f"train_targets_{member}"
    if task == "multiclass":
        layers = [
            canvas.field(field, palette="classes", low=0.0, high=1.0, scale=False, opacity=0.8),
            canvas.points(points, color=targets, palette="classes", radius=2.6),
        ]
    else:
        low = 0 if task == "binary" else -1
        contours = (0.0,) if task == "binary" else ()
        layers = [
            canvas.field(field, low=-1.0, high=1.0, contours=contours, scale=False, value="network output", opacity=0.8),
            canvas.points(points, color=targets, palette="diverging", low=low, high=1, radius=2.6),
        ]
    return canvas.stage(x=DOMAIN, y=DOMAIN, layers=layers, axes=False, alt=f"What the network with {title} answers over the plane.")
