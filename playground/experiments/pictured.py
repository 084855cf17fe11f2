"""A trainer whose pictures are made by a module beside it."""

from __future__ import annotations

import importlib
from typing import Any, ClassVar

from playground.core.experiment import Trainer


class Pictured(Trainer):
    """Its view and its scene come from functions `look(trainer)` and `scene(trainer)` of another module; it says why it stopped.

    Attributes:
        pictures: That module, imported when the first picture is wanted.
        lost: What is said of a run that left the finite numbers, up to "within N steps", and what helps.
    """

    pictures: ClassVar[str]
    lost: ClassVar[tuple[str, str]]

    @property
    def stop_reason(self) -> str:
        if self.diverged:
            return f"{self.lost[0]} within {self.step_count:,} steps. {self.lost[1]}"
        return f"Finished after {self.step_count:,} steps." if self.finished else ""

    def scene(self) -> dict[str, Any]:
        return importlib.import_module(self.pictures).scene(self)

    def view(self) -> Any:
        return importlib.import_module(self.pictures).look(self)
