"""Presets: good ones and instructive failures, each with the reason why it does what it does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from playground.core.experiment import Experiment
from playground.ui.controls import set_values, take_over


@dataclass(frozen=True)
class Preset:
    """A named setting of a screen.

    Attributes:
        why: One sentence on why it does what it does.
        values: Fields that differ from the defaults.
        good: False for an instructive failure.
    """

    key: str
    title: str
    why: str
    values: Mapping[str, Any] = field(default_factory=dict)
    good: bool = True


def presets(kind: type[Experiment], items: Sequence[Preset], *, keep: Sequence[str] = ()) -> Preset | None:
    """Draw the presets; choosing one sets every control (but those in `keep`). Returns the one that is in force now."""
    take_over(kind)
    table = {each.key: each for each in items}
    key = f"{kind.key}!preset"
    values = st.session_state.get(f"{kind.key}!values", {})
    active = next((each for each in items if _matches(kind, each, values, keep)), None)
    st.session_state[key] = active.key if active else None
    st.pills("Presets", list(table), key=key, on_change=_choose, args=(kind, table, key, tuple(keep)),
             format_func=lambda each: table[each].title if table[each].good else f"{table[each].title} ⚠")  # fmt: skip
    # Always a line: were it to come and go, everything below would be mounted anew in the middle of a drag.
    st.caption((("" if active.good else "⚠ Made to fail. ") + active.why) if active else "Your own setting. A preset brings back one of ours.")
    return active


def _choose(kind: type[Experiment], table: Mapping[str, Preset], key: str, keep: Sequence[str]) -> None:
    chosen = table.get(st.session_state[key])
    if chosen:
        st.session_state["!play"] = True  # whoever chooses a preset wants to see it happen
        set_values(kind, **{name: value for name, value in _full(kind, chosen).items() if name not in keep})


def _full(kind: type[Experiment], preset: Preset) -> dict[str, Any]:
    return {name: preset.values.get(name, kind.model_fields[name].default) for name in kind.domains()}


def _matches(kind: type[Experiment], preset: Preset, values: Mapping[str, Any], keep: Sequence[str]) -> bool:
    wanted = _full(kind, preset)
    return all(_same(values.get(name, kind.model_fields[name].default), wanted[name]) for name in wanted if name not in keep)


def _same(one: Any, other: Any) -> bool:
    return (tuple(one) == tuple(other)) if isinstance(one, (list, tuple)) else one == other
