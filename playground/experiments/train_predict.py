"""What a trained network says, for pages: evaluated in a warm process, with the weights of a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.experiments import train_measure as measure
from playground.experiments.train import Train
from playground.experiments.train_lesson import Lesson, lesson
from playground.networks.trained import load

if TYPE_CHECKING:
    from torch import Tensor, nn

Weights = Mapping[str, np.ndarray]


def opened(values: Mapping[str, Any], weights: Weights) -> tuple[nn.Module, Lesson]:
    """The network of a run in evaluation mode, and what it learnt from.

    Args:
        values: The run's settings.
        weights: From `networks.trained.weights_of(checkpoint)`.
    """
    experiment = Train(**values)
    given = lesson(experiment)
    return load(experiment.stack, given.input_shape, given.outputs, weights), given


def prepared(given: Lesson, inputs: Tensor) -> Tensor:
    """Rows as stored to what the network was trained on."""
    if not given.images:
        return inputs
    spread, mean = (torch.from_numpy(np.array(each, np.float32)).view(1, -1, 1, 1) for each in (given.spread, given.mean))
    return (inputs.to(torch.float32) / 255 - mean) / spread


def predict(values: Mapping[str, Any], weights: Weights, inputs: np.ndarray) -> dict[str, np.ndarray]:
    """What a trained network says about new examples, and which inputs it says it for.

    Args:
        inputs: (N, d) float32 encoded as the training rows, or (N, channels, H, W) uint8.

    Returns:
        `shares` (N, C) probabilities, or `numbers` (N,) in the target's own unit; `slopes`: the gradient of the largest logit, or of the
        number, with respect to the standardised input, in the shape of `inputs` (Simonyan, Vedaldi and Zisserman 2014, section 3); `given`:
        the standardised input itself.
    """
    model, given = opened(values, weights)
    wanted = torch.from_numpy(np.ascontiguousarray(inputs))
    if tuple(wanted.shape[1:]) != tuple(given.input_shape):
        raise UserError(f"The network takes examples of shape {given.input_shape}, got {tuple(wanted.shape[1:])}.")
    seen = prepared(given, wanted).detach().requires_grad_(True)
    outputs = model(seen)
    chosen = outputs.amax(1) if given.classifies else outputs[:, 0]
    chosen.sum().backward()
    slopes = seen.grad if seen.grad is not None else torch.zeros_like(seen)
    found = {"slopes": slopes.numpy(), "given": seen.detach().numpy()}
    if given.classifies:
        return found | {"shares": torch.softmax(outputs.detach(), dim=1).numpy()}
    return found | {"numbers": outputs.detach()[:, 0].numpy() * given.spread[0] + given.mean[0]}


def report(values: Mapping[str, Any], weights: Weights, part: str) -> dict[str, Any]:
    """How the network does on every row of one part of the data.

    Args:
        part: "validation", or "test", which should be looked at once.

    Returns:
        `loss` and the metrics by name, `confusion`, and of every row `predicted`, `confidence`, `row_losses`, `actual`, `rows`.
    """
    model, given = opened(values, weights)
    rows = given.part(part)
    inputs = torch.from_numpy(np.ascontiguousarray(rows.inputs))
    outputs = measure.outputs_of(model, inputs, lambda piece: prepared(given, piece))
    targets = rows.targets if given.classifies else ((rows.targets - given.mean[0]) / given.spread[0]).astype(np.float32)
    found = measure.answers(given, outputs, torch.from_numpy(np.ascontiguousarray(targets)))
    return {
        "loss": found.loss, **found.metrics, "confusion": measure.confusion(given, found.predicted, rows.targets), "predicted": found.predicted,
        "confidence": found.confidence, "row_losses": found.losses, "actual": rows.targets, "rows": rows.rows,
    }  # fmt: skip
