"""Field values as text: how they stand in an address and on a command line."""

from typing import Any

from playground.core.fields import Domain

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def to_text(domain: Domain, value: Any) -> str:
    """How a value stands in the address and on a command line."""
    if domain.kind == "switch":
        return "true" if value else "false"
    if domain.kind in ("integers", "choices"):
        return ",".join(map(str, value))
    return repr(value) if isinstance(value, float) else str(value)


def from_text(domain: Domain, text: str) -> Any:
    """The value that `text` stands for.

    Raises:
        ValueError: When it is of the wrong form or outside the domain; the words end a sentence.
    """
    value = _parse(domain, text.strip())
    problem = domain.problem(value)
    if problem:
        raise ValueError(problem)
    return value


def _parse(domain: Domain, text: str) -> Any:
    if domain.kind in ("number", "integer", "integers"):
        form = float if domain.kind == "number" else int
        words = "must be a number" if domain.kind == "number" else "must be whole numbers"
        parts = [each for each in text.split(",") if each.strip()] if domain.kind == "integers" else [text]
        try:
            values = tuple(form(each) for each in parts)
        except ValueError:
            raise ValueError(f"{words}, got {text[:40]!r}.") from None
        return values if domain.kind == "integers" else values[0]
    if domain.kind == "switch":
        if text.lower() not in _TRUE + _FALSE:
            raise ValueError(f"must be true or false, got {text[:40]!r}.")
        return text.lower() in _TRUE
    keys = {str(key): key for key in domain.keys}
    if domain.kind == "choice":
        return keys.get(text, text[:40])
    if domain.kind == "choices":
        return tuple(keys.get(each, each[:40]) for each in text.split(",") if each)
    return text
