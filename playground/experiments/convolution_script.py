"""Scripts to take home from the convolution screen: plain PyTorch, this package is not needed."""

from __future__ import annotations

import numpy as np

from playground.experiments.convolution import KERNELS, KernelLab


def lab_script(view: KernelLab, pixels: np.ndarray) -> str:
    """A program that repeats the kernel lab's numbers; `pixels` (channels, height, width) is the picture as the lab holds it."""
    names = ", ".join(KERNELS[key].title for key in view.kernels)
    lines = [
        f'"""One convolution by hand and by PyTorch: {names} on a picture of {view.size} × {view.size} pixels."""',
        "",
        "import torch",
        "from torch.nn import functional",
        "",
        f"picture = torch.tensor({_numbers(np.round(np.asarray(pixels) * 255).astype(int))}, dtype=torch.float64) / 255",
        f"weight = torch.tensor({_numbers(view.weight())}, dtype=torch.float64)",
        f"bias = torch.full(({len(view.kernels)},), {view.bias!r}, dtype=torch.float64)",
        "",
        f"output = functional.conv2d(picture[None], weight, bias, stride={view.stride}, padding={view.padding}, dilation={view.dilation})[0]",
    ]
    if view.relu:
        lines.append("output = functional.relu(output)")
    if view.pool != "none":
        lines.append(f"output = functional.{'max' if view.pool == 'max' else 'avg'}_pool2d(output, {view.pool_side})")
    row, column = view.cell
    before = f"functional.conv2d(picture[None], weight, bias, stride={view.stride}, padding={view.padding}, dilation={view.dilation})[0, {view.channel}, {row}, {column}]"
    lines += [
        'print("shape", tuple(output.shape))',
        'print("sum of all", output.sum().item())',
        "",
        "# The same for one cell, product by product.",
        f"padded = functional.pad(picture, ({view.padding},) * 4)",
        f"top, left = {row * view.stride}, {column * view.stride}",
        f"window = padded[:, top : top + {view.span} : {view.dilation}, left : left + {view.span} : {view.dilation}]",
        f"products = window * weight[{view.channel}]",
        f'print("one cell", (products.sum() + bias[{view.channel}]).item(), "and by conv2d", {before}.item())',
        "",
    ]
    return "\n".join(lines)



def _numbers(values: np.ndarray) -> str:
    return str(values.tolist()).replace("], [", "],\n[") if values.size > 40 else str(values.tolist())
