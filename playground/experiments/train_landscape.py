"""What the loss landscape asks of a trained network (`explain.landscape.network_plane`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

ARITHMETIC = 4e10  # floating-point operations that one landscape may cost: about ten seconds
PLACES = 2_700  # networks a landscape evaluates
FEWEST_ROWS, MOST_ROWS = 32, 512


class Landscape:
    """A trainer of one model, seen as a point among all parameters."""

    model: Any
    inputs: dict[str, Tensor]
    targets: dict[str, Tensor]
    summary: Any

    def flat_parameters(self) -> Tensor:
        """All parameters, (P,) float64, copied."""
        return torch.cat([each.detach().reshape(-1) for each in self.model.parameters()]).double()

    def losses_at(self, flats: Tensor) -> Tensor:
        """Training loss (S,) float64 of each of S parameter vectors (S, P), on as many training rows as time allows."""
        affordable = int(ARITHMETIC / PLACES / max(1, self.summary.flops))
        count = max(FEWEST_ROWS, min(MOST_ROWS, affordable))
        inputs, targets = self.prepare(self.inputs["train"][:count]), self.targets["train"][:count]  # type: ignore[attr-defined]
        self.model.eval()
        with torch.inference_mode():
            return torch.stack([self._loss(flat, inputs, targets) for flat in flats]).double()

    def _loss(self, flat: Tensor, inputs: Tensor, targets: Tensor) -> Tensor:
        named, place = {}, 0
        for name, parameter in self.model.named_parameters():
            named[name] = flat[place : place + parameter.numel()].view(parameter.shape).to(parameter.dtype)
            place += parameter.numel()
        outputs = torch.func.functional_call(self.model, named, (inputs,))
        if self.lesson.classifies:  # type: ignore[attr-defined]
            return torch.nn.functional.cross_entropy(outputs, targets)
        return torch.nn.functional.mse_loss(outputs[:, 0], targets)

    def loss_at(self, flat: Tensor) -> float:
        return float(self.losses_at(flat.unsqueeze(0))[0])

    def filter_slices(self) -> list[slice]:
        """The places of each unit's or channel's incoming weights in `flat_parameters`: the filters of Li et al. 2018."""
        found, offset = [], 0
        for parameter in self.model.parameters():
            if parameter.dim() > 1:
                size = parameter[0].numel()
                found += [slice(offset + row * size, offset + (row + 1) * size) for row in range(len(parameter))]
            offset += parameter.numel()
        return found
