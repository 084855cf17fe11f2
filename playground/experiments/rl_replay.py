"""Experience kept and learnt from again: transitions of n steps, drawn evenly or by surprise."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np


class Replay:
    """A ring of transitions (s, a, R, s', γⁿ); the oldest is overwritten.

    With `prioritised`, a transition is drawn with probability ∝ (|TD error| + 1e-6)^0.6 and its loss weighted by (N P)^−β, divided by
    the largest such weight; sums of priorities are kept in a binary tree.

    Source:
        Lin 1992 (replay); Schaul et al. 2016, "Prioritized Experience Replay", eqs. 1 and 2, α = 0.6.
    """

    KEPT: ClassVar[tuple[str, ...]] = ("place", "count", "largest")

    def __init__(self, capacity: int, inputs: int, action: tuple[int, ...], kind: Any, prioritised: bool, stride: int = 1):
        self.capacity, self.prioritised, self.stride = capacity, prioritised, stride  # s' mostly is the s of `stride` rows later
        self.place, self.count, self.largest = 0, 0, 1.0
        self.seen, self.arrived = np.zeros((capacity, inputs), np.float32), np.zeros((capacity, inputs), np.float32)
        self.taken = np.zeros((capacity, *action), kind)
        self.rewards, self.discounts = np.zeros(capacity, np.float32), np.zeros(capacity, np.float32)
        self.leaves = 1 << max(1, (capacity - 1).bit_length())
        self.tree = np.zeros(2 * self.leaves if prioritised else 0)

    def add(self, seen: np.ndarray, taken: np.ndarray, rewards: np.ndarray, arrived: np.ndarray, discounts: np.ndarray) -> None:
        """Store M transitions; new ones get the largest priority there is."""
        rows = (self.place + np.arange(len(seen))) % self.capacity
        self.seen[rows], self.taken[rows], self.rewards[rows], self.arrived[rows], self.discounts[rows] = seen, taken, rewards, arrived, discounts
        self.place = int((self.place + len(seen)) % self.capacity)
        self.count = min(self.capacity, self.count + len(seen))
        if self.prioritised:
            self.set_priorities(rows, np.full(len(rows), self.largest))

    def draw(self, size: int, beta: float, stream: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Rows (size,) and the weights of their losses (size,) float32."""
        if not self.prioritised:
            return stream.integers(0, self.count, size), np.ones(size, np.float32)
        total = self.tree[1]
        wanted = (np.arange(size) + stream.random(size)) * (total / size)  # one from each equal share of the sum
        nodes = np.ones(size, np.int64)
        while nodes[0] < self.leaves:
            left = self.tree[2 * nodes]
            right = wanted >= left
            wanted, nodes = np.where(right, wanted - left, wanted), 2 * nodes + right
        rows = np.minimum(nodes - self.leaves, self.count - 1)
        shares = np.maximum(self.tree[rows + self.leaves], 1e-12) / total
        weights = (self.count * shares) ** -beta
        return rows, (weights / weights.max()).astype(np.float32)

    def set_errors(self, rows: np.ndarray, errors: np.ndarray) -> None:
        """Priorities of rows that were just learnt from, by the size of their errors."""
        priorities = (np.abs(errors) + 1e-6) ** 0.6
        self.largest = max(self.largest, float(priorities.max()))
        self.set_priorities(rows, priorities)

    def set_priorities(self, rows: np.ndarray, priorities: np.ndarray) -> None:
        nodes = rows + self.leaves
        self.tree[nodes] = priorities
        while nodes[0] > 1:
            nodes = np.unique(nodes // 2)
            self.tree[nodes] = self.tree[2 * nodes] + self.tree[2 * nodes + 1]

    def state_dict(self) -> dict[str, Any]:
        """Only what is filled; s' is left away where it is the s of `stride` rows later."""
        kept = slice(0, self.count)
        found = {name: getattr(self, name)[kept].copy() for name in ("seen", "taken", "rewards", "discounts")}
        if self.prioritised:
            found["priorities"] = self.tree[self.leaves : self.leaves + self.count].copy()
        follows = self.follows(self.count)
        return {**found, "follows": follows, "arrived": self.arrived[kept][~follows], **{name: getattr(self, name) for name in self.KEPT}}

    def follows(self, count: int) -> np.ndarray:
        found = np.zeros(count, bool)
        if count > self.stride:
            found[: count - self.stride] = (self.arrived[: count - self.stride] == self.seen[self.stride : count]).all(1)
        return found

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for name in self.KEPT:
            setattr(self, name, type(getattr(self, name))(state[name]))
        for name in ("seen", "taken", "rewards", "discounts"):
            getattr(self, name)[: self.count] = state[name]
        follows = np.asarray(state["follows"])
        rows = np.flatnonzero(follows)
        self.arrived[rows] = self.seen[rows + self.stride]
        self.arrived[np.flatnonzero(~follows)] = state["arrived"]
        if self.prioritised and self.count:
            self.tree[:] = 0.0
            self.set_priorities(np.arange(self.count), np.array(state["priorities"]))


class Window:
    """The last n steps of every copy, from which transitions of up to n steps are made.

    Source:
        Sutton 1988; as used in Hessel et al. 2018, "Rainbow", eq. 3.
    """

    KEPT: ClassVar[tuple[str, ...]] = ("ages", "seen", "taken", "rewards")

    def __init__(self, steps: int, copies: int, inputs: int, action: tuple[int, ...], kind: Any):
        self.steps = steps
        self.ages = np.zeros(copies, np.int64)  # steps of the running episode that are in the window, at most n
        self.seen = np.zeros((steps, copies, inputs), np.float32)
        self.taken = np.zeros((steps, copies, *action), kind)
        self.rewards = np.zeros((steps, copies), np.float32)

    def push(self, seen: np.ndarray, taken: np.ndarray, rewards: np.ndarray) -> None:
        for array, latest in ((self.seen, seen), (self.taken, taken), (self.rewards, rewards)):
            array[:-1] = array[1:]
            array[-1] = latest
        self.ages = np.minimum(self.ages + 1, self.steps)

    def transitions(self, arrived: np.ndarray, terminated: np.ndarray, ended: np.ndarray, discount: float) -> list[tuple[np.ndarray, ...]]:
        """What `Replay.add` takes, for every length that is complete: n steps, and fewer where an episode ended."""
        found = []
        for length in range(1, self.steps + 1):
            complete = (ended & (self.ages >= length)) if length < self.steps else self.ages >= length
            if not complete.any():
                continue
            powers = np.array([discount**k for k in range(length)], np.float32)[:, None]
            rewards = (powers * self.rewards[-length:, complete]).sum(0)
            discounts = np.where(terminated[complete], 0.0, discount**length).astype(np.float32)
            found.append((self.seen[-length, complete], self.taken[-length, complete], rewards, arrived[complete], discounts))
        self.ages[ended] = 0
        return found
