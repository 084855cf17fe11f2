"""A recurrent layer and its readout on one flat buffer, with the names and shapes of torch.nn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.core.lazy import torch
from playground.networks.recurrent_cells import CELLS, Memory

if TYPE_CHECKING:
    from torch import Tensor

Shapes = dict[str, tuple[int, ...]]


def shapes(cell: str, inputs: int, units: int, outputs: int) -> Shapes:
    """Parameters by their names in a torch.nn module of `recurrent` and `readout`, in the order of the flat buffer."""
    wide = len(CELLS[cell].blocks) * units
    return {"recurrent.weight_ih_l0": (wide, inputs), "recurrent.weight_hh_l0": (wide, units), "recurrent.bias_ih_l0": (wide,),
            "recurrent.bias_hh_l0": (wide,), "readout.weight": (outputs, units), "readout.bias": (outputs,)}  # fmt: skip


@dataclass
class Tape:
    """One pass over a batch: inputs (T, B, I), what the cell kept, outputs (T, B, O)."""

    inputs: Tensor
    memory: Memory
    outputs: Tensor


class RecurrentNet:
    """x (T, B, I) → cell → h (T, B, H) → readout → (T, B, O); float64; gradients by hand into one buffer.

    Attributes:
        flat, gradient: (1, P), the form that `optimizers.batched` moves.
        parts, slopes: Their pieces by name.
    """

    def __init__(self, cell: str, inputs: int, units: int, outputs: int):
        self.cell, self.units = CELLS[cell], units
        table = shapes(cell, inputs, units, outputs)
        count = sum(math.prod(shape) for shape in table.values())
        self.flat, self.gradient = (torch.zeros(1, count, dtype=torch.float64) for _ in range(2))
        self.parts, self.slopes = _pieces(self.flat, table), _pieces(self.gradient, table)

    def draw(self, stream: torch.Generator, start: str = "uniform", gain: float = 1.0, forget_bias: float = 0.0) -> None:
        """Starting weights: torch.nn's U(±1/√H) in the order of the buffer; then, if asked for, recurrent blocks that are `gain` × orthogonal.

        Args:
            start: "uniform", or "orthogonal" (Saxe et al. 2014): gain 1 neither shrinks nor stretches what is carried on.
            forget_bias: Added to the forget gate's bias (Gers et al. 2000; Jozefowicz et al. 2015 advise 1).
        """
        bound = 1 / math.sqrt(self.units)
        for piece in self.parts.values():
            piece.uniform_(-bound, bound, generator=stream)
        hidden = self.parts["recurrent.weight_hh_l0"]
        if start == "orthogonal":
            for block in hidden.split(self.units):
                torch.nn.init.orthogonal_(block, gain, generator=stream)
        else:
            hidden.mul_(gain)
        if "forget" in self.cell.blocks:
            place = self.cell.blocks.index("forget") * self.units
            self.parts["recurrent.bias_ih_l0"][place : place + self.units] += forget_bias

    def forward(self, inputs: Tensor, hidden: Tensor | None = None, carried: Tensor | None = None) -> Tape:
        """Run over sequences (T, B, I), from zeros or from a given state (B, H)."""
        steps, batch, wide = inputs.shape
        w = self.parts
        start = inputs.new_zeros(batch, self.units) if hidden is None else hidden
        projected = torch.addmm(w["recurrent.bias_ih_l0"], inputs.reshape(-1, wide), w["recurrent.weight_ih_l0"].T).view(steps, batch, -1)
        memory = self.cell.forward(projected, w["recurrent.weight_hh_l0"], w["recurrent.bias_hh_l0"], start, carried)
        flat = memory.hidden[1:].reshape(-1, self.units)
        return Tape(inputs, memory, torch.addmm(w["readout.bias"], flat, w["readout.weight"].T).view(steps, batch, -1))

    def backward(self, tape: Tape, slopes: Tensor, store: bool = True) -> tuple[Tensor, Tensor | None]:
        """Gradients of a loss with ∂L/∂outputs = `slopes` (T, B, O).

        Args:
            store: Whether the parameters' gradients are written into `gradient`.

        Returns:
            ∂L/∂h_t and, of an LSTM, ∂L/∂c_t for every step, both (T, B, H).
        """
        w, memory = self.parts, tape.memory
        arriving = slopes @ w["readout.weight"]
        outer, inner, flow, carried = self.cell.backward(memory, w["recurrent.weight_hh_l0"], arriving)
        if store:
            g, flat, own = self.slopes, outer.flatten(0, 1), inner.flatten(0, 1)
            torch.mm(flat.T, tape.inputs.flatten(0, 1), out=g["recurrent.weight_ih_l0"])
            torch.mm(own.T, memory.hidden[:-1].flatten(0, 1), out=g["recurrent.weight_hh_l0"])
            torch.sum(flat, 0, out=g["recurrent.bias_ih_l0"])
            torch.sum(own, 0, out=g["recurrent.bias_hh_l0"])
            torch.mm(slopes.flatten(0, 1).T, memory.hidden[1:].flatten(0, 1), out=g["readout.weight"])
            torch.sum(slopes.flatten(0, 1), 0, out=g["readout.bias"])
        return flow, carried

    def sums(self, tape: Tape, row: int) -> tuple[Tensor, Tensor]:
        """What the inputs and what the state before add to every gate's sum in sequence `row`: W x + b and U h + b, both (T, G·H)."""
        w = self.parts
        from_inputs = tape.inputs[:, row] @ w["recurrent.weight_ih_l0"].T + w["recurrent.bias_ih_l0"]
        return from_inputs, tape.memory.hidden[:-1, row] @ w["recurrent.weight_hh_l0"].T + w["recurrent.bias_hh_l0"]


def _pieces(flat: Tensor, table: Shapes) -> dict[str, Tensor]:
    found, offset = {}, 0
    for name, shape in table.items():
        size = math.prod(shape)
        found[name] = flat[0, offset : offset + size].view(shape)
        offset += size
    return found
