"""Words of the deep-RL screen: what each algorithm does, the maths with current numbers, and tasks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from playground.experiments.rl import DeepRL

WAYS = {
    "ppo": "**PPO** plays a stretch, asks of every action whether it went better than expected, and makes the better ones likelier, a little at a time.",
    "a2c": "**A2C** plays a few steps, asks whether each went better than its critic expected, and takes one step in that direction.",
    "reinforce": "**REINFORCE** plays whole episodes and makes every action likelier the more reward followed it.",
    "dqn": "**DQN** learns what every action is worth, from a memory of all it has tried, and takes the best; now and then it tries another.",
    "sac": "**SAC** learns what a force is worth, from a memory of all it has tried, and is paid for not settling too early.",
}
MEASURED = {"ppo": (("entropy", "explained"), ("kl", "clipped")), "a2c": (("entropy", "explained"), ("value_loss",)),
            "reinforce": (("entropy", "explained"), ("value_loss",)), "dqn": (("q_mean",), ("value_loss",)), "sac": (("q_mean",), ("temperature", "entropy"))}  # fmt: skip

REFERENCES = (
    "Sutton and Barto 2018, Reinforcement Learning", "Williams 1992 (REINFORCE)", "Mnih et al. 2015 (DQN)", "Mnih et al. 2016 (A3C, A2C)",
    "van Hasselt et al. 2016 (double)", "Wang et al. 2016 (dueling)", "Schaul et al. 2016 (prioritised replay)", "Schulman et al. 2016 (GAE)",
    "Schulman et al. 2017 (PPO)", "Haarnoja et al. 2018 (SAC)", "Eberhard et al. 2023 (noise that lasts)", "Towers et al. 2024 (Gymnasium)",
    "Raffin 2020, rl-baselines3-zoo (settings and published scores)", "Huang et al. 2022, The 37 implementation details of PPO",
)  # fmt: skip

GLOSSARY = {
    "return": "The sum of all rewards of one episode; what the agent is to make large.",
    "policy": "What to do in every situation: here a network that gives each action a probability, or a motor its force.",
    "critic": "A network that guesses the return still to come; the policy learns from how wrong it was.",
    "advantage": "How much better an action went than the critic expected.",
    "exploration": "Trying what does not look best yet, because it may be.",
    "discount": "What a reward one step later is worth, between 0 and 1.",
    "on-policy": "Learning only from what the present policy has just done (PPO, A2C, REINFORCE).",
    "off-policy": "Learning from anything in memory, whoever did it (DQN, SAC).",
    "replay memory": "Past steps, kept to be learnt from many times.",
    "target network": "An older copy that sets DQN's and SAC's goals, so that they do not chase themselves.",
    "entropy": "How undecided the policy is: 0 when it is certain.",
    "truncated": "An episode cut off because its time was up, not because the task ended.",
}


def horizon(discount: float) -> str:
    """How far ahead a discount looks, in words."""
    return "for ever" if discount >= 1 else f"about {1 / (1 - discount):,.0f} steps" if discount > 0 else "one step"


def maths(experiment: DeepRL, now: Mapping[str, float]) -> str:
    """Markdown: the goal, this algorithm's update, and what its last update measured."""
    goal = (f"The goal is a large return $G_t = r_t + \\gamma r_{{t+1}} + \\gamma^2 r_{{t+2}} + \\dots$ With $\\gamma = {experiment.discount:g}$ the agent "
            f"looks {horizon(experiment.discount)} ahead.")  # fmt: skip
    return "\n\n".join([goal, *_RULES[experiment.algorithm](experiment, now)])


def _number(now: Mapping[str, float], name: str, digits: int = 3) -> str:
    value = now.get(name, math.nan)
    return f"{value:.{digits}g}" if math.isfinite(value) else "–"


def _ppo(one: DeepRL, now: Mapping[str, float]) -> list[str]:
    return [
        _advantage(one),
        f"$$L = -\\frac{{1}}{{N}}\\sum \\min\\big(\\rho_t A_t,\\ \\mathrm{{clip}}(\\rho_t, {1 - one.clip:g}, {1 + one.clip:g})\\,A_t\\big) + {one.value_weight:g}\\,(V - G)^2 "
        f"- {one.entropy:g}\\,H(\\pi), \\qquad \\rho_t = \\frac{{\\pi(a_t|s_t)}}{{\\pi_{{old}}(a_t|s_t)}}$$",
        f"In the last update the clip held back **{100 * now.get('clipped', 0.0):.0f} %** of the actions, the policy moved by a KL of **{_number(now, 'kl', 2)}**, "
        f"its entropy is **{_number(now, 'entropy')}**, and the critic explains **{100 * now.get('explained', 0.0):.0f} %** of the returns' variance.",
    ]


