"""The kinds of layers a stack may hold: how each is written, what shape it makes, what it learns, and the torch modules it stands for."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.core.limits import STACK_UNITS

Shape = tuple[int, ...]
Given = Mapping[str, Any]
TIMM_NAME = re.compile(r"[a-z0-9_.]{2,80}")


class Impossible(ValueError):
    """Why a layer cannot be: the end of a sentence that starts with the layer's name."""


@dataclass(frozen=True)
class Part:
    """One torch module: class name (in torch.nn, or `Residual`), arguments, keyword arguments."""

    name: str
    arguments: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()

    @property
    def code(self) -> str:
        listed = [*map(repr, self.arguments), *(f"{name}={value!r}" for name, value in self.named)]
        return f"{'' if self.name == 'Residual' else 'nn.'}{self.name}({', '.join(listed)})"


@dataclass(frozen=True)
class Made:
    """What a layer makes; `shape` None is left to the network it stands for."""

    shape: Shape | None
    parts: tuple[Part, ...] = ()
    parameters: int = 0
    flops: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Number:
    """A number or word of a layer."""

    name: str
    default: Any
    low: float = 0
    high: float = 0
    words: str = ""
    options: tuple[str, ...] = ()
    named: bool = False  # written as “stride 2” instead of by its place
    optional: bool = True  # left away when it is the default

    def read(self, text: str) -> Any:
        whole = not isinstance(self.default, float)
        try:
            value = int(text) if whole else float(text)
        except ValueError:
            raise Impossible(f"needs a {'whole ' if whole else ''}number for its {self.words}, got {text[:20]!r}.") from None
        if not self.low <= value <= self.high:
            raise Impossible(f"takes a {self.words} between {self.low:g} and {self.high:g}, got {value:g}.")
        return value


@dataclass(frozen=True)
class Kind:
    """One kind of layer.

    Attributes:
        make: Shape and settings to what it makes; raises Impossible.
        words: Settings to words such as “convolution 3×3”.
        group: Under which the builder offers it.
        note: What it is for, in one sentence.
        windows: (kernel, stride) of each window it slides over the image.
    """

    key: str
    title: str
    make: Callable[[Shape, Given], Made]
    words: Callable[[Given], str]
    group: str
    note: str
    numbers: tuple[Number, ...] = ()
    windows: Callable[[Given, Shape], Iterable[tuple[int, int]]] = field(default=lambda given, shape: ())

    def read(self, words: list[str]) -> dict[str, Any]:
        """Settings from the words after the layer's name.

        Raises:
            Impossible: For what it does not take.
        """
        found, places, left = {each.name: each.default for each in self.numbers}, [each for each in self.numbers if not each.options and not each.named], list(words)
        while left:
            word = left.pop(0)
            option = next((each for each in self.numbers if word in each.options), None)
            named = next((each for each in self.numbers if each.named and each.name == word), None)
            if option is not None:
                found[option.name] = word
            elif named is not None:
                found[named.name] = named.read(left.pop(0) if left else "")
            elif places:
                place = places.pop(0)
                found[place.name] = place.read(word)
            else:
                raise Impossible(f"does not understand {word[:20]!r}. It takes {self.syntax}.")
        return {name: value for name, value in found.items() if value is not None}

    def write(self, given: Given) -> str:
        """The shortest text that reads back to these settings."""
        used = [each for each in self.numbers if given.get(each.name, each.default) != each.default or not each.optional]
        placed = [each for each in self.numbers if not each.named and not each.options]
        last = max((i for i, each in enumerate(placed) if each in used), default=-1)
        words = [self.key, *(f"{given.get(each.name, each.default):g}" for each in placed[: last + 1])]
        words += [f"{each.name} {given[each.name]:g}" if each.named else str(given[each.name]) for each in used if each.named or each.options]
        return " ".join(words)

    @property
    def syntax(self) -> str:
        parts = [each.words if not each.options else " or ".join(each.options) for each in self.numbers]
        return ", ".join(parts) if parts else "no numbers"


def dimensions(shape: Shape) -> str:
    return " × ".join(map(str, shape))


def flat(shape: Shape, wanted: str = "a list of numbers") -> int:
    if len(shape) != 1:
        raise Impossible(f"needs {wanted}, but it is given images of {dimensions(shape)}. Put flatten (or global) before it.")
    return shape[0]


def image(shape: Shape) -> Shape:
    if len(shape) != 3:
        raise Impossible(f"needs an image, but it is given a list of {shape[0]:,} numbers, which has no height and width. "
                         "Put it before flatten, or use dense layers.")  # fmt: skip
    return shape


def slid(size: int, kernel: int, stride: int, padding: int) -> int:
    """Places a window can stand at (Dumoulin and Visin 2016, relationship 5)."""
    return (size + 2 * padding - kernel) // stride + 1


