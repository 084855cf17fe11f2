"""Models fetched from the Hub: only what is needed, checked, with progress and cancel, into the Hub's own cache.

What lies there afterwards is found by timm and transformers, too. Only safetensors are taken as weights: no file that could hold a
program is downloaded. The Hub is whatever HF_ENDPOINT says; with HF_HUB_OFFLINE nothing is asked of the network.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import threading
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from playground.core.errors import UserError
from playground.core.limits import HUB_BYTES, MIB

WEIGHTS = "model.safetensors"
RATE_SECONDS = 5.0  # over which the speed is measured
LEAST_SECONDS = 0.8  # before which nothing is said of it: the small files come first, and slowly
NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
TEXTS = (".json", ".txt", ".model", ".spm", ".jinja")  # settings, vocabularies and their merges, the form of a conversation
LARGEST_TEXT = 32 * MIB
CHUNK = 1 << 18  # bytes between two looks at the clock


@dataclass(eq=False)
class Job:
    """One download on its way. `state` is "running", "done", "failed" or "cancelled"; `problem` is the sentence of a failure."""

    repository: str
    state: str = "running"
    received: int = 0
    total: int = 0
    problem: str = ""
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)
    _marks: list[tuple[float, int]] = field(default_factory=list, repr=False)

    @property
    def share(self) -> float:
        return min(1.0, self.received / self.total) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the speed of the last few seconds; None until that is known."""
        marks = self._marks[:]
        if len(marks) < 2 or marks[-1][1] <= marks[0][1] or marks[-1][0] - marks[0][0] < LEAST_SECONDS:
            return None
        return max(0.0, (self.total - self.received) * (marks[-1][0] - marks[0][0]) / (marks[-1][1] - marks[0][1]))

    def cancel(self) -> None:
        """End it; nothing half-received stays."""
        if self.state == "running":
            self.state = "cancelled"
        self._stop.set()

    def count(self, amount: int) -> None:
        """Note received bytes; raises inside the downloading thread once cancelled."""
        if self._stop.is_set():
            raise Cancelled
        self.received += amount
        now = time.monotonic()
        self._marks.append((now, self.received))
        while now - self._marks[0][0] > RATE_SECONDS and len(self._marks) > 2:
            self._marks.pop(0)


class Cancelled(Exception):
    """Raised where bytes arrive, once the visitor has had enough."""


_JOBS: dict[str, Job] = {}
_LOCK = threading.Lock()


def checked(repository: str) -> str:
    """The name of a repository, trimmed.

    Raises:
        UserError: When it is no owner/name.
    """
    repository = repository.strip().removeprefix("https://").removeprefix("huggingface.co/").strip("/")
    if not NAME.fullmatch(repository) or ".." in repository:
        raise UserError(f"“{repository[:60]}” is no name of a model on the Hub.", "Names are of the form owner/model.", field="model")
    return repository


def cached(repository: str, name: str = WEIGHTS) -> Path | None:
    """Where a file of a repository lies in the cache; None when it is not there."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, name)
    return Path(found) if isinstance(found, str) and Path(found).is_file() else None


def offline() -> bool:
    """Whether this installation was told to ask nothing of the network."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "TRUE", "YES", "ON")


def missing(repository: str, title: str = "") -> UserError:
    """What to say when a model is wanted that is not here."""
    if offline():
        return UserError(f"{title or repository} is not on this machine, and this installation is set to stay offline (HF_HUB_OFFLINE).",
                         "The bundled models work without a network.")  # fmt: skip
    return UserError(f"{title or repository} is not on this machine yet.", "Download it first.")


def start(repository: str) -> Job:
    """Begin a download, or join the one that is on its way.

    Raises:
        UserError: For a name that is none.
    """
    repository = checked(repository)
    with _LOCK:
        now = _JOBS.get(repository)
        if now is None or now.state != "running":
            now = _JOBS[repository] = Job(repository)
            threading.Thread(target=_work, args=(now,), name=f"hub-{repository}", daemon=True).start()
        return now


