"""Settings of the model zoo: what is listed, which network is opened, how published ones are compared."""

from __future__ import annotations

from typing import Any, ClassVar

from playground.core.fields import choice, integer, text
from playground.experiments.stills import Still

PARTS = {"models": "Bundled models", "inside": "Look inside", "published": "What accuracy costs", "kept": "Downloaded"}
ACROSS = {"operations": "Operations", "parameters": "Parameters", "megabytes": "File size"}
SIZES = {"parameters": "Parameters", "bytes": "File size"}


class Zoo(Still):
    """One screen of models; the network that is looked into is named as `zoo_open.anatomy` takes it."""

    key: ClassVar[str] = "zoo"
    title: ClassVar[str] = "Model zoo"
    page: ClassVar[str] = "zoo"

    part: str = choice("models", PARTS, group="hidden", label="Part of the screen")
    search: str = text("", max_length=100, group="hidden", label="Search")
    area: str = text("", max_length=60, group="hidden", label="Kind of model")
    size: str = choice("parameters", SIZES, group="hidden", label="Size")
    model: str = text("digits-cnn", max_length=200, group="hidden", label="Network")
    layer: int = integer(-1, -1, 5000, group="hidden", label="Layer")
    across: str = choice("operations", ACROSS, group="hidden", label="Cost")

    def asked(self) -> dict[str, Any]:
        """What `zoo_open.anatomy` takes."""
        return {"name": self.model.strip()}
