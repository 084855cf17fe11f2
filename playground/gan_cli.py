"""python -m playground gan …: train a bundled generator by its recipe, keep what a stopped training has reached, show a card, draw samples."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from playground.core.errors import UserError
from playground.zoo import gan_models


def main(words: Sequence[str]) -> int:
    """Parse, act, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m playground gan", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train the bundled generator; goes on where it was stopped")
    train.add_argument("name", choices=["gan-digits"])
    train.add_argument("--steps", type=int)
    train.add_argument("--minutes", type=float, help="stop when these are over; the same command goes on from its checkpoint")
    keep = commands.add_parser("keep", help="measure and keep the generator of the checkpoint as it stands")
    keep.add_argument("name", choices=["gan-digits"])
    info = commands.add_parser("info", help="the card of one")
    info.add_argument("--model", choices=list(gan_models.FAMILIES), default=gan_models.NAME)
    info.add_argument("--json", action="store_true")
    draw = commands.add_parser("sample", help="draw a sheet of samples as PNG")
    draw.add_argument("file", type=Path)
    draw.add_argument("--model", choices=list(gan_models.FAMILIES), default=gan_models.NAME)
    draw.add_argument("--seed", type=int, default=0)
    draw.add_argument("--digit", default="all", choices=["all", *"0123456789"], help="of gan-digits: which digit is asked for")
    draw.add_argument("--truncation", type=float, default=1.0)
    parsed = parser.parse_args(words)
    return {"train": _train, "keep": _keep, "info": _info, "sample": _sample}[parsed.command](parsed)


def _train(parsed: argparse.Namespace) -> int:
    from playground.zoo.recipes import gan

    made = gan.train(parsed.steps or gan.STEPS, parsed.minutes, lambda line: print(line, flush=True))
    print(f"{made.name}: {made.scores}" if made else "Stopped; the same command goes on.")
    return 0


def _keep(parsed: argparse.Namespace) -> int:
    from playground.zoo.recipes import gan

    session = gan.Session()
    if not session.resume():
        raise UserError(f"There is no checkpoint of {parsed.name}.", f"Train it first: python -m playground gan train {parsed.name}.")
    made = gan.keep(session)
    print(f"{made.name}, step {session.step:,}: {made.scores}")
    return 0


def _info(parsed: argparse.Namespace) -> int:
    about = gan_models.card(parsed.model).model_dump(mode="json")
    print(json.dumps(about, ensure_ascii=False) if parsed.json else "\n".join(f"{key:<12} {value}" for key, value in about.items()))
    return 0


def _sample(parsed: argparse.Namespace) -> int:
    from PIL import Image

    from playground.experiments.gan_bundled import sheet

    picture = sheet(parsed.seed, parsed.digit, parsed.truncation, parsed.model)["wall"]
    if parsed.model == gan_models.NAME:
        picture = 255 - picture  # ink on paper
    Image.fromarray(picture).save(parsed.file, "PNG")
    print(f"{parsed.file}: {picture.shape[1]} x {picture.shape[0]} pixels")
    return 0
