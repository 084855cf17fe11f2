"""What the canvas components draw, as plain dictionaries that JSON can hold.

A spec never holds data: layers name arrays, and the browser looks each name up in the latest view packet, then in the scene
packet, then in the arrays mounted with the component (`lines` looks into the metrics first). A name that is found nowhere
draws nothing, so a layer may wait for its data. Arrays may be f2, f4, f8, u1, i2, i4, i8 or b1.

```python
spec = canvas.stage(x=(-6, 6), y=(-6, 6), alt="Class by position, with the training points", events=("click",),
                    layers=[canvas.field("boundary", low=-1, high=1), canvas.points("train_points", color="train_targets")])
ui.stage(run, spec, key="stage", on_click=move)
```

**Colours** are CSS ("#1b9e77"), one of the roles "positive", "negative", "ink", "muted", "accent", or "category 3".
**Options of every layer**: `label` lists it in the legend, where a click hides it; `when` names a packet value that must be true
for it to be drawn; `animated` (in a player) says that axis 0 of its arrays is time, one entry a frame.
"""

import math
from collections.abc import Mapping, Sequence

from playground.figures.layers import (
    Range,
    Spec,
    arrows,
    band,
    draggable,
    ends_of,
    field,
    grid,
    lines,
    listed,
    picture,
    points,
    rule,
    segments,
    text,
)

__all__ = [
    "Range", "Spec", "arrows", "band", "curves", "draggable", "field", "grid", "lines", "network", "picture", "player", "points", "rule", "segments",
    "series", "stage", "surface3d", "text",
]  # fmt: skip

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
    if unknown := set(events) - set(EVENTS):
        raise ValueError(f"events are {', '.join(EVENTS)}; got {', '.join(sorted(unknown))}")
    _words(alt)
    return {"kind": "stage", "x": _range("x", x), "y": _range("y", y), "layers": _layers(layers), "alt": alt, "x_label": x_label,
            "y_label": y_label, "aspect": aspect, "events": list(events), "x_ticks": listed(x_ticks), "y_ticks": listed(y_ticks),
            "axes": axes}  # fmt: skip


def series(name: str, array: str, *, color: str | None = None, dash: bool = False, x: str | None = None, style: str = "line", width: float = 2.0,
           low: str | None = None, high: str | None = None, shown: bool = True, quiet: bool = False) -> Spec:  # fmt: skip
    """One curve of `curves`.

    Args:
        name: Its words in the legend and on hover.
        array: A metric name ("test_loss") or an array (N,); NaN leaves a gap. `low`, `high`: arrays of a shaded band around it.
        x: Its own x values; None takes those of the plot.
        style: "line", "area", "bars" or "points".
        shown: False starts hidden; a click in the legend shows it.
        quiet: Drawn faint behind the others, unread on hover; hidden together with the series of the same name.
    """
    if style not in ("line", "area", "bars", "points"):
        raise ValueError(f"style is line, area, bars or points; got {style!r}")
    return {"name": name, "array": array, "dash": dash, "x": x, "style": style, "width": width, "low": low, "high": high, "shown": shown,
            "color": color, "quiet": quiet}  # fmt: skip


def curves(
    x_label: str, y_label: str, *, series: Sequence[Spec], alt: str, x: str | None = "step", log_x: bool = False, log_y: bool = False,
    x_range: Range | None = None, y_range: Range | None = None, marks: Sequence[Spec] = (), switches: bool = True, height: int | None = None,
    x_ticks: Sequence[str] | None = None,
) -> Spec:  # fmt: skip
    """A line plot with hover over all series: live over the run's metrics, or still over given arrays.

    Args:
        x: Name of the x values for all series; None counts 0, 1, 2 …
        x_range, y_range: Fixed ends; None follows the data. `y_range=(0, None)` fixes one end.
        marks: `rule`, `band` and `draggable` layers.
        switches: Whether a button for the logarithmic axis is offered.
        height: In pixels, inside a player.
        x_ticks: Words at 0, 1, 2 … instead of numbers (bars of classes).
    """
    _words(alt)
    return {"kind": "curves", "x_label": x_label, "y_label": y_label, "series": list(series), "x": x, "log_x": log_x, "log_y": log_y,
            "x_range": ends_of(x_range), "y_range": ends_of(y_range), "marks": _layers(marks), "switches": switches, "alt": alt, "height": height,
            "x_ticks": listed(x_ticks)}  # fmt: skip


