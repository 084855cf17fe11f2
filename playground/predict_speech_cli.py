"""python -m playground predict speech FILE… [--top K] [--json]: which digit is said in each recording, without a browser."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playground import predict_files
from playground.core.errors import UserError
from playground.core.limits import SOUND_BYTES

MOST = 11  # answers that the network tells apart


def main(words: Sequence[str]) -> int:
    """Parse, act, and return the exit status: 0 every recording heard, 1 some were not, 2 the request makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m playground predict speech", description=__doc__)
    parser.add_argument("files", nargs="+", metavar="FILE", help="WAV, MP3, OGG, M4A, FLAC or WebM")
    parser.add_argument("--top", type=int, default=3, metavar="K", help=f"answers a recording, 1 to {MOST} (default 3)")
    parser.add_argument("--json", action="store_true", help="print one JSON array, one item a file")
    parsed = parser.parse_args(words)
    if not 1 <= parsed.top <= MOST:
        raise UserError(f"--top must be between 1 and {MOST}, got {parsed.top}.", field="top")
    import torch

    torch.set_num_threads(1)
    rows = []
    for file in parsed.files:
        rows.append(_heard(file, parsed.top))
        if not parsed.json:
            print(predict_files.line(rows[-1]), file=sys.stderr if "error" in rows[-1] else sys.stdout)
    if parsed.json:
        print(json.dumps(rows, ensure_ascii=False))
    return 1 if any("error" in row for row in rows) else 0


def _heard(file: str, top: int) -> dict[str, Any]:
    """The answers to one file, or why there are none."""
    from playground.data.uploads_audio import read_sound
    from playground.experiments.speech_hear import name_all

    try:
        found = name_all([read_sound(Path(file).name, predict_files.content(file, "a sound", SOUND_BYTES, "Cut out the part that matters, or save it as MP3.")).samples], top)[0]
    except UserError as error:
        return {"file": file, "error": str(error)}
    if "error" in found:
        return {"file": file, "error": found["error"]}
    return {"file": file, "top": predict_files.answers(found)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
