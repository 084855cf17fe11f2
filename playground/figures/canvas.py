"""What the canvas components draw, as plain dictionaries that JSON can hold.

A spec never holds data: layers name arrays, and the browser looks each name up in the latest view packet, then in the scene
packet, then in the arrays mounted with the component (`lines` looks into the metrics first). A name that is found nowhere
draws nothing, so a layer may wait for its data. Arrays may be f2, f4, f8, u1, i2, i4, i8 or b1.

```python
spec = canvas.stage(
    x=(-6, 6), y=(-6, 6), x_label="x₁", y_label="x₂", alt="Class by position, with the training points", events=("click",),
    layers=[canvas.field("boundary", low=-1, high=1), canvas.points("train_points", color="train_targets", label="training")],
)
ui.stage(run, spec, key="stage")
```

**Colours** are CSS ("#1b9e77"), one of the roles "positive", "negative", "ink", "muted", "accent", or "category 3".
**Options of every layer**: `label` lists it in the legend, where a click hides it; `when` names a packet value that must be true
for it to be drawn; `animated` (in a player) says that axis 0 of its arrays is time, one entry a frame.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

Spec = dict[str, Any]
Range = tuple[float, float]
PALETTES = ("diverging", "sequential", "classes")
ROLES = ("positive", "negative", "ink", "muted", "accent", "category")
EVENTS = ("click", "drag", "draw")


def stage(
    *, x: Range, y: Range, layers: Sequence[Spec], alt: str, x_label: str = "", y_label: str = "", aspect: float | None = 1.0,
    events: Sequence[str] = (), x_ticks: Sequence[str] | None = None, y_ticks: Sequence[str] | None = None, axes: bool = True,
) -> Spec:  # fmt: skip
    """A plane with layers drawn in order, first at the bottom.

    Args:
        x, y: Lowest and highest coordinate shown; the highest y is at the top.
        alt: One sentence that says what is seen; also the text alternative.
        aspect: Width over height of the plot area; None fills the height that `ui.stage` is given.
        events: "click": on_click gets {x, y, button, shift}; "draw" (instead): on_draw gets {points, button, shift} after each stroke, a
            click being a stroke of one point. `draggable` layers need no event: on_drag gets {name, x, y, done}.
        x_ticks, y_ticks: Words at 0, 1, 2 … instead of numbers (a confusion matrix); () leaves ticks away.
        axes: False leaves away axes, labels and margins (miniatures).
    """
    unknown = set(events) - set(EVENTS)
    if unknown:
        raise ValueError(f"events are {', '.join(EVENTS)}; got {', '.join(sorted(unknown))}")
    _words(alt)
    return {"kind": "stage", "x": _range("x", x), "y": _range("y", y), "layers": _layers(layers), "alt": alt, "x_label": x_label,
            "y_label": y_label, "aspect": aspect, "events": list(events), "x_ticks": _listed(x_ticks), "y_ticks": _listed(y_ticks),
            "axes": axes}  # fmt: skip


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


def points(
    xy: str, *, color: str | None = None, palette: str = "classes", low: float | None = None, high: float | None = None, radius: float | str = 4.0,
    shape: str = "disc", outline: bool = True, opacity: float = 1.0, names: str | Sequence[str] | None = None, mask: str | None = None,
    value: str = "", label: str = "", when: str | None = None, animated: bool = False,
) -> Spec:  # fmt: skip
    """Markers at `xy` (N, 2).

    Args:
        color: A colour, or the name of an array (N,) coloured by `palette` between `low` and `high`
            (binary targets 0/1: palette="diverging", low=0, high=1); None takes the ink.
        radius: In CSS pixels, or the name of an array (N,) of them.
        shape: "disc", "ring", "cross" or "square".
        names: What a point is called on hover: a packet value (list of words) or the words themselves.
        mask: Name of an array (N,); points where it is 0 are left away.
        value: What the colour's number is called on hover.
    """
    return _layer("points", label, when, animated, xy=xy, palette=palette, low=low, high=high, radius=radius, shape=shape, outline=outline,
                  opacity=opacity, names=_listed(names), mask=mask, value=value, **_color(color or "ink"))  # fmt: skip


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
    return _layer("text", label, when, animated, xy=xy, words=_listed(words), size=size, **_color(color))


def rule(*, x: float | str | None = None, y: float | str | None = None, color: str = "muted", dash: bool = True, words: str = "", label: str = "",
         when: str | None = None) -> Spec:  # fmt: skip
    """A straight line across the plane at one x or one y: a number, or the name of a packet value. Also for `curves(marks=…)`."""
    if (x is None) == (y is None):
        raise ValueError("a rule has either an x or a y")
    return _layer("rule", label, when, False, x=x, y=y, dash=dash, words=words, **_color(color))


def band(*, x: Range | None = None, y: Range | None = None, color: str = "muted", words: str = "", label: str = "", when: str | None = None) -> Spec:
    """A shaded strip between two x or two y (a saturated or dead zone); ±inf reaches the border. Also for `curves(marks=…)`."""
    if (x is None) == (y is None):
        raise ValueError("a band has either an x range or a y range")
    return _layer("band", label, when, False, x=_ends(x), y=_ends(y), words=words, **_color(color))


def draggable(name: str, xy: str | tuple[float, float], *, label: str = "", color: str = "accent", radius: float = 8.0, along: str = "xy",
              when: str | None = None) -> Spec:  # fmt: skip
    """A handle that on_drag reports as {name, x, y, done}, at most 10 times a second and once on release (done: true).

    It stays where it was dropped until `xy` changes. `xy` is a place or the name of an array (2,), or (N, 2) for handles
    `name/0`, `name/1` …; `along` "x" or "y" keeps it on a line; `label` are its words.
    """
    where: Spec = {"xy": xy} if isinstance(xy, str) else {"at": [float(xy[0]), float(xy[1])]}
    return _layer("draggable", "", when, False, name=name, words=label or name, radius=radius, along=along, **where, **_color(color))


def series(name: str, array: str, *, color: str | None = None, dash: bool = False, x: str | None = None, style: str = "line", width: float = 2.0,
           low: str | None = None, high: str | None = None, shown: bool = True) -> Spec:  # fmt: skip
    """One curve of `curves`.

    Args:
        name: Its words in the legend and on hover.
        array: A metric name ("test_loss") or an array (N,); NaN leaves a gap. `low`, `high`: arrays of a shaded band around it.
        x: Its own x values; None takes those of the plot.
        style: "line", "area", "bars" or "points".
        shown: False starts hidden; a click in the legend shows it.
    """
    if style not in ("line", "area", "bars", "points"):
        raise ValueError(f"style is line, area, bars or points; got {style!r}")
    return {"name": name, "array": array, "dash": dash, "x": x, "style": style, "width": width, "low": low, "high": high, "shown": shown,
            "color": color}  # fmt: skip


def curves(
    x_label: str, y_label: str, *, series: Sequence[Spec], alt: str, x: str | None = "step", log_x: bool = False, log_y: bool = False,
    x_range: Range | None = None, y_range: Range | None = None, marks: Sequence[Spec] = (), switches: bool = True, height: int | None = None,
) -> Spec:  # fmt: skip
    """A line plot with hover over all series: live over the run's metrics, or still over given arrays.

    Args:
        x: Name of the x values for all series; None counts 0, 1, 2 …
        x_range, y_range: Fixed ends; None follows the data. `y_range=(0, None)` fixes one end.
        marks: `rule` and `band` layers.
        switches: Whether a button for the logarithmic axis is offered.
        height: In pixels, inside a player.
    """
    _words(alt)
    return {"kind": "curves", "x_label": x_label, "y_label": y_label, "series": list(series), "x": x, "log_x": log_x, "log_y": log_y,
            "x_range": _ends(x_range), "y_range": _ends(y_range), "marks": list(marks), "switches": switches, "alt": alt, "height": height}  # fmt: skip


def network(
    alt: str, *, inputs: Sequence[str] | str = "inputs", outputs: Sequence[str] | str = (), spare_inputs: Sequence[str] = (), weights: str = "weight_{}",
    biases: str = "bias_{}", thumbnails: str | None = "thumbnails", with_inputs: bool = True, low: float = -1.0, high: float = 1.0,
    editable: bool = False, resizable: bool = False, max_layers: int = 8, max_units: int = 16, layer_names: Sequence[str] = (),
) -> Spec:  # fmt: skip
    """A fully connected network as nodes and edges, live.

    Args:
        inputs: Names of the inputs in use, or the packet value that lists them.
        outputs: Names of the output units (classes); () leaves them without words.
        spare_inputs: All inputs that could be used, in order; those not in use are drawn faint, and a click on an input switches it:
            on_inputs receives {"inputs": [names in use then]}.
        weights, biases: Names of the arrays of layer 0, 1 …: weight (out, in), bias (out,).
        thumbnails: Small maps of the units, row 0 = lowest y. One array (units, h, w) over all layers in order, or with "{}" one
            array a layer (units, h, w), layer 0 being the inputs. u1 arrays span low to high. None draws plain nodes.
        with_inputs: False when the one array starts at the first hidden layer.
        editable: A click on a weight or bias opens a number field; the run receives {"do": "edit", layer, kind, row, column, value}.
        resizable: Shows + and − for layers and units; on_resize receives {"hidden_sizes": [...]}.
        layer_names: Words above the columns after the inputs, e.g. ("tanh", "tanh", "output").
    """
    _words(alt)
    return {"kind": "network", "alt": alt, "inputs": _listed(inputs), "outputs": _listed(outputs), "spare_inputs": list(spare_inputs), "weights": weights,
            "biases": biases, "thumbnails": thumbnails, "with_inputs": with_inputs, "low": low, "high": high, "editable": editable, "resizable": resizable,
            "max_layers": max_layers, "max_units": max_units, "layer_names": list(layer_names)}  # fmt: skip


def surface3d(
    heights: str, *, x: Range, y: Range, alt: str, layers: Sequence[Spec] = (), x_label: str = "", y_label: str = "", z_label: str = "",
    palette: str = "sequential", low: float | None = None, high: float | None = None, log: bool = False, reverse: bool = False,
    aspect: float = 1.2, azimuth: float = -55.0, elevation: float = 46.0,
) -> Spec:  # fmt: skip
    """A surface to turn by hand: `heights` (H, W), row 0 at the lowest y, best below 80 × 80.

    Args:
        layers: `lines` and `points`; of two coordinates they lie on the surface, of three they hang in space.
        low, high: Heights beyond are cut. `log`: heights and colours are log10 of the height above the lowest (valleys show).
        azimuth, elevation: First view, in degrees; turned by hand it stays so.
    """
    _words(alt)
    return {"kind": "surface", "heights": heights, "x": _range("x", x), "y": _range("y", y), "layers": _layers(layers), "alt": alt,
            "x_label": x_label, "y_label": y_label, "z_label": z_label, "palette": palette, "low": low, "high": high, "log": log,
            "reverse": reverse, "aspect": aspect, "azimuth": azimuth, "elevation": elevation}  # fmt: skip


def player(
    panels: Spec | Sequence[Spec], *, frames: int, fps: float = 30.0, duration: float | None = None, captions: str | Sequence[str] = (),
    loop: bool = False, autoplay: bool = True, unit: str = "step", first: float = 0, every: float = 1, widths: Sequence[float] = (),
) -> Spec:  # fmt: skip
    """Panels (`stage`, `surface3d`, `curves`) that play a computed sequence in the browser on one clock.

    In `curves` a cursor shows the frame, and the series are drawn faint beyond it.

    Args:
        frames: Length of the time axis of animated arrays.
        duration: Seconds at speed 1; overrides `fps`.
        captions: A packet value (list of words, one a frame) or the words.
        unit, first, every: Frame i is called "{unit} {first + every · i}".
        widths: Relative widths of the panels; () is equal. On narrow screens they stand one below the other.
    """
    panels = [panels] if isinstance(panels, Mapping) else list(panels)
    if not panels or any(each.get("kind") not in ("stage", "surface", "curves") for each in panels):
        raise ValueError("a player takes stage, surface3d and curves panels")
    if frames < 1 or fps <= 0 or (duration is not None and duration <= 0):
        raise ValueError(f"a player needs at least one frame and a positive speed, got {frames} frames")
    rate = (frames - 1) / duration if duration and frames > 1 else fps
    return {"kind": "player", "panels": panels, "frames": int(frames), "fps": rate, "captions": _listed(captions), "loop": loop,
            "autoplay": autoplay, "unit": unit, "first": first, "every": every, "widths": list(widths)}  # fmt: skip


def _layer(kind: str, label: str, when: str | None, animated: bool, **rest: Any) -> Spec:
    return {"layer": kind, "label": label, "when": when, "animated": animated, **rest}


def _layers(layers: Sequence[Spec]) -> list[Spec]:
    for each in layers:
        if not isinstance(each, Mapping) or "layer" not in each:
            raise ValueError(f"layers are made by canvas.field, points, lines …; got {each!r}")
    return list(layers)


def _color(color: str) -> Spec:
    """A colour as such, or an array to be coloured by the layer's palette."""
    is_css = color.startswith(("#", "rgb", "hsl")) or color.partition(" ")[0] in ROLES
    return {"color": color} if is_css else {"color_array": color}


def _listed(words: str | Sequence[str] | None) -> str | list[str] | None:
    return words if isinstance(words, str) or words is None else [str(each) for each in words]


def _ends(ends: Sequence[float | None] | None) -> list[float | None] | None:
    return None if ends is None else [float(each) if each is not None and math.isfinite(each) else None for each in ends]


def _range(name: str, ends: Range) -> list[float]:
    low, high = float(ends[0]), float(ends[1])
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{name} goes from a lower to a higher number, got {low} to {high}")
    return [low, high]


def _words(alt: str) -> None:
    if not alt.strip():
        raise ValueError("a picture needs alt: one sentence that says what is seen")
