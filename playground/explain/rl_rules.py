"""What the coach looks for in a learning agent; every verdict quotes the run's own numbers."""

from __future__ import annotations

import math

import numpy as np

from playground.explain.coach import Advice, Evidence
from playground.explain.numbers import plain

ENOUGH_FILMS = 4  # evaluations before a verdict on progress
LOW_ENTROPY = 0.05  # of the largest a policy over so many actions can have
FEW = 3  # batches a replay memory should hold many times over


def _last(evidence: Evidence, name: str) -> float:
    values = evidence.column(name)
    return float(values[-1]) if len(values) else math.nan


def _solved(evidence: Evidence) -> bool:
    return _last(evidence, "evaluation_return") >= evidence.experiment.task.solved  # type: ignore[attr-defined]


def _poor(evidence: Evidence) -> bool:
    """Less than a third of the way from a failing policy to a solved task."""
    task = evidence.experiment.task  # type: ignore[attr-defined]
    return not _last(evidence, "evaluation_return") > task.floor + (task.solved - task.floor) / 3


def _rounded(rate: float) -> float:
    return min(1.0, max(1e-6, float(f"{rate:.1g}")))


def diverged(evidence: Evidence) -> Advice | None:
    if not evidence.diverged:
        return None
    one = evidence.experiment
    changes = {"learning_rate": _rounded(one.learning_rate / 10)} | ({"reward_scale": 1.0} if one.reward_scale > 1 else {})  # type: ignore[attr-defined]
    return Advice("Diverged", f"After {_last(evidence, 'updates'):,.0f} updates the loss was no longer a finite number, with a learning rate of "
                  f"{one.learning_rate:g} and rewards times {one.reward_scale:g}.",  # type: ignore[attr-defined]
                  "Goals and guesses have driven each other up without end.", changes, "problem")  # fmt: skip


def no_exploration(evidence: Evidence) -> Advice | None:
    one, epsilon = evidence.experiment, _last(evidence, "epsilon")
    if one.algorithm != "dqn" or not epsilon < 0.02 or evidence.step < 3_000 or not _poor(evidence):  # type: ignore[attr-defined]
        return None
    return Advice("No exploration", f"Only {epsilon:.1%} of the actions are random, and without exploring the return is {_last(evidence, 'evaluation_return'):.4g}.",
                  "An agent that always does what it thinks best never learns what else there is.", {"epsilon": 0.05, "exploration": 0.2}, "problem")  # fmt: skip


def certain_too_soon(evidence: Evidence) -> Advice | None:
    """A policy over actions that is nearly certain although it does badly."""
    one, entropy = evidence.experiment, _last(evidence, "entropy")
    if one.algorithm not in ("ppo", "a2c", "reinforce") or one.task.continuous or _last(evidence, "updates") < 20 or not _poor(evidence):  # type: ignore[attr-defined]
        return None
    most = math.log(len(one.task.actions))  # type: ignore[attr-defined]
    if not entropy < LOW_ENTROPY * most:
        return None
    hasty = one.learning_rate > 0.01  # type: ignore[attr-defined]
    changes = {"learning_rate": 0.001} if hasty else {"entropy": 0.01}
    why = f"At a learning rate of {one.learning_rate:g} single updates throw it that far." if hasty else "An entropy bonus pays it for staying undecided."  # type: ignore[attr-defined]
    return Advice("Certain too soon", f"The policy's entropy is {entropy:.2g} of at most {most:.2g}, while its return is only {_last(evidence, 'evaluation_return'):.4g}.",
                  f"It hardly tries anything else any more. {why}", changes, "problem")  # fmt: skip


def moves_too_far(evidence: Evidence) -> Advice | None:
    """PPO's policy changes by much more in a round than the clip means to allow."""
    one, moves = evidence.experiment, evidence.column("kl")
    if one.algorithm != "ppo" or len(moves) < 10 or _solved(evidence):  # type: ignore[attr-defined]
        return None
    usual = float(np.median(moves[-10:]))
    if usual < 0.2:
        return None
    return Advice("Updates too large", f"In its last updates the policy moved by a KL of {usual:.2g}; 0.01 to 0.05 is usual.",
                  "The experience was collected by a policy that no longer exists when it is used up.", {"learning_rate": _rounded(one.learning_rate / 10)})  # type: ignore[attr-defined]  # fmt: skip


def tiny_memory(evidence: Evidence) -> Advice | None:
    one = evidence.experiment
    if one.algorithm not in ("dqn", "sac") or evidence.step < 5_000 or _solved(evidence):  # type: ignore[attr-defined]
        return None
    if one.memory > max(1_000, 5 * one.batch_size):  # type: ignore[attr-defined]
        return None
    return Advice("Memory too small", f"The memory holds {one.memory:,} steps, of {evidence.step:,} played, and each batch takes {one.batch_size}.",  # type: ignore[attr-defined]
                  "All it remembers is much alike: it unlearns what it has not seen for a moment.", {"memory": 50_000}, "problem")  # fmt: skip


