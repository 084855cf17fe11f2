"""What a timm architecture costs; the app asks an evaluator, and itself loads neither torch nor timm."""

from __future__ import annotations

from typing import Any

from playground.core.errors import UserError
from playground.core.lazy import torch


def inspect_architecture(name: str, pretrained: bool, shape: tuple[int, ...], outputs: int) -> dict[str, int]:
    """Parameters, FLOPs and kept values of a timm architecture for one image, without its weights; for the builder, run in an evaluator.

    Raises:
        UserError: As `architecture`.
    """
    from torch.utils.flop_counter import FlopCounterMode

    from playground.networks.stack_modules import architecture

    with torch.device("meta"):
        made = architecture(name, False, tuple(shape), outputs).eval()
        kept = [0]

        def count(_module: Any, _inputs: object, output: Any) -> None:
            kept[0] += output.numel() if isinstance(output, torch.Tensor) else 0

        hooks = [each.register_forward_hook(count) for each in made.modules() if not list(each.children())]
        try:
            with FlopCounterMode(display=False) as counter, torch.no_grad():
                made(torch.zeros(1, *shape))
        except (RuntimeError, AssertionError) as error:
            raise UserError(f"{name} cannot take images of {shape[1]}×{shape[2]}: they shrink to nothing inside it.", "Put resize 64 or more before it.",
                            field="stack") from error  # fmt: skip
        finally:
            for hook in hooks:
                hook.remove()
    return {"parameters": sum(each.numel() for each in made.parameters()), "flops": counter.get_total_flops(), "kept": kept[0]}
