"""Widgets from declared fields: one call draws all controls of an experiment and returns it, validated."""

import math
import time
from collections.abc import Sequence
from typing import Any, TypeVar

import streamlit as st

from playground.core.errors import UserError
from playground.core.experiment import Experiment, label
from playground.core.fields import Domain
from playground.core.text import from_text
from playground.ui import address

Kind = TypeVar("Kind", bound=Experiment)

_MANTISSAS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
_SLIDER_VALUES = 200  # an integer range longer than this gets a number box
INSIST_SECONDS = 3.0  # for so long after `set_values` a browser may still report what its widgets showed before


def controls(kind: type[Kind], *, container: Any = None, hide: Sequence[str] = (),
                               only: Sequence[str] | None = None, wide: bool = False, width: int | None = None) -> Kind:  # fmt: skip
    """Draw a widget for each declared field and return the experiment they describe.

    Ungrouped fields come first, the other groups follow in expanders. May be called several times in one script with `only`
    to lay groups out in different places; every call returns the whole experiment. Settings of an opened link are taken over
    first and what had to be ignored is said. `wide` shows choices side by side instead of in a list;
    `width` is that of each widget in pixels. An impossible combination is explained and the last good experiment returned.
    """
    take_over(kind)
    container = container or st.container()
    shown = [name for name, domain in kind.domains().items()
             if name not in hide and (only is None or name in only) and domain.group != "hidden"]  # fmt: skip
    groups: dict[str, list[str]] = {}
    for name in shown:
        groups.setdefault(kind.domains()[name].group if only is None else "", []).append(name)
    for group, names in groups.items():
        with container.expander(group) if group else container:
            for name in names:
                _widget(kind, name, wide, width)
    experiment = current(kind)
    address.write(experiment)
    return experiment


def take_over(kind: type[Experiment]) -> None:
    """Bring settings of an opened link, or those of an earlier visit to this screen, into the widgets' state."""
    state = st.session_state
    kept = state.setdefault(f"{kind.key}!values", {})
    if address.incoming(kind):
        given, ignored = address.read(kind)
        kept.clear()
        kept.update(given)
        for name in kind.domains():
            state.pop(f"{kind.key}.{name}", None)
        state[f"{kind.key}!ignored"] = ignored
        written = state.setdefault(f"{kind.key}!written", [])
        written.append(address._own(kind))
    # Once for an arrival, however often controls are drawn: what the first drawing writes into the address is no link.
    state["!taken"] = {*state.get("!taken", ()), kind.key}
    _insist(kind)
    for name in kind.domains():
        state.setdefault(f"{kind.key}.{name}", _shown(kind, name, kept.get(name, kind.model_fields[name].default)))
    ignored = state.pop(f"{kind.key}!ignored", None)
    if ignored:
        st.warning("The link asked for something this screen does not take; its default is used. " + " ".join(ignored[:5]), icon=":material/link_off:")


def current(kind: type[Kind]) -> Kind:
    """The experiment that the widgets' state describes now; the last good one, with words, when it is impossible."""
    state = st.session_state
    values: dict[str, Any] = {}
    try:
        for name, domain in kind.domains().items():
            value = state.get(f"{kind.key}.{name}", kind.model_fields[name].default)
            if domain.kind == "integers" and isinstance(value, str):
                try:
                    value = from_text(domain, value)
                except ValueError as error:
                    raise UserError(f"{label(kind, name)} {error}", field=name) from None
            values[name] = tuple(value) if domain.kind == "choices" else value
        experiment = kind(**values)
    except UserError as error:
        st.error(f"{error} The last good setting stays in use.", icon=":material/error:")
        return state.get(f"{kind.key}!good") or kind()
    state[f"{kind.key}!good"] = experiment
    state[f"{kind.key}!values"] = {name: getattr(experiment, name) for name in kind.domains()}
    return experiment


