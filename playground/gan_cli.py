"""python -m playground gan …: train the bundled generator by its recipe, show its card, draw samples into a picture."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path


def main(words: Sequence[str]) -> int:
    """Parse, act, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m playground gan", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train the bundled generator; goes on where it was stopped")
    train.add_argument("name", choices=["gan-digits"])
    train.add_argument("--steps", type=int)
    info = commands.add_parser("info", help="its card")
    info.add_argument("--json", action="store_true")
    draw = commands.add_parser("sample", help="draw a sheet of samples as PNG")
    draw.add_argument("file", type=Path)
    draw.add_argument("--seed", type=int, default=0)
    draw.add_argument("--digit", default="all", choices=["all", *"0123456789"])
    draw.add_argument("--truncation", type=float, default=1.0)
    parsed = parser.parse_args(words)
    return {"train": _train, "info": _info, "sample": _sample}[parsed.command](parsed)


def _train(parsed: argparse.Namespace) -> int:
    from playground.zoo.recipes import gan

    made = gan.train(parsed.steps or gan.STEPS, say=lambda line: print(line, flush=True))
    print(f"{made.name}: {made.scores}")
    return 0


def _info(parsed: argparse.Namespace) -> int:
    from playground.zoo import gan_models

    about = gan_models.card().model_dump(mode="json")
    print(json.dumps(about, ensure_ascii=False) if parsed.json else "\n".join(f"{key:<12} {value}" for key, value in about.items()))
    return 0


def _sample(parsed: argparse.Namespace) -> int:
    from PIL import Image

    from playground.experiments.gan_bundled import sheet

    picture = 255 - sheet(parsed.seed, parsed.digit, parsed.truncation)["wall"][::-1]
    Image.fromarray(picture).save(parsed.file, "PNG")
    print(f"{parsed.file}: {picture.shape[1]} x {picture.shape[0]} pixels")
    return 0