def badly_scaled(evidence: Evidence) -> Advice | None:
    """The critic's targets are so large that nothing else gets through the gradient clipping."""
    one, loss, norm = evidence.experiment, _last(evidence, "value_loss"), _last(evidence, "gradient_norm")
    if not loss > 1e4 or not norm > 100 * one.gradient_clip or _last(evidence, "updates") < 20 or _solved(evidence):  # type: ignore[attr-defined]
        return None
    if one.reward_scale <= 1 and abs(one.task.floor) > 1_000 or one.reward_scale == 0.01:  # type: ignore[attr-defined]
        return None
    return Advice("Rewards too large", f"The critic's loss is {plain(loss)} and the gradient is {norm / one.gradient_clip:,.0f} times as long as what is let through.",  # type: ignore[attr-defined]
                  "The critic's error fills the whole gradient, and the policy's share is lost. Rewards of about 1 suit a network.",
                  {"reward_scale": 1.0 if one.reward_scale > 1 else 0.01}, "problem")  # type: ignore[attr-defined]  # fmt: skip


def believes_too_much(evidence: Evidence) -> Advice | None:
    """Q-values far above the largest return there can be."""
    one, found = evidence.experiment, _last(evidence, "q_mean")
    if one.algorithm != "dqn" or one.discount >= 1 or not math.isfinite(found):  # type: ignore[attr-defined]
        return None
    largest = one.reward_scale * max(1.0, one.task.ceiling / one.task.max_steps) / (1 - one.discount)  # type: ignore[attr-defined]
    if one.task.ceiling <= 0 or one.task.key == "LunarLander-v3" or not found > 1.5 * largest:  # type: ignore[attr-defined]
        return None
    changes = {"double": True} if not one.double else {"learning_rate": _rounded(one.learning_rate / 3)}  # type: ignore[attr-defined]
    return Advice("Wishful thinking", f"It expects {found:.3g} on average, where no policy can have more than {largest:.3g}.",
                  "Taking the largest of noisy guesses errs upwards, and the error feeds itself through the goals.", changes)  # fmt: skip


def nothing_found(evidence: Evidence) -> Advice | None:
    """Every episode ends with the same bad return: the reward has never been seen."""
    one, lows = evidence.experiment, evidence.column("evaluation_high")
    if one.task.key not in ("MountainCar-v0", "MountainCarContinuous-v0") or evidence.step < 20_000 or len(lows) < ENOUGH_FILMS:  # type: ignore[attr-defined]
        return None
    best, practice = float(lows.max()), evidence.column("training_return")
    reached = best > one.task.floor + 0.1 if one.task.key == "MountainCar-v0" else best > 1  # type: ignore[attr-defined]
    if reached or (len(practice) and float(practice.max()) > one.task.floor + 0.1 and one.task.key == "MountainCar-v0"):  # type: ignore[attr-defined]
        return None
    off = one.algorithm in ("dqn", "sac")  # type: ignore[attr-defined]
    changes = {"noise_memory": 0.95} if off and one.noise_memory < 0.9 else {}  # type: ignore[attr-defined]
    return Advice("The flag was never reached", f"In {evidence.step:,} steps no episode has got there; the best return is {best:.4g}.",
                  "Trembling left and right cancels out. Pushes that last some ten steps rock the car up; an agent that learns from memory (DQN, SAC) keeps the lucky try.",
                  changes)  # fmt: skip


def forgot(evidence: Evidence) -> Advice | None:
    """It could once, and cannot any more."""
    curve, task, one = evidence.column("evaluation_return"), evidence.experiment.task, evidence.experiment  # type: ignore[attr-defined]
    if len(curve) < ENOUGH_FILMS or curve.max() < task.solved or curve[-1] > task.solved - 0.35 * abs(task.solved - task.floor):
        return None
    changes = {"learning_rate": _rounded(one.learning_rate / 3)} | ({} if one.decay else {"decay": True})  # type: ignore[attr-defined]
    return Advice("It unlearned", f"It once reached {curve.max():.4g} and is down to {curve[-1]:.4g}.",
                  "Success made its experience one-sided, and the next updates broke what worked. Smaller steps towards the end keep it; the films show when it happened.",
                  changes)  # fmt: skip


RULES = (diverged, no_exploration, certain_too_soon, tiny_memory, badly_scaled, moves_too_far, believes_too_much, nothing_found, forgot)