def current(repository: str) -> Job | None:
    """The latest download of a repository in this process, running or ended."""
    return _JOBS.get(repository)


def _work(job: Job) -> None:
    try:
        fetch(job)
        if job.state == "running":
            job.state = "done"
    except Cancelled:
        job.state = "cancelled"
    except UserError as error:
        if job.state == "running":
            job.problem, job.state = str(error), "failed"
    except BaseException:  # whoever waits is told; the thread's own hook writes the trace to the log
        job.problem, job.state = "The download failed for a reason that the server's log names.", "failed"
        raise


def fetch(job: Job) -> Path:
    """Bring settings and weights of a repository; returns the folder they lie in.

    Raises:
        UserError: When that cannot be done; says why in one sentence.
    """
    if offline():
        raise missing(job.repository)
    try:
        wanted, commit = _wanted(job.repository)
        job.total = sum(size for _, size, _ in wanted)
        if job.total > HUB_BYTES:
            raise UserError(f"{job.repository} has {job.total / MIB:,.0f} MB; at most {HUB_BYTES / MIB:,.0f} MB are fetched.", "Choose a smaller model.")
        folder = Path()
        for name, size, digest in wanted:
            path = _bring(job, name, size, digest, commit)
            folder = path.parent
            if name == "config.json" and own_code(folder) == "needed":  # before the weights, which are the long part
                raise own_code_refused(job.repository)
        return folder
    except (UserError, Cancelled):
        raise
    except Exception as error:
        if job._stop.is_set():  # the libraries below may wrap what stopped them
            raise Cancelled from error
        raise in_words(job.repository, error) from error


def announced(repository: str) -> list[tuple[str, int]]:
    """What `fetch` would bring: name and size in bytes of each file, as the Hub says now. Nothing is downloaded.

    Raises:
        UserError: When the Hub cannot be asked, or has nothing that is opened here.
    """
    repository = checked(repository)
    if offline():
        raise missing(repository)
    try:
        return [(name, size) for name, size, _ in _wanted(repository)[0]]
    except UserError:
        raise
    except Exception as error:  # of the Hub's library and those below it: each has its sentence
        raise in_words(repository, error) from error


def _wanted(repository: str) -> tuple[list[tuple[str, int, str]], str]:
    """Name, size and SHA-256 (of large files) of each file to fetch, weights last, and the commit they belong to."""
    from huggingface_hub import HfApi

    about = HfApi(endpoint=os.environ.get("HF_ENDPOINT")).model_info(repository, files_metadata=True, timeout=15)
    files = {each.rfilename: (each.size or 0, each.lfs.sha256 if each.lfs else "") for each in about.siblings or ()}
    if WEIGHTS not in files:
        pickled = any(name.endswith((".bin", ".pt", ".pth", ".ckpt")) for name in files)
        reason = "has its weights only as pickled Python, which could run a program" if pickled else "holds no weights in one file"
        raise UserError(f"{repository} {reason}; only safetensors are opened here.", "Choose another model.")
    texts = sorted(name for name, (size, _) in files.items() if "/" not in name and name.endswith(TEXTS) and size <= LARGEST_TEXT and not name.endswith(".safetensors.index.json"))
    return [(name, *files[name]) for name in (*texts, WEIGHTS)], str(about.sha)


def _bring(job: Job, name: str, size: int, digest: str, commit: str) -> Path:
    """One file into the cache, whole and with the right content."""
    from huggingface_hub import constants, hf_hub_download
    from tqdm import tqdm

    constants.DOWNLOAD_CHUNK_SIZE = CHUNK  # its own ten megabytes are how rarely it would tell, hear of a cancel, and note where to go on

    class Counter(tqdm):  # the bar the library fills as bytes arrive
        def __init__(self, *arguments: Any, **named: Any):
            super().__init__(*arguments, **{**named, "disable": True})

        def update(self, n: float | None = 1) -> None:
            job.count(int(n or 0))

    before = job.received
    job.count(0)
    path = Path(hf_hub_download(job.repository, name, revision=commit, tqdm_class=Counter, endpoint=os.environ.get("HF_ENDPOINT")))
    job.received = before + size  # also when it was there already
    if digest and _digest(path) != digest:
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise UserError(f"{name} of {job.repository} arrived damaged: its checksum is not the one the Hub names.", "It was deleted; download it again.")
    _name_main(path, commit)
    return path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name_main(path: Path, commit: str) -> None:
    """Let the cache know what "main" is: files asked for by commit leave no such note, and look-ups without a revision need it."""
    note = path.parents[2] / "refs" / "main"
    if path.parent.name == commit and not note.is_file():
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(commit)


