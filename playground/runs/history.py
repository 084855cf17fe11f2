"""What a run remembers: metric rows, and views for scrubbing back, both within fixed bounds."""

from typing import Any

import numpy as np

from playground.core import packets
from playground.core.limits import HISTORY_BYTES, HISTORY_VIEWS, METRIC_POINTS

SECONDS = "@seconds"  # a column beside the metrics: seconds of computing since the start, pauses left out


class Metrics:
    """Columns of metric rows; when full, every second row of the older half goes, so that the end stays fine-grained."""

    def __init__(self, limit: int = METRIC_POINTS):
        self.limit = limit
        self.version = 0  # grows when rows were removed, so that readers start over
        self._columns: dict[str, np.ndarray] = {"step": np.empty(64)}
        self._seconds = np.empty(64)
        self._count = 0
        self._spent = 0.0  # by workers that are gone

    def append(self, batch: dict[str, Any]) -> None:
        count = len(batch["step"])
        before, after = self._count, self._count + count
        if after > len(self._seconds):
            self._grow(after)
        for name in batch:
            if name not in self._columns and name != SECONDS:
                self._columns[name] = np.full(len(self._seconds), np.nan)
        for name, column in self._columns.items():
            column[before:after] = batch.get(name, np.nan)
        self._seconds[before:after] = batch.get(SECONDS, np.nan) + self._spent
        self._count = after
        if after > self.limit:
            self._thin()

    def arrays(self, start: int = 0) -> dict[str, np.ndarray]:
        return {name: column[start : self._count].copy() for name, column in self._columns.items()}

    def seconds(self) -> np.ndarray:
        """Seconds of computing at each row, (rows,); NaN where none were recorded."""
        return self._seconds[: self._count].copy()

    def last(self) -> dict[str, float]:
        return {name: float(column[self._count - 1]) for name, column in self._columns.items() if self._count and name != "step"}

    def go_on(self) -> None:
        """Another worker carries on: its clock starts at zero, ours does not."""
        known = self.seconds()
        known = known[np.isfinite(known)]
        self._spent = float(known[-1]) if len(known) else 0.0

    def __len__(self) -> int:
        return self._count

    def _grow(self, wanted: int) -> None:
        room = max(wanted, min(2 * len(self._seconds), self.limit + 512))
        for name, column in self._columns.items():
            self._columns[name] = np.concatenate([column, np.full(room - len(column), np.nan)])
        self._seconds = np.concatenate([self._seconds, np.full(room - len(self._seconds), np.nan)])

    def _thin(self) -> None:
        half = self._count // 2
        kept = np.r_[np.arange(0, half, 2), np.arange(half, self._count)]
        for column in (*self._columns.values(), self._seconds):
            column[: len(kept)] = column[kept]
        self._count = len(kept)
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
