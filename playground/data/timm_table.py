"""timm's classifiers with pretrained weights as a table: read from a file, so that a search needs neither timm nor torch.

The file is made anew for another version of timm with `python -m playground.data.timm_table`; a test compares it with timm.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).resolve().parent / "timm_models.json"
CLASSES = {1000: "ImageNet-1k", 11821: "ImageNet-12k", 21841: "ImageNet-22k", 21843: "ImageNet-21k"}  # label sets that timm has names for


FAMILIAR = (
    "mobilenetv3_small_100.lamb_in1k", "efficientnet_b0.ra_in1k", "resnet18.a1_in1k", "resnet50.a1_in1k", "convnext_tiny.in12k_ft_in1k",
    "vit_tiny_patch16_224.augreg_in21k_ft_in1k", "vit_base_patch16_224.augreg_in21k_ft_in1k", "swin_tiny_patch4_window7_224.ms_in1k",
)  # fmt: skip
"""Good ones to begin with, one of each family: they stand on top where they are among what was searched for."""


@dataclass(frozen=True)
class Entry:
    """One pretrained classifier: its name, parameters, the side of its input in pixels, classes, Hub repository and licence."""

    name: str
    parameters: int
    side: int
    classes: int
    repository: str
    licence: str

    @property
    def family(self) -> str:
        return self.name.split("_")[0].split(".")[0]

    @property
    def data(self) -> str:
        return CLASSES[self.classes]

    @property
    def source(self) -> str:
        """Whose training it is, as far as the name tells."""
        return "torchvision" if self.name.split(".")[-1].startswith(("tv_", "tv2_")) else "timm"

    @property
    def bytes(self) -> int:
        """Of the weights as float32, which is what most files hold; a file may differ."""
        return 4 * self.parameters


@functools.cache
def entries() -> dict[str, Entry]:
    """Every classifier by name, in alphabetical order."""
    rows = json.loads(TABLE.read_text(encoding="utf-8"))["models"]
    return {row[0]: Entry(*row) for row in rows}


def found(words: str, most: int | None = None, source: str = "") -> list[Entry]:
    """Classifiers whose name, data or licence holds every one of `words`: FAMILIAR ones first, then the smallest; timm's own for tests last.

    Args:
        most: Parameters at most; None for any.
        source: "timm" or "torchvision"; "" for both.
    """
    parts = words.lower().split()
    hits = [each for each in entries().values() if all(part in f"{each.name} {each.data} {each.licence}".lower() for part in parts)]
    hits = [each for each in hits if (most is None or each.parameters <= most) and source in ("", each.source)]
    return sorted(hits, key=lambda each: (each.name not in FAMILIAR, each.name.startswith("test_"), each.parameters, each.name))


def main() -> None:
    """Write the table; each architecture is laid out without its weights to count them."""
    from playground.core import torchvision_guard

    torchvision_guard.install()
    import timm
    import torch

    counts: dict[tuple[str, int], int] = {}
    rows = []
    for name in timm.list_pretrained():
        about = timm.get_pretrained_cfg(name)
        if about.num_classes not in CLASSES or not about.hf_hub_id:
            continue
        kind = (about.architecture, about.num_classes)
        if kind not in counts:
            with torch.device("meta"):
                counts[kind] = sum(each.numel() for each in timm.create_model(name, pretrained=False).parameters())
        rows.append([name, counts[kind], about.input_size[-1], about.num_classes, about.hf_hub_id, about.license or ""])
    lines = ",\n".join(json.dumps(row) for row in rows)
    TABLE.write_text(f'{{"timm": "{timm.__version__}", "models": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
