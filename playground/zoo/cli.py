"""python -m playground zoo …: list the bundled models of every family, show a card, train one by its recipe, measure it."""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import inspect
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from playground.core.errors import UserError
from playground.zoo import cards, catalogue

RECIPES = "playground.zoo.recipes"
TABLES = ("RECIPES", "LESSONS")  # of modules that hold several recipes; the others have one NAME
ELSEWHERE = {"language_lessons": "language"}  # modules of recipes that another module trains by
AGENTS = "playground.rl_cli"


def main(words: Sequence[str]) -> int:
    """Parse, act, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m playground zoo", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    abouts = {"list": "bundled models", "info": "one model's card", "train": "train a model by its recipe", "evaluate": "measure a bundled model"}
    for command, about in abouts.items():
        one = commands.add_parser(command, help=about)
        one.add_argument("--json", action="store_true")
        if command != "list":
            one.add_argument("name")
        if command in ("train", "evaluate"):
            one.add_argument("--device", help="where recipes that can choose compute (default cpu)")
        if command == "train":
            one.add_argument("--epochs", type=int)
            one.add_argument("--minutes", type=float, help="stop after the epoch in which these are over; the same command goes on from its checkpoint")
    parsed = parser.parse_args(words)
    return {"list": _list, "info": _info, "train": _train, "evaluate": _evaluate}[parsed.command](parsed)


def _list(parsed: argparse.Namespace) -> int:
    known = catalogue.models()
    if parsed.json:
        print(json.dumps([each.about() for each in known.values()], ensure_ascii=False))
        return 0
    for area in catalogue.areas():
        print(area)
        for each in (each for each in known.values() if each.area == area):
            scored = f"{each.main[0]} {each.main[1]:.4g}" if each.main else "not measured"
            print(f"  {each.name:<26} {each.parameters:>12,} parameters {each.bytes / 1e6:7.2f} MB   {scored}")
    waiting = sorted(set(recipes()) - set(known))
    if waiting:
        print(f"Recipes whose weights are not bundled: {', '.join(waiting)}")
    return 0


def _info(parsed: argparse.Namespace) -> int:
    about = catalogue.model(parsed.name).about()
    print(json.dumps(about, ensure_ascii=False) if parsed.json else "\n".join(f"{key:<12} {value}" for key, value in about.items()))
    return 0


def _train(parsed: argparse.Namespace) -> int:
    if _agent(parsed.name):
        raise UserError(f"{parsed.name} is an agent.", f"Train it with: {catalogue.model(parsed.name).command}")
    module = _module(parsed.name)
    say = (lambda line: None) if parsed.json else lambda line: print(line, flush=True)
    given = {"device": parsed.device, "epochs": parsed.epochs, "minutes": parsed.minutes}
    made = _call(module, "train", parsed.name, {key: value for key, value in given.items() if value is not None}, say)
    if made is None:
        if parsed.json:
            print(json.dumps({"name": parsed.name, "finished": False}))
        return 0
    if not _is_card(made):  # recipes whose training gives the network: it is measured and kept by a second function
        made = module.keep(made)
    about = made if isinstance(made, dict) else made.model_dump(mode="json")
    print(json.dumps(about, ensure_ascii=False) if parsed.json else f"{about['name']}: {about['scores']}")
    return 0


def _evaluate(parsed: argparse.Namespace) -> int:
    if _agent(parsed.name):
        return int(importlib.import_module(AGENTS).main(["evaluate", "--env", parsed.name, *(["--json"] if parsed.json else [])]))
    module = _module(parsed.name)
    catalogue.model(parsed.name)
    if hasattr(module, "evaluate"):
        scores = _call(module, "evaluate", parsed.name, {} if parsed.device is None else {"device": parsed.device}, None)
    elif hasattr(module, "build") and hasattr(module, "measure"):
        scores = _measured(module, parsed.name)
    else:
        raise UserError(f"The recipe of {parsed.name} measures only at the end of its training.", f"Its card holds what it found: python -m playground zoo info {parsed.name}")
    print(json.dumps({"name": parsed.name, **scores}) if parsed.json else "\n".join(f"{name}: {value:.4f}" for name, value in scores.items()))
    return 0


def recipes() -> dict[str, str]:
    """Every model that a recipe can train, and the module that holds the recipe; read from the sources without running them."""
    found: dict[str, str] = {}
    for name in catalogue.recipe_modules():
        spec = importlib.util.find_spec(f"{RECIPES}.{name}")
        tree = ast.parse(Path(str(spec.origin)).read_text(encoding="utf-8")) if spec else ast.parse("")
        for node in tree.body:
            for model in _named(node):
                found[model] = f"{RECIPES}.{ELSEWHERE.get(name, name)}"
    return found


def _named(node: ast.stmt) -> list[str]:
    """Names of models that one statement of a recipe's module declares."""
    if not isinstance(node, ast.Assign):
        return []
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and getattr(target.elts[0], "id", "") == "NAME":
        target, value = target.elts[0], value.elts[0]
    if getattr(target, "id", "") == "NAME" and isinstance(value, ast.Constant):
        return [str(value.value)]
    if getattr(target, "id", "") not in TABLES or not isinstance(value, ast.DictComp):
        return []
    rows = value.generators[0].iter
    return [str(row.args[0].value) for row in getattr(rows, "elts", ()) if isinstance(row, ast.Call) and row.args and isinstance(row.args[0], ast.Constant)]


def _module(name: str) -> ModuleType:
    """The recipe of a model.

    Raises:
        UserError: When none makes it.
    """
    from playground.zoo.recipes import vision

    known = recipes()
    if name in vision.RECIPES:  # also those that were added while running
        return vision
    if name not in known:
        raise UserError(f"There is no recipe named {name[:60]!r}.", f"There are {', '.join(sorted(known))}.", field="name")
    return importlib.import_module(known[name])


def _call(module: ModuleType, function: str, name: str, options: dict[str, Any], say: Callable[[str], Any] | None) -> Any:
    """Call a recipe's function with what it takes of name, options and the function that says how it goes.

    Raises:
        UserError: When an option was given that this recipe does not have.
    """
    called = getattr(module, function)
    takes = inspect.signature(called).parameters
    wrong = [key for key in options if key not in takes]
    if wrong == ["device"] and options["device"] == "cpu":
        wrong = []
        options = {}
    if wrong:
        raise UserError(f"The recipe of {name} has no --{wrong[0]}.", "Leave it out.")
    given = dict(options)
    if say is not None and "say" in takes:
        given["say"] = say
    return called(name, **given) if "name" in takes else called(**given)


def _is_card(made: Any) -> bool:
    return isinstance(made, dict) and "scores" in made or hasattr(made, "scores") and hasattr(made, "model_dump")


def _measured(module: ModuleType, name: str) -> dict[str, float]:
    """What a recipe's `measure` finds about the weights as they are kept."""
    import numpy as np
    import torch
    from safetensors.numpy import load_file

    model = module.build()
    arrays = load_file(catalogue.model(name).weights)
    model.load_state_dict({key.removeprefix("model/"): torch.from_numpy(value.astype(np.float32)) for key, value in arrays.items() if key.startswith("model/")})
    measured = module.measure(model.eval())
    return dict(measured[0] if isinstance(measured, tuple) else measured)


def _agent(name: str) -> bool:
    known = catalogue.models().get(name)
    return known is not None and known.family == "agents"


def weights_of_all() -> int:
    """Bytes of every bundled weight, for `doctor`."""
    return sum(path.stat().st_size for path in cards.WEIGHTS.rglob("*.safetensors"))
