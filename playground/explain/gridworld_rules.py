"""What the coach looks for in a gridworld; every verdict quotes the run's own numbers."""

from __future__ import annotations

from typing import cast

import numpy as np

from playground.core.limits import EPISODE_STEPS
from playground.experiments.gridworld import ON_POLICY, Gridworld, goal_in_reach, reference
from playground.explain.coach import Advice, Evidence

ENOUGH = 60  # episodes before a habit is called one
LOST = 0.8  # share of episodes that were cut off
SHORT = 0.05  # of the best return: what counts as a gap


def _world(evidence: Evidence) -> Gridworld:
    return cast(Gridworld, evidence.experiment)


def unreachable(evidence: Evidence) -> Advice | None:
    experiment = _world(evidence)
    if goal_in_reach(experiment.make_world()):
        return None
    return Advice("No way to a goal", "From the start no goal can be reached, whatever is done.",
                  "Walls, cliffs or wind block every way. Paint a door, or put start or goal elsewhere.", {}, "problem")  # fmt: skip


def diverged(evidence: Evidence) -> Advice | None:
    if not evidence.diverged:
        return None
    rate = _world(evidence).learning_rate
    return Advice("Run away", f"With α = {rate:g} the values left all bounds within {evidence.step:,} episodes.",
                  "Above 2 every correction is longer than twice the error and makes it larger.", {"learning_rate": 0.1}, "problem")  # fmt: skip


def _gap(evidence: Evidence) -> tuple[float, float]:
    """What the greedy policy earns, and the best."""
    earned = evidence.column("expected_return")
    return (float(earned[-1]) if len(earned) else np.nan), reference(_world(evidence)).best_return


def lost(evidence: Evidence) -> Advice | None:
    """Most episodes end because they are cut off."""
    experiment, cut = _world(evidence), evidence.column("cut")
    if experiment.plans or evidence.diverged or evidence.step < ENOUGH or not len(cut) or not goal_in_reach(experiment.make_world()):
        return None
    share = float(cut[-1]) / evidence.step
    if share < LOST:
        return None
    changes = {"longest": min(EPISODE_STEPS, 10 * experiment.longest)} if experiment.longest < 500 else {"algorithm": "dyna_q", "epsilon": max(0.2, experiment.epsilon)}
    return Advice("Never gets there", f"{share:.0%} of {evidence.step:,} episodes were cut off after {experiment.longest:,} steps without reaching an end.",
                  "What is never met cannot be learnt. It needs more time, or more curiosity.", changes, "problem")  # fmt: skip


def no_exploration(evidence: Evidence) -> Advice | None:
    experiment = _world(evidence)
    if experiment.plans or evidence.diverged or evidence.step < ENOUGH or experiment.epsilon_in(evidence.step) >= 0.01:
        return None
    earned, best = _gap(evidence)
    if not earned < best - SHORT * (1 + abs(best)):
        return None
    now = experiment.epsilon_in(evidence.step)
    return Advice("No exploration", f"Its policy earns {earned:.3g} on average, {best:.3g} is possible, and with ε = {now:.2g} nothing new is ever tried.",
                  "It repeats the first way that paid. Starting values above anything possible make every action look promising until it was tried.",
                  {"initial": min(100.0, max(1.0, float(np.ceil(reference(experiment).values.max())))), "epsilon": 0.1})  # fmt: skip


def restless(evidence: Evidence) -> Advice | None:
    """The error of the values does not settle in a world of chance."""
    experiment, error = _world(evidence), evidence.column("value_loss")
    slips = experiment.slip > 0 if experiment.world == "own" else experiment.slippery or experiment.world == "classic"
    if experiment.plans or evidence.diverged or evidence.step < 3 * ENOUGH or not slips or experiment.rate_decay > 0 or experiment.learning_rate < 0.3 or len(error) < 60:
        return None
    late = error[-40:]
    if late.std() < 0.08 * max(late.mean(), 1e-9) or error[-40:].mean() < 0.7 * error[-80:-40].mean():
        return None
    return Advice("Restless values", f"The largest error of the values swings between {late.min():.2g} and {late.max():.2g}.",
                  "Each surprise of this slippery world is believed by half or more. A rate that falls with visits averages the luck out.",
                  {"rate_decay": 0.7, "learning_rate": 1.0})  # fmt: skip


def short_sighted(evidence: Evidence) -> Advice | None:
    """The best policy under this discount earns much less than the best one without."""
    experiment = _world(evidence)
    if experiment.discount > 0.8 or experiment.algorithm == "policy_evaluation" or evidence.step < 5:
        return None
    best, far = reference(experiment).best_return, reference(experiment.changed(discount=0.99)).best_return
    if not far > best + SHORT * (1 + abs(best)):
        return None
    return Advice("Short-sighted", f"With γ = {experiment.discount:g} even the best policy earns {best:.3g} on average; looking further it would be {far:.3g}.",
                  f"A reward ten steps away counts {experiment.discount**10:.1g} of itself here.", {"discount": 0.95})  # fmt: skip


def other_aim(evidence: Evidence) -> Advice | None:
    """On-policy values settle at those of the policy that explores."""
    experiment, error, own = _world(evidence), evidence.column("value_loss"), evidence.column("soft_loss")
    if experiment.algorithm not in ON_POLICY or evidence.diverged or evidence.step < 3 * ENOUGH or experiment.last_epsilon < 0.02 or len(own) < 40:
        return None
    if not own[-20:].mean() < 0.6 * error[-20:].mean():
        return None
    seen = f"Its values are {own[-1]:.2g} from those of the best policy that explores with ε = {experiment.last_epsilon:g}, but {error[-1]:.2g} from the best without."
    return Advice("It values its own slips", seen,
                  "That is no fault: it learns about the policy it follows. When ε fades, the two become one.", {"epsilon_half": 100})  # fmt: skip


def stopped_early(evidence: Evidence) -> Advice | None:
    experiment, error = _world(evidence), evidence.column("value_loss")
    if not experiment.plans or evidence.state != "finished" or evidence.step < experiment.sweeps or not len(error) or error[-1] < 1e-6:
        return None
    return Advice("Not settled", f"After {evidence.step:,} sweeps the values are still {error[-1]:.2g} from the truth.",
                  "Each sweep brings them nearer by the factor γ at least; it was stopped before.", {"sweeps": min(100_000, 10 * experiment.sweeps)})  # fmt: skip


RULES = (unreachable, diverged, lost, no_exploration, short_sighted, restless, other_aim, stopped_early)
