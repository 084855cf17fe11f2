"""From scores to alarms: thresholds, and the curves over all of them. No torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Alarm:
    """What one threshold does.

    Attributes:
        found, missed: Odd inputs above and below it.
        false, quiet: Normal inputs above and below it.
    """

    threshold: float
    found: int
    missed: int
    false: int
    quiet: int

    @property
    def precision(self) -> float:
        """Share of the alarms that are right; NaN without any."""
        return self.found / (self.found + self.false) if self.found + self.false else float("nan")

    @property
    def recall(self) -> float:
        """Share of the odd inputs that are found; NaN without any."""
        return self.found / (self.found + self.missed) if self.found + self.missed else float("nan")

    @property
    def false_rate(self) -> float:
        return self.false / (self.false + self.quiet) if self.false + self.quiet else float("nan")


def alarm(scores: np.ndarray, odd: np.ndarray, known: np.ndarray, share: float) -> Alarm:
    """The threshold that `share` of the known, normal scores lie above, and what it does to the others."""
    threshold = float(np.quantile(known, 1 - share))
    above = scores > threshold
    return Alarm(threshold, int((above & odd).sum()), int((~above & odd).sum()), int((above & ~odd).sum()), int((~above & ~odd).sum()))


def curves(scores: np.ndarray, odd: np.ndarray) -> dict[str, np.ndarray]:
    """Rates over all thresholds, from the highest down: `false_rate`, `recall` and `precision`, (n + 1,) each, of distinct scores.

    Precision without alarms is taken as 1.
    """
    order = np.argsort(-scores, kind="stable")
    hits, last = odd[order], np.append(np.diff(scores[order]) != 0, True)
    found, false = np.cumsum(hits)[last], np.cumsum(~hits)[last]
    recall = np.append(0.0, found / max(1, odd.sum()))
    rate = np.append(0.0, false / max(1, (~odd).sum()))
    return {"false_rate": rate, "recall": recall, "precision": np.append(1.0, found / (found + false))}


def areas(found: dict[str, np.ndarray]) -> tuple[float, float]:
    """Area under the ROC curve, and average precision (steps, not interpolated: Davis and Goadrich 2006)."""
    rate, recall = found["false_rate"], found["recall"]
    area = float(np.sum(np.diff(rate) * (recall[1:] + recall[:-1]) / 2))
    return area, float(np.sum(np.diff(recall) * found["precision"][1:]))
