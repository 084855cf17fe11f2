"""What a deep stack of untrained layers does to a signal on its way up and to the gradient on its way down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choices, integer, number, seed, switch
from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.experiments.stills import Still
from playground.functions.activations import ACTIVATIONS
from playground.functions.initialisers import INITIALISERS

if TYPE_CHECKING:
    from torch import Tensor

LINES = 8  # curves one picture can tell apart
DEAD_SLOPE = 1e-6  # a unit whose slope stays below this for every example learns nothing
FADED, BLOWN_UP = 1e-3, 1e3  # ratio of first-layer to last-layer gradient that we call vanishing or exploding
MOSTLY_DEAD = 0.75
ATLAS_BATCH = 48  # examples at most, so that all pairs take a few seconds
BINS = 61  # of the histogram over −3 to 3


class SignalRace(Still):
    """Every chosen activation with every chosen initialisation, in one deep stack each."""

    key: ClassVar[str] = "signal"
    title: ClassVar[str] = "Signal race"
    page: ClassVar[str] = "activations"

    activations: tuple[str, ...] = choices(("sigmoid", "tanh", "relu"), ACTIVATIONS, most=6, label="Activations")
    initialisers: tuple[str, ...] = choices(
        ("xavier_normal", "he_normal"), INITIALISERS, most=4, label="Starting weights",
        help="How the weights are drawn before any training.",
    )  # fmt: skip
    depth: int = integer(30, 2, 50, label="Layers", help="How many layers the batch passes through.")
    width: int = integer(64, 8, 128, step=8, label="Units per layer")
    scale: float = number(
        1.0,
        0.1,
        4.0,
        log=True,
        label="Scale of the weights",
        help="Multiplies every starting weight; 1 is the recipe as published.",
    )
    batch: int = integer(128, 16, 256, step=16, label="Examples", group="Stack", help="Standard normal inputs sent through the stack.")
    residual: bool = switch(False, label="Skip connections", group="Stack", help="Adds each layer's input to its output, as a ResNet does.")
    normalised: bool = switch(
        False,
        label="Layer norm",
        group="Stack",
        help="Rescales each example to mean 0, variance 1 before the activation.",
    )
    atlas: bool = switch(False, label="Every activation with every start", group="hidden")
    seed: int = seed()

    def check(self) -> None:
        count = len(self.activations) * len(self.initialisers)
        if count > LINES:
            raise UserError(
                f"{len(self.activations)} activations with {len(self.initialisers)} kinds of starting weights make {count} stacks.",
                f"Choose so that at most {LINES} come out.", field="activations",
            )  # fmt: skip

    def arguments(self, whole: bool = True) -> dict[str, Any]:
        """What `propagate` takes; without the choice of stacks what `atlas` takes."""
        chosen = {"activations": self.activations, "initialisers": self.initialisers} if whole else {}
        return chosen | self.model_dump(exclude={"activations", "initialisers", "atlas"})

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Activation and initialiser of each stack, in the order of the results."""
        return [(activation, initialiser) for activation in self.activations for initialiser in self.initialisers]


