"""Models that were downloaded: what lies in the Hub's cache on this machine, how much of it, and taking it away again.

timm, transformers and this app share that cache; other programs of the same user may, too.
"""

from __future__ import annotations

import datetime
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from playground.core.errors import UserError
from playground.data import hub_files, timm_table
from playground.zoo import language


@dataclass(frozen=True)
class Kept:
    """One downloaded model.

    Attributes:
        bytes: On this disk, all its versions together.
        when: It was last written, local time.
        opens: Name under which the Images screen opens it; "" when it does not.
    """

    repository: str
    bytes: int
    files: int
    when: datetime.datetime
    kind: str
    opens: str


def folder() -> Path:
    """Where downloads are kept; HF_HOME or HF_HUB_CACHE move it."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE)


def kept() -> list[Kept]:
    """Every downloaded model, the largest first."""
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        found = scan_cache_dir(folder())
    except CacheNotFound:  # nothing was downloaded yet
        return []
    rows = [Kept(each.repo_id, each.size_on_disk, each.nb_files, datetime.datetime.fromtimestamp(each.last_modified), *_kind(each.repo_id))
            for each in found.repos if each.repo_type == "model"]  # fmt: skip
    return sorted(rows, key=lambda each: (-each.bytes, each.repository))


def remove(repositories: list[str]) -> int:
    """Delete downloaded models from this machine's disk; returns the bytes that became free.

    Raises:
        UserError: When one of them is not there, or the disk refuses.
    """
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        here = {each.repo_id: each for each in scan_cache_dir(folder()).repos if each.repo_type == "model"}
    except CacheNotFound:
        here = {}
    gone = [name for name in repositories if name not in here]
    if gone:
        raise UserError(f"{gone[0]} is not in the cache any more.", "Reload the list.")
    busy = [name for name in repositories if (job := hub_files.current(name)) is not None and job.state == "running"]
    if busy:
        raise UserError(f"{busy[0]} is being downloaded just now.", "Cancel the download first.")
    try:
        for name in repositories:  # whole folders: what a broken download left belongs to no revision
            place = here[name].repo_path
            if place.is_dir() and place.parent == folder():
                shutil.rmtree(place)
    except OSError as error:
        raise UserError(f"The cache could not be cleared ({error.strerror or type(error).__name__}).", "Another program may hold a file open.") from error
    return sum(here[name].size_on_disk for name in repositories)


def _kind(repository: str) -> tuple[str, str]:
    """What a downloaded model is, in words, and the name under which the Images screen opens it."""
    if repository == language.HUB:
        return "the language backbone", ""
    entry = next((each for each in timm_table.entries().values() if each.repository == repository), None)
    if hub_files.cached(repository) is None:
        return "settings only, no weights", ""
    if entry is not None:
        return "timm classifier", f"timm:{entry.name}"
    path = hub_files.cached(repository, "config.json")
    try:
        settings = json.loads(path.read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return "settings damaged", ""
    architectures = settings.get("architectures") or ([settings["architecture"]] if "architecture" in settings else [])
    named = ", ".join(map(str, architectures)) or str(settings.get("model_type", "unknown"))
    classifier = "architecture" in settings or any("ImageClassification" in str(each) for each in architectures)
    return named, f"hub:{repository}" if classifier else ""
