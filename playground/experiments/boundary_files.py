"""Files that go with the exported script: own data as CSV, weights by the script's names."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.data import points

if TYPE_CHECKING:
    from playground.experiments.boundary import Boundary


def data_csv(experiment: Boundary) -> str:
    """Own data in its own units, every digit kept; empty for generated data."""
    if experiment.dataset != points.OWN:
        return ""
    inputs, targets, about = points.own_rows(experiment.own)
    names = [" ".join(str(each).split()) for each in (*about.get("features", ("x1", "x2")), about.get("target", "target"))]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([repr(float(a)), repr(float(b)), repr(target)] for (a, b), target in zip(inputs.tolist(), targets.tolist(), strict=True))
    return text.getvalue()


def named_weights(experiment: Boundary, state: dict[str, Any]) -> dict[str, np.ndarray]:
    """`{place}.weight` and `{place}.bias` as `model.load_state_dict` of the exported script takes them."""
    from playground.networks.batched_mlp import Structure

    sizes = (len(experiment.features), *experiment.hidden_sizes, experiment.points().outputs)
    shapes = Structure(sizes, experiment.activations(), experiment.normalization).shapes()
    flat, found, offset = np.asarray(state["flat"])[0], {}, 0
    per_layer = 3 + (experiment.normalization != "none")
    words = {"weight": "weight", "bias": "bias", "gain": "weight", "shift": "bias"}
    for name, shape in shapes:
        kind, layer = name.split("_")
        place = int(layer) * per_layer + (kind in ("gain", "shift"))
        size = int(np.prod(shape))
        found[f"{place}.{words[kind]}"] = flat[offset : offset + size].reshape(shape)
        offset += size
    if experiment.normalization == "batch":
        for layer in range(len(experiment.hidden_sizes)):
            found[f"{layer * per_layer + 1}.running_mean"] = np.asarray(state[f"running_mean_{layer}"])[0]
            found[f"{layer * per_layer + 1}.running_var"] = np.asarray(state[f"running_variance_{layer}"])[0]
    return found
