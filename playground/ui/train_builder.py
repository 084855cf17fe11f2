"""The layer builder: cards for every layer, stacks to start from, and what the whole network costs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.train import Train
from playground.experiments.train_lesson import Lesson, lesson
from playground.figures import train as figures
from playground.networks import stack, stack_about
from playground.networks.stack import Layer, Row, Summary
from playground.networks.stack_kinds import KINDS, Impossible, Kind, Number
from playground.networks.stack_presets import STACKS
from playground.ui import components

_PART = st.components.v2.component("playground_stack", js=components._loader("stack"))
SHORT = {"units": "units", "channels": "channels", "kernel": "window", "stride": "step", "padding": "padding", "width": "width", "size": "window",
         "side": "pixels", "share": "share"}  # fmt: skip


def section(experiment: Train) -> None:
    """The network as it is set up, whether it can be built or not."""
    with ui.plain_words():
        given = lesson(experiment)
        found = costed(stack.describe(experiment.stack, given.input_shape, given.outputs), given)
        _starts(experiment, given)
        st.html(figures.figures_row(totals(found, experiment)))
        problem = st.session_state.pop("train!stack.problem", "")
        if problem or (found.problem and not found.at):
            st.error(problem or found.problem, icon=":material/error:")
        layers, readable = _layers(experiment.stack)
        if readable:
            _mount(_spec(layers, found, given))
        else:
            st.error(found.problem, icon=":material/error:")
        with st.expander("As text", icon=":material/code:", expanded=not readable):
            ui.controls(Train, only=("stack",))
            st.caption("Layers are parted by `|`, each with its numbers: `conv 32 5 valid stride 2 | norm | relu | max 2 | flatten | dense 64`. "
                       "Layers: " + ", ".join(f"`{key}`" for key, card in KINDS.items() if card.group != "hidden") + ".")  # fmt: skip


def totals(found: Summary, experiment: Train) -> list[tuple[str, str, str]]:
    """The whole network in four numbers."""
    if found.problem and found.at:
        return []
    batch = found.training_bytes(experiment.batch_size)
    learning = sum(row.parameters > 0 for row in found.rows)
    return [(f"{found.parameters:,}", "numbers to learn", "Weights, biases, and the scales and shifts of norms"),
            (counted(found.flops), "FLOPs an example, forward", "Additions and multiplications of matrix products and convolutions; learning takes about three times as many"),
            (sized(batch), f"memory for a batch of {experiment.batch_size:,}", "Values kept for the gradient, and weights with gradients and Adam's two averages, in float32"),
            (str(learning), "layers that learn", "With the output layer")]  # fmt: skip


def costed(found: Summary, given: Lesson) -> Summary:
    """With what a timm architecture costs, which only timm knows."""
    rows: list[Row] = []
    for row in found.rows:
        if row.layer.kind == "timm":
            try:
                facts = ui.compute(stack_about.inspect_architecture, name=row.layer.given["name"], pretrained=False, shape=row.before, outputs=given.outputs)
            except UserError as error:
                return Summary(tuple(rows), f"Layer {row.number}: {error}", row.number)
            row = Row(row.number, row.layer, row.before, row.after, row.parts, facts["parameters"], facts["flops"], facts["kept"])
        rows.append(row)
    return Summary(tuple(rows), found.problem, found.at)


def _starts(experiment: Train, given: Lesson) -> None:
    fitting = {key: each for key, each in STACKS.items() if each.suits(given.dataset.kind)}
    key = "train!start"
    st.session_state[key] = next((name for name, each in fitting.items() if each.stack == experiment.stack), None)

    def take() -> None:
        chosen = fitting.get(st.session_state[key])
        if chosen:
            ui.set_values(Train, stack=chosen.stack)

    st.pills("Start from", list(fitting), key=key, on_change=take, format_func=lambda each: fitting[each].title)
    chosen = st.session_state[key]
    st.caption(fitting[chosen].note if chosen else "A network of your own. Drag cards to move them, press + to add one, click a number to change it.")


def _layers(text: str) -> tuple[list[Layer], bool]:
    try:
        return list(stack.parse(text)), True
    except UserError:
        return [], False


def _spec(layers: list[Layer], found: Summary, given: Lesson) -> dict[str, Any]:
    fields = stack.receptive_fields(found)
    cards = []
    for place, layer in enumerate(layers):
        card, row = layer.card, found.rows[place] if place < len(found.rows) else None
        cards.append({"kind": layer.kind, "name": card.title, "title": layer.title, "group": card.group, "note": card.note,
                      "given": _shown(layer), "numbers": [_number(each) for each in card.numbers] if layer.kind != "timm" else _timm_numbers(),
                      **_costs(row, fields[place] if row else 0)})  # fmt: skip
    last = next((row for row in found.rows if row.layer.kind == "output"), None)
    by_timm = any(each.kind == "timm" for each in layers)
    words = f"{given.outputs} classes, softmax" if given.classifies else f"{given.dataset.target_name}"
    output = {"title": "" if by_timm else "Output layer", "words": words, **_costs(last, 0)}
    entry = {"after": list(given.input_shape), "shape": stack.spoken(given.input_shape), "words": "channels × height × width" if given.images else "columns, encoded"}
    kinds = [{"key": key, "title": card.title, "group": card.group, "note": card.note, "given": _defaults(card)} for key, card in KINDS.items()
             if card.group != "hidden" and (given.images or key not in ("conv", "max", "avg", "global", "resize", "timm"))]  # fmt: skip
    return {"kind": "stack", "layers": cards, "input": entry, "output": output, "kinds": kinds, "problem": found.problem if found.at else "", "at": found.at,
            "fix": "flatten" if "Put flatten" in found.problem else ""}  # fmt: skip


def _costs(row: Row | None, sees: int) -> dict[str, Any]:
    if row is None:
        return {"after": None}
    return {"after": list(row.after), "shape": stack.spoken(row.after), "parameters": row.parameters, "flops": row.flops, "kept": sized(row.kept_bytes),
            "sees": f"sees {sees}×{sees}" if sees else ""}  # fmt: skip


def _number(each: Number) -> dict[str, Any]:
    whole = not isinstance(each.default, float)
    return {"name": each.name, "words": each.words or each.name, "short": SHORT.get(each.name, each.name), "low": each.low, "high": each.high,
            "step": 1 if whole else 0.05, "options": list(each.options), "text": False}  # fmt: skip


def _timm_numbers() -> list[dict[str, Any]]:
    common = {"low": 0, "high": 0, "step": 1}
    return [{"name": "name", "words": "name", "short": "name", "options": [], "text": True, **common},
            {"name": "pretrained", "words": "weights", "short": "weights", "options": ["from scratch", "downloaded"], "text": False, **common}]  # fmt: skip


def _shown(layer: Layer) -> dict[str, Any]:
    given = {each.name: layer.given.get(each.name, each.default) for each in layer.card.numbers} if layer.kind != "timm" else dict(layer.given)
    if layer.kind == "timm":
        given["pretrained"] = "downloaded" if given["pretrained"] else "from scratch"
    if "size" in given and given.get("stride") is None:
        given["stride"] = given["size"]
    return given


def _defaults(card: Kind) -> dict[str, Any]:
    if card.key == "timm":
        return {"name": "resnet18", "pretrained": "from scratch"}
    return {each.name: each.default for each in card.numbers if each.default is not None}


def _mount(spec: dict[str, Any]) -> None:
    data = components.pack({}, spec, key="stack/train!stack", events=("stack",))
    _PART(key="train!stack", data=data, on_stack_change=_edited)


def _edited() -> None:
    """The cards were changed: their text becomes the setting. What cannot be written is said, and nothing changes."""
    event = (st.session_state.get("train!stack") or {}).get("stack")
    if event is None:
        return
    try:
        text = written(event["layers"])
        stack.parse(text)
        ui.set_values(Train, stack=text)
    except (UserError, Impossible) as error:
        st.session_state["train!stack.problem"] = str(error)


def written(cards: list[dict[str, Any]]) -> str:
    """The text of cards as the browser sends them: each a `kind` and its `given` settings.

    Raises:
        UserError: For a card of no known kind.
    """
    layers = []
    for card in cards:
        kind = KINDS.get(str(card.get("kind")))
        if kind is None:
            raise UserError(f"There is no layer named {str(card.get('kind'))[:40]!r}.")
        given = dict(card.get("given", {}))
        if kind.key == "timm":
            layers.append(Layer("timm", {"name": str(given.get("name", "")).strip().lower(), "pretrained": given.get("pretrained") == "downloaded"}))
            continue
        found: dict[str, Any] = {}
        for each in kind.numbers:
            value = given.get(each.name, each.default)
            if value is not None:
                found[each.name] = str(value) if each.options else float(value) if isinstance(each.default, float) else round(float(value))
        if "size" in found and found.get("stride") == found["size"]:
            found.pop("stride")  # windows side by side need no stride of their own
        layers.append(Layer(kind.key, found))
    return stack.write(layers)


def counted(count: int) -> str:
    """1,234,567 as “1.2 M”."""
    for size, word in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= size:
            return f"{count / size:.3g} {word}"
    return str(count)


def sized(count: int) -> str:
    """Bytes as “12.3 MB”."""
    for size, word in ((2**30, "GB"), (2**20, "MB"), (2**10, "kB")):
        if count >= size:
            return f"{count / size:.3g} {word}"
    return f"{count} B"
