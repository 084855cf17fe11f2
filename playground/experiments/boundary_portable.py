"""A trained network of the plane as a torch module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.core.lazy import torch

if TYPE_CHECKING:
    from playground.experiments.boundary import Boundary


def portable(experiment: Boundary, state: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The network of a checkpoint, from coordinates to outputs, and an example input."""
    from playground.experiments.boundary_trainer import material
    from playground.networks.portable import PlaneNetwork

    given = material(experiment)
    sizes = (len(experiment.features), *experiment.hidden_sizes, given.outputs)
    network = PlaneNetwork(experiment.features, given.mean.numpy(), given.spread.numpy(), sizes, experiment.activations(), experiment.normalization,
                           given.loss == "half_mse", experiment.named_weights(state))  # fmt: skip
    return network, {"points": torch.zeros(3, 2)}
