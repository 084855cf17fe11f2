"""A run cut where its settings changed, for programs that repeat it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from playground.core.experiment import Change, Experiment

Kind = TypeVar("Kind", bound=Experiment)


def stretches(experiment: Kind, steps: int, changes: Sequence[Change]) -> Iterator[tuple[Kind, int]]:
    """The settings in force and for how many steps, in order, up to step `steps`; a run without a step is one stretch of none."""
    start, now = 0, experiment
    for change in [*(each for each in changes if each.step <= steps), Change(step=steps)]:
        if change.step > start or change.step == steps:
            yield now, change.step - start
            start = change.step
        now = now.changed(**change.values)