def set_values(kind: type[Experiment], /, **values: Any) -> None:
    """Change controls from code; call it from a widget's callback.

    Raises:
        UserError: When a value is outside its field's domain; nothing is changed then.
    """
    good = st.session_state.get(f"{kind.key}!good")
    (good.changed(**values) if good else kind(**values))
    kept = st.session_state.setdefault(f"{kind.key}!values", {})
    recent = st.session_state.setdefault("!set", {})
    for name, value in values.items():
        key, shown = f"{kind.key}.{name}", _shown(kind, name, value)
        kept[name] = value
        recent[key] = (st.session_state.get(key), shown, time.monotonic())
        st.session_state[key] = shown


def _insist(kind: type[Experiment]) -> None:
    """Set once more what a rerun has put back to its value before.

    A rerun that the browser asked for just before it heard of the new values, such as a live picture's, still carries the old ones.
    """
    state = st.session_state
    recent: dict[str, tuple[Any, Any, float]] = state.get("!set", {})
    for key, (before, shown, since) in list(recent.items()):
        if time.monotonic() - since > INSIST_SECONDS:
            del recent[key]
        elif key.startswith(f"{kind.key}.") and key in state and state[key] == before != shown:
            state[key] = shown


def _shown(kind: type[Experiment], name: str, value: Any) -> Any:
    """A field's value in the form its widget keeps."""
    domain = kind.domains()[name]
    if domain.kind == "integers":
        return ", ".join(map(str, value))
    return list(value) if domain.kind == "choices" else value


def _widget(kind: type[Experiment], name: str, wide: bool, width: int | None) -> None:
    domain = kind.domains()[name]
    key = f"{kind.key}.{name}"
    words = label(kind, name) + (f" ({domain.unit})" if domain.unit else "")
    still = getattr(kind, "evaluates", False) or getattr(kind, "computed", False)  # drawn anew at once: nothing runs that could restart
    mark = "" if domain.live or still else " ↻"
    note = "" if still else "Changes while it runs." if domain.live else "↻ starts the run anew."
    common: dict[str, Any] = {"label": words + mark, "key": key, "help": f"{domain.help} {note}".strip() or None}
    if width:
        common["width"] = width
    value = st.session_state[key]
    if domain.kind == "switch":
        st.toggle(**common)
    elif domain.kind == "choice":
        _choice(domain, common, wide)
    elif domain.kind == "choices":
        st.pills(**common, options=domain.keys, selection_mode="multi", format_func=domain.words)
    elif domain.kind == "text":
        st.text_input(**common, max_chars=domain.max_length)
    elif domain.kind == "integers":
        st.text_input(**common, placeholder="8, 8")
    elif domain.log:
        options = grid(domain, value)
        st.select_slider(**common, options=options, format_func=lambda each: f"{each:,g}")
    elif domain.kind == "integer" and domain.high - domain.low > _SLIDER_VALUES:
        st.number_input(**common, min_value=int(domain.low), max_value=int(domain.high), step=int(domain.step or 1))
    else:
        form = int if domain.kind == "integer" else float
        step = domain.step or (domain.high - domain.low) / 100
        st.slider(**common, min_value=form(domain.low), max_value=form(domain.high), step=form(step))


def _choice(domain: Domain, common: dict[str, Any], wide: bool) -> None:
    if wide or len(domain.keys) <= 3 and sum(len(domain.words(key)) for key in domain.keys) <= 24:
        st.segmented_control(**common, options=domain.keys, format_func=domain.words, required=True)
    else:
        st.selectbox(**common, options=domain.keys, format_func=domain.words)


def grid(domain: Domain, *also: float) -> list[Any]:
    """Round values spaced by factors over the domain, its ends, and `also`; what a logarithmic slider offers."""
    low = domain.low if domain.low > 0 else min(10.0 ** math.floor(math.log10(domain.high)) / 1e6, domain.high)
    values = {domain.low, domain.high, *also}
    exponent = math.floor(math.log10(low))
    while 10.0**exponent <= domain.high:
        # Parsed from text, so that 0.03 is 0.03 and not 3 × 0.01
        values |= {v for m in _MANTISSAS if low <= (v := float(f"{m}e{exponent}")) <= domain.high}
        exponent += 1
    if domain.kind == "integer":
        values = {int(each) for each in values if float(each).is_integer()}
    return sorted(values)
