"""Trained agents as files: a small safetensors of the network and a card of how it was made and how it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import EVALUATION_EPISODES
from playground.core.randomness import derive
from playground.data.environments import ENVIRONMENTS, Environment, find
from playground.experiments.rl import DeepRL
from playground.experiments.rl_film import Film, play

AGENTS = Path(__file__).resolve().parent.parent / "data" / "agents"
EVALUATION_SEED = 1_000_000  # far from the seeds a run may have: never trained or chosen on


@dataclass(frozen=True)
class Card:
    """What is known of an agent.

    Attributes:
        mean, std: Of the return over `episodes` episodes without exploration, started from `evaluation_seed`.
        values: Every field of the experiment that made it; `steps` environment steps were taken.
        command: Repeats the training.
    """

    environment: str
    algorithm: str
    mean: float
    std: float
    episodes: int
    evaluation_seed: int
    steps: int
    seed: int
    command: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def task(self) -> Environment:
        return ENVIRONMENTS[self.environment]

    def experiment(self) -> DeepRL:
        return DeepRL(**self.values)


def networks(learner: Any) -> dict[str, Any]:
    """The parts of a learner that act and judge."""
    return {name: getattr(learner, name) for name in ("network", "actor", "critic") if hasattr(learner, name)}


def weights(learner: Any) -> dict[str, np.ndarray]:
    """(name, array) of every parameter, float32, copied."""
    return {f"{part}.{name}": each.numpy().copy() for part, network in networks(learner).items() for name, each in network.state_dict().items()}


def put(learner: Any, arrays: dict[str, np.ndarray]) -> None:
    """Give a learner those weights.

    Raises:
        UserError: When they do not fit its networks.
    """
    import torch

    for part, network in networks(learner).items():
        wanted = {name: torch.from_numpy(np.array(arrays[f"{part}.{name}"])) for name in network.state_dict() if f"{part}.{name}" in arrays}
        try:
            network.load_state_dict(wanted)
        except RuntimeError as error:
            raise UserError("These weights do not fit the agent's network.", "The file or its card may be damaged.") from error


def save(folder: Path, card: Card, arrays: dict[str, np.ndarray]) -> Path:
    """Write `<environment>.safetensors` and `<environment>.json`; returns the first."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{card.environment}.safetensors"
    save_file({name: np.ascontiguousarray(each) for name, each in arrays.items()}, file, {"environment": card.environment, "algorithm": card.algorithm})
    file.with_suffix(".json").write_text(json.dumps(asdict(card), indent=1) + "\n", encoding="utf-8")
    return file


def card(environment: str, folder: Path = AGENTS) -> Card:
    """The card of an environment's bundled agent, or of another in `folder`.

    Raises:
        UserError: When there is none, or it cannot be read.
    """
    file = folder / f"{environment}.json"
    try:
        return Card(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UserError(f"There is no trained agent for {environment} in {folder.name}.", "Train one: python -m playground rl train.") from None
    except (ValueError, TypeError) as error:
        raise UserError(f"The card {file.name} cannot be read.", "It must be as `rl train --out` wrote it.") from error


def cards() -> list[Card]:
    """The cards of all bundled agents, in the order of the environments."""
    return [card(key) for key in ENVIRONMENTS if (AGENTS / f"{key}.json").exists()]


def load(environment: str, folder: Path = AGENTS) -> tuple[Card, Any]:
    """A trained agent's card and its learner, ready to act."""
    from safetensors.numpy import load_file

    from playground.experiments.rl_trainer import learner_for

    found = card(environment, folder)
    learner = learner_for(found.experiment().changed(memory=max(50, found.values.get("copies", 1) * found.values.get("n_step", 1))), 0)
    put(learner, load_file(folder / f"{environment}.safetensors"))
    return found, learner


def evaluate(environment: Environment, act: Callable[[np.ndarray], np.ndarray], episodes: int, seed: int = EVALUATION_SEED) -> dict[str, Any]:
    """{"env", "mean", "std", "episodes"} of a policy over whole episodes, at most 100 at a time."""
    if not 1 <= episodes <= EVALUATION_EPISODES:
        raise UserError(f"Episodes must be between 1 and {EVALUATION_EPISODES:,}, got {episodes:,}.", field="episodes")
    parts = [play(environment, act, derive(seed, "evaluation", start), min(100, episodes - start), record=False)[0] for start in range(0, episodes, 100)]
    returns = np.concatenate(parts)
    return {"env": environment.key, "mean": float(returns.mean()), "std": float(returns.std()), "episodes": episodes}


def episode_of(environment: str, seed: int) -> dict[str, Any]:
    """A bundled agent's film of one episode, for the page: the arrays of a `Film`, its return, and the card's words."""
    found, learner = load(find(environment).key)
    returns, _, recorded = play(found.task, learner.best, seed, 1)
    seen = recorded["observations"]
    film = Film(**recorded, scores=learner.scores(seen).astype(np.float32), values=learner.values(seen).astype(np.float32))
    return {**film.arrays(), "film_return": float(returns[0]), "film_step": found.steps, "film_number": 1}
