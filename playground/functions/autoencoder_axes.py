"""Principal axes of codes, whatever has become of them: a run that diverged, or codes that are all alike, can still be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

LARGEST = 1e6  # codes beyond are drawn at the rim anyway


def principal(codes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Where codes lie and how they spread, by a singular value decomposition in float64 (an eigenvalue one need not converge here).

    Args:
        codes: (n, d); what is no number counts as 0, what is infinite as LARGEST.

    Returns:
        Their mean (d,), orthonormal axes (d, d) in rows, the one of the largest spread first, each with its largest part positive,
        and the standard deviation (d,) along each; all float32.
    """
    count, size = codes.shape
    bounded = codes.double().nan_to_num(0.0).clamp(-LARGEST, LARGEST)
    mean = bounded.mean(0)
    centred = torch.cat([bounded - mean, bounded.new_zeros(max(0, size - count), size)])
    _, spreads, axes = torch.linalg.svd(centred, full_matrices=False)
    signs = torch.gather(axes, 1, axes.abs().argmax(1, keepdim=True)).sign()
    return mean.float(), (axes * signs).float(), (spreads / max(1, count - 1) ** 0.5).float()
