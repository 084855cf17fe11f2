"""What every layer of a network costs: shapes, parameters, floating-point operations, memory and time, measured by hooks on a real call.

Operations are counted by torch's own counter as they are dispatched: two for each multiply-add of a convolution, a matrix product or an
attention. Element-wise work (activations, normalisation, pooling) is not counted, as is the custom; it is a few per cent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from playground.core.errors import UserError
from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor, nn

REPEATS = 5  # timed calls; the median counts
KINDS = (
    ("convolution", ("conv",)), ("attention", ("attention", "attn")), ("linear", ("linear", "delta")), ("embedding", ("embedding", "patchembed")), ("normalisation", ("norm",)),
    ("pooling", ("pool",)),
)  # fmt: skip


def kind(name: str) -> str:
    """What sort of layer a module's class is, for colour: "convolution", "linear", …, "other"."""
    low = name.lower()
    return next((word for word, marks in KINDS if any(mark in low for mark in marks)), "other")


def layers(module: nn.Module, call: Callable[[], Any], timed: bool = True) -> dict[str, Any]:
    """One row for each call of a module that does or holds something itself, in the order of the calls.

    Args:
        call: Runs the module once, as it is used; with what gradients it likes.
        timed: Also take the time of each; without for modules on the meta device, which hold no numbers.

    Returns:
        `rows`, each {"name", "type", "kind", "given", "made" (shapes), "parameters", "flops", "bytes" (of its output), "weights" (bytes), "seconds", "formula"};
        `parameters`, `flops`, `kept` (bytes of all outputs together), `largest` (bytes of the largest), `weights` (bytes), `seconds` of the whole call, 0 untimed.
        Parameters of a module that is called more than once stand in its first row.

    Raises:
        UserError: When the network cannot take such an input.
    """
    rows = _counted(module, call)
    whole, spent = _timed(module, call) if timed else (0.0, {})
    for number, row in enumerate(rows):
        row["seconds"] = spent.get((row["name"], row.pop("turn")), 0.0)
        row["number"] = number
    kept = [row["bytes"] for row in rows]
    return {"rows": rows, "parameters": sum(row["parameters"] for row in rows), "flops": sum(row["flops"] for row in rows), "kept": sum(kept),
            "largest": max(kept, default=0), "weights": sum(row["weights"] for row in rows), "seconds": whole}  # fmt: skip


def _counted(module: nn.Module, call: Callable[[], Any]) -> list[dict[str, Any]]:
    """Rows without times. A container has a row where it does work between its parts or holds parameters itself."""
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    names = {each: name or type(module).__name__ for name, each in module.named_modules()}
    owned: set[int] = set()  # a parameter belongs to the innermost called module around it: some modules use their parts' weights without calling them
    rows: list[dict[str, Any]] = []
    stack: list[list[int]] = []  # of the modules that are being called: operations before, in batched products before, and both of its parts
    turns: dict[str, int] = {}
    counter = FlopCounterMode(display=False)

    def before(_module: nn.Module, _inputs: Any) -> None:
        stack.append([*_so_far(counter), 0, 0])

    def after(called: nn.Module, inputs: Any, output: Any) -> None:
        begun, begun_batched, inner, inner_batched = stack.pop()
        now, now_batched = _so_far(counter)
        spent, batched = now - begun, now_batched - begun_batched
        if stack:
            stack[-1][2] += spent
            stack[-1][3] += batched
        own = [each for each in called.parameters() if id(each) not in owned]
        owned.update(map(id, own))
        turns[names[called]] = turns.get(names[called], 0) + 1
        flops, leaf = int(spent - inner), not any(True for _ in called.children())
        if flops or own or (leaf and not _same(inputs, output)):
            rows.append(_row(called, names[called], inputs, output, own, flops) | {"turn": turns[names[called]]})
            if batched > inner_batched:  # tokens with tokens: whatever the module is called, that is attention
                rows[-1]["kind"] = "attention"

    hooks = [hook for each in module.modules() for hook in (each.register_forward_pre_hook(before), each.register_forward_hook(after))]
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # one fused call, of which nothing could be counted
    try:
        with counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):  # of its parts, which are counted
            call()
    except (RuntimeError, AssertionError, ValueError, NotImplementedError) as error:
        first = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
        raise UserError(f"This network could not be called on such an input ({first}).", "Choose another.") from error
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        for hook in hooks:
            hook.remove()
    return rows


