"""A trained layer stack, opened again: what other screens take a network from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import nn

PREFIX = "model/"  # of the weights in a checkpoint


def weights_of(state: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The weights in a checkpoint, by their names in the module; small enough to send to an evaluator."""
    return {name.removeprefix(PREFIX): value for name, value in state.items() if name.startswith(PREFIX)}


def load(stack: str, input_shape: tuple[int, ...], outputs: int, weights: Mapping[str, np.ndarray]) -> nn.Module:
    """The network as it was trained, in evaluation mode.

    Args:
        stack: Its layers, as the run's settings hold them.
        input_shape, outputs: Of the data it learnt from.
        weights: From `weights_of`.

    Raises:
        UserError: When the weights are not those of such a stack.
    """
    from playground.networks.stack_modules import build

    with torch.random.fork_rng(devices=[]):  # the weights drawn here are overwritten at once
        model = build(stack.replace(" pretrained", ""), tuple(input_shape), outputs)
    try:
        model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})
    except RuntimeError as error:
        raise UserError("These weights do not fit the network they are said to belong to.", "Train it again.") from error
    return model.eval()
