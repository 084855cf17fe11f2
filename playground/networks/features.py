"""Hand-made inputs for points of the plane: what a network may see of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Feature:
    """One input: its sign in the drawing and its expression in `x1` and `x2`, the coordinates."""

    key: str
    title: str
    code: str
    latex: str


FEATURES: dict[str, Feature] = {
    each.key: each
    for each in (
        Feature("x1", "x₁", "x1", "x_1"), Feature("x2", "x₂", "x2", "x_2"), Feature("x1_squared", "x₁²", "x1 ** 2", "x_1^2"),
        Feature("x2_squared", "x₂²", "x2 ** 2", "x_2^2"), Feature("product", "x₁x₂", "x1 * x2", "x_1 x_2"), Feature("sin_x1", "sin x₁", "torch.sin(x1)", r"\sin x_1"),
        Feature("sin_x2", "sin x₂", "torch.sin(x2)", r"\sin x_2"), Feature("cos_x1", "cos x₁", "torch.cos(x1)", r"\cos x_1"),
        Feature("cos_x2", "cos x₂", "torch.cos(x2)", r"\cos x_2"), Feature("radius", "radius", "torch.sqrt(x1 ** 2 + x2 ** 2)", "r"),
    )
}  # fmt: skip


def expand(points: Tensor, keys: tuple[str, ...]) -> Tensor:
    """(N, 2) coordinates to (N, features), in the order of `keys`."""
    x1, x2 = points[:, 0], points[:, 1]
    made = {
        "x1": lambda: x1, "x2": lambda: x2, "x1_squared": lambda: x1**2, "x2_squared": lambda: x2**2, "product": lambda: x1 * x2,
        "sin_x1": lambda: torch.sin(x1), "sin_x2": lambda: torch.sin(x2), "cos_x1": lambda: torch.cos(x1),
        "cos_x2": lambda: torch.cos(x2), "radius": lambda: torch.sqrt(x1**2 + x2**2),
    }  # fmt: skip
    return torch.stack([made[key]() for key in keys], dim=1)