def propagate(
    activations: Sequence[str], initialisers: Sequence[str], *, depth: int, width: int, batch: int, scale: float = 1.0,
    residual: bool = False, normalised: bool = False, seed: int = 0,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Send one batch up through each stack and a random unit gradient back down.

    All stacks see the same inputs and the same top gradient; those of one initialiser share their weights.

    Returns:
        Arrays of float64 with one row per pair (activation outer, initialiser inner):
        `spread` (pairs, depth + 1): standard deviation of the outputs of each layer, inputs first.
        `gradient` (pairs, depth): Frobenius norm of the gradient that arrives at the outputs of each layer.
        `dead` (pairs, depth): share of units whose slope is 0 for every example, in [0, 1].
        `flat` (pairs, depth): share of slopes below a tenth of the steepest, in [0, 1].
        `alike` (pairs, depth + 1): mean cosine between the outputs of two examples; 1 means that all look the same.
        `histogram` (pairs, depth + 1, BINS): share of outputs by value, from −3 to 3; the outer bins hold what lies beyond.

    Source:
        Glorot and Bengio 2010, figures 2 to 4 and 6 to 7; He et al. 2015, section 2.2.
    """
    inputs = torch.randn(batch, width, generator=torch_stream(seed, "inputs"), dtype=torch.float64)
    top = torch.randn(batch, width, generator=torch_stream(seed, "gradient"), dtype=torch.float64) / batch
    weights = {key: _weights(key, depth, width, scale, seed) for key in initialisers}
    rows = [_stack(activation, weights[key], INITIALISERS[key].bias, inputs, top, residual, normalised) for activation in activations for key in initialisers]
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def _weights(key: str, depth: int, width: int, scale: float, seed: int) -> Tensor:
    stream = torch_stream(seed, "weights")
    layers = [INITIALISERS[key]((width, width), stream, torch.float64) for _ in range(depth)]
    return torch.stack(layers) * scale


def _stack(key: str, weights: Tensor, bias: float, inputs: Tensor, top: Tensor, residual: bool, normalised: bool) -> dict[str, np.ndarray]:
    activation = ACTIVATIONS[key]
    outputs, slopes = [inputs.clone().requires_grad_()], []
    for weight in weights:
        total = outputs[-1] @ weight.T + bias
        if normalised:
            total = torch.nn.functional.layer_norm(total, total.shape[-1:])
        response = activation.forward(total)
        slopes.append(activation.derivative(total.detach()).abs())
        outputs.append(outputs[-1] + response if residual else response)
    found = torch.autograd.grad((outputs[-1] * top).sum(), outputs[1:])
    steepest = max(float(activation.derivative(torch.linspace(-6, 6, 241, dtype=torch.float64)).abs().max()), 1.0)
    signals = [_measured(each.detach()) for each in outputs]
    return {
        "spread": torch.stack([each.std() for each in signals]).nan_to_num(torch.inf).numpy(),
        "gradient": torch.stack([_measured(each).norm() for each in found]).numpy(),
        "dead": torch.stack([(each.amax(0) < DEAD_SLOPE).double().mean() for each in slopes]).numpy(),
        "flat": torch.stack([(each < 0.1 * steepest).double().mean() for each in slopes]).numpy(),
        "alike": torch.stack([_alike(each) for each in signals]).numpy(),
        "histogram": torch.stack([_histogram(each) for each in signals]).numpy(),
    }


def _measured(values: Tensor) -> Tensor:
    """Where a signal has overflowed there is nothing left to measure but infinity."""
    return torch.nan_to_num(values, nan=torch.inf, posinf=torch.inf, neginf=-torch.inf)


def _alike(values: Tensor) -> Tensor:
    """Mean cosine over all pairs of rows; 0 for rows of zeros."""
    directions = torch.nn.functional.normalize(values.clamp(-1e150, 1e150), dim=1)
    count = len(directions)
    return (directions.sum(0).square().sum() - directions.square().sum()) / (count * (count - 1))


def _histogram(values: Tensor) -> Tensor:
    return torch.histc(values.clamp(-3, 3), BINS, -3, 3) / values.numel()


def atlas(*, depth: int, width: int, batch: int, scale: float = 1.0, residual: bool = False, normalised: bool = False,
          seed: int = 0) -> dict[str, Any]:  # fmt: skip
    """The first layer's gradient over the last one's, for every activation with every initialiser.

    The batch is held to ATLAS_BATCH examples; the ratio hardly depends on their number.

    Returns:
        `activations`, `initialisers`: the keys of rows and columns.
        `ratio` (activations, initialisers) float64: log10 of the ratio; −inf where no gradient arrives, +inf where it
        overflowed, 0 is a healthy stack.
        `dead` (activations, initialisers) float64: share of dead units in the last layer.
    """
    rows, columns = list(ACTIVATIONS), list(INITIALISERS)
    found = propagate(rows, columns, depth=depth, width=width, batch=min(batch, ATLAS_BATCH), scale=scale,
                      residual=residual, normalised=normalised, seed=seed)  # fmt: skip
    shape = len(rows), len(columns)
    ratio = np.array([fade(each) for each in found["gradient"]])
    return {
        "activations": rows,
        "initialisers": columns,
        "ratio": ratio.reshape(shape),
        "dead": found["dead"][:, -1].reshape(shape),
    }


def fade(gradient: np.ndarray) -> float:
    """log10 of the first layer's gradient norm over the last one's; −inf when the first is 0, +inf when it overflowed."""
    first, last = float(gradient[0]), float(gradient[-1])
    if not np.isfinite(first) or not np.isfinite(last):
        return np.inf
    if first == 0 or last == 0:
        return -np.inf
    return float(np.log10(first) - np.log10(last))


def verdict(spread: np.ndarray, gradient: np.ndarray, dead: np.ndarray) -> str:
    """One of healthy, vanishes, explodes, dead, silent: what the numbers of one stack say about training it.

    `silent` means that no gradient reaches the first layer at all; `dead`, that
    most of the last layer's units are. About half of a deep ReLU stack's units are: its outputs all point one way.
    """
    change = fade(gradient)
    if change == -np.inf or spread[-1] == 0:
        return "silent"
    if change > np.log10(BLOWN_UP) or not np.isfinite(spread[-1]) or spread[-1] > BLOWN_UP * spread[0]:
        return "explodes"
    if change < np.log10(FADED) or spread[-1] < FADED * spread[0]:
        return "vanishes"
    return "dead" if dead[-1] >= MOSTLY_DEAD else "healthy"
