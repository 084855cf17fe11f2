"""What a trained autoencoder is asked: to decode a place, to rebuild, to clean, to go from one input to another, to score."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.core.randomness import derive, torch_stream
from playground.data import pictures
from playground.experiments.autoencoder import Autoencoder
from playground.experiments.autoencoder_data import Lesson, lesson
from playground.experiments.autoencoder_trainer import build, prepared
from playground.experiments.autoencoder_view import EVALUATED, REACH, Basis, as_bytes, basis, picture, tiled
from playground.experiments.train_ink import as_learnt

if TYPE_CHECKING:
    from torch import Tensor, nn

FRAMES = 11  # of a way from one input to another
SCORED = 2000  # test inputs that anomalies are looked for among
CLEANED = 10
Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Opened:
    """A network with its weights, what it learnt from, and the plane its codes are shown in."""

    experiment: Autoencoder
    given: Lesson
    model: nn.Module
    normal: Tensor  # test inputs of known classes

    @functools.cached_property
    def plane(self) -> Basis:
        return basis(self.model.encode(self.normal)[0], self.experiment.kind == "vae")


def weights_of(state: Mapping[str, Any] | None) -> dict[str, np.ndarray]:
    """The network's weights in a checkpoint.

    Raises:
        UserError: When there is none yet.
    """
    found = {name[6:]: np.asarray(value) for name, value in (state or {}).items() if name.startswith("model/")}
    if not found:
        raise UserError("The network has not reported its weights yet.", "It does so within a few seconds.")
    return found


def opened(values: Mapping[str, Any], weights: Weights) -> Opened:
    """The network of `Autoencoder(**values)` with these weights."""
    experiment = Autoencoder(**values)
    given = lesson(experiment)
    model = build(experiment, given)
    model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})
    rows = np.flatnonzero(~given.odd)[:EVALUATED]
    return Opened(experiment, given, model.eval(), prepared(torch.from_numpy(given.test[rows])))


def decode(values: dict[str, Any], weights: Weights, place: tuple[float, float]) -> dict[str, Any]:
    """What a place of the latent plane decodes to.

    Returns:
        `picture`: (h, w) or (h, w, 3) uint8, for a table `cells` (columns,) in standard deviations; `code`: (latent,).
    """
    with torch.no_grad():
        it = opened(values, weights)
        code = it.plane.codes(torch.tensor([place], dtype=torch.float32))
        made = picture(it.model, code)
        found: dict[str, Any] = {"code": code[0].numpy()}
        return found | ({"picture": tiled(as_bytes(made), 1, 1)} if it.given.images else {"cells": made[0].numpy()})


def between(values: dict[str, Any], weights: Weights, first: int, second: int, share: float) -> dict[str, Any]:
    """The way from one test input to another: straight through the latent space, and by fading one picture into the other.

    Args:
        first, second: Places among the test inputs whose codes are shown.

    Returns:
        `ways`: both ways in FRAMES pictures, one above the other; `now`: the picture at `share` of the way; `classes` of the two;
        `places`: (FRAMES, 2) the way in the latent plane.
    """
    with torch.no_grad():
        it = opened(values, weights)
        shown = np.flatnonzero(~it.given.odd)[:EVALUATED]
        rows = [int(shown[each % len(shown)]) for each in (first, second)]
        ends = prepared(torch.from_numpy(it.given.test[rows]))
        codes = it.model.encode(ends)[0]
        shares = torch.linspace(0, 1, FRAMES)[:, None]
        walk = codes[:1] + shares * (codes[1:] - codes[:1])
        shares = shares[:, :, None, None]
        faded = ends[:1] + shares * (ends[1:] - ends[:1])
        now = codes[:1] + share * (codes[1:] - codes[:1])
        places = it.plane.places(walk)
        return {"ways": tiled(as_bytes(torch.cat([picture(it.model, walk), faded])), 2, FRAMES, 1), "now": tiled(as_bytes(picture(it.model, now)), 1, 1),
                "ends": tiled(as_bytes(ends), 1, 2, 1), "classes": [it.given.classes[it.given.targets[row]] if it.given.classes else "" for row in rows],
                "places": places.numpy().astype(np.float32)}  # fmt: skip


class _AsTraining:
    """What `train_ink` has to know of the data: hashable by identity."""

    def __init__(self, given: Lesson):
        self.train = type("Part", (), {"inputs": given.train})
        self.input_shape = given.shape


@functools.lru_cache(maxsize=4)
def _stand_in(given: Lesson) -> Any:
    return _AsTraining(given)


def redraw(values: dict[str, Any], weights: Weights, drawing: str) -> dict[str, Any]:
    """A drawing as the network is given it and as it rebuilds it; `place` in the latent plane, and how its error ranks among known inputs.

    Raises:
        UserError: When nothing is drawn.
    """
    with torch.no_grad():
        it = opened(values, weights)
        seen = as_learnt(pictures.drawn(drawing), _stand_in(it.given)) if drawing else None
        if seen is None:
            raise UserError("Nothing is drawn yet.", "Draw on the pad with the mouse or a finger.", field="drawing")
        inputs = prepared(torch.from_numpy(seen))
        code = it.model.encode(inputs)[0]
        rebuilt = picture(it.model, code)
        error, known = float((rebuilt - inputs).square().mean()), _errors(it, it.normal)
        return {"given": tiled(seen, 1, 1), "rebuilt": tiled(as_bytes(rebuilt), 1, 1), "place": it.plane.places(code)[0].numpy(), "error": error,
                "usual": float(known.median()), "rank": float((known < error).float().mean())}  # fmt: skip


def _errors(it: Opened, inputs: Tensor) -> Tensor:
    """Mean squared error of each input's rebuilding."""
    return (picture(it.model, it.model.encode(inputs)[0]) - inputs).square().flatten(1).mean(1)


