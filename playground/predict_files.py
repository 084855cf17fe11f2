"""What the commands that predict from files share: reading one, and a line of what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playground.core.errors import UserError
from playground.core.limits import MIB


def content(file: str, noun: str, most: int, remedy: str) -> bytes:
    """The bytes of a file.

    Args:
        noun: What it should be, such as "a picture"; `most` bytes of it are read.
        remedy: What to do about a larger one.

    Raises:
        UserError: When it is too large or cannot be read.
    """
    path = Path(file)
    try:
        size = path.stat().st_size
        if size > most:
            raise UserError(f"{path.name} has {size / MIB:,.1f} MB; {noun} may have {most // MIB} MB.", remedy)
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}).") from error


def answers(found: dict[str, Any]) -> list[dict[str, Any]]:
    """`labels` and `shares` as they are printed: {"label", "probability"}, the likeliest first."""
    return [{"label": label, "probability": value} for label, value in zip(found["labels"], found["shares"], strict=True)]


def line(row: dict[str, Any]) -> str:
    """One file's answers, or what was wrong with it, for people."""
    if "error" in row:
        return f"{row['file']}: {row['error']}"
    return f"{row['file']}: " + ", ".join(f"{each['label']} {each['probability']:.3f}" for each in row["top"])