def network(
    alt: str, *, inputs: Sequence[str] | str = "inputs", outputs: Sequence[str] | str = (), spare_inputs: Sequence[str] = (), weights: str = "weight_{}",
    biases: str = "bias_{}", thumbnails: str | None = "thumbnails", with_inputs: bool = True, low: float = -1.0, high: float = 1.0,
    editable: bool = False, resizable: bool = False, max_layers: int = 8, max_units: int = 16, layer_names: Sequence[str] = (),
) -> Spec:  # fmt: skip
    """A fully connected network as nodes and edges, live.

    Args:
        inputs, outputs: Names of the inputs in use and of the output units, or the packet values that list them.
        spare_inputs: All inputs that could be used, in order; those not in use are drawn faint, and a click on an input switches it:
            on_inputs receives {"inputs": [names in use then]}.
        weights, biases: Names of the arrays of layer 0, 1 …: weight (out, in), bias (out,).
        thumbnails: Small maps of the units, row 0 = lowest y: one array (units, h, w) over all layers in order, or with "{}" one a
            layer, layer 0 being the inputs. u1 arrays span low to high. None draws plain nodes.
        with_inputs: False when the one array starts at the first hidden layer.
        editable: A click on a weight or bias opens a number field; the run receives {"do": "edit", layer, kind, row, column, value}.
        resizable: Shows + and − for layers and units; on_resize receives {"hidden_sizes": [...]}.
        layer_names: Words above the columns after the inputs, e.g. ("tanh", "tanh", "output").
    """
    _words(alt)
    return {"kind": "network", "alt": alt, "inputs": listed(inputs), "outputs": listed(outputs), "spare_inputs": list(spare_inputs), "weights": weights,
            "biases": biases, "thumbnails": thumbnails, "with_inputs": with_inputs, "low": low, "high": high, "editable": editable, "resizable": resizable,
            "max_layers": max_layers, "max_units": max_units, "layer_names": list(layer_names)}  # fmt: skip


def surface3d(
    heights: str, *, x: Range, y: Range, alt: str, layers: Sequence[Spec] = (), x_label: str = "", y_label: str = "", z_label: str = "",
    palette: str = "sequential", low: float | None = None, high: float | None = None, log: bool = False, reverse: bool = False,
    aspect: float = 1.2, azimuth: float = -55.0, elevation: float = 46.0,
) -> Spec:  # fmt: skip
    """A surface to turn by hand: `heights` (H, W), row 0 at the lowest y; at most 64 × 64 cells are drawn.

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
    """Panels (`stage`, `surface3d`, `curves`) that play a computed sequence on one clock; curves are faint beyond it.

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
    return {"kind": "player", "panels": panels, "frames": int(frames), "fps": rate, "captions": listed(captions), "loop": loop,
            "autoplay": autoplay, "unit": unit, "first": first, "every": every, "widths": list(widths)}  # fmt: skip


def _layers(layers: Sequence[Spec]) -> list[Spec]:
    for each in layers:
        if not isinstance(each, Mapping) or "layer" not in each:
            raise ValueError(f"layers are made by canvas.field, points, lines …; got {each!r}")
    return list(layers)


def _range(name: str, ends: Range) -> list[float]:
    low, high = float(ends[0]), float(ends[1])
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{name} goes from a lower to a higher number, got {low} to {high}")
    return [low, high]


def _words(alt: str) -> None:
    if not alt.strip():
        raise ValueError("a picture needs alt: one sentence that says what is seen")
