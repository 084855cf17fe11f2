"""Objectives of generator and discriminator, as one table: value, slope and the words of each.

`d` stands for the discriminator's raw output (a logit, a score, or a critic's value); means over the batch are taken by the caller.
Every slope is the exact derivative of its value; autograd agrees (tests). Importing this module does not load torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

Part = Callable[["Tensor"], "Tensor"]


@dataclass(frozen=True)
class Objective:
    """One pair of losses.

    Attributes:
        real, fake: The discriminator's loss of a real and of a fake example, from d.
        generator: The generator's loss of a fake example, from d.
        real_slope, fake_slope, generator_slope: Their derivatives by d.
        code: Plain torch expressions in `d` for the three, in the same order.
        scale: How d is shown as a number from -1 (fake) to 1 (real): "logit" (2σ(d) - 1), "score" (d from 0 to 1), "margin" (d itself)
            or "critic" (d has no zero of its own: shown around the middle of its means).
        clips, penalty: Whether it needs weights in a box, or a gradient penalty, to mean what it says.
    """

    key: str
    title: str
    real: Part
    fake: Part
    generator: Part
    real_slope: Part
    fake_slope: Part
    generator_slope: Part
    code: tuple[str, str, str]
    scale: str
    latex: tuple[str, str]
    note: str
    source: str
    clips: bool = False
    penalty: bool = False


def _plus(d: Tensor) -> Tensor:
    return torch.nn.functional.softplus(d)


def _minus(d: Tensor) -> Tensor:
    return torch.nn.functional.softplus(-d)


_LOG_D = (r"-\log D(x) - \log\bigl(1 - D(G(z))\bigr)",)
_CRITIC: Any = {
    "real": lambda d: -d, "fake": lambda d: d, "generator": lambda d: -d, "real_slope": lambda d: torch.full_like(d, -1.0),
    "fake_slope": lambda d: torch.ones_like(d), "generator_slope": lambda d: torch.full_like(d, -1.0), "code": ("-d", "d", "-d"), "scale": "critic",
}  # fmt: skip
_CRITIC_LATEX = (r"-D(x) + D(G(z))", r"-D(G(z))")
_TABLE = (
    Objective(
        "non_saturating", "Non-saturating", _minus, _plus, _minus, lambda d: torch.sigmoid(d) - 1, lambda d: torch.sigmoid(d), lambda d: torch.sigmoid(d) - 1,
        ("F.softplus(-d)", "F.softplus(d)", "F.softplus(-d)"), "logit", (*_LOG_D, r"-\log D(G(z))"),
        "The generator raises the probability of being taken for real, so its gradient is strong exactly when it does badly.",
        "Goodfellow et al. 2014, section 3",
    ),
    Objective(
        "minimax", "Minimax", _minus, _plus, lambda d: -_plus(d), lambda d: torch.sigmoid(d) - 1, lambda d: torch.sigmoid(d), lambda d: -torch.sigmoid(d),
        ("F.softplus(-d)", "F.softplus(d)", "-F.softplus(d)"), "logit", (*_LOG_D, r"\log\bigl(1 - D(G(z))\bigr)"),
        "One value that D raises and G lowers. Where D is sure of a fake the generator's gradient is almost zero: it saturates.",
        "Goodfellow et al. 2014, equation 1",
    ),
    Objective(
        "least_squares", "Least squares", lambda d: (d - 1) ** 2 / 2, lambda d: d * d / 2, lambda d: (d - 1) ** 2 / 2,
        lambda d: d - 1, lambda d: d, lambda d: d - 1, ("(d - 1) ** 2 / 2", "d**2 / 2", "(d - 1) ** 2 / 2"), "score",
        (r"\tfrac12 (D(x) - 1)^2 + \tfrac12 D(G(z))^2", r"\tfrac12 (D(G(z)) - 1)^2"),
        "Targets 1 and 0 with squared error: fakes far beyond the boundary are still pulled, in proportion to how far they are off.",
        "Mao et al. 2017, equation 2",
    ),
    Objective(
        "hinge", "Hinge", lambda d: (1 - d).clamp(min=0), lambda d: (1 + d).clamp(min=0), lambda d: -d,
        lambda d: -(d < 1).to(d.dtype), lambda d: (d > -1).to(d.dtype), lambda d: torch.full_like(d, -1.0),
        ("(1 - d).clamp(min=0)", "(1 + d).clamp(min=0)", "-d"), "margin",
        (r"\max(0, 1 - D(x)) + \max(0, 1 + D(G(z)))", r"-D(G(z))"),
        "D stops caring about what it already tells apart by a margin of 1.", "Lim and Ye 2017; Miyato et al. 2018, equations 16 and 17",
    ),
    Objective("wasserstein", "Wasserstein, clipped", **_CRITIC, latex=_CRITIC_LATEX, clips=True,
              note="D becomes a critic without an upper end; its weights are kept in a box, so that its slope stays bounded and its gap between real "
                   "and fake estimates the distance the mass has to be moved.", source="Arjovsky, Chintala and Bottou 2017, algorithm 1"),
    Objective("wgan_gp", "Wasserstein, gradient penalty", **_CRITIC, latex=(_CRITIC_LATEX[0] + r" + \lambda\bigl(\lVert\nabla_{\hat x} D(\hat x)\rVert - 1\bigr)^2",
                                                                           _CRITIC_LATEX[1]), penalty=True,
              note="The critic's slope is pulled to 1 between real and fake, so the generator always gets a gradient of about that length.",
              source="Gulrajani et al. 2017, equation 3"),
)  # fmt: skip
OBJECTIVES: dict[str, Objective] = {each.key: each for each in _TABLE}