def _dense(shape: Shape, given: Given) -> Made:
    inputs, units = flat(shape), given["units"]
    return Made((units,), (Part("Linear", (inputs, units)),), units * (inputs + 1), 2 * inputs * units, units)


def _conv(shape: Shape, given: Given) -> Made:
    channels, height, width = image(shape)
    out, kernel, stride = given["channels"], given["kernel"], given["stride"]
    if given["padding"] == "same" and kernel % 2 == 0:
        raise Impossible(f"has a window of even size {kernel}, which has no centre to keep the image's size with. Use {kernel - 1} or {kernel + 1}, or valid.")
    padding = kernel // 2 if given["padding"] == "same" else 0
    if kernel > min(height, width) + 2 * padding:
        raise Impossible(f"cannot place its {kernel}×{kernel} window on images of {height}×{width}. Use a smaller window, same padding, or less pooling before it.")
    after = (out, slid(height, kernel, stride, padding), slid(width, kernel, stride, padding))
    named = ((("stride", stride),) if stride > 1 else ()) + ((("padding", padding),) if padding else ())
    weights = out * channels * kernel * kernel
    return Made(after, (Part("Conv2d", (channels, out, kernel), named),), weights + out, 2 * weights * after[1] * after[2], math.prod(after))


def _pool(name: str) -> Callable[[Shape, Given], Made]:
    def make(shape: Shape, given: Given) -> Made:
        channels, height, width = image(shape)
        size = given["size"]
        stride = given.get("stride") or size
        if size > min(height, width):
            raise Impossible(f"cannot place its {size}×{size} window on images of {height}×{width}: nothing would be left. Take it out, or pool less before it.")
        after = (channels, slid(height, size, stride, 0), slid(width, size, stride, 0))
        return Made(after, (Part(name, (size,), (("stride", stride),) if stride != size else ()),), 0, 0, math.prod(after))

    return make


def _global(shape: Shape, given: Given) -> Made:
    channels = image(shape)[0]
    return Made((channels,), (Part("AdaptiveAvgPool2d", (1,)), Part("Flatten")), 0, 0, 2 * channels)


def _flatten(shape: Shape, given: Given) -> Made:
    return Made((math.prod(shape),), (Part("Flatten"),), 0, 0, math.prod(shape))


def _same(name: str, *arguments: str) -> Callable[[Shape, Given], Made]:
    return lambda shape, given: Made(shape, (Part(name, tuple(given[each] for each in arguments)),), 0, 0, math.prod(shape))


def _norm(shape: Shape, given: Given) -> Made:
    name = "BatchNorm1d" if len(shape) == 1 else "BatchNorm2d"
    return Made(shape, (Part(name, (shape[0],)),), 2 * shape[0], 0, math.prod(shape))


def _layernorm(shape: Shape, given: Given) -> Made:
    part = Part("LayerNorm", (shape[0],)) if len(shape) == 1 else Part("GroupNorm", (1, shape[0]))  # one group: all values of an image
    return Made(shape, (part,), 2 * shape[0], 0, math.prod(shape))


def _residual(shape: Shape, given: Given) -> Made:
    width, stride, inputs = given["width"], given["stride"], shape[0]
    part = Part("Residual", (inputs, width), (*((("stride", stride),) if stride > 1 else ()), *((("image", False),) if len(shape) == 1 else ())))
    if len(shape) == 1:
        if stride > 1:
            raise Impossible("has a stride, but a list of numbers has no height and width to step over.")
        bridge = inputs != width
        weights = inputs * width + width * width + (inputs * width if bridge else 0)
        biases = width * (2 + bridge)  # biases of the matrices
        return Made((width,), (part,), weights + biases + 2 * width * (2 + bridge), 2 * weights, width * (6 + 2 * bridge))
    after = (width, slid(shape[1], 3, stride, 1), slid(shape[2], 3, stride, 1))
    bridge = inputs != width or stride > 1
    weights = 9 * inputs * width + 9 * width * width + (inputs * width if bridge else 0)
    return Made(after, (part,), weights + 2 * width * (2 + bridge), 2 * weights * after[1] * after[2], math.prod(after) * (6 + 2 * bridge))


def _resize(shape: Shape, given: Given) -> Made:
    channels, side = image(shape)[0], given["side"]
    part = Part("Upsample", (), (("size", (side, side)), ("mode", "bilinear"), ("align_corners", False)))
    return Made((channels, side, side), (part,), 0, 0, channels * side * side)


def _timm(shape: Shape, given: Given) -> Made:
    image(shape)
    return Made(None)


def _width(name: str, words: str, default: int) -> Number:
    return Number(name, default, 1, STACK_UNITS, words, optional=False)


