"""The layers of a plane, as plain dictionaries; pages reach them through `figures.canvas`, which explains how names find data."""

import math
from collections.abc import Sequence
from typing import Any

Spec = dict[str, Any]
Range = tuple[float, float]
PALETTES = ("diverging", "sequential", "classes")
ROLES = ("positive", "negative", "ink", "muted", "accent", "category")


def field(
    array: str, *, palette: str = "diverging", low: float | None = None, high: float | None = None, steps: int = 0,
    contours: Sequence[float] | int = (), log: bool = False, reverse: bool = False, smooth: bool = True, opacity: float = 1.0, x: Range | None = None,
    y: Range | None = None, value: str = "value", names: Sequence[str] = (), numbers: str = "", scale: bool = True,
    label: str = "", when: str | None = None, animated: bool = False,
) -> Spec:  # fmt: skip
    """A heat map that fills the plane: (H, W) sampled at `linspace(*y, H)` (row 0 lowest) and `linspace(*x, W)`, both ends included.

    With `smooth=False` the cells tile the plane instead (matrices: x=(-0.5, columns - 0.5)). With palette "classes" the array is
    (C, H, W) probabilities, blended by class colour and fading where the network is unsure, or (H, W) whole-number labels.

    Args:
        low, high: Values at the ends of the palette; None takes them from the array drawn (diverging: equal to both sides of 0).
            u1 arrays are read as low + (high - low) * value / 255, and then need both.
        steps: Colours in total when the field is shown in steps ("discretise"); 0 is smooth; classes then show the likeliest.
        contours: Values where a line is drawn, e.g. (0.0,), or a number of lines spread over the range (evenly in log when `log`).
        log: Colour by log10; values at or below 0 take the lowest colour.
        x, y: Range the array covers when it is not the whole plane.
        value: What the number is called on hover and at the colour scale, e.g. "network output".
        names: Class names for palette "classes".
        numbers: "d", ".2f" or "%" prints the value into each cell (matrices).
        scale: Whether a colour scale is drawn below the plane.
    """
    if palette not in PALETTES:
        raise ValueError(f"palette is one of {', '.join(PALETTES)}; got {palette!r}")
    lines = {"contour_count": contours} if isinstance(contours, int) else {"contours": [float(each) for each in contours]}
    return _layer("field", label, when, animated, array=array, palette=palette, low=low, high=high, steps=steps, log=log, reverse=reverse, smooth=smooth,
                  opacity=opacity, x=list(x) if x else None, y=list(y) if y else None, value=value, names=list(names), numbers=numbers, scale=scale,
                  **lines)  # fmt: skip


def picture(array: str, *, x: Range | None = None, y: Range | None = None, smooth: bool = True, label: str = "", when: str | None = None, animated: bool = False) -> Spec:
    """A picture as it is, bytes (H, W) or (H, W, 3), row 0 at the top; in a player with `animated=True` (T, …), and one fades into the next.

    Args:
        x, y: Range it covers when it is not the whole plane.
    """
    return _layer("picture", label, when, animated, array=array, x=list(x) if x else None, y=list(y) if y else None, smooth=smooth)


def points(
    xy: str, *, color: str | None = None, palette: str = "classes", low: float | None = None, high: float | None = None, radius: float | str = 4.0,
    shape: str = "disc", outline: bool = True, opacity: float = 1.0, names: str | Sequence[str] | None = None, mask: str | None = None,
    value: str = "", label: str = "", when: str | None = None, animated: bool = False,
) -> Spec:  # fmt: skip
    """Markers at `xy` (N, 2).

    Args:
        color: A colour, or the name of an array (N,) coloured by `palette` between `low` and `high` (None: its own ends); binary
            targets 0/1 take palette="diverging", low=0, high=1. None takes the ink.
        radius: In CSS pixels, or the name of an array (N,) of them.
        shape: "disc", "ring", "cross" or "square".
        names: What a point is called on hover: a packet value (list of words) or the words themselves.
        mask: Name of an array (N,); points where it is 0 are left away.
        value: What the colour's number is called on hover.
    """
    return _layer("points", label, when, animated, xy=xy, palette=palette, low=low, high=high, radius=radius, shape=shape, outline=outline,
                  opacity=opacity, names=listed(names), mask=mask, value=value, **_color(color or "ink"))  # fmt: skip


def lines(
    array: str, *, colors: Sequence[str] | str = (), names: Sequence[str] = (), width: float = 2.0, head: bool = True, dash: bool = False,
    opacity: float = 1.0, dots: bool = False, close: bool = False, label: str = "", when: str | None = None, animated: bool = False,
) -> Spec:  # fmt: skip
    """Paths: one (T, 2) or P of them (P, T, 2). NaN ends a path early or leaves a gap.

    In a player with `animated=True` the T axis is time: the path grows, its head glides between frames.

    Args:
        colors: One a path; () takes the categorical colours in order.
        names: One a path: its legend entry (a click hides it) and its words on hover.
        head, dots: A marker at the last point; a small dot at every point (steps of an optimizer).
    """
    colors = [colors] if isinstance(colors, str) else list(colors)
    return _layer("lines", label, when, animated, array=array, colors=colors, names=list(names), width=width, head=head, dash=dash,
                  opacity=opacity, dots=dots, close=close)  # fmt: skip


