"""python -m playground zoo …: list the bundled models, show a card, train one by its recipe, measure it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from playground.zoo import cards


def main(words: Sequence[str]) -> int:
    """Parse, act, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m playground zoo", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for command, about in (("list", "bundled models"), ("info", "one model's card"), ("train", "train a model by its recipe"), ("evaluate", "measure a bundled model")):
        one = commands.add_parser(command, help=about)
        one.add_argument("--json", action="store_true")
        if command != "list":
            one.add_argument("name")
        if command in ("train", "evaluate"):
            one.add_argument("--device", default="cpu")
        if command == "train":
            one.add_argument("--epochs", type=int)
            one.add_argument("--minutes", type=float, help="stop after the epoch in which these are over; the same command goes on from its checkpoint")
    parsed = parser.parse_args(words)
    return {"list": _list, "info": _info, "train": _train, "evaluate": _evaluate}[parsed.command](parsed)


def _list(parsed: argparse.Namespace) -> int:
    if parsed.json:
        print(json.dumps([each.model_dump(mode="json") for each in cards.cards().values()]))
        return 0
    for each in cards.cards().values():
        scores = ", ".join(f"{name} {value:.4f}" for name, value in each.scores.items())
        print(f"{each.name:<18} {each.parameters:>10,} parameters {each.bytes / 1e6:6.2f} MB   {scores}")
    return 0


def _info(parsed: argparse.Namespace) -> int:
    about = cards.card(parsed.name).model_dump(mode="json")
    print(json.dumps(about, ensure_ascii=False) if parsed.json else "\n".join(f"{key:<12} {value}" for key, value in about.items()))
    return 0


def _train(parsed: argparse.Namespace) -> int:
    from playground.zoo.recipes import vision

    made = vision.train(parsed.name, parsed.device, parsed.epochs, lambda line: print(line, flush=True) if not parsed.json else None, parsed.minutes)
    if made is None:
        if parsed.json:
            print(json.dumps({"name": parsed.name, "finished": False}))
        return 0
    print(json.dumps(made.model_dump(mode="json"), ensure_ascii=False) if parsed.json else f"{made.name}: {made.scores}")
    return 0


def _evaluate(parsed: argparse.Namespace) -> int:
    from playground.zoo.recipes import vision

    scores = vision.evaluate(parsed.name, parsed.device)
    print(json.dumps({"name": parsed.name, **scores}) if parsed.json else "\n".join(f"{name}: {value:.4f}" for name, value in scores.items()))
    return 0
