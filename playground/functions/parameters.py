"""A number that shapes a function: the slope of a leaky ReLU, the threshold of a Huber loss."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.core.errors import UserError


@dataclass(frozen=True)
class Parameter:
    """Default and range of one shape parameter; from it follow slider, validation and script.

    Attributes:
        default: Used when nothing is given; the value of the paper or of torch.
        low: Smallest sensible value, included.
        high: Largest sensible value, included.
        label: Words beside the slider.
        help: One sentence on what it does.
        step: Slider step, in the parameter's own unit.
    """

    default: float
    low: float
    high: float
    label: str
    help: str = ""
    step: float = 0.01


def filled(owner: str, parameters: Mapping[str, Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` with defaults for whatever is missing.

    Raises:
        UserError: If `given` names a parameter that `owner` does not have.
    """
    if given and not given.keys() <= parameters.keys():
        unknown = sorted(given.keys() - parameters.keys())[0]
        known = ", ".join(parameters) or "no parameters"
        raise UserError(f"{owner} has no parameter named {unknown!r}.", f"It has {known}.", field=unknown)
    return {name: given.get(name, each.default) for name, each in parameters.items()}