def arrows(
    start: str, vectors: str, *, colors: Sequence[str] | str = (), names: Sequence[str] = (), length: float = 1.0, width: float = 2.0,
    opacity: float = 1.0, label: str = "", when: str | None = None, animated: bool = False,
) -> Spec:  # fmt: skip
    """Arrows from `start` (P, 2) or (2,) along `vectors` (P, 2), which are multiplied by `length`; hover gives the vector."""
    colors = [colors] if isinstance(colors, str) else list(colors)
    return _layer("arrows", label, when, animated, start=start, vectors=vectors, colors=colors, names=list(names), length=length,
                  width=width, opacity=opacity)  # fmt: skip


def segments(array: str, *, color: str = "muted", width: float = 1.0, dash: bool = False, label: str = "", when: str | None = None,
             animated: bool = False) -> Spec:  # fmt: skip
    """Straight pieces (S, 2, 2): from [:, 0] to [:, 1]."""
    return _layer("segments", label, when, animated, array=array, width=width, dash=dash, **_color(color))


def grid(array: str, *, color: str = "muted", width: float = 1.0, cells: str | None = None, low: float = -1.0, high: float = 1.0, label: str = "",
         when: str | None = None, animated: bool = False) -> Spec:  # fmt: skip
    """A bent lattice (R, C, 2): where a layer of a network takes a square grid. `cells` (R, C) colours it (diverging)."""
    return _layer("grid", label, when, animated, array=array, width=width, cells=cells, low=low, high=high, **_color(color))


def text(xy: str, words: str | Sequence[str], *, color: str = "ink", size: float = 12.0, label: str = "", when: str | None = None,
         animated: bool = False) -> Spec:  # fmt: skip
    """Words at `xy` (N, 2): a packet value (list of words) or the words themselves."""
    return _layer("text", label, when, animated, xy=xy, words=listed(words), size=size, **_color(color))


def rule(*, x: float | str | None = None, y: float | str | None = None, color: str = "muted", dash: bool = True, words: str = "", label: str = "",
         when: str | None = None) -> Spec:  # fmt: skip
    """A straight line across the plane at one x or one y: a number, or the name of a packet value. Also for `curves(marks=…)`."""
    _one_of("a rule", x, y)
    return _layer("rule", label, when, False, x=x, y=y, dash=dash, words=words, **_color(color))


def band(*, x: Range | None = None, y: Range | None = None, color: str = "muted", words: str = "", label: str = "", when: str | None = None) -> Spec:
    """A shaded strip between two x or two y (a saturated or dead zone); ±inf reaches the border. Also for `curves(marks=…)`."""
    _one_of("a band", x, y)
    return _layer("band", label, when, False, x=ends_of(x), y=ends_of(y), words=words, **_color(color))


def draggable(name: str, xy: str | Range, *, label: str = "", color: str = "accent", radius: float = 8.0, along: str = "xy", when: str | None = None) -> Spec:
    """A handle that on_drag reports as {name, x, y, done}, at most 10 times a second and once on release (done: true).

    It stays where it was dropped until `xy` changes. `xy` is a place or the name of an array (2,), or (N, 2) for handles
    `name/0`, `name/1` …; `along` "x" or "y" keeps it on a line; `label` are its words.
    """
    where: Spec = {"xy": xy} if isinstance(xy, str) else {"at": [float(xy[0]), float(xy[1])]}
    return _layer("draggable", "", when, False, name=name, words=label or name, radius=radius, along=along, **where, **_color(color))


def _layer(kind: str, label: str, when: str | None, animated: bool, **rest: Any) -> Spec:
    return {"layer": kind, "label": label, "when": when, "animated": animated, **rest}


def _one_of(what: str, x: Any, y: Any) -> None:
    if (x is None) == (y is None):
        raise ValueError(f"{what} has either an x or a y")


def _color(color: str) -> Spec:
    """A colour as such, or an array to be coloured by the layer's palette."""
    is_css = color.startswith(("#", "rgb", "hsl")) or color.partition(" ")[0] in ROLES
    return {"color": color} if is_css else {"color_array": color}


def listed(words: str | Sequence[str] | None) -> str | list[str] | None:
    """Words as such, or the name of the packet value that lists them."""
    return words if isinstance(words, str) or words is None else [str(each) for each in words]


def ends_of(ends: Sequence[float | None] | None) -> list[float | None] | None:
    """Two ends as JSON; None stands for an open or infinite one."""
    return None if ends is None else [float(each) if each is not None and math.isfinite(each) else None for each in ends]
