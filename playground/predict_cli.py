"""python -m playground predict image --model NAME FILE… [--top K] [--json]: name pictures without a browser."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playground import predict_files
from playground.core.errors import UserError
from playground.core.limits import IMAGE_BYTES, TOP_ANSWERS

PART = 8  # pictures read and asked about at once


def main(words: Sequence[str]) -> int:
    """Parse, act, and return the exit status: 0 every picture named, 1 some were not, 2 the request makes no sense."""
    if words[:1] == ["text"]:
        from playground import predict_text_cli

        return predict_text_cli.main(words[1:])
    if words[:1] == ["speech"]:
        from playground import predict_speech_cli

        return predict_speech_cli.main(words[1:])
    parser = argparse.ArgumentParser(prog="python -m playground predict", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("text", help="one of the text tasks on texts or lines: predict text --task sentiment …", add_help=False)
    commands.add_parser("speech", help="which digit is said: predict speech FILE…", add_help=False)
    image = commands.add_parser("image", help="name pictures")
    image.add_argument("--model", required=True, help="a bundled model (zoo list), timm:NAME or hub:OWNER/NAME")
    image.add_argument("files", nargs="+", metavar="FILE")
    image.add_argument("--top", type=int, default=5, metavar="K", help=f"answers a picture, 1 to {TOP_ANSWERS} (default 5)")
    image.add_argument("--json", action="store_true", help="print one JSON array, one item a file")
    parsed = parser.parse_args(words)
    if not 1 <= parsed.top <= TOP_ANSWERS:
        raise UserError(f"--top must be between 1 and {TOP_ANSWERS}, got {parsed.top}.", field="top")
    name = _model(parsed.model)
    rows: list[dict[str, Any]] = []
    for start in range(0, len(parsed.files), PART):
        part = _named(name, parsed.files[start : start + PART], parsed.top)
        rows += part
        if not parsed.json:
            for row in part:
                print(predict_files.line(row), file=sys.stderr if "error" in row else sys.stdout)
    if parsed.json:
        print(json.dumps(rows, ensure_ascii=False))
    return 1 if any("error" in row for row in rows) else 0


def _model(name: str) -> str:
    """The name of a classifier that is on this machine; one of timm's or the Hub's is fetched first.

    Raises:
        UserError: When there is none of this name, or it cannot be fetched.
    """
    import torch

    from playground.data import hub_files, timm_table
    from playground.experiments import images_models
    from playground.zoo import cards

    torch.set_num_threads(max(1, os.cpu_count() or 1))
    if name not in cards.cards() and ":" not in name:  # the short form of both
        name = (images_models.HUB if "/" in name else images_models.TIMM if name in timm_table.entries() else "") + name
    if not images_models.present(name):
        repository = images_models.repository(name)
        if not hub_files.offline():
            print(f"Fetching {repository} …", file=sys.stderr)
        hub_files.fetch(hub_files.Job(repository))
    return name


def _named(name: str, files: Sequence[str], top: int) -> list[dict[str, Any]]:
    """One item a file, in order: its answers, or why there are none."""
    from playground.data.uploads_photographs import read_photograph
    from playground.experiments.images_predict import name_all

    rows: list[dict[str, Any]] = []
    images = []
    for file in files:
        try:
            images.append(read_photograph(Path(file).name, predict_files.content(file, "a picture", IMAGE_BYTES, "Send a smaller one.")))
            rows.append({"file": file})
        except UserError as error:
            rows.append({"file": file, "error": str(error)})
    for row, found in zip([row for row in rows if "error" not in row], name_all(name, images, top) if images else [], strict=True):
        if "error" in found:
            row["error"] = found["error"]
        else:
            row["top"] = predict_files.answers(found)
    return rows