def clean(values: dict[str, Any], weights: Weights, way: str, amount: float, seed: int) -> dict[str, Any]:
    """Test inputs, the same spoilt, and what the network makes of these.

    Returns:
        `strips`: three rows of CLEANED pictures; `before`, `after`: mean squared distance from the originals.
    """
    from playground.networks.autoencoder import corrupted

    with torch.no_grad():
        it = opened(values, weights)
        rows = torch.randperm(len(it.normal), generator=torch_stream(seed, "cleaned"))[:CLEANED]
        inputs = it.normal[rows]
        spoilt = corrupted(inputs, way, amount, torch_stream(seed, "spoilt"))
        made = picture(it.model, it.model.encode(spoilt)[0])
        return {"strips": tiled(as_bytes(torch.cat([inputs, spoilt, made])), 3, len(rows), 1), "before": float((spoilt - inputs).square().mean()),
                "after": float((made - inputs).square().mean())}  # fmt: skip


def neighbours(values: dict[str, Any], weights: Weights, perplexity: float = 25.0, rounds: int = 1000) -> dict[str, Any]:
    """Codes of known test inputs laid out in a plane by t-SNE (van der Maaten and Hinton 2008), seeded; places within ± REACH.

    Returns:
        `places`: (n, 2) float32; `labels`: (n,) float32.
    """
    from sklearn.manifold import TSNE

    with torch.no_grad():
        it = opened(values, weights)
        codes = it.model.encode(it.normal)[0].nan_to_num(0).numpy()
    found = TSNE(2, max_iter=rounds, perplexity=min(perplexity, (len(codes) - 1) / 3), init="random", random_state=derive(it.experiment.seed, "t-SNE") % 2**32).fit_transform(codes)
    found = found - found.mean(0)
    labels = it.given.targets[np.flatnonzero(~it.given.odd)[:EVALUATED]]
    return {"places": (found * (0.94 * REACH / max(1e-9, np.abs(found).max()))).astype(np.float32), "labels": labels.astype(np.float32)}


def anomalies(values: dict[str, Any], weights: Weights) -> dict[str, Any]:
    """How badly each test input is rebuilt, and which of them are of a kind that was left out.

    Returns:
        `scores` (n,), `odd` (n,) bool, `rows` (n,) places in the test part, `known` (m,) scores of training inputs, to set a threshold by;
        `parts` (n, columns) squared error of each column, for tables.
    """
    with torch.no_grad():
        it = opened(values, weights)
        stream = np.random.default_rng(derive(it.experiment.seed, "scored"))
        rows = np.sort(stream.permutation(len(it.given.test))[:SCORED])
        test, train = (prepared(torch.from_numpy(each)) for each in (it.given.test[rows], it.given.train[: SCORED // 2]))
        found = {"scores": _scores(it, test), "odd": it.given.odd[rows], "rows": rows, "known": _scores(it, train)}
        if not it.given.images:
            found["parts"] = (picture(it.model, it.model.encode(test)[0]) - test).square().numpy()
        return found


def _scores(it: Opened, inputs: Tensor) -> np.ndarray:
    from playground.networks.autoencoder import divergence, reconstruction

    now = it.experiment
    mean, log_variance = it.model.encode(inputs)
    found = reconstruction(it.model, it.model.decode(mean), inputs, now.judged_by, now.sigma)
    found = found if log_variance is None else found + now.beta * divergence(mean, log_variance).sum(1)
    return found.nan_to_num(0, posinf=1e30, neginf=0).double().numpy()


def rebuilt(values: dict[str, Any], weights: Weights, rows: list[int]) -> np.ndarray:
    """Test inputs above what is made of them, as one picture."""
    with torch.no_grad():
        it = opened(values, weights)
        inputs = prepared(torch.from_numpy(it.given.test[rows]))
        return tiled(as_bytes(torch.cat([inputs, picture(it.model, it.model.encode(inputs)[0])])), 2, len(rows), 1)
