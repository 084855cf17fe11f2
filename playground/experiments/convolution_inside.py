"""Settings of the parts that look inside a network: which map, which pixel of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from playground.core.fields import integer
from playground.experiments.convolution_networks import Networked
from playground.experiments.convolution_pictures import stroke


class FeatureMaps(Networked):
    """A network, a picture, and one unit of one layer; numbers beyond what the network has mean its last."""

    key: ClassVar[str] = "feature_maps"
    title: ClassVar[str] = "Feature maps"

    layer: int = integer(3, 0, 200, group="hidden", label="Layer")
    channel: int = integer(4, 0, 4095, group="hidden", label="Map")
    row: int = integer(12, 0, 255, group="hidden", label="Row")
    column: int = integer(13, 0, 255, group="hidden", label="Column")

    def unit(self) -> dict[str, Any]:
        """What `convolution_inside.unit` takes."""
        return self.asked() | {"layer": self.layer, "channel": self.channel, "row": self.row, "column": self.column}

    def dragged(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """Field values after the pen moved, or a map or a pixel was chosen: whatever of layer, channel, row, column is told."""
        if at["name"] == "ink":
            return stroke(dict(at))
        return {name: int(at[name]) for name in ("layer", "channel", "row", "column") if name in at}
