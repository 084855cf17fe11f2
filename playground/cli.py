"""python -m playground: run an experiment headless, list what there is, look after kept runs, check this machine, measure."""

import argparse
import importlib
import json
import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

from playground import cli_runs
from playground.core.errors import UserError
from playground.core.experiment import Experiment, label
from playground.core.fields import Domain

BENCHES = {"boundary": "playground.experiments.boundary:benchmark"}
# word: the module whose `main` answers it, loaded only then, and what it is for
BRANCHES = {
    "predict": ("playground.predict_cli", "predict image … or predict text …: what the Predict screens answer, without a browser"),
    "rl": ("playground.rl_cli", "train a deep-RL agent, or evaluate one: rl train --env …, rl evaluate --env …"),
    "zoo": ("playground.zoo.cli", "bundled models: list, info, train, evaluate"),
    "gan": ("playground.gan_cli", "the bundled generator: train, info, sample"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, act, and return the exit status: 0 done, 1 something is broken, 2 the request makes no sense."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in BRANCHES:
        return _branch(words[0], words[1:])
    parser = argparse.ArgumentParser(prog="python -m playground", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="experiments and screens").add_argument("--json", action="store_true")
    runner = commands.add_parser("run", help="train an experiment without a browser and print its metrics", add_help=False)
    runner.add_argument("experiment", nargs="?")
    commands.add_parser("doctor", help="versions, device, engine, store, models; exit 1 when something is broken")
    for name, (_module, words_for_it) in BRANCHES.items():
        commands.add_parser(name, help=words_for_it)
    cli_runs.add(commands)
    bench = commands.add_parser("bench", help="measure on this machine")
    bench.add_argument("name", choices=sorted(BENCHES))
    bench.add_argument("--json", action="store_true")
    parsed, rest = parser.parse_known_args(words)
    try:
        if parsed.command == "run":
            return _run(parsed.experiment, rest)
        if rest:
            parser.error(f"unrecognized arguments: {' '.join(rest)}")
        actions: dict[str, Callable[[Any], int]] = {"list": _list, "doctor": _doctor, "bench": _bench, "runs": cli_runs.act}
        return actions[parsed.command](parsed)
    except UserError as error:
        print(f"playground: {error}", file=sys.stderr)
        return 2


def _experiments() -> dict[str, type[Experiment]]:
    import playground.experiments

    return {key: kind for key, kind in playground.experiments.load().items() if not getattr(kind, "evaluates", False) and key != "race"}


def _list(parsed: argparse.Namespace) -> int:
    experiments = _experiments()
    screens = _screens()
    if parsed.json:
        print(json.dumps({"experiments": {key: kind.title for key, kind in experiments.items()}, "screens": screens}))
        return 0
    print("Experiments")
    for key, kind in experiments.items():
        print(f"  {key:<16} {kind.title}")
    print("Screens")
    for path, title in screens.items():
        print(f"  /{path:<22} {title}")
    return 0


def _screens() -> dict[str, str]:
    """Screens by address, read from the shell's table without running it."""
    import ast
    from pathlib import Path

    source = (Path(__file__).resolve().parent.parent / "pages" / "shell.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PAGES":
            return {row[3]: row[2] for row in ast.literal_eval(node.value)}
    raise UserError("pages/shell.py has no table named PAGES.")


def _run(name: str | None, words: list[str]) -> int:
    experiments = _experiments()
    if name not in experiments:
        known = ", ".join(experiments)
        raise UserError(f"There is no experiment named {name!r}." if name else "Name an experiment to run.", f"There are {known}.")
    kind = experiments[name]
    parser = argparse.ArgumentParser(prog=f"python -m playground run {name}", description=kind.__doc__)
    for field, domain in kind.domains().items():
        parser.add_argument(f"--{field.replace('_', '-')}", f"--{field}", dest=field, help=_help(kind, field, domain))
    if "steps" not in kind.domains():
        parser.add_argument("--steps", type=int, dest="_steps", default=1000, help="steps to take (default 1000)")
    parser.add_argument("--json", action="store_true", dest="_json", help="print one JSON object")
    parsed = parser.parse_args(words)
    experiment = kind(**_values(kind, parsed))
    steps = experiment.step_limit if "steps" in kind.domains() else parsed._steps
    if steps < 1:
        raise UserError(f"Steps must be at least 1, got {steps}.")
    return _train(experiment, steps, parsed._json)


def _values(kind: type[Experiment], parsed: argparse.Namespace) -> dict[str, Any]:
    from playground.core.text import from_text

    values: dict[str, Any] = {}
    for field, domain in kind.domains().items():
        given = getattr(parsed, field)
        if given is not None:
            try:
                values[field] = from_text(domain, given)
            except ValueError as error:
                raise UserError(f"{label(kind, field)} {error}", field=field) from None
    return values


def _train(experiment: Experiment, steps: int, as_json: bool) -> int:
    import torch

    torch.set_num_threads(1)
    trainer = experiment.trainer()
    shown = 0
    while trainer.step_count < steps and not trainer.finished:
        trainer.advance(min(max(1, steps // 10), steps - trainer.step_count))
        metrics = trainer.metrics()
        if not as_json:
            print(f"step {trainer.step_count:>8,}  " + "  ".join(f"{name} {value:.5g}" for name, value in metrics.items()))
        shown += 1
        if trainer.diverged:
            print("The run diverged: " + (trainer.stop_reason or "its loss is no longer finite."), file=sys.stderr)
            break
    if as_json:
        metrics = {name: value if math.isfinite(value) else None for name, value in trainer.metrics().items()}
        print(json.dumps({"experiment": experiment.key, "values": experiment.values(), "step": trainer.step_count,
                          "metrics": metrics, "diverged": trainer.diverged}))  # fmt: skip
    return 0


def _help(kind: type[Experiment], field: str, domain: Domain) -> str:
    default = kind.model_fields[field].default
    span = ", ".join(map(str, domain.keys)) if domain.options else f"{domain.low:g} to {domain.high:g}" if domain.kind != "text" else "text"
    return f"{label(kind, field)}: {span} (default {default})".replace("%", "%%")


def _bench(parsed: argparse.Namespace) -> int:
    import importlib

    module, function = BENCHES[parsed.name].split(":")
    measured = getattr(importlib.import_module(module), function)()
    if parsed.json:
        print(json.dumps(measured))
    else:
        for name, value in measured.items():
            print(f"{name:<32} {value:,.4g}" if isinstance(value, (int, float)) else f"{name:<32} {value}")
    return 0


def _branch(name: str, words: Sequence[str]) -> int:
    try:
        return importlib.import_module(BRANCHES[name][0]).main(words)
    except UserError as error:
        print(f"playground: {error}", file=sys.stderr)
        return 2


def _doctor(_parsed: argparse.Namespace) -> int:
    from playground import doctor

    return doctor.report()
