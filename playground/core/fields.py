"""One declaration a field: default, range, unit, choices, help, live or restart.

Widget, address-bar state, validation and its words, test strategy, sweep axis, command-line flag and the line in the
exported script all read the `Domain` declared here; there is no second list of bounds.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

Kind = Literal["number", "integer", "choice", "switch", "choices", "integers", "text"]


@dataclass(frozen=True)
class Domain:
    """What a field may hold, and how it is shown.

    Attributes:
        kind: number (float), integer, choice (one of `options`), switch (bool), choices (tuple of options),
            integers (tuple of ints, each in [low, high]) or text.
        options: Option keys for choice and choices, with the words shown for each.
        live: True when a running trainer may take the new value over; False when a change restarts the run.
        group: Heading under which the control is shown; "" keeps it on top, "hidden" makes no control.
    """

    kind: Kind
    low: float = -math.inf
    high: float = math.inf
    step: float | None = None
    log: bool = False
    unit: str = ""
    options: tuple[tuple[Any, str], ...] = ()
    max_length: int = 0
    label: str = ""
    help: str = ""
    live: bool = False
    group: str = ""

    @property
    def keys(self) -> list[Any]:
        return [key for key, _ in self.options]

    def words(self, key: Any) -> str:
        """The words shown for an option."""
        return dict(self.options).get(key, str(key))

    def problem(self, value: Any) -> str | None:
        """What is wrong with `value`, as the end of a sentence that starts with the field's label; None if nothing."""
        if self.kind in ("number", "integer"):
            return self._range_problem(value)
        if self.kind == "choice" and value not in self.keys:
            return f"must be one of {_listing(self.keys)}, got {value!r}."
        if self.kind == "choices":
            return self._choices_problem(value)
        if self.kind == "integers":
            if len(value) > self.max_length:
                return f"may hold at most {self.max_length} numbers, got {len(value)}."
            return next((f"{p[:-1]} (place {i})." for i, v in enumerate(value, 1) if (p := self._range_problem(v))), None)
        if self.kind == "text" and len(value) > self.max_length:
            return f"may be at most {self.max_length:,} characters long, got {len(value):,}."
        return None

    def _range_problem(self, value: float) -> str | None:
        if self.low <= value <= self.high:  # False for NaN
            return None
        return f"must be between {self.low:g} and {self.high:g}{' ' + self.unit if self.unit else ''}, got {value:g}."

    def _choices_problem(self, value: Sequence[Any]) -> str | None:
        unknown = [each for each in value if each not in self.keys]
        if unknown:
            return f"must be chosen from {_listing(self.keys)}, got {unknown[0]!r}."
        if not self.low <= len(value) <= self.high:
            return f"needs {self.low:g} to {self.high:g} choices, got {len(value)}."
        return "names one choice twice." if len(set(value)) < len(value) else None


def number(default: float, low: float, high: float, *, step: float | None = None, log: bool = False, unit: str = "",
           label: str = "", help: str = "", live: bool = False, group: str = "") -> Any:  # fmt: skip
    """A float in [low, high]; `log` spaces its slider by factors."""
    return _declare(default, Domain("number", low, high, step, log, unit, label=label, help=help, live=live, group=group))


def integer(default: int, low: int, high: int, *, step: int = 1, log: bool = False, unit: str = "", label: str = "",
            help: str = "", live: bool = False, group: str = "") -> Any:  # fmt: skip
    """An int in [low, high]."""
    return _declare(default, Domain("integer", low, high, step, log, unit, label=label, help=help, live=live, group=group))


def choice(default: Any, options: Mapping[Any, Any] | Iterable[Any], *, label: str = "", help: str = "",
           live: bool = False, group: str = "") -> Any:  # fmt: skip
    """One key of a table (its `title` or string value is shown) or of a plain list."""
    return _declare(default, Domain("choice", options=_options(options), label=label, help=help, live=live, group=group))


def choices(default: Sequence[Any], options: Mapping[Any, Any] | Iterable[Any], *, least: int = 1, most: int | None = None,
            label: str = "", help: str = "", live: bool = False, group: str = "") -> Any:  # fmt: skip
    """A tuple of distinct option keys, `least` to `most` of them."""
    pairs = _options(options)
    domain = Domain("choices", least, len(pairs) if most is None else most, options=pairs, label=label, help=help, live=live,
                    group=group)  # fmt: skip
    return _declare(tuple(default), domain)


def integers(default: Sequence[int], low: int, high: int, *, max_length: int, label: str = "", help: str = "",
             live: bool = False, group: str = "") -> Any:  # fmt: skip
    """A tuple of at most `max_length` ints in [low, high], such as `hidden_sizes`."""
    domain = Domain("integers", low, high, 1, max_length=max_length, label=label, help=help, live=live, group=group)
    return _declare(tuple(default), domain)


def switch(default: bool, *, label: str = "", help: str = "", live: bool = False, group: str = "") -> Any:
    """On or off."""
    return _declare(default, Domain("switch", label=label, help=help, live=live, group=group))


def text(default: str, *, max_length: int, label: str = "", help: str = "", live: bool = False, group: str = "") -> Any:
    """Free text of at most `max_length` characters."""
    return _declare(default, Domain("text", max_length=max_length, label=label, help=help, live=live, group=group))


def seed(default: int = 0, *, group: str = "Randomness") -> Any:
    """The number that fixes every random choice."""
    words = "Same seed, same picture: it fixes the data, the starting weights and the order of the batches."
    return integer(default, 0, 999_999, label="Seed", help=words, group=group)


def _declare(default: Any, domain: Domain) -> Any:
    return Field(default, json_schema_extra={"domain": domain}, description=domain.help or None)  # type: ignore[dict-item]


def _options(options: Mapping[Any, Any] | Iterable[Any]) -> tuple[tuple[Any, str], ...]:
    if isinstance(options, Mapping):
        return tuple((key, value if isinstance(value, str) else str(getattr(value, "title", key))) for key, value in options.items())
    return tuple((key, str(key)) for key in options)


def _listing(keys: Sequence[Any]) -> str:
    shown = [str(key) for key in keys[:12]]
    return ", ".join(shown) + (f" and {len(keys) - 12} more" if len(keys) > 12 else "")