_KERNEL, _STRIDE = Number("kernel", 3, 1, 15, "window size"), Number("stride", 1, 1, 8, "stride", named=True)
_SIZE = Number("size", 2, 1, 16, "window size", optional=False)
_POOL_STRIDE = Number("stride", None, 1, 16, "stride", named=True)
_BENDS = {"relu": "ReLU", "leaky_relu": "LeakyReLU", "elu": "ELU", "selu": "SELU", "gelu": "GELU", "silu": "SiLU", "mish": "Mish", "hardswish": "Hardswish",
          "softplus": "Softplus", "tanh": "Tanh", "sigmoid": "Sigmoid"}  # fmt: skip
_TITLES = {"leaky_relu": "Leaky ReLU", "hardswish": "Hard-swish", "tanh": "Tanh", "sigmoid": "Sigmoid", "softplus": "Softplus"}
BENDS = tuple(_BENDS)


def _pooled(given: Given, shape: Shape) -> list[tuple[int, int]]:
    return [(given["size"], given.get("stride") or given["size"])]


class _TimmKind(Kind):
    """Takes a name instead of numbers."""

    def read(self, words: list[str]) -> dict[str, Any]:
        names = [each for each in words if each != "pretrained"]
        if len(names) != 1 or not TIMM_NAME.fullmatch(names[0]):
            raise Impossible("needs the name of one architecture, such as resnet18, and may be followed by pretrained.")
        return {"name": names[0], "pretrained": "pretrained" in words}

    def write(self, given: Given) -> str:
        return f"timm {given['name']}{' pretrained' if given['pretrained'] else ''}"


KINDS: dict[str, Kind] = {
    each.key: each
    for each in (
        Kind("dense", "Dense layer", _dense, lambda g: f"dense {g['units']}", "Layers", "Every unit adds up all inputs, each with a weight of its own.",
             (_width("units", "number of units", 64),)),
        Kind("conv", "Convolution", _conv, lambda g: f"convolution {g['kernel']}×{g['kernel']}", "Layers",
             "Small windows of weights slide over the image and look for the same thing everywhere.",
             (_width("channels", "number of channels", 16), _KERNEL, _STRIDE, Number("padding", "same", words="padding", options=("same", "valid"))),
             lambda g, s: [(g["kernel"], g["stride"])]),
        Kind("residual", "Residual block", _residual, lambda g: f"residual block {g['width']}", "Layers",
             "Two layers whose result is added to what went in, so that the gradient has a way around them.", (_width("width", "width", 32), _STRIDE),
             lambda g, s: [(3, g["stride"]), (3, 1)] if len(s) == 3 else ()),
        Kind("max", "Max pooling", _pool("MaxPool2d"), lambda g: f"max pooling {g['size']}×{g['size']}", "Shape",
             "Keeps the largest value of each window: smaller images, a little freedom of place.", (_SIZE, _POOL_STRIDE), _pooled),
        Kind("avg", "Average pooling", _pool("AvgPool2d"), lambda g: f"average pooling {g['size']}×{g['size']}", "Shape", "Keeps the mean of each window.",
             (_SIZE, _POOL_STRIDE), _pooled),
        Kind("global", "Global average pooling", _global, lambda g: "global average pooling", "Shape",
             "One number a channel, its mean over the whole image: the network then takes images of any size."),
        Kind("flatten", "Flatten", _flatten, lambda g: "flatten", "Shape", "Lays all values out in one list, as dense layers want them."),
        Kind("resize", "Resize", _resize, lambda g: f"resize to {g['side']}×{g['side']}", "Shape", "Enlarges or shrinks images, for networks made for another size.",
             (Number("side", 32, 1, 256, "side in pixels", optional=False),)),
        Kind("norm", "Batch norm", _norm, lambda g: "batch norm", "Helpers", "Brings every channel to mean 0 and spread 1 over the batch: faster, steadier training."),
        Kind("layernorm", "Layer norm", _layernorm, lambda g: "layer norm", "Helpers", "Brings every example to mean 0 and spread 1; does not need a batch."),
        Kind("dropout", "Dropout", _same("Dropout", "share"), lambda g: f"dropout {g['share']:g}", "Helpers",
             "Silences a random share of values in every update, so that none is relied upon.",
             (Number("share", 0.5, 0.0, 0.95, "share that is silenced", optional=False),)),
        *(Kind(key, _TITLES.get(key, name), _same(name), lambda g, title=_TITLES.get(key, name): title, "Activations",  # type: ignore[misc]
               "A bend; without one between them, any number of layers is a single straight map.") for key, name in _BENDS.items()),
        _TimmKind("timm", "Architecture from timm", _timm, lambda g: f"{g['name']} from timm", "Whole networks",
                  "A published network by its name in timm, with its last layer replaced by one for your classes."),
        Kind("output", "Output layer", _dense, lambda g: "output layer", "hidden", "One number a class (logits), or the predicted number itself.",
             (_width("units", "number of outputs", 1),)),
    )
}  # fmt: skip
