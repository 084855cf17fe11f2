"""What the coach looks for in a GAN on points of the plane; every verdict quotes the run's own numbers."""

from __future__ import annotations

import math

import numpy as np

from playground.explain.coach import Advice, Evidence
from playground.explain.numbers import plain

EARLY = 400  # steps within which nothing is wrong yet
LATELY = 20  # records that count as now
FAINT = 0.02  # a pull on the fakes below this moves nothing
FAR = 0.25  # nats of Jensen-Shannon divergence from which fakes and data are far apart
WANDERING = 0.25  # units of the plane that the fakes' centre moves between two records
SURE = 0.97
UNSURE = 0.62


def _now(evidence: Evidence, name: str) -> np.ndarray:
    return evidence.column(name)[-LATELY:]


def _ready(evidence: Evidence) -> bool:
    return not evidence.diverged and evidence.step >= EARLY and len(evidence.column("js")) >= LATELY and evidence.experiment.train == "both"  # type: ignore[attr-defined]


def diverged(evidence: Evidence) -> Advice | None:
    if not evidence.diverged:
        return None
    now = evidence.experiment
    return Advice("Diverged", f"The losses left all bounds within {evidence.step:,} steps.", "The moves are too long for at least one of the two.",
                  {"g_learning_rate": _rounded(now.g_learning_rate / 10), "d_learning_rate": _rounded(now.d_learning_rate / 10)}, "problem")  # type: ignore[attr-defined]  # fmt: skip


def vanishing(evidence: Evidence) -> Advice | None:
    """D is right about everything, and the pull on the fakes is nothing."""
    if not _ready(evidence):
        return None
    pull, right, js = (float(np.mean(_now(evidence, name))) for name in ("pull", "right_on_fake", "js"))
    if pull > FAINT or right < SURE or js < FAR:
        return None
    now = evidence.experiment
    saturates = now.loss == "minimax"  # type: ignore[attr-defined]
    why = "The slope of log(1 − D) vanishes where D is sure." if saturates else "D is flat where the fakes are, so no direction looks better than another."
    return Advice("Vanishing generator gradient", f"D is right about {right:.0%} of the fakes, and the mean pull on a fake is {plain(pull)}.", why,
                  {"loss": "non_saturating"} if saturates else {"blur": 0.3}, "problem")  # fmt: skip


def collapse(evidence: Evidence) -> Advice | None:
    """For some time at most half of the modes have been covered."""
    if not _ready(evidence):
        return None
    parts, covered = int(evidence.view.get("parts", 0) or len(evidence.view.get("shares", ()))), _now(evidence, "covered")
    pull = float(np.mean(_now(evidence, "pull")))
    if parts < 2 or covered.max() > parts / 2 or pull <= FAINT and float(np.mean(_now(evidence, "right_on_fake"))) >= SURE:
        return None
    now = evidence.experiment
    word = now.cloud().part  # type: ignore[attr-defined]
    words = f"Of {parts} {word} at most {covered.max():.0f} have been covered at any time lately; mean {covered.mean():.1f}."
    if now.g_steps > 1:  # type: ignore[attr-defined]
        return Advice("Mode collapse", words, "G learns more often than D and always runs to the place that D has not closed yet. Let D answer each move.",
                      {"g_steps": 1, "g_learning_rate": min(now.g_learning_rate, 0.002)}, "problem")  # type: ignore[attr-defined]  # fmt: skip
    rescue = {"loss": "wgan_gp", "d_steps": 5, "d_learning_rate": 0.005, "gradient_penalty": 0.1}
    changes = {"d_steps": 5} if now.loss == "wgan_gp" else rescue  # type: ignore[attr-defined]
    return Advice("Mode collapse", words, "Nothing in the loss rewards variety. A critic with a bounded slope that learns first points every fake to where mass is missing.",
                  changes, "problem")  # fmt: skip


def circling(evidence: Evidence) -> Advice | None:
    """The centre of the fakes keeps moving from record to record, and turns back again and again."""
    if not _ready(evidence):
        return None
    x, y = _now(evidence, "centre_x"), _now(evidence, "centre_y")
    moves = np.hypot(np.diff(x), np.diff(y))
    turns = max(int((np.diff(np.sign(np.diff(each))) != 0).sum()) for each in (x, y))
    if float(np.mean(moves)) < WANDERING / 4 or max(np.ptp(x), np.ptp(y)) < 4 * WANDERING or turns < 3:
        return None
    now = evidence.experiment
    changes = {"g_learning_rate": _rounded(now.g_learning_rate / 3), "d_learning_rate": _rounded(now.d_learning_rate / 3)} if now.r1 else {"r1": 0.3}  # type: ignore[attr-defined]
    return Advice("Running in circles", f"The centre of the fakes has moved over {max(np.ptp(x), np.ptp(y)):.1f} units and turned back {turns} times in the last {LATELY} records.",
                  "Each player answers the other's last move; without damping the pair orbits around the solution.", changes)  # fmt: skip


def weak_critic(evidence: Evidence) -> Advice | None:
    """D hardly does better than guessing although the fakes are far from the data."""
    if not _ready(evidence):
        return None
    right = float((np.mean(_now(evidence, "right_on_real")) + np.mean(_now(evidence, "right_on_fake"))) / 2)
    js = float(np.mean(_now(evidence, "js")))
    if right > UNSURE or js < FAR:
        return None
    now = evidence.experiment
    return Advice("D is too weak", f"D is right in {right:.0%} of the cases, yet the divergence is {js:.2f} of at most {math.log(2):.2f} nats.",
                  "G can only learn what D can see. Let D learn more often.", {"d_steps": min(20, now.d_steps + 2)})  # type: ignore[attr-defined]  # fmt: skip


def _rounded(rate: float) -> float:
    """A learning rate of one digit, within its field's range."""
    return min(1.0, max(1e-5, float(f"{rate:.1g}")))


RULES = (diverged, vanishing, collapse, circling, weak_critic)
