"""python -m playground rl: train an agent without a browser, and measure one."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playground.core.errors import UserError


def main(words: Sequence[str]) -> int:
    """Parse and act; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m playground rl", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    trainer = commands.add_parser("train", help="train an agent by a recipe known to work; any setting of the screen may be given, as --learning-rate 0.001")
    trainer.add_argument("--env", required=True, help="CartPole-v1, Acrobot-v1, MountainCar-v0, MountainCarContinuous-v0, Pendulum-v1 or LunarLander-v3")
    trainer.add_argument("--algo", default="", help="ppo, a2c, reinforce, dqn or sac (default: the one that fits best)")
    trainer.add_argument("--out", help="folder for the weights and their card")
    trainer.add_argument("--episodes", type=int, default=100, help="that the result is measured on (default 100)")
    evaluator = commands.add_parser("evaluate", help="play whole episodes without exploring and print the mean return")
    evaluator.add_argument("--env", required=True)
    evaluator.add_argument("--agent", help="a .safetensors file with its card beside it (default: the bundled agent)")
    evaluator.add_argument("--episodes", type=int, default=100)
    evaluator.add_argument("--seed", type=int, help="of the episodes (default: that of the agent's card)")
    for each in (trainer, evaluator):
        each.add_argument("--json", action="store_true", help="print one JSON object")
    parsed, rest = parser.parse_known_args(words)
    if parsed.command == "train":
        return _train(parsed, rest)
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return _evaluate(parsed)


def _train(parsed: argparse.Namespace, rest: list[str]) -> int:
    import torch

    from playground.data.environments import find
    from playground.experiments.rl import ALGORITHMS, DeepRL
    from playground.experiments.rl_agents import save
    from playground.experiments.rl_recipes import recipe
    from playground.experiments.rl_training import train

    torch.set_num_threads(1)
    key, algorithm = find(parsed.env).key, parsed.algo.lower()
    if algorithm and algorithm not in ALGORITHMS:
        raise UserError(f"There is no algorithm named {parsed.algo!r}.", f"There are {', '.join(ALGORITHMS)}.", field="algorithm")
    values = recipe(key, algorithm, **_settings(rest))
    experiment = DeepRL(**{**values, "algorithm": algorithm or values["algorithm"]})

    def tell(step: int, metrics: dict[str, float]) -> None:
        print(f"step {step:>9,}  return {metrics['evaluation_return']:8.1f}  ({metrics['evaluation_low']:.1f} to {metrics['evaluation_high']:.1f})", flush=True)

    trained = train(experiment, parsed.episodes, None if parsed.json else tell)
    card = trained.card
    if parsed.out:
        save(Path(parsed.out), card, trained.arrays)
    if parsed.json:
        print(json.dumps({"env": card.environment, "algo": card.algorithm, "mean": card.mean, "std": card.std, "episodes": card.episodes, "steps": card.steps,
                          "seconds": trained.seconds, "stopped": trained.stopped, "curve": trained.curve, "card": asdict(card)}))  # fmt: skip
    else:
        print(f"{trained.stopped}\n{card.environment}: {card.mean:.1f} ± {card.std:.1f} over {card.episodes} episodes, {trained.seconds:.0f} s")
    return 0


def _evaluate(parsed: argparse.Namespace) -> int:
    import torch

    from playground.data.environments import find
    from playground.experiments.rl_agents import AGENTS, evaluate, load

    torch.set_num_threads(1)
    key, folder = find(parsed.env).key, AGENTS
    if parsed.agent:
        file = Path(parsed.agent)
        if not file.is_file():
            raise UserError(f"There is no file {parsed.agent!r}.", "Give the .safetensors that `rl train --out` wrote.")
        if file.stem != key:
            raise UserError(f"{file.name} is an agent for {file.stem}, not for {key}.")
        folder = file.parent
    card, learner = load(key, folder)
    found = evaluate(card.task, learner.best, parsed.episodes, card.evaluation_seed if parsed.seed is None else parsed.seed)
    if parsed.json:
        print(json.dumps(found))
    else:
        print(f"{found['env']} ({card.algorithm.upper()}): {found['mean']:.2f} ± {found['std']:.2f} over {found['episodes']} episodes")
    return 0


def _settings(rest: list[str]) -> dict[str, Any]:
    """Fields of the screen given as --name value."""
    from playground.core.experiment import label
    from playground.core.text import from_text
    from playground.experiments.rl import DeepRL

    parser = argparse.ArgumentParser(prog="python -m playground rl train")
    domains = {name: domain for name, domain in DeepRL.domains().items() if name not in ("environment", "algorithm", "map_x", "map_y")}
    for name in domains:
        parser.add_argument(f"--{name.replace('_', '-')}", f"--{name}", dest=name)
    found: dict[str, Any] = {}
    for name, text in vars(parser.parse_args(rest)).items():
        if text is not None:
            try:
                found[name] = from_text(domains[name], text)
            except ValueError as error:
                raise UserError(f"{label(DeepRL, name)} {error}", field=name) from None
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
