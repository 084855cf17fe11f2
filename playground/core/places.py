"""Where this installation keeps its data."""

import os
from pathlib import Path


def home() -> Path:
    """The data folder: PLAYGROUND_HOME, or the platform's place for application data."""
    chosen = os.environ.get("PLAYGROUND_HOME")
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(chosen) if chosen else Path(base) / "deep-learning-playground"
