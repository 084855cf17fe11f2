"""Plain-language diagnosis read from a run's own numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from playground.core.experiment import Experiment


@dataclass(frozen=True)
class Advice:
    """One diagnosis.

    Attributes:
        title: What is wrong, in two to five words.
        evidence: The run's own numbers that say so.
        words: Why it happens and what to do, one or two sentences.
        changes: Fields and values that the one-click change applies; empty when there is none.
    """

    title: str
    evidence: str
    words: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    level: Literal["problem", "hint"] = "hint"


@dataclass(frozen=True)
class Evidence:
    """What rules read: the experiment, recorded metric columns, the latest view and the run's state."""

    experiment: Experiment
    metrics: Mapping[str, np.ndarray]
    view: Mapping[str, Any]
    step: int
    steps_per_epoch: int
    state: str
    diverged: bool = False

    def column(self, name: str) -> np.ndarray:
        """One metric, finite values only; empty when it is not recorded."""
        values = np.asarray(self.metrics.get(name, ()), np.float64)
        return values[np.isfinite(values)]

    @property
    def epochs(self) -> float:
        return self.step / max(1, self.steps_per_epoch)


Rule = Callable[[Evidence], Advice | None]


def diagnose(evidence: Evidence, rules: Iterable[Rule], most: int = 2) -> list[Advice]:
    """What the rules find, at most `most`: problems alone when there are any, else hints; empty when nothing is wrong."""
    found = [advice for rule in rules if (advice := rule(evidence)) is not None]
    problems = [advice for advice in found if advice.level == "problem"]
    return (problems or found)[:most]
