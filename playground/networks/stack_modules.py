"""A layer stack as nn.Module."""

from __future__ import annotations

from torch import nn

from playground.core.errors import UserError
from playground.core.limits import STACK_PARAMETERS
from playground.networks.stack import Summary, check
from playground.networks.stack_kinds import Part, Shape


class Residual(nn.Module):
    """Two layers around which the input is added back (He et al. 2016, "Deep residual learning", figure 2 and equation 2).

    Where width or size changes, the input passes through one layer of its own first.
    """

    def __init__(self, inputs: int, width: int, stride: int = 1, image: bool = True):
        super().__init__()
        if image:
            first = nn.Conv2d(inputs, width, 3, stride=stride, padding=1, bias=False)
            second = nn.Conv2d(width, width, 3, padding=1, bias=False)
            bridge = nn.Conv2d(inputs, width, 1, stride=stride, bias=False)
            norm = nn.BatchNorm2d
        else:
            first, second, bridge, norm = nn.Linear(inputs, width), nn.Linear(width, width), nn.Linear(inputs, width), nn.BatchNorm1d
        self.body = nn.Sequential(first, norm(width), nn.ReLU(), second, norm(width))
        self.around = nn.Identity() if inputs == width and stride == 1 else nn.Sequential(bridge, norm(width))
        self.bend = nn.ReLU()

    def forward(self, x):
        return self.bend(self.body(x) + self.around(x))


def module(part: Part) -> nn.Module:
    """The torch module of one part."""
    kind = Residual if part.name == "Residual" else getattr(nn, part.name)
    return kind(*part.arguments, **dict(part.named))


def build(text: str, input_shape: Shape, outputs: int, batch_size: int = 1) -> nn.Sequential:
    """The stack with its output layer; weights are drawn from torch's global generator, as torch's own layers do.

    One child a layer, in order, so that child i is row i of `stack.describe`.

    Raises:
        UserError: When the stack is impossible, too large, or timm does not know an architecture.
    """
    return assemble(check(text, input_shape, outputs, batch_size), outputs)


def assemble(summary: Summary, outputs: int) -> nn.Sequential:
    """The modules of a checked stack."""
    children: list[nn.Module] = []
    for row in summary.rows:
        if row.layer.kind == "timm":
            children.append(architecture(row.layer.given["name"], bool(row.layer.given["pretrained"]), row.before, outputs))
        else:
            modules = [module(each) for each in row.parts]
            children.append(modules[0] if len(modules) == 1 else nn.Sequential(*modules))
    return nn.Sequential(*children)


def architecture(name: str, pretrained: bool, shape: Shape, outputs: int) -> nn.Module:
    """A timm architecture for images of `shape`, its classifier replaced by one for `outputs`.

    Raises:
        UserError: When timm does not know the name, cannot build it for such images, has no weights for it, or cannot fetch them.
    """
    from playground.core import torchvision_guard

    torchvision_guard.install()
    import timm

    if not timm.is_model(name):
        near = _alike(name, timm.list_models())
        raise UserError(f"timm has no architecture named {name!r}.", f"Did you mean {', '.join(near)}?" if near else "Its list stands at the foot of the builder.",
                        field="stack")  # fmt: skip
    size = {"img_size": shape[1]} if _takes_size(timm, name) else {}
    try:
        made = timm.create_model(name, pretrained=pretrained, in_chans=shape[0], num_classes=outputs, **size)
    except (OSError, ConnectionError) as error:
        raise UserError(f"The weights of {name} could not be downloaded; this computer may be offline.", "Leave out pretrained to train it from scratch.",
                        field="stack") from error  # fmt: skip
    except (AssertionError, RuntimeError, ValueError, TypeError) as error:
        raise UserError(f"{name} cannot be built for images of {shape[1]}×{shape[2]} ({str(error).splitlines()[0][:120] if str(error) else type(error).__name__}).",
                        "Put resize 224 before it, or choose another.", field="stack") from error  # fmt: skip
    learnt = sum(each.numel() for each in made.parameters())
    if learnt > STACK_PARAMETERS:
        raise UserError(f"{name} learns {learnt:,} numbers; at most {STACK_PARAMETERS:,} can be trained live.", "Choose a smaller one, such as resnet18.", field="stack")
    return made


def _takes_size(timm: object, name: str) -> bool:
    """Whether an architecture is made for one image size (transformers and mixers are), which then has to be given."""
    import inspect

    from timm.models import model_entrypoint

    source = inspect.getsource(inspect.getmodule(model_entrypoint(name)))  # type: ignore[arg-type]
    return "img_size" in source and any(name.startswith(each) for each in ("vit", "deit", "mixer", "swin", "beit", "cait", "xcit", "gmlp", "resmlp", "eva"))


def _alike(name: str, known: list[str]) -> list[str]:
    import difflib

    return difflib.get_close_matches(name, known, n=3, cutoff=0.6)
