"""What a run remembers: metric rows, and views for scrubbing back, both within fixed bounds."""

from typing import Any

import numpy as np

from playground.core import packets
from playground.core.limits import HISTORY_BYTES, HISTORY_VIEWS, METRIC_POINTS


class Metrics:
    """Columns of metric rows; when full, every second row of the older half goes, so that the end stays fine-grained."""

    def __init__(self, limit: int = METRIC_POINTS):
        self.limit = limit
        self.columns: dict[str, list[float]] = {"step": []}
        self.version = 0  # grows when rows were removed, so that readers start over

    def append(self, batch: dict[str, np.ndarray]) -> None:
        before = len(self.columns["step"])
        count = len(batch["step"])
        for name in batch:
            self.columns.setdefault(name, [np.nan] * before)
        for name, column in self.columns.items():
            column.extend(batch[name].tolist() if name in batch else [np.nan] * count)
        if len(self.columns["step"]) > self.limit:
            self._thin()

    def arrays(self, start: int = 0) -> dict[str, np.ndarray]:
        return {name: np.array(column[start:], np.float64) for name, column in self.columns.items()}

    def last(self) -> dict[str, float]:
        return {name: column[-1] for name, column in self.columns.items() if column and name != "step"}

    def __len__(self) -> int:
        return len(self.columns["step"])

    def _thin(self) -> None:
        half = len(self) // 2
        for name, column in self.columns.items():
            self.columns[name] = column[:half:2] + column[half:]
        self.version += 1


class Views:
    """Recorded view packets in order of step, at most HISTORY_VIEWS and HISTORY_BYTES.

    When full, the view goes whose neighbours lie closest together in steps: what remains stays spread over the whole run,
    and the first and the last view are always kept.
    """

    def __init__(self, count: int = HISTORY_VIEWS, size: int = HISTORY_BYTES):
        self.count, self.size = count, size
        self.steps: list[int] = []
        self.packets: list[bytes] = []
        self.bytes = 0

    def record(self, step: int, packet: bytes) -> None:
        if self.steps and step <= self.steps[-1]:
            if step == self.steps[-1]:  # the same step seen again, after an edit or a tune: the newer view holds
                self.bytes += len(packet) - len(self.packets[-1])
                self.packets[-1] = packet
            return
        self.steps.append(step)
        self.packets.append(packet)
        self.bytes += len(packet)
        while len(self.steps) > 2 and (len(self.steps) > self.count or self.bytes > self.size):
            self._drop()

    def nearest(self, step: int) -> tuple[int, bytes] | None:
        if not self.steps:
            return None
        index = int(np.abs(np.array(self.steps) - step).argmin())
        return self.steps[index], self.packets[index]

    def _drop(self) -> None:
        steps = np.array(self.steps)
        index = int((steps[2:] - steps[:-2]).argmin()) + 1
        del self.steps[index]
        self.bytes -= len(self.packets.pop(index))


def pack_metrics(columns: dict[str, Any], **values: Any) -> bytes:
    """A metrics packet for browsers and the store."""
    return packets.encode("metrics", {**columns, **values})