def _so_far(counter: Any) -> tuple[int, int]:
    """Operations counted so far, and those of them in batched matrix products."""
    counts = counter.get_flop_counts().get("Global", {})
    return counter.get_total_flops(), sum(each for kind, each in counts.items() if str(kind) in ("aten.bmm", "aten.baddbmm"))


def _row(called: nn.Module, name: str, inputs: Any, output: Any, own: Sequence[Tensor], flops: int) -> dict[str, Any]:
    made, given = _tensors(output), _tensors(inputs)
    return {
        "name": name, "type": type(called).__name__, "kind": kind(type(called).__name__), "given": tuple(given[0].shape) if given else (), "made": tuple(made[0].shape)
            if made else (),
        "parameters": sum(each.numel() for each in own), "weights": sum(each.numel() * each.element_size() for each in own), "flops": flops,
        "bytes": 0 if _same(inputs, output) else sum(each.numel() * each.element_size() for each in made), "formula": formula(called, flops, made),
    }  # fmt: skip


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = tuple(value.values())
    return [each for part in value for each in _tensors(part)] if isinstance(value, (list, tuple)) else []


def _same(inputs: Any, output: Any) -> bool:
    """Whether a layer handed its input on, as Identity and in-place activations do: no new memory."""
    given, made = _tensors(inputs), _tensors(output)
    return bool(given and made) and all(any(one is other for other in given) for one in made)


def formula(called: nn.Module, flops: int, made: Sequence[Tensor]) -> dict[str, Any]:
    """The numbers from which the cost of a convolution or a linear layer follows; {} for other layers."""
    if isinstance(called, (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d)) and made:
        places = 1
        for each in made[0].shape[2:]:
            places *= each
        return {"of": "convolution", "kernel": tuple(called.kernel_size), "inputs": called.in_channels, "outputs": called.out_channels, "groups": called.groups,
                "places": places, "bias": called.bias is not None, "flops": flops}  # fmt: skip
    if isinstance(called, torch.nn.Linear) and made:
        return {"of": "linear", "inputs": called.in_features, "outputs": called.out_features, "places": made[0].numel() // max(1, called.out_features),
                "bias": called.bias is not None, "flops": flops}  # fmt: skip
    return {}


def _timed(module: nn.Module, call: Callable[[], Any]) -> tuple[float, dict[tuple[str, int], float]]:
    """Median seconds of the whole call without any hook, and of each call of a module without its parts."""
    names = {each: name or type(module).__name__ for name, each in module.named_modules()}
    wholes: list[float] = []
    with torch.inference_mode():
        call()
        for _ in range(REPEATS):
            begun = time.perf_counter()
            call()
            wholes.append(time.perf_counter() - begun)
    found: dict[tuple[str, int], list[float]] = {}
    stack: list[list[float]] = []
    turns: dict[str, int] = {}

    def before(_module: nn.Module, _inputs: Any) -> None:
        stack.append([time.perf_counter(), 0.0])

    def after(called: nn.Module, _inputs: Any, _output: Any) -> None:
        begun, inner = stack.pop()
        spent = time.perf_counter() - begun
        if stack:
            stack[-1][1] += spent
        turns[names[called]] = turns.get(names[called], 0) + 1
        found.setdefault((names[called], turns[names[called]]), []).append(spent - inner)

    hooks = [hook for each in module.modules() for hook in (each.register_forward_pre_hook(before), each.register_forward_hook(after))]
    try:
        with torch.inference_mode():
            for _ in range(REPEATS):
                turns.clear()
                call()
    finally:
        for hook in hooks:
            hook.remove()
    return sorted(wholes)[REPEATS // 2], {key: sorted(values)[len(values) // 2] for key, values in found.items()}
