"""What torchvision publishes about its ImageNet classifiers: top-1, parameters, work and file size of each set of weights.

Read from a file, so that a look at it needs neither torchvision nor torch. The file is what torchvision's own weights say of themselves
(`WeightsEnum.meta`), written with `python -m playground.data.torchvision_table`; a test compares it with torchvision.
timm's `.tv_in1k` and `.tv2_in1k` weights are these same ones, so their top-1 is known, too.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).resolve().parent / "torchvision_models.json"
PUBLISHED = "torchvision.models: the weights' own metadata (acc@1 on ImageNet-1k's validation part, single crop)"


@dataclass(frozen=True)
class Weights:
    """One set of published weights.

    Attributes:
        architecture, weights: Names in torchvision, such as "resnet50" and "IMAGENET1K_V2".
        top1: Share of ImageNet-1k's 50,000 validation pictures named rightly at the first guess, as published.
        operations: Multiply-adds for one picture, in units of 10⁹, as published (torchvision calls them GFLOPS).
        megabytes: Of the file, as published, in units of 2²⁰ bytes.
        side: Of its input, in pixels.
    """

    architecture: str
    weights: str
    top1: float
    parameters: int
    operations: float
    megabytes: float
    side: int

    @property
    def family(self) -> str:
        """What architectures of one paper share: the letters that their names begin with."""
        return (re.match(r"(?:wide_resnet|resnext|shufflenet_v2|mobilenet_v[23]|efficientnet_v2|regnet_[xy]|swin_v2|[a-z]+)", self.architecture) or [self.architecture])[0]


@functools.cache
def entries() -> tuple[Weights, ...]:
    """Every set of weights, by architecture."""
    return tuple(Weights(*row) for row in json.loads(TABLE.read_text(encoding="utf-8"))["weights"])


def best(architecture: str) -> Weights | None:
    """The weights of an architecture with the highest published top-1; None for an unknown one."""
    return max((each for each in entries() if each.architecture == architecture), key=lambda each: each.top1, default=None)


_SAME = {"wide_resnet50_2": "wide_resnet50_2", "wide_resnet101_2": "wide_resnet101_2"} | {
    f"regnet{kind}_{size:03d}": f"regnet_{kind}_{words}"
    for kind in "xy"
    for size, words in ((4, "400mf"), (8, "800mf"), (16, "1_6gf"), (32, "3_2gf"), (80, "8gf"), (160, "16gf"), (320, "32gf"))
}


def of_timm(name: str) -> Weights | None:
    """What torchvision publishes about weights that timm took over from it; None for weights of other origin."""
    architecture, _, tag = name.partition(".")
    wanted = {"tv_in1k": "IMAGENET1K_V1", "tv2_in1k": "IMAGENET1K_V2"}.get(tag)
    plain = architecture.removesuffix("_tv")
    known = _SAME.get(plain, plain)
    return next((each for each in entries() if each.architecture == known and each.weights == wanted), None)


def main() -> None:
    """Write the table."""
    from playground.core import torchvision_guard

    torchvision_guard.install()
    import torchvision
    from torchvision import models

    rows = []
    for name in sorted(models.list_models(module=models)):
        for each in models.get_model_weights(name):
            about = each.meta
            if "ImageNet-1K" in about["_metrics"]:
                rows.append([name, each.name, about["_metrics"]["ImageNet-1K"]["acc@1"] / 100, about["num_params"], about["_ops"], about["_file_size"],
                    each.transforms().crop_size[0]])
    lines = ",\n".join(json.dumps([round(each, 6) if isinstance(each, float) else each for each in row]) for row in rows)
    TABLE.write_text(f'{{"torchvision": "{torchvision.__version__}", "weights": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
