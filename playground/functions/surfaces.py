"""Surfaces to walk down: test functions of the literature, curves of one variable, a typed formula, and a least-squares fit.

A surface is the mean of `EXAMPLES` heights, one an example, as a training loss is. For the least-squares fit those are its data
points. For a formula f, example i is `f(x, y) + e_i · (x, y)` with seeded e_i that sum to zero: all examples together are exactly f, and a
batch of b of them has a gradient that is off by normal noise of spread `noise / sqrt(b)` (a little less, as none is drawn twice).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.core.randomness import derive, torch_stream
from playground.functions.formula import Formula, parse

if TYPE_CHECKING:
    from torch import Tensor

Range = tuple[float, float]
Place = tuple[float, float]
EXAMPLES = 64
SLOPE, INTERCEPT, SCATTER = 0.8, 0.5, 0.6  # of the line the least-squares points stray from
INPUTS: Range = (-1.0, 3.0)


@dataclass(frozen=True)
class SurfaceCard:
    """One surface as it is known beforehand.

    Attributes:
        text: Its formula; {…} stand for shape settings. Empty for surfaces made otherwise.
        x, y: The window shown. Curves of one variable have no y.
        minima: Global minima in the window.
        start: Where paths begin unless another place is chosen.
        note: One sentence on what makes it hard.
    """

    key: str
    title: str
    text: str
    x: Range
    y: Range | None
    minima: tuple[Place, ...]
    start: Place
    note: str
    source: str = ""


def _card(key: str, title: str, text: str, x: Range, y: Range | None, minima: tuple[Place, ...], start: Place, note: str, source: str = "") -> SurfaceCard:
    return SurfaceCard(key, title, text, x, y, minima, start, note, source)


_FOUR = ((3.0, 2.0), (-2.805118086952745, 3.131312518250573), (-3.779310253377747, -3.283185991286170), (3.584428340330492, -1.848126526964404))
_WELL = -2.903534027771178

SURFACES: dict[str, SurfaceCard] = {
    each.key: each
    for each in (
        _card("bowl", "Bowl", "(x**2 + y**2)/2", (-3, 3), (-3, 3), ((0.0, 0.0),), (-2.4, 1.8), "Equally steep all around: plain descent goes straight there."),
        _card("ravine", "Ravine", "", (-3, 3), (-2, 2), ((0.0, 0.0),), (-2.6, 1.2),
              "Steep across, flat along: the steep wall limits the learning rate, the flat floor needs a large one."),
        _card("rosenbrock", "Rosenbrock", "(1 - x)**2 + 100*(y - x**2)**2", (-2, 2), (-1, 3), ((1.0, 1.0),), (-1.2, 1.0),
              "A bent, nearly flat valley: easy to reach, slow to follow.", "Rosenbrock 1960, a = 1, b = 100"),
        _card("himmelblau", "Himmelblau", "(x**2 + y - 11)**2 + (x + y**2 - 7)**2", (-5, 5), (-5, 5), _FOUR, (0.0, -3.0),
              "Four minima, all at height 0: the method decides which one is found.", "Himmelblau 1972"),
        _card("beale", "Beale", "(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2", (-4.5, 4.5), (-4.5, 4.5), ((3.0, 0.5),), (-1.0, 1.6),
              "Cliffs at the corners, a long flat floor between them.", "Beale 1958"),
        _card("rastrigin", "Rastrigin", "20 + x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)", (-5.12, 5.12), (-5.12, 5.12), ((0.0, 0.0),), (-3.4, 2.6),
              "A bowl covered with dents: descent ends in the nearest dent.", "Rastrigin 1974"),
        _card("ackley", "Ackley", "20 + e - 20*exp(-0.2*sqrt((x**2 + y**2)/2)) - exp((cos(2*pi*x) + cos(2*pi*y))/2)", (-5, 5), (-5, 5), ((0.0, 0.0),), (-3.6, 2.7),
              "A nearly flat, dented plain around one deep funnel with a pointed tip.", "Ackley 1987"),
        _card("saddle", "Saddle", "x**2/2 - y**2/2 + y**4/4", (-2, 2), (-2, 2), ((0.0, 1.0), (0.0, -1.0)), (-1.7, 0.01),
              "At (0, 0) the slope vanishes, yet it is no minimum: there is a way down, along y."),
        _card("styblinski_tang", "Styblinski–Tang", "(x**4 - 16*x**2 + 5*x + y**4 - 16*y**2 + 5*y)/2", (-5, 5), (-5, 5), ((_WELL, _WELL),), (0.4, 0.3),
              "Four wells, one deeper than the others.", "Styblinski and Tang 1990"),
        _card("parabola", "Curve: parabola", "x**2/2", (-3, 3), None, ((0.0, 0.0),), (-2.5, 0.0), "Slope and distance agree: a learning rate of 1 gets there in one step."),
        _card("double_well", "Curve: two wells", "x**4/4 - x**2 + 0.3*x", (-2.2, 2.2), None, ((-1.4839678931977263, 0.0),), (2.0, 0.0),
              "The well on the right is not the deepest."),
        _card("wavy", "Curve: waves", "x**2/12 + 1 - cos(3*x)", (-6, 6), None, ((0.0, 0.0),), (5.2, 0.0), "Many dents; momentum can roll through them."),
        _card("kink", "Curve: kink", "abs(x)", (-3, 3), None, ((0.0, 0.0),), (-2.3, 0.0), "The slope never fades: a fixed learning rate bounces around the tip forever."),
        _card("plateau", "Curve: plateau", "1 - exp(-x**2/2)", (-6, 6), None, ((0.0, 0.0),), (-4.2, 0.0), "Far out there is next to no slope to follow."),
        _card("least_squares", "Least-squares fit", "", (-1, 2.5), (-1.5, 2.5), (), (-0.6, 2.1),
              f"{EXAMPLES} data points: x is the slope of a line, y its intercept, the height the mean squared error.", "Gauss 1809"),
        _card("formula", "Your formula", "", (-4, 4), (-4, 4), (), (-2.2, 1.6), "Whatever you type."),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Surface:
    """A surface ready to be walked on.

    Attributes:
        evaluate: Height of each example's surface, averaged over `batch` (indices, (b,)) or over all when None, at tensors x and y of one
            shape; differentiable.
        code: Plain PyTorch of the mean over all examples.
        preparation: Lines of plain PyTorch that define what `batch_code` uses.
        batch_code: Plain PyTorch of the mean over the examples `batch`.
        data: The points of the least-squares fit, (EXAMPLES, 2): input and target; None otherwise.
    """

    card: SurfaceCard
    x: Range
    y: Range | None
    minima: tuple[Place, ...]
    latex: str
    evaluate: Callable[[Tensor, Tensor, Tensor | None], Tensor]
    code: str
    preparation: str
    batch_code: str
    curvatures: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()
    data: Callable[[], tuple[Tensor, Tensor]] | None = field(default=None, compare=False)

    def height(self, x: Tensor, y: Tensor, batch: Tensor | None = None) -> Tensor:
        return self.evaluate(x, y, batch)

    def inside(self, place: Place) -> Place:
        """`place` moved into the window where it lies outside; y is 0 for curves."""
        x = min(max(place[0], self.x[0]), self.x[1])
        return x, min(max(place[1], self.y[0]), self.y[1]) if self.y else 0.0


def make(key: str, *, formula: str = "", reach: float = 4.0, condition: float = 20.0, angle: float = 0.0, noise: float = 1.0, seed: int = 0) -> Surface:
    """The surface named `key`.

    Args:
        formula, reach: Of "formula": its text and half the width of its square window.
        condition, angle: Of "ravine": how many times steeper across than along, and how far it is turned, in degrees.
        noise: Spread of one example's gradient around that of all; the least-squares fit has its own.
        seed: Fixes the examples.

    Raises:
        UserError: For an unknown name or a formula with a mistake.
    """
    if key not in SURFACES:
        raise UserError(f"There is no surface named {key!r}.", f"There are {', '.join(SURFACES)}.", field="surface")
    card = SURFACES[key]
    if key == "least_squares":
        return _least_squares(card, seed)
    if key == "ravine":
        text, latex = ravine(condition, angle)
        parsed = parse(text)
        return _from_formula(card, parsed, noise, seed, latex, curvatures=(1.0, condition))
    if key == "formula":
        parsed = parse(formula)
        y = (-reach, reach) if "y" in parsed.variables else None
        return _from_formula(card, parsed, noise, seed, x=(-reach, reach), y=y)
    curvatures = {"bowl": (1.0, 1.0), "parabola": (1.0, 1.0)}.get(key)
    return _from_formula(card, parse(card.text), noise, seed, curvatures=curvatures)


def ravine(condition: float, angle: float) -> tuple[str, str]:
    """Formula and LaTeX of a quadratic with curvatures 1 and `condition`, its floor turned by `angle` degrees from the x axis."""
    if angle == 0:
        return f"(x**2 + {condition!r}*y**2)/2", rf"\tfrac12 \left(x^2 + {condition:g}\, y^2\right)"
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    text = f"(({c!r}*x + {s!r}*y)**2 + {condition!r}*({c!r}*y - {s!r}*x)**2)/2"
    return text, rf"\tfrac12 \left(u^2 + {condition:g}\, v^2\right), \quad (u, v) = (x, y) \text{{ turned by }} {angle:g}°"


def _from_formula(card: SurfaceCard, parsed: Formula, noise: float, seed: int, latex: str = "", curvatures: tuple[float, float] | None = None,
                  x: Range | None = None, y: Range | None = None) -> Surface:  # fmt: skip
    own = card.key == "formula"

    def tilts() -> Tensor:
        drawn = torch.randn(EXAMPLES, 2, generator=torch_stream(seed, "tilts"), dtype=torch.float64)
        return noise * (drawn - drawn.mean(0))

    kept: list[Tensor] = []

    def evaluate(x: Tensor, y: Tensor, batch: Tensor | None) -> Tensor:
        height = parsed.evaluate(x, y)
        if batch is None or not noise:
            return height
        if not kept:
            kept.append(tilts())
        across, up = kept[0][batch].mean(0)
        return height + across * x + (up * y if "y" in parsed.variables else 0.0)

    preparation = (
        f"tilts = torch.randn({EXAMPLES}, 2, generator=torch.Generator().manual_seed({derive(seed, 'tilts')}), dtype=torch.float64)\n"
        f"tilts = {noise!r} * (tilts - tilts.mean(0))  # one a made-up example; together they cancel"
    )
    second = " + up * y" if "y" in parsed.variables else ""
    return Surface(
        card, x or card.x, y if own else card.y, card.minima, latex or parsed.latex(), evaluate, parsed.code(), preparation,
        f"across, up = tilts[batch].mean(0)\n    return height(x, y) + across * x{second}", curvatures, parsed.notes,
    )  # fmt: skip


def least_squares_points(seed: int) -> tuple[Tensor, Tensor]:
    """Inputs and targets of the least-squares fit, each (EXAMPLES,) float64."""
    stream = torch_stream(seed, "points")
    inputs = INPUTS[0] + (INPUTS[1] - INPUTS[0]) * torch.rand(EXAMPLES, generator=stream, dtype=torch.float64)
    scatter = torch.randn(EXAMPLES, generator=stream, dtype=torch.float64)
    return inputs, SLOPE * inputs + INTERCEPT + SCATTER * scatter


def _least_squares(card: SurfaceCard, seed: int) -> Surface:
    def points() -> tuple[Tensor, Tensor]:
        return least_squares_points(seed)

    kept: list[tuple[Tensor, Tensor]] = []

    def evaluate(x: Tensor, y: Tensor, batch: Tensor | None) -> Tensor:
        if not kept:
            kept.append(points())
        inputs, targets = kept[0] if batch is None else (kept[0][0][batch], kept[0][1][batch])
        residuals = x.unsqueeze(-1) * inputs + y.unsqueeze(-1) - targets
        return (residuals**2).mean(-1) / 2

    preparation = (
        f"stream = torch.Generator().manual_seed({derive(seed, 'points')})\n"
        f"inputs = {INPUTS[0]!r} + {INPUTS[1] - INPUTS[0]!r} * torch.rand({EXAMPLES}, generator=stream, dtype=torch.float64)\n"
        f"targets = {SLOPE!r} * inputs + {INTERCEPT!r} + {SCATTER!r} * torch.randn({EXAMPLES}, generator=stream, dtype=torch.float64)"
    )
    return Surface(
        card, card.x, card.y, (), r"\frac{1}{2n} \sum_i \left(x\, u_i + y - t_i\right)^2", evaluate,
        "((x * inputs + y - targets) ** 2).mean() / 2", preparation, "return ((x * inputs[batch] + y - targets[batch]) ** 2).mean() / 2",
        data=points,
    )  # fmt: skip


def gradient(surface: Surface, x: Tensor, y: Tensor, batch: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Heights (…) and gradients (…, 2) at many places at once, by autograd."""
    at = torch.stack([x, y], dim=-1).detach().requires_grad_()
    with torch.enable_grad():
        heights = surface.height(at[..., 0], at[..., 1], batch)
        (slopes,) = torch.autograd.grad(heights.sum(), at)
    return heights.detach(), slopes


def hessian(surface: Surface, x: float, y: float) -> Tensor:
    """Second derivatives at one place, (2, 2), by differentiating twice."""

    def height(at: Tensor) -> Tensor:
        return surface.height(at[0], at[1])

    return torch.autograd.functional.hessian(height, torch.tensor([x, y], dtype=torch.float64))


def minima(surface: Surface) -> Tensor:
    """Known global minima in the window, (M, 2) float64; those of a least-squares fit are solved for."""
    if surface.data is None:
        return torch.tensor(surface.minima, dtype=torch.float64).reshape(-1, 2)
    inputs, targets = surface.data()
    design = torch.stack([inputs, torch.ones_like(inputs)], dim=1)
    return torch.linalg.lstsq(design, targets.unsqueeze(1)).solution.T
