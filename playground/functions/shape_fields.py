"""Shape parameters of activations and losses as fields of an experiment: one declaration, in the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from playground.core.fields import number
from playground.functions.parameters import Parameter


class Shaped(Protocol):
    """An entry of ACTIVATIONS or LOSSES."""

    @property
    def title(self) -> str: ...

    @property
    def parameters(self) -> Mapping[str, Parameter]: ...


def shape_field(entry: Shaped, name: str, *, default: float | None = None, live: bool = False, group: str = "") -> Any:
    """The field for parameter `name` of a table entry, at the table's default unless another is given."""
    each = entry.parameters[name]
    return number(each.default if default is None else default, each.low, each.high, step=each.step, label=f"{entry.title}: {each.label}", help=each.help,
                  live=live, group=group)  # fmt: skip


def field_names(table: Mapping[str, Shaped], keys: Any) -> list[str]:
    """Names `<key>_<parameter>` of the shape fields that the entries `keys` read."""
    return [f"{key}_{name}" for key in keys for name in table[key].parameters]


def shape_of(experiment: object, entry_key: str, table: Mapping[str, Shaped]) -> dict[str, float]:
    """The parameters of one entry as `experiment` sets them in its fields `<key>_<parameter>`; defaults for fields it lacks."""
    return {name: getattr(experiment, f"{entry_key}_{name}", each.default) for name, each in table[entry_key].parameters.items()}
