"""The address bar as the whole state of a screen: `?<kind>.<field>=<value>`, defaults left out.

Streamlit's own binding drops what it does not like without a word and shows option labels; here every value is parsed and
checked by the field's domain, what is refused is named, and the address stays the same whatever the labels are.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.core.errors import UserError
from playground.core.experiment import Experiment, label
from playground.core.limits import ADDRESS_CHARACTERS
from playground.core.text import from_text, to_text


def read(kind: type[Experiment]) -> tuple[dict[str, Any], list[str]]:
    """Values that the address gives for `kind`, and a sentence for each that was ignored."""
    values: dict[str, Any] = {}
    ignored: list[str] = []
    domains = kind.domains()
    for name, text in _own(kind).items():
        if name not in domains:
            ignored.append(f"“{name[:40]}” is not a setting of this screen.")
        elif len(text) > ADDRESS_CHARACTERS:
            ignored.append(f"{label(kind, name)} was longer than {ADDRESS_CHARACTERS:,} characters.")
        else:
            try:
                values[name] = from_text(domains[name], text)
            except ValueError as error:
                ignored.append(f"{label(kind, name)} {error}")
    return values, ignored


def incoming(kind: type[Experiment]) -> bool:
    """Does the address hold settings that this session did not write itself, such as a link just opened?

    A rerun may report an address that is a moment old; one that was written here before is therefore never taken for new.
    """
    own = _own(kind)
    if not own:
        return False
    written = st.session_state.setdefault(f"{kind.key}!written", [])
    fresh = bool(st.session_state.get("!arrived")) and kind.key not in st.session_state.get("!taken", ())
    return fresh or own not in written


def write(experiment: Experiment) -> None:
    """Put the settings that differ from the defaults into the address."""
    kind = type(experiment)
    domains = kind.domains()
    defaults = {name: kind.model_fields[name].default for name in domains}
    own = {name: to_text(domain, getattr(experiment, name)) for name, domain in domains.items()
           if getattr(experiment, name) != defaults[name]}  # fmt: skip
    written = st.session_state.setdefault(f"{kind.key}!written", [])
    if own not in written:
        written.append(own)
        del written[:-30]
    if own == _own(kind):
        return
    others = {name: st.query_params.get_all(name) for name in st.query_params if not name.startswith(f"{kind.key}.")}
    st.query_params.from_dict({**others, **{f"{kind.key}.{name}": text for name, text in own.items()}})


def link(values: Mapping[str, Any], kind: type[Experiment]) -> dict[str, str]:
    """Query parameters of a link to `kind`'s screen with these settings.

    Raises:
        UserError: When a value is outside its domain.
    """
    experiment = kind(**values)
    domains = kind.domains()
    unknown = [name for name in values if name not in domains]
    if unknown:
        raise UserError(f"{kind.title} has no setting named {unknown[0]!r}.")
    return {f"{kind.key}.{name}": to_text(domains[name], getattr(experiment, name)) for name in values}


def _own(kind: type[Experiment]) -> dict[str, str]:
    prefix = f"{kind.key}."
    return {name[len(prefix) :]: st.query_params[name] for name in st.query_params if name.startswith(prefix)}
