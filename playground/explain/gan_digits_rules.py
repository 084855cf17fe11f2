"""What the coach looks for in a GAN of images; every verdict quotes the run's own numbers."""

from __future__ import annotations

import numpy as np

from playground.explain.coach import Advice, Evidence

EARLY = 600
LITTLE = 0.35  # of the variety that real images have
CONFUSED = 0.6


def copies(evidence: Evidence) -> Advice | None:
    """Samples of one class hardly differ."""
    variety = evidence.column("variety")
    if evidence.diverged or evidence.step < EARLY or len(variety) < 10 or float(np.mean(variety[-10:])) > LITTLE:
        return None
    now = evidence.experiment
    rates = {"g_learning_rate": min(now.g_learning_rate, 0.001), "d_learning_rate": min(now.d_learning_rate, 0.001)}  # type: ignore[attr-defined]
    return Advice("Little variety", f"Samples of a class differ by only {np.mean(variety[-10:]):.0%} of what real images do.",
                  "G has found few pictures that pass and serves them again and again: the noise no longer matters. Shorter moves let D answer in time.",
                  rates | {"r1": 0.1}, "problem")  # fmt: skip


def confused(evidence: Evidence) -> Advice | None:
    """Samples do not show the class that was asked for, long after the start."""
    asked = evidence.column("asked")
    if evidence.diverged or evidence.step < 3 * EARLY or len(asked) < 10 or float(np.mean(asked[-10:])) > CONFUSED:
        return None
    now = evidence.experiment
    return Advice("Classes are mixed up", f"After {evidence.step:,} steps only {np.mean(asked[-10:]):.0%} of the samples look like the class that was asked for.",
                  "D has not learnt to hold the class against the image. Let it learn more often.", {"d_steps": min(10, now.d_steps + 2)})  # type: ignore[attr-defined]  # fmt: skip


def diverged(evidence: Evidence) -> Advice | None:
    if not evidence.diverged:
        return None
    return Advice("Diverged", f"The losses left all bounds within {evidence.step:,} steps.", "The moves are too long.",
                  {"g_learning_rate": 0.001, "d_learning_rate": 0.001}, "problem")  # fmt: skip


RULES = (diverged, copies, confused)
