"""torchvision next to a torch its compiled operators were not built for: the missing operators are declared, no more.

On machines without a GPU pip may pair a CPU build of torch with a torchvision wheel built for another one. Its extension then
cannot load, and `import torchvision` fails with "operator torchvision::nms does not exist", because it describes the shapes of
`nms` and `qnms` without looking whether they are there. Models, transforms and data sets need neither.
"""

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)

_declared: list[Any] = []  # torch forgets a library's operators when the object that declared them is gone


def install() -> bool:
    """Declare the operators that `import torchvision` looks for, when its extension cannot load; call it before that import.

    Calling a declared operator still fails, with torch's own NotImplementedError: nothing is imitated.

    Returns:
        Whether anything had to be declared, now or earlier in this process.
    """
    if _declared or "torchvision" in sys.modules:
        return bool(_declared)
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None or _extension_loads(Path(spec.origin).parent):
        return False
    from torch.library import Library

    library = Library("torchvision", "FRAGMENT")
    for schema in SCHEMAS:
        library.define(schema)
    _declared.append(library)
    return True


def _extension_loads(package: Path) -> bool:
    """Whether torchvision's compiled operators fit this torch; tried as torchvision itself does, without importing it."""
    import torch

    for suffix in EXTENSION_SUFFIXES:
        file = package / f"_C{suffix}"
        if file.is_file():
            try:
                torch.ops.load_library(str(file))
            except OSError:  # a symbol or a shared library is missing
                return False
            return True
    return False
