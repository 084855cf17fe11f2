"""What an autoencoder learns from: inputs without the class that is left out, and a test part with it. No torch."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.core.errors import UserError
from playground.core.randomness import derive

if TYPE_CHECKING:
    from playground.experiments.autoencoder import Autoencoder

TEST_SHARE = 0.2
FAULTS = ("normal", "worn bearing", "leak", "overheating")
SENSOR_NAMES = ("speed", "load", "temperature", "vibration", "pressure", "current")
SENSOR_ROWS = 2400


@dataclass(frozen=True, eq=False)
class Lesson:
    """One task, ready to be learnt.

    Attributes:
        train: (n, channels, height, width) uint8, or (n, columns) float32, standardised; nothing of what is left out.
        test, targets: Inputs not learnt from, and their classes (m,) int64.
        odd: (m,) bool, which of them are of a kind the network never saw.
        rows: (m,) int64, the row of the data set each test input is.
        classes: Names of the classes; empty without any.
        columns: Names of a table's columns.
        notes: What was done to the data, in sentences.
    """

    train: np.ndarray
    test: np.ndarray
    targets: np.ndarray
    odd: np.ndarray
    rows: np.ndarray
    classes: tuple[str, ...]
    columns: tuple[str, ...]
    title: str
    notes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.train.shape[1:])

    @property
    def images(self) -> bool:
        return len(self.shape) == 3

    @property
    def has_odd(self) -> bool:
        return bool(self.odd.any())


def lesson(experiment: Autoencoder) -> Lesson:
    """The parts of an experiment's data; the last few are kept.

    Raises:
        UserError: When the data cannot be loaded, or nothing is left to learn from.
    """
    return _lesson(experiment.dataset, experiment.own, experiment.left_out, experiment.data_seed)


@functools.lru_cache(maxsize=4)
def _lesson(key: str, own: str, left_out: str, seed: int) -> Lesson:
    if key == "sensors":
        values, kinds = sensors(SENSOR_ROWS, derive(seed, "sensors"))
        train, test, kinds, rows = deal(values, kinds, derive(seed, "split"))
        return Lesson(train, test, kinds, kinds > 0, rows, FAULTS, SENSOR_NAMES, "Pump sensors", ("The network learns from normal minutes alone.",))
    from playground.data import datasets

    data = datasets.load(key, own)
    split = data.split(seed, 0.0, TEST_SHARE)
    names = tuple(data.classes)
    targets = [each.targets if names else np.zeros(len(each.rows), np.int64) for each in (split.train, split.test)]
    absent = -1 if left_out == "none" else int(left_out)
    if absent >= max(1, len(names)):
        raise UserError(f"{data.title} has {len(names)} classes: there is none numbered {absent} to leave out.", "Choose another class, or None.", field="left_out")
    kept = targets[0] != absent
    if kept.sum() < 2 or not len(targets[1]):
        raise UserError(f"{data.title} has too few rows left to learn from.", "Leave out another class, or use more data.", field="left_out")
    return Lesson(split.train.inputs[kept], split.test.inputs, targets[1], targets[1] == absent, split.test.rows, names, tuple(data.feature_names), data.title, tuple(split.notes))


def sensors(count, seed):
    """Made minutes of a pump: (count, 6) readings that hang together by simple physics, and (count,) what was wrong, 0 nothing.

    Speed and load decide all else; a fault breaks one relation and leaves every single reading within its usual range.
    """
    stream = np.random.default_rng(seed)
    kinds = np.where(stream.random(count) < 0.12, stream.integers(1, 4, count), 0)
    speed = stream.uniform(600, 1800, count)  # turns a minute
    load = stream.uniform(0.2, 1.0, count)
    noise = stream.normal(size=(count, 4))
    strength = stream.uniform(0.6, 1.4, count)
    vibration = 0.8 + 2.4 * (speed / 1800) ** 2 + 0.12 * noise[:, 0] + np.where(kinds == 1, 1.1 * strength, 0)  # mm/s
    pressure = 1.2 + 4.6 * (speed / 1800) ** 2 * (1.15 - 0.3 * load) + 0.12 * noise[:, 1]  # bar
    pressure = np.where(kinds == 2, pressure * (1 - 0.4 * strength), pressure)
    current = 3 + 14 * load * speed / 1800 + 0.35 * noise[:, 2]  # ampere
    temperature = 24 + 1.7 * current + 0.9 * noise[:, 3] + np.where(kinds == 3, 12 * strength, 0)  # °C
    return np.column_stack([speed, load, temperature, vibration, pressure, current]), kinds.astype(np.int64)


def deal(values, kinds, seed):
    """Seven normal rows in ten to learn from, standardised by themselves; all others to test with."""
    normal = np.random.default_rng(seed).permutation(np.flatnonzero(kinds == 0))
    known = normal[: int(0.7 * len(normal))]
    rows = np.setdiff1d(np.arange(len(kinds)), known)
    mean, spread = values[known].mean(0), values[known].std(0)
    train, test = (((values[each] - mean) / spread).astype(np.float32) for each in (known, rows))
    return train, test, kinds[rows], rows


def raw_rows(experiment: Autoencoder, given: Lesson, place: int) -> dict[str, float | str]:
    """The cells of test row number `place` in their own units, by column."""
    row = int(given.rows[place])
    if experiment.dataset == "sensors":
        values, _ = sensors(SENSOR_ROWS, derive(experiment.data_seed, "sensors"))
        return {name: round(float(value), 2) for name, value in zip(SENSOR_NAMES, values[row], strict=True)}
    from playground.data import datasets

    return dict(datasets.load(experiment.dataset, experiment.own).show(row))
