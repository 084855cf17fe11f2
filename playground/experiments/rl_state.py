"""Checkpoints of learners: networks, optimizers, random streams and arrays as one flat dict of arrays, numbers and text."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from playground.core.experiment import generator_state, restore_generator
from playground.core.lazy import torch


def pack(holder: Any, prefix: str = "") -> dict[str, Any]:
    """Everything that `holder.KEPT` names, copied; the parts of parts under `name/…`."""
    found: dict[str, Any] = {}
    for name in holder.KEPT:
        found |= _packed(getattr(holder, name), prefix + name)
    return found


def unpack(holder: Any, state: dict[str, Any], prefix: str = "") -> None:
    """Bring a holder to where `pack` found it."""
    for name in holder.KEPT:
        _unpacked(holder, name, state, prefix + name)


def _packed(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, torch.nn.Module):
        return {f"{name}/{key}": each.numpy().copy() for key, each in value.state_dict().items()}
    if isinstance(value, torch.optim.Optimizer):
        kept = value.state_dict()["state"]
        return {f"{name}/{number}/{key}": np.array(each) for number, entries in kept.items() for key, each in entries.items()}
    if isinstance(value, torch.Generator):
        return {name: generator_state(value)}
    if isinstance(value, torch.Tensor):
        return {name: value.detach().numpy().copy()}
    if isinstance(value, np.random.Generator):
        return {name: json.dumps(value.bit_generator.state)}
    if isinstance(value, np.ndarray):
        return {name: value.copy()}
    if hasattr(value, "state_dict"):
        return {f"{name}/{key}": each for key, each in value.state_dict().items()}
    if hasattr(value, "KEPT"):
        return pack(value, f"{name}/")
    return {name: value}


def _under(state: dict[str, Any], name: str) -> dict[str, Any]:
    return {key[len(name) + 1 :]: value for key, value in state.items() if key.startswith(f"{name}/")}


def _unpacked(holder: Any, attribute: str, state: dict[str, Any], name: str) -> None:
    value = getattr(holder, attribute)
    if isinstance(value, torch.nn.Module):
        value.load_state_dict({key: torch.from_numpy(np.array(each)) for key, each in _under(state, name).items()})
    elif isinstance(value, torch.optim.Optimizer):
        entries: dict[int, dict[str, Any]] = {}
        for path, each in _under(state, name).items():
            number, _, key = path.partition("/")
            entries.setdefault(int(number), {})[key] = torch.from_numpy(np.array(each))
        value.load_state_dict({"state": entries, "param_groups": value.state_dict()["param_groups"]})
    elif isinstance(value, torch.Generator):
        restore_generator(value, state[name])
    elif isinstance(value, torch.Tensor):
        with torch.no_grad():
            value.copy_(torch.from_numpy(np.array(state[name])))
    elif isinstance(value, np.random.Generator):
        value.bit_generator.state = json.loads(state[name])
    elif isinstance(value, np.ndarray):
        setattr(holder, attribute, np.array(state[name]))
    elif hasattr(value, "load_state_dict"):
        value.load_state_dict(_under(state, name))
    elif hasattr(value, "KEPT"):
        unpack(value, state, f"{name}/")
    else:
        setattr(holder, attribute, type(value)(state[name]))
