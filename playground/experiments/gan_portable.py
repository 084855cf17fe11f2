"""The generator of a run as a torch module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.core.lazy import torch

if TYPE_CHECKING:
    from playground.experiments.gan import Gan
    from playground.experiments.gan_digits import GanDigits


def of_points(experiment: Gan, state: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The generator of a checkpoint, from noise to points, and an example input."""
    from playground.networks.gan_portable import PlaneGenerator, stack

    cloud = experiment.cloud()
    layers = stack((experiment.latent_dimensions, *experiment.g_hidden, 2), experiment.g_activation, _of_g(experiment.named_weights(state)))
    return PlaneGenerator(layers, cloud.origin, cloud.scale).eval(), {"noise": torch.zeros(3, experiment.latent_dimensions)}


def of_images(experiment: GanDigits, state: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The generator of a checkpoint, from noise and classes to images, and an example input."""
    from playground.experiments.gan_digits_trainer import ACTIVATION
    from playground.networks.gan_portable import ImageGenerator, stack

    images, _, classes = experiment.images()
    layers = stack(experiment.sizes(images[0].size, len(classes))[0], ACTIVATION, _of_g(experiment.named_weights(state)))
    example = {"noise": torch.zeros(3, experiment.latent_dimensions), "classes": torch.eye(len(classes))[:3]}
    return ImageGenerator(layers, *images.shape[1:]).eval(), example


def _of_g(named: dict[str, Any]) -> dict[str, Any]:
    return {name[2:]: value for name, value in named.items() if name.startswith("G.")}
