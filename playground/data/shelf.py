"""A content-addressed store of arrays: uploads and drawings by their digest, so that an address can name them."""

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from playground.core import packets
from playground.core.errors import UserError
from playground.core.limits import SHELF_BYTES
from playground.core.places import home

_DIGEST = re.compile(r"[0-9a-f]{16}")


def put(arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> str:
    """Keep arrays and a JSON-able description; returns their digest. The same content has the same digest.

    Raises:
        UserError: When the data folder cannot be written.
    """
    packet = packets.encode("shelf", {**arrays, "about": dict(about)})
    digest = hashlib.sha256(packet).hexdigest()[:16]
    path = _folder() / f"{digest}.packet"
    if path.exists():
        os.utime(path)
        return digest
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_room(path.parent, len(packet))
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(packet)
        os.replace(name, path)  # whole or not at all
    except OSError as error:
        raise UserError(f"Your data could not be kept on this machine ({error.strerror}).", "Free some disk space, or set PLAYGROUND_HOME.") from error
    return digest


def get(digest: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and description by digest.

    Raises:
        UserError: When nothing of this digest is kept here.
    """
    path = _folder() / f"{digest}.packet"
    if not _DIGEST.fullmatch(digest) or not path.is_file():
        raise UserError("This link uses uploaded data that is not on this machine.", "Upload the file again.")
    content = packets.decode(path.read_bytes())[1]
    about = content.pop("about")
    return content, about


def _folder() -> Path:
    return home() / "data"


def _make_room(folder: Path, wanted: int) -> None:
    """Delete what was used longest ago until `wanted` more bytes fit into SHELF_BYTES."""
    files = sorted(folder.glob("*.packet"), key=lambda path: path.stat().st_mtime)
    total = sum(path.stat().st_size for path in files)
    while files and total + wanted > SHELF_BYTES:
        oldest = files.pop(0)
        total -= oldest.stat().st_size
        oldest.unlink()
