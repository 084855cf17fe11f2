"""Settings of the Images screen: which picture, which classifier, which explanations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from playground.core.fields import choice, choices, integer, number, switch, text
from playground.core.limits import DRAWING_CHARACTERS, TOP_ANSWERS
from playground.data.photographs import samples
from playground.experiments.images_methods import METHODS
from playground.experiments.images_predict import DRAWN, UPLOADED
from playground.experiments.images_tasks import TASKS
from playground.experiments.stills import Still
from playground.zoo import cards

PARTS = {"predict": "Name it", "why": "Why?", "many": "Many at once", "find": "Find: boxes, masks, words"}
PICTURES = {**samples(), DRAWN: "Your drawing", UPLOADED: "Your picture"}
CLASSES_MOST = 21_843
MODEL = next((name for name in ("cifar10-resnet", "digits-cnn", *cards.cards()) if (cards.WEIGHTS / f"{name}.json").is_file()), "digits-cnn")
PICTURE = "cat" if MODEL == "cifar10-resnet" and "cat" in PICTURES else "digit-5"


class Images(Still):
    """One picture, one classifier, and how its answer is to be explained."""

    key: ClassVar[str] = "images"
    title: ClassVar[str] = "Images"
    page: ClassVar[str] = "images"

    part: str = choice("predict", PARTS, group="hidden", label="Part of the screen")
    picture: str = choice(PICTURE, PICTURES, group="hidden", label="Picture")
    drawing: str = text("", max_length=DRAWING_CHARACTERS, group="hidden", label="Drawing")
    upload: str = text("", max_length=16, group="hidden", label="Uploaded picture")
    model: str = text(MODEL, max_length=200, group="hidden", label="Model")
    top: int = integer(5, 1, TOP_ANSWERS, label="Answers shown", help="The likeliest classes; what is left goes into one line.")
    methods: tuple[str, ...] = choices(("gradcam", "integrated", "occlusion"), METHODS, most=6, label="Explanations", help="Up to six, side by side.")
    target: int = integer(-1, -1, CLASSES_MOST - 1, group="hidden", label="Class to explain")
    layer: str = text("", max_length=200, group="hidden", label="Layer")
    measure: bool = switch(True, label="Measure how faithful they are", help="Pixels are deleted and inserted in the order of each map; 50 pictures a method.")
    steps: int = integer(32, 8, 128, log=True, group="Fine settings", label="Samples", help="Points on the way of integrated gradients; noisy copies of SmoothGrad.")
    noise: float = number(0.15, 0.0, 0.5, step=0.01, group="Fine settings", label="Noise", help="Deviation of SmoothGrad's noise, as a share of the picture's range.")
    patch: float = number(0.2, 0.05, 0.5, step=0.01, group="Fine settings", label="Patch", help="Side of the patch that occlusion covers, as a share of the picture's.")
    task: str = choice("detection", TASKS, group="hidden", label="Task")
    finder: str = text("", max_length=200, group="hidden", label="Model that finds")

    def seen(self) -> dict[str, str]:
        """What names the picture, for `images_predict.look`; what another choice has left behind is not part of it."""
        return {"picture": self.picture, "drawing": self.drawing if self.picture == DRAWN else "", "upload": self.upload if self.picture == UPLOADED else ""}

    def asked(self) -> dict[str, Any]:
        """What `images_predict.predict` takes."""
        return {"name": self.model, "seen": self.seen(), "top": self.top}

    def explained(self, method: str, target: int) -> dict[str, Any]:
        """What `attribution_studio.explain` takes; settings that a method does not read are left at one value, so that its answer is remembered."""
        kind = type(self).model_fields
        return {"name": self.model, "seen": self.seen(), "target": target, "method": method, "layer": self.layer if METHODS[method].layered else "",
                "steps": self.steps if method in ("integrated", "smoothgrad") else kind["steps"].default,
                "noise": self.noise if method == "smoothgrad" else kind["noise"].default, "patch": self.patch if method == "occlusion" else kind["patch"].default}  # fmt: skip

    def dragged(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """Field values after the pen moved or a sample, a class or an answer was chosen."""
        if at["name"] == "ink":
            return {"picture": DRAWN, "drawing": str(at["drawing"])[:DRAWING_CHARACTERS]}
        if at["name"] == "picture":
            return {"picture": str(at["key"])} if at["key"] in PICTURES else {}
        return {"target": int(at["target"])} if at["name"] == "target" and -1 <= int(at["target"]) < CLASSES_MOST else {}

    def unused_controls(self) -> tuple[str, ...]:
        """Fields that change nothing in the present part, so that their controls need not be shown."""
        if self.part != "why":
            hidden: tuple[str, ...] = ("methods", "measure", "steps", "noise", "patch")
            return hidden if self.part in ("predict", "many") else (*hidden, "top")
        used = {"steps": {"integrated", "smoothgrad"}, "noise": {"smoothgrad"}, "patch": {"occlusion"}}
        return ("top", *(name for name, methods in used.items() if not methods & set(self.methods)))
