"""Three recurrent cells written out: one step forward, one step back. Weights lie as in torch.nn, so that they go across unchanged.

The forward step is the definition itself. The way back (backpropagation through time, Werbos 1990) first multiplies together what
does not depend on the gradient, for all steps at once; what remains in the loop over time is a matrix product and two or three
multiplications. Sizes: T steps, B sequences, H units, G blocks of gates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Memory:
    """What a cell keeps of a sequence for the way back and for looking at.

    Attributes:
        hidden: h, (T + 1, B, H); entry 0 is before the first step.
        carried: The LSTM's cell state c, (T + 1, B, H); None for the other cells.
        gates: After their bend, (T, B, G·H).
        extra: What else the way back needs, (T, B, H): tanh c of the LSTM, W_hn h + b_hn of the GRU, nothing of the RNN.
    """

    hidden: Tensor
    carried: Tensor | None
    gates: Tensor
    extra: Tensor | None


class RnnCell:
    """h = tanh(W x + U h + b): Elman 1990."""

    blocks: tuple[str, ...] = ("candidate",)

    @staticmethod
    def forward(projected: Tensor, weight: Tensor, bias: Tensor, hidden: Tensor, carried: Tensor | None = None) -> Memory:
        """Run over a sequence.

        Args:
            projected: W x + b of the inputs, (T, B, H).
            weight, bias: U, (H, H), and its own bias, (H,), as in torch.nn.RNN.
            hidden: h before the first step, (B, H).
        """
        steps = len(projected)
        kept = projected.new_empty((steps + 1, *hidden.shape))
        kept[0] = hidden
        inputs, turned = projected + bias, weight.T
        for t in range(steps):
            torch.tanh(torch.addmm(inputs[t], kept[t], turned), out=kept[t + 1])
        return Memory(kept, None, kept[1:], None)

    @staticmethod
    def backward(memory: Memory, weight: Tensor, arriving: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Back through time.

        Args:
            arriving: ∂L/∂h_t as it comes from the outputs of step t alone, (T, B, H).

        Returns:
            Slopes of the sums that W x and U h enter, both (T, B, G·H); ∂L/∂h_t over all ways, (T, B, H); and ∂L/∂c_t or None.
        """
        bend = 1 - memory.gates**2
        total, slopes = torch.empty_like(arriving), torch.empty_like(bend)
        flow = arriving[-1]
        for t in range(len(bend) - 1, -1, -1):
            total[t] = flow
            torch.mul(flow, bend[t], out=slopes[t])
            if t:
                flow = torch.addmm(arriving[t - 1], slopes[t], weight)
        return slopes, slopes, total, None


class LstmCell:
    """i, f, o = σ(…), g = tanh(…), c = f c + i g, h = o tanh c: Hochreiter and Schmidhuber 1997, forget gate of Gers et al. 2000."""

    blocks: tuple[str, ...] = ("input", "forget", "candidate", "output")

    @staticmethod
    def forward(projected: Tensor, weight: Tensor, bias: Tensor, hidden: Tensor, carried: Tensor | None = None) -> Memory:
        """As `RnnCell.forward`; `projected` is (T, B, 4 H), `carried` is c before the first step."""
        steps, (batch, units) = len(projected), hidden.shape
        h, c = (projected.new_empty((steps + 1, batch, units)) for _ in range(2))
        h[0], c[0] = hidden, 0.0 if carried is None else carried
        gates, bent = torch.empty_like(projected), projected.new_empty((steps, batch, units))
        inputs, turned = projected + bias, weight.T
        for t in range(steps):
            sums = torch.addmm(inputs[t], h[t], turned)
            now = torch.sigmoid(sums, out=gates[t])
            i, f, g, o = now.chunk(4, 1)
            torch.tanh(sums[:, 2 * units : 3 * units], out=g)
            torch.addcmul(f * c[t], i, g, out=c[t + 1])
            torch.mul(o, torch.tanh(c[t + 1], out=bent[t]), out=h[t + 1])
        return Memory(h, c, gates, bent)

    @staticmethod
    def backward(memory: Memory, weight: Tensor, arriving: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """As `RnnCell.backward`."""
        i, f, g, o = memory.gates.chunk(4, 2)
        s, before = memory.extra, memory.carried[:-1]  # type: ignore[index]
        into = o * (1 - s**2)  # type: ignore[operator]
        factors = torch.cat([g * i * (1 - i), before * f * (1 - f), i * (1 - g**2), s * o * (1 - o)], 2)
        total, carried, slopes = torch.empty_like(arriving), torch.empty_like(arriving), torch.empty_like(factors)
        flow, along = arriving[-1], torch.zeros_like(arriving[-1])
        for t in range(len(factors) - 1, -1, -1):
            total[t] = flow
            state = torch.addcmul(along, flow, into[t], out=carried[t])
            torch.mul(torch.cat([state, state, state, flow], 1), factors[t], out=slopes[t])
            if t:
                along = state * f[t]
                flow = torch.addmm(arriving[t - 1], slopes[t], weight)
        return slopes, slopes, total, carried


class GruCell:
    """r, z = σ(…), n = tanh(W x + r (U h + b)), h = (1 - z) n + z h: Cho et al. 2014, with the reset as cuDNN and torch.nn place it."""

    blocks: tuple[str, ...] = ("reset", "update", "candidate")

    @staticmethod
    def forward(projected: Tensor, weight: Tensor, bias: Tensor, hidden: Tensor, carried: Tensor | None = None) -> Memory:
        """As `RnnCell.forward`; `projected` is (T, B, 3 H)."""
        steps, (batch, units) = len(projected), hidden.shape
        h = projected.new_empty((steps + 1, batch, units))
        h[0] = hidden
        gates, inner = torch.empty_like(projected), projected.new_empty((steps, batch, units))
        turned = weight.T
        for t in range(steps):
            own = torch.addmm(bias, h[t], turned)
            now = gates[t]
            torch.sigmoid(projected[t][:, : 2 * units] + own[:, : 2 * units], out=now[:, : 2 * units])
            r, z, n = now.chunk(3, 1)
            inner[t] = own[:, 2 * units :]
            torch.tanh(torch.addcmul(projected[t][:, 2 * units :], r, inner[t]), out=n)
            torch.lerp(n, h[t], z, out=h[t + 1])
        return Memory(h, None, gates, inner)

    @staticmethod
    def backward(memory: Memory, weight: Tensor, arriving: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """As `RnnCell.backward`."""
        r, z, n = memory.gates.chunk(3, 2)
        bend = (1 - z) * (1 - n**2)
        factors = torch.cat([bend * memory.extra * r * (1 - r), (memory.hidden[:-1] - n) * z * (1 - z), bend], 2)  # type: ignore[operator]
        own = torch.cat([torch.ones_like(r), torch.ones_like(r), r], 2)
        total, slopes, inner = torch.empty_like(arriving), torch.empty_like(factors), torch.empty_like(factors)
        flow = arriving[-1]
        for t in range(len(factors) - 1, -1, -1):
            total[t] = flow
            torch.mul(flow.repeat(1, 3), factors[t], out=slopes[t])
            torch.mul(slopes[t], own[t], out=inner[t])
            if t:
                flow = torch.addmm(torch.addcmul(arriving[t - 1], flow, z[t]), inner[t], weight)
        return slopes, inner, total, None


CELLS: dict[str, type[RnnCell] | type[LstmCell] | type[GruCell]] = {"rnn": RnnCell, "lstm": LstmCell, "gru": GruCell}