def _a2c(one: DeepRL, now: Mapping[str, float]) -> list[str]:
    return [
        _advantage(one),
        f"$$L = -\\frac{{1}}{{N}}\\sum A_t \\log \\pi(a_t|s_t) + {one.value_weight:g}\\,(V - G)^2 - {one.entropy:g}\\,H(\\pi)$$",
        f"One step on each rollout of {one.rollout} × {one.copies} steps. The entropy is **{_number(now, 'entropy')}**, the critic explains "
        f"**{100 * now.get('explained', 0.0):.0f} %** of the returns' variance.",
    ]


def _reinforce(one: DeepRL, now: Mapping[str, float]) -> list[str]:
    base = "V(s_t)" if one.baseline else "0"
    return [
        f"$$\\nabla J = \\mathbb{{E}}\\Big[\\sum_t \\big(G_t - {base}\\big)\\,\\nabla \\log \\pi(a_t|s_t)\\Big]$$",
        f"Nothing is learnt before an episode has ended. The entropy is **{_number(now, 'entropy')}**; the baseline explains "
        f"**{100 * now.get('explained', 0.0):.0f} %** of the returns' variance, and that much noise is gone from the gradient.",
    ]


def _advantage(one: DeepRL) -> str:
    return (f"$$A_t = \\sum_k (\\gamma\\lambda)^k \\delta_{{t+k}}, \\qquad \\delta_t = r_t + \\gamma V(s_{{t+1}}) - V(s_t), \\qquad "
            f"\\gamma = {one.discount:g},\\ \\lambda = {one.gae_lambda:g}$$")  # fmt: skip


def _dqn(one: DeepRL, now: Mapping[str, float]) -> list[str]:
    pick = "Q(s', a')" if one.double else "Q^-(s', a')"
    power = f"^{one.n_step}" if one.n_step > 1 else ""
    return [
        f"$$y = R + \\gamma{power}\\, Q^-\\big(s', \\arg\\max_{{a'}} {pick}\\big), \\qquad L = \\mathrm{{Huber}}\\big(Q(s, a) - y\\big)$$",
        f"$Q^-$ is a copy taken every {one.target_every:,} steps. The batch's mean Q is **{_number(now, 'q_mean')}**, the loss **{_number(now, 'value_loss')}**, and "
        f"**{100 * now.get('epsilon', 1.0):.0f} %** of the actions are random at present." + (" V and A are learnt apart: $Q = V + A - \\bar A$." if one.dueling else ""),
    ]


def _sac(one: DeepRL, now: Mapping[str, float]) -> list[str]:
    return [
        "$$y = R + \\gamma\\big(\\min(Q_1, Q_2)(s', a') - \\alpha \\log \\pi(a'|s')\\big), "
        "\\qquad L_\\pi = \\mathbb{E}\\big[\\alpha \\log \\pi(a|s) - \\min(Q_1, Q_2)(s, a)\\big]$$",
        f"The price of randomness is $\\alpha$ = **{_number(now, 'temperature')}**" + (" (fixed)" if one.temperature else ", and sets itself so that the entropy stays near −1")
        + f". The mean Q of a batch is **{_number(now, 'q_mean')}**, the policy's entropy **{_number(now, 'entropy')}**.",
    ]


_RULES = {"ppo": _ppo, "a2c": _a2c, "reinforce": _reinforce, "dqn": _dqn, "sac": _sac}


def tasks(experiment: DeepRL, now: Mapping[str, float], changes: Sequence[Mapping[str, Any]], state: Any) -> list[tuple[str, str, bool]]:
    """“Try this”: id, words, done."""
    solved = math.isfinite(now.get("solved_at", math.nan))
    pole = experiment.environment == "CartPole-v1" and experiment.algorithm == "reinforce"
    live = any(name in ("epsilon", "entropy", "learning_rate") for values in changes for name in values)
    return [
        ("rl-solve", "Solve CartPole with REINFORCE. How many more steps than PPO does it need?", solved and pole),
        ("rl-baseline", "Switch REINFORCE's baseline off and watch the return: the same aim, much more noise.", experiment.algorithm == "reinforce" and not experiment.baseline),
        ("rl-live", "Change ε, the entropy bonus or the learning rate while it learns.", live),
        ("rl-human", "Beat the trained agent at LunarLander, or at least land once.", bool(state.get("!rl-landed"))),
    ]
