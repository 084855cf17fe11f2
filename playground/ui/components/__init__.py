"""The canvas components: live and still pictures drawn in the browser by the ES modules beside this file.

`source` is a run (anything with a `token`), whose packets arrive over the live route without a script rerun, or a mapping of
arrays, which is sent with the page. Specs come from `figures.canvas`. Callbacks receive one dict and run before the script.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from playground.core import packets

Callback = Callable[[dict[str, Any]], Any]
Spec = Mapping[str, Any]
Arrays = Mapping[str, Any]

_EXACT = 4096  # larger float64 arrays travel as float32: half the bytes, and more digits than a pixel can show


def _loader(module: str) -> str:
    # The modules are served by the app itself; this stub is all that Streamlit re-sends with every update.
    return f"""
export default async function (component) {{
  const part = await import(new URL("/canvas/{module}.js", document.baseURI).href);
  return part.mount(component);
}}
"""


_PARTS = {name: st.components.v2.component(f"playground_{name}", js=_loader(name))
          for name in ("stage", "network", "lines", "player", "surface", "transport", "files")}  # fmt: skip


def stage(source: Any, spec: Spec, *, key: str, height: int | None = None, arrays: Arrays | None = None, on_click: Callback | None = None,
          on_drag: Callback | None = None, on_draw: Callback | None = None, peek: Mapping[str, str] | None = None) -> None:  # fmt: skip
    """A plane with layers (`canvas.stage`).

    Args:
        height: Of the plot area, in pixels; None takes it from the width.
        arrays: More arrays for the spec's names, beside those of a run.
        on_click: Receives {"x", "y", "button", "shift"}: plane coordinates, button 0 left and 2 right.
        on_drag: Receives {"name", "x", "y", "done"} of a `canvas.draggable`.
        on_draw: Receives {"points": [[x, y], …], "button", "shift"} after each stroke.
        peek: From `ui.following`: the picture follows controls while they move.
    """
    _mount("stage", source, spec, key, height, arrays, peek, click=on_click, drag=on_drag, draw=on_draw)


def network(source: Any, spec: Spec, *, key: str, height: int | None = None, arrays: Arrays | None = None, on_resize: Callback | None = None,
            on_inputs: Callback | None = None, on_edit: Callback | None = None) -> None:  # fmt: skip
    """A network as nodes and edges (`canvas.network`).

    Args:
        height: Of the drawing, in pixels; None takes what its largest layer needs.
        on_resize: Receives {"hidden_sizes": [...]} after a + or − was pressed.
        on_inputs: Receives {"inputs": [names]} after an input was switched.
        on_edit: Receives {"layer", "kind", "row", "column", "value"} after a weight was set by hand; a run is told directly.
    """
    _mount("network", source, spec, key, height, arrays, resize=on_resize, inputs=on_inputs, edit=on_edit)


def lines(source: Any, spec: Spec, *, key: str, height: int | None = None, arrays: Arrays | None = None, on_drag: Callback | None = None,
          peek: Mapping[str, str] | None = None) -> None:  # fmt: skip
    """Curves (`canvas.curves`): live over a run's metrics, or still.

    Args:
        on_drag: Receives {"name", "x", "y", "done"} of a `canvas.draggable` among the marks.
    """
    _mount("lines", source, spec, key, height, arrays, peek, drag=on_drag)


def player(arrays: Arrays, spec: Spec, *, key: str, height: int | None = None, on_click: Callback | None = None,
           on_drag: Callback | None = None, peek: Mapping[str, str] | None = None) -> None:  # fmt: skip
    """A computed sequence, played in the browser (`canvas.player`); clicks and drags as in `stage`, with the "panel" they came from.

    Args:
        height: Of each panel's plot area, in pixels.
    """
    _mount("player", arrays, spec, key, height, None, peek, click=on_click, drag=on_drag)


def surface(source: Any, spec: Spec, *, key: str, height: int | None = None, arrays: Arrays | None = None) -> None:
    """A surface to turn by hand (`canvas.surface3d`)."""
    _mount("surface", source, spec, key, height, arrays)


def transport(run: Any, *, key: str, new_weights: Callback | None = None, new_data: Callback | None = None) -> None:
    """The bar that plays, pauses, steps, resets and scrubs a run; Space plays and pauses, → steps, anywhere on the page.

    Args:
        new_weights, new_data: Called when the button of that name is pressed; None leaves the button away.
    """
    _mount("transport", run, {"kind": "transport"}, key, None, None, new_weights=new_weights, new_data=new_data)


def files(offered: list[dict[str, str]], *, key: str, row: bool = False) -> None:
    """Buttons that fetch files: each {"words", "name", "icon", "address"}. Pages call `ui.files`, which also makes the files."""
    _mount("files", {}, {"kind": "files", "files": offered, "row": row}, key, None, None)


def pack(source: Any, spec: Spec, *, key: str = "", height: int | None = None, arrays: Arrays | None = None, events: tuple[str, ...] = (),
         peek: Mapping[str, str] | None = None, **more: Any) -> bytes:  # fmt: skip
    """The packet a component is mounted with: the arrays, and a value "mount" that holds everything else.

    Args:
        peek: {"address", "prefix"}: where the picture is asked for while a control with that key prefix moves.
        more: Further values of the mount.
    """
    still = isinstance(source, Mapping)
    content = {name: _slim(value) for name, value in {**(arrays or {}), **(source if still else {})}.items()}
    mount = {"spec": dict(spec), "token": "" if still else source.token, "key": key, "height": height, "events": list(events)} | ({"peek": dict(peek)} if peek else {}) | more
    return packets.encode("mount", {**content, "mount": mount})


def _mount(part: str, source: Any, spec: Spec, key: str, height: int | None, arrays: Arrays | None, peek: Mapping[str, str] | None = None,
           **callbacks: Callback | None) -> None:  # fmt: skip
    wanted = {event: callback for event, callback in callbacks.items() if callback is not None}
    data = pack(source, spec, key=f"{part}/{key}", height=height, arrays=arrays, events=tuple(wanted), peek=peek)
    calls = {f"on_{event}_change": partial(_tell, key, event, callback) for event, callback in wanted.items()}
    _PARTS[part](key=key, data=data, **calls)


def _tell(key: str, event: str, callback: Callback) -> None:
    payload = (st.session_state.get(key) or {}).get(event)  # None when it was another event that fired
    if payload is not None:
        callback(dict(payload))


def _slim(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype == np.float64 and value.size > _EXACT:
            return value.astype(np.float32)
        if value.dtype.kind in "iu" and f"{value.dtype.kind}{value.dtype.itemsize}" not in packets.DTYPES:
            return value.astype(np.int32 if value.dtype.itemsize < 4 else np.int64)
    return value
