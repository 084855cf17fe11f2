"""Pictures of the Images screen: arrays in, specs of the components out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.data.photographs import sample, samples, thumbnail
from playground.experiments.images_methods import METHODS
from playground.figures import canvas, theme
from playground.figures.panels import Panel

Data = Mapping[str, Any]


def gallery(selected: str, more: Mapping[str, tuple[str, np.ndarray]]) -> Panel:
    """Samples as thumbnails, for `components/images_gallery.js`; `more` holds the visitor's own: name and picture by key."""
    titles = {key: name for key, (name, _) in more.items()} | samples()
    shown = [*more, *samples()]
    arrays = {f"thumb_{i}": thumbnail(more[key][1] if key in more else sample(key)) for i, key in enumerate(shown)}
    items = [{"key": key, "title": titles[key], "array": f"thumb_{i}"} for i, key in enumerate(shown)]
    return Panel("gallery", {"kind": "gallery", "items": items, "selected": selected, "alt": "Pictures to choose from"}, arrays, drags=True)


def answer(data: Data) -> Panel:
    """The likeliest classes as bars, for `components/images_bars.js`."""
    spec = {"kind": "bars", "labels": list(data["labels"]), "targets": [int(each) for each in data["indices"]], "rest": float(data["rest"]),
            "others": int(data["count"] - len(data["labels"])), "alt": f"{data['labels'][0]}, {100 * float(data['shares'][0]):.1f} %"}  # fmt: skip
    return Panel("answer", spec, {"shares": np.asarray(data["shares"], float)}, drags=True)


def shown(data: Data) -> Panel:
    """The picture as it came, large."""
    spec = {"kind": "maps", "picture": "picture", "panels": [{"title": "", "words": "", "map": None, "top": 1.0, "signed": False}], "largest": 420, "alt": "The picture as it came"}
    return Panel("shown", spec, {"picture": data["step_0"]})


def maps(about: Data, found: Mapping[str, Data]) -> Panel:
    """Explanations side by side over the picture, for `components/images_maps.js`."""
    tall, wide = about["picture"].shape[:2]
    panels: list[dict[str, Any]] = [{"title": "As the network sees it", "words": f"{wide} × {tall} pixels", "map": None, "top": 1.0, "signed": False}]
    arrays: dict[str, np.ndarray] = {"picture": about["picture"]}
    for i, (key, each) in enumerate(found.items()):
        arrays[f"map_{i}"] = each["values"]
        where = f"{each['layer']} · " if each["layer"] else ""
        took = f"{where}{1000 * each['seconds']:.0f} ms"
        panels.append({"title": METHODS[key].title, "words": took, "map": f"map_{i}", "top": float(each["top"]), "signed": METHODS[key].signed})
    alt = f"What speaks for {about['label']}, by {', '.join(METHODS[key].title for key in found) or 'nothing yet'}"
    return Panel("maps", {"kind": "maps", "picture": "picture", "panels": panels, "largest": 300, "alt": alt}, arrays)


def found(data: Data, task: str) -> Panel:
    """Boxes or masks over the picture, for `components/images_boxes.js`."""
    spec = {"kind": "boxes", "labels": list(data["labels"]), "masks": "masks" if "masks" in data else None, "measure": "covers" if task == "segmentation" else "share",
            "threshold": 0.5 if task == "detection" else 0.0, "numbered": task == "words",
            "alt": f"{len(data['labels'])} found: {', '.join(sorted(set(data['labels']))[:8])}"}  # fmt: skip
    arrays = {name: data[name] for name in ("picture", "shares", "boxes", "masks") if name in data}
    return Panel("found", spec, arrays)


def curves(scores: Mapping[str, Data], way: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and spec of the deletion or insertion curves of several methods, with chance dashed."""
    count = len(next(iter(scores.values()))[way])
    arrays: dict[str, np.ndarray] = {"part": np.linspace(0, 100, count)}
    series = []
    for place, (key, each) in enumerate((key, each) for key, each in scores.items() if key != "chance"):
        arrays[key] = np.asarray(each[way])
        series.append(canvas.series(METHODS[key].title, key, color=theme.category(place)))
    if "chance" in scores:
        arrays["chance"] = np.asarray(scores["chance"][way])
        series.append(canvas.series("Patches by lot", "chance", dash=True, color="muted"))
    verb = "deleted" if way == "deletion" else "inserted"
    spec = canvas.curves(f"pixels {verb}, %", "share of the class", series=series, x="part", y_range=(0, 1), switches=False,
                         alt=f"Share of the class as pixels are {verb} in the order of each map")  # fmt: skip
    return arrays, spec


def score_rows(scores: Mapping[str, Data], found: Mapping[str, Data]) -> list[dict[str, Any]]:
    """One row a method for a table: areas, cost; the best insertion first."""
    rows = [
        {"Explanation": METHODS[key].title if key in METHODS else "Patches by lot", "Deletion area ↓": each["deletion_area"], "Insertion area ↑": each["insertion_area"],
         "Insertion − deletion ↑": each["insertion_area"] - each["deletion_area"], "Pictures asked": found[key]["asked"] if key in found else "–",
         "Time, ms": round(1000 * found[key]["seconds"]) if key in found else "–"}
        for key, each in scores.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -row["Insertion − deletion ↑"])


def narrow(rows: Sequence[Mapping[str, Any]]) -> str:
    """The same rows as Markdown."""
    if not rows:
        return ""
    names = list(rows[0])
    cell = lambda value: f"{value:.3f}" if isinstance(value, float) and value < 1.5 else f"{value:,.0f}" if isinstance(value, (int, float)) else str(value)
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    return "\n".join([*lines, *(f"| {' | '.join(cell(row[name]) for name in names)} |" for row in rows)])
