"""Texts as points: embeddings brought down to a plane, and the groups they fall into."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choice, integer, seed
from playground.core.fields import text as written
from playground.core.limits import TEXT_PASSAGES
from playground.data import text_samples
from playground.experiments.stills import Still
from playground.experiments.text_search import lines_kept
from playground.experiments.text_settings import given, passage

METHODS = {"pca": "Principal components", "tsne": "t-SNE"}
COLLECTIONS = {"sample": "60 sentences on six themes", "own": "Your lines or file"}


class EmbeddingMap(Still):
    """Lines of text, how they are laid out, and how many groups are looked for."""

    key: ClassVar[str] = "text_map"
    title: ClassVar[str] = "Embedding map"
    page: ClassVar[str] = "text"

    collection: str = choice("sample", COLLECTIONS, label="Texts")
    method: str = choice("tsne", METHODS, label="Layout",
                         help="Principal components cast a shadow: distances shrink, and far points may seem near. t-SNE keeps neighbours and gives up distances.")
    groups: int = integer(6, 2, 12, label="Groups", help="k-means on all 384 numbers, not on the picture.")
    perplexity: int = integer(12, 3, 50, label="Perplexity", help="About how many neighbours t-SNE keeps for each text.")
    seed: int = seed()
    text: str = passage("", "One text a line")
    file: str = written("", max_length=16, group="hidden", label="Uploaded file")

    def unused_controls(self) -> tuple[str, ...]:
        return () if self.method == "tsne" else ("perplexity",)

    def lines(self) -> list[str]:
        """The texts on the map."""
        if self.collection == "sample":
            return list(text_samples.THEMES)
        return lines_kept(self.file) if self.file else [each.strip() for each in given(self.text).split("\n") if each.strip()]

    def arguments(self) -> dict[str, Any]:
        """What `layout` takes.

        Raises:
            UserError: When there are too few lines, or too many.
        """
        lines = self.lines()
        if len(lines) < 4:
            raise UserError(f"A map needs at least four texts, got {len(lines)}.", "Write one text a line, or upload a file.", field="text")
        if len(lines) > TEXT_PASSAGES:
            raise UserError(f"These are {len(lines):,} texts; a map shows at most {TEXT_PASSAGES:,}.", field="text")
        perplexity = min(self.perplexity, (len(lines) - 1) // 3 or 1) if self.method == "tsne" else 0
        return {"lines": [each[:2000] for each in lines], "method": self.method, "groups": min(self.groups, len(lines) - 1), "perplexity": perplexity, "seed": self.seed}


def layout(lines: Sequence[str], method: str, groups: int, perplexity: int, seed: int) -> dict[str, Any]:
    """Places in the plane and groups of texts.

    Returns:
        "x", "y" (n,); "group" (n,) int; "typical": the text nearest to each group's middle; "neighbours" (n, 3):
        the nearest in all 384 dimensions; "kept": the share of the variance in the plane (PCA) or of the five nearest neighbours
        that stay among the five nearest (t-SNE); "silhouette" in [-1, 1]; "milliseconds".
    """
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.metrics import silhouette_score

    from playground.experiments.text_search import embedded

    started = time.perf_counter()
    vectors = embedded(tuple(lines)).astype(np.float64)
    reduced = PCA(min(50, *vectors.shape), svd_solver="full").fit(vectors)
    flat = reduced.transform(vectors)[:, :2]
    kept = float(reduced.explained_variance_ratio_[:2].sum())
    if method == "tsne":
        from sklearn.manifold import TSNE

        flat = TSNE(2, perplexity=perplexity, init="pca", metric="cosine", random_state=seed, max_iter=750).fit_transform(vectors)
        kept = _neighbours_kept(vectors, flat)
    if flat.shape[1] < 2:
        flat = np.column_stack([flat, np.zeros(len(flat))])
    group = KMeans(groups, n_init=5, random_state=seed).fit_predict(vectors)
    near = np.argsort(-(vectors @ vectors.T - 2 * np.eye(len(vectors))), 1)[:, :3]
    silhouette = float(silhouette_score(vectors, group)) if 1 < len(set(group.tolist())) < len(lines) else 0.0
    return {"x": flat[:, 0].astype(np.float64), "y": flat[:, 1].astype(np.float64), "group": group.astype(np.int64), "neighbours": near, "kept": kept,
            "typical": _most_typical(vectors, group, groups), "silhouette": silhouette, "milliseconds": 1000 * (time.perf_counter() - started)}  # fmt: skip


def _neighbours_kept(vectors: np.ndarray, flat: np.ndarray, count: int = 5) -> float:
    """The share of each text's nearest neighbours that are still among its nearest in the plane."""
    count = min(count, len(flat) - 1)
    far = ((flat[:, None] - flat[None]) ** 2).sum(-1)
    np.fill_diagonal(far, np.inf)
    here, there = np.argsort(far, 1)[:, :count], np.argsort(-(vectors @ vectors.T - 2 * np.eye(len(vectors))), 1)[:, :count]
    return float(np.mean([len(set(a) & set(b)) / count for a, b in zip(here.tolist(), there.tolist(), strict=True)]))


def _most_typical(vectors: np.ndarray, group: np.ndarray, groups: int) -> list[int]:
    """For each group the text that lies nearest to its middle."""
    found = []
    for number in range(groups):
        inside = np.flatnonzero(group == number)
        found.append(int(inside[(vectors[inside] @ vectors[inside].mean(0)).argmax()]))
    return found


def rows(lines: Sequence[str], data: dict[str, Any]) -> list[dict[str, Any]]:
    """One record a text: its place in the plane and its group."""
    return [{"text": line, "x": float(x), "y": float(y), "group": int(group) + 1} for line, x, y, group in zip(lines, data["x"], data["y"], data["group"], strict=True)]
