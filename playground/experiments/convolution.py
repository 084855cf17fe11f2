"""The kernel lab: one convolution of one picture, every number of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choice, choices, integer, number, switch, text
from playground.core.lazy import torch
from playground.data import pictures
from playground.experiments.convolution_pictures import Pictured, look, stroke

PARTS = {
    "lab": "Kernel lab",
    "inside": "Inside a network",
    "field": "Receptive field",
    "excite": "What excites a filter",
    "shift": "Move the picture",
}
OWN_LIMIT = 99.0  # largest weight of an own kernel, either way: what fits into its cell
KERNEL_SIDES = (1, 3, 5, 7)
POOLS = {"none": "None", "max": "Maximum", "average": "Average"}


@dataclass(frozen=True)
class Kernel:
    """A kernel of any odd side: its name, what it does, and its weights as a function of the side."""

    key: str
    title: str
    words: str


KERNELS = {each.key: each for each in (
    Kernel("sobel_x", "Sobel →", "Answers where brightness changes from left to right."),
    Kernel("sobel_y", "Sobel ↓", "Answers where brightness changes from top to bottom."),
    Kernel("edge", "Edges", "Each pixel against all its neighbours: flat areas cancel, whatever their brightness."),
    Kernel("box", "Box blur", "The plain average of the window."),
    Kernel("gauss", "Gaussian blur", "An average that trusts the middle most."),
    Kernel("sharpen", "Sharpen", "Twice the pixel less its blurred surroundings: differences grow."),
    Kernel("emboss", "Emboss", "One diagonal against the other, as if lit from a corner."),
    Kernel("identity", "Identity", "Lets the picture through unchanged."),
    Kernel("own", "Own", "Yours: drag a cell of the kernel up or down, or click it and type."),
)}  # fmt: skip


def weights(key: str, side: int) -> np.ndarray:
    """The (side, side) float64 weights of a named kernel; `own` is not among them."""
    middle = np.zeros((side, side))
    middle[side // 2, side // 2] = 1
    smooth = np.array([1.0])
    for _ in range(side - 1):
        smooth = np.convolve(smooth, [1.0, 1.0])  # binomial: 1 2 1, 1 4 6 4 1 …
    place = np.arange(side) - side // 2
    slope = np.convolve(_binomial(side - 2), [-1.0, 0.0, 1.0]) if side > 1 else np.zeros(1)
    return {
        "identity": lambda: middle,
        "box": lambda: np.full((side, side), 1 / side**2),
        "gauss": lambda: np.outer(smooth, smooth) / smooth.sum() ** 2,
        "sharpen": lambda: 2 * middle - np.outer(smooth, smooth) / smooth.sum() ** 2 if side != 3 else np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
        "edge": lambda: side**2 * middle - 1,
        "emboss": lambda: place[:, None] + place[None] + middle,
        "sobel_x": lambda: np.outer(smooth, slope),
        "sobel_y": lambda: np.outer(slope, smooth),
    }[key]()


def _binomial(count: int) -> np.ndarray:
    row = np.array([1.0])
    for _ in range(count - 1):
        row = np.convolve(row, [1.0, 1.0])
    return row


class KernelLab(Pictured):
    """One convolution layer, and pooling after it, applied to one small picture."""

    key: ClassVar[str] = "convolution"
    title: ClassVar[str] = "Kernel lab"

    part: str = choice("lab", PARTS, group="hidden", label="Part of the screen")
    size: int = integer(16, 6, 28, unit="pixels", label="Picture's side", help="The picture is reduced to this many pixels, so that each can be read.")
    colour: bool = switch(False, label="In colour", help="Three input channels: red, green and blue, each with a slice of the kernel of its own.")
    kernels: tuple[str, ...] = choices(("sobel_x", "sobel_y"), KERNELS, most=4, label="Kernels", help="Each makes one output channel. Up to four.")
    side: int = choice(3, KERNEL_SIDES, label="Kernel's side", help="3 is what nearly every network uses.")
    stride: int = integer(1, 1, 4, label="Stride", help="How far the window jumps.", group="Window")
    padding: int = integer(1, 0, 4, label="Padding", help="Rows and columns of zeros around the picture.", group="Window")
    dilation: int = integer(1, 1, 3, label="Dilation", help="Gap between the pixels a window reads: 1 is none.", group="Window")
    bias: float = number(0.0, -2.0, 2.0, step=0.05, label="Bias", help="Added to every sum.", group="After it")
    relu: bool = switch(False, label="ReLU after it", help="Negative sums become 0.", group="After it")
    pool: str = choice("none", POOLS, label="Pooling", group="After it", help="Each square of the output becomes one number.")
    pool_side: int = integer(2, 2, 4, label="Pooling window", group="After it")
    own: str = text("0,-1,0,-1,5,-1,0,-1,0", max_length=1400, group="hidden", label="Own kernel")
    shown: int = integer(0, 0, 3, group="hidden", label="Output channel shown")
    row: int = integer(6, 0, 40, group="hidden", label="Row of the output cell")
    column: int = integer(5, 0, 40, group="hidden", label="Column of the output cell")

    def check(self) -> None:
        span, room = self.span, self.size + 2 * self.padding
        if span > room:
            raise UserError(f"A kernel of {self.side} with dilation {self.dilation} spans {span} pixels, but the picture has {self.size} + 2 · {self.padding} = {room}.",
                            "Take a smaller kernel or dilation, or more padding.", field="side")  # fmt: skip
        if self.pool != "none" and self.output_side < self.pool_side:
            raise UserError(f"The output is {self.output_side} × {self.output_side}: too small for a pooling window of {self.pool_side}.",
                            "Take a smaller stride, or no pooling.", field="pool_side")  # fmt: skip
        self.own_weights()

    @property
    def channels(self) -> int:
        return 3 if self.colour else 1

    @property
    def span(self) -> int:
        """Pixels from the first to the last that a window reads."""
        return self.dilation * (self.side - 1) + 1

    @property
    def output_side(self) -> int:
        """Cells along each side of the output (torch.nn.Conv2d, Shape)."""
        return (self.size + 2 * self.padding - self.span) // self.stride + 1

    @property
    def pooled_side(self) -> int:
        return self.output_side if self.pool == "none" else self.output_side // self.pool_side

    @property
    def channel(self) -> int:
        """The output channel looked at."""
        return min(self.shown, len(self.kernels) - 1)

    @property
    def cell(self) -> tuple[int, int]:
        """The output cell looked at, inside the output."""
        return min(self.row, self.output_side - 1), min(self.column, self.output_side - 1)

    def unused_controls(self) -> tuple[str, ...]:
        return ("pool_side",) if self.pool == "none" else ()

    def own_weights(self) -> np.ndarray:
        """The own kernel (channels, side, side) float64: the written numbers, laid into the middle when the side is another.

        Raises:
            UserError: When they are no kernel.
        """
        try:
            values = np.array([float(each) for each in self.own.split(",")])
        except ValueError:
            raise UserError("The own kernel must be numbers parted by commas.", field="own") from None
        if not np.isfinite(values).all() or np.abs(values).max() > OWN_LIMIT:
            raise UserError(f"A weight of the own kernel may be −{OWN_LIMIT:g} to {OWN_LIMIT:g}.", field="own")
        forms = {channels * side**2: (channels, side, side) for channels in (1, 3) for side in KERNEL_SIDES}
        if len(values) not in forms:
            raise UserError(f"An own kernel has 1, 9, 25 or 49 numbers, or three times that for colour; got {len(values)}.", field="own")
        given = values.reshape(forms[len(values)])
        if len(given) != self.channels:
            given = np.repeat(given[:1], self.channels, 0)
        made = np.zeros((self.channels, self.side, self.side))
        inner = min(self.side, given.shape[1])
        at, of = (self.side - inner) // 2, (given.shape[1] - inner) // 2
        made[:, at : at + inner, at : at + inner] = given[:, of : of + inner, of : of + inner]
        return made

    def kernel(self, key: str) -> np.ndarray:
        """Weights (channels, side, side) float64 of one of the kernels; a named one is spread evenly over the colours."""
        if key == "own":
            return self.own_weights()
        return np.repeat(weights(key, self.side)[None] / self.channels, self.channels, 0)

    def weight(self) -> np.ndarray:
        """(outputs, channels, side, side) float64."""
        return np.stack([self.kernel(key) for key in self.kernels])

    def arguments(self) -> dict[str, Any]:
        """What `convolve` takes."""
        return {"seen": self.seen(), "shape": (self.channels, self.size, self.size), "weight": self.weight(), "bias": self.bias, "stride": self.stride,
                "padding": self.padding, "dilation": self.dilation, "relu": self.relu, "pool": self.pool, "pool_side": self.pool_side}  # fmt: skip

    def dragged(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """Field values after a cell of the kernel was set, an output cell chosen, or the pen moved."""
        if at["name"] == "ink":
            return stroke(dict(at))
        if at["name"] == "cell":
            return {"row": int(at["row"]), "column": int(at["column"]), "shown": int(at["channel"])}
        made = self.kernel(self.kernels[self.channel]).copy()
        made[int(at["channel"]), int(at["row"]), int(at["column"])] = min(max(float(at["value"]), -OWN_LIMIT), OWN_LIMIT)
        kernels = list(self.kernels)
        if "own" not in kernels:
            kernels[self.channel] = "own"
        place = kernels.index("own")
        return {"own": ",".join(f"{float(each):.4g}" for each in made.ravel()), "kernels": tuple(kernels), "shown": place}


def convolve(
    seen: Mapping[str, str], shape: Sequence[int], weight: np.ndarray, bias: float, stride: int, padding: int, dilation: int, relu: bool, pool: str,
    pool_side: int,
) -> dict[str, Any]:  # fmt: skip
    """One convolution of one picture by torch.nn.functional, with all that goes into it; float64.

    Args:
        seen: What `convolution_pictures.look` takes.
        shape: (channels, height, width) of the input; the picture is reduced to it.
        weight: (outputs, channels, side, side).

    Returns:
        `input` (channels, height, width) in [0, 1], `weight`, `output` (outputs, h, w) before and `active` after the activation, and
        `pooled`, the same when nothing is pooled.

    Raises:
        UserError: When the picture is not there.
    """
    image, _ = look(**seen)
    pixels = torch.from_numpy(pictures.as_photograph(image, tuple(shape)).pixels).double()
    kernel = torch.from_numpy(np.array(weight, np.float64))
    functional = torch.nn.functional
    output = functional.conv2d(pixels[None], kernel, torch.full((len(kernel),), float(bias), dtype=torch.float64), stride, padding, dilation)
    active = functional.relu(output) if relu else output
    pooled = {"none": lambda: active, "max": lambda: functional.max_pool2d(active, pool_side), "average": lambda: functional.avg_pool2d(active, pool_side)}[pool]()
    return {"input": pixels.numpy(), "weight": kernel.numpy(), "output": output[0].numpy(), "active": active[0].numpy(), "pooled": pooled[0].numpy()}