def own_code(folder: Path) -> str:
    """Whether the settings in `folder` name Python files of the repository as the model's code.

    Returns:
        "" when they do not, "offered" when transformers knows the family and can do without them, "needed" when it does not.
    """
    try:
        settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    if not isinstance(settings, dict) or "auto_map" not in settings:
        return ""
    library = find_spec("transformers")
    family = str(settings.get("model_type", "")).replace("-", "_")
    known = library is not None and any((Path(each) / "models" / family / "__init__.py").is_file() for each in library.submodule_search_locations or ())
    return "offered" if family and known else "needed"


def own_code_refused(repository: str) -> UserError:
    """What to say of a model that would run a program of its repository."""
    return UserError(f"{repository} is made of Python code in its repository (it asks for trust_remote_code). Such code could do anything on this machine and is never run here.",
                     "Choose a model of a family that transformers knows.", field="model")  # fmt: skip


def in_words(repository: str, error: BaseException) -> UserError:
    """What went wrong with a download, for a person; the chain of causes is looked through for what is known."""
    chain: list[BaseException] = []
    now: BaseException | None = error
    while now is not None and now not in chain:
        chain.append(now)
        now = now.__cause__ or now.__context__
    names = [kind.__name__ for each in chain for kind in type(each).__mro__]
    status = next((each.response.status_code for each in chain if getattr(each, "response", None) is not None), None)
    if any(isinstance(each, OSError) and each.errno in (errno.ENOSPC, errno.EDQUOT) for each in chain) or "No space left" in str(error):
        return UserError(f"The disk is full: {repository} could not be kept.", "Free some space, or set HF_HOME to another disk.")
    if "GatedRepoError" in names or status == 403:
        return UserError(f"{repository} is given only to people who agreed to its terms.", "Choose another model.")
    if "RepositoryNotFoundError" in names or status in (401, 404):
        return UserError(f"There is no public model named {repository} on the Hub.", "Check the name: owner/model.")
    if status is not None and status >= 500:
        return UserError(f"The Hub has a fault of its own just now (answer {status}); {repository} could not be fetched.", "Try again later; the bundled models work meanwhile.")
    if any("Timeout" in name for name in names):
        return UserError(f"The Hub sent nothing for too long; {repository} could not be fetched.", "Try again later; the bundled models work meanwhile.")
    if "Consistency check failed" in str(error):
        return UserError(f"{repository} arrived cut short.", "It was deleted; download it again.")
    if any(name in ("RemoteProtocolError", "ReadError", "ChunkedEncodingError") for name in names):
        return UserError(f"The connection to the Hub broke off again and again; {repository} could not be fetched.", "Try again later; the bundled models work meanwhile.")
    if any(name in ("ConnectError", "ConnectionError", "NetworkError", "TransportError", "OfflineModeIsEnabled", "LocalEntryNotFoundError", "gaierror") for name in names):
        return UserError(f"The Hub cannot be reached, so this machine seems to be offline; {repository} could not be fetched.", "The bundled models work without a network.")
    return UserError(f"{repository} could not be fetched ({type(error).__name__}).", "Try again later; the bundled models work meanwhile.")


def stored() -> set[str]:
    """Repositories of which something lies in the Hub's cache, by name."""
    from huggingface_hub.constants import HF_HUB_CACHE

    try:
        found = [each.name for each in Path(HF_HUB_CACHE).iterdir() if each.name.startswith("models--")]
    except OSError:  # no cache yet
        return set()
    return {name.removeprefix("models--").replace("--", "/", 1) for name in found}
