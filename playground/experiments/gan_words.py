"""Presets and display settings of the GAN screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from playground.core import fields
from playground.core.limits import DRAWING_CHARACTERS
from playground.experiments.autoencoder_faces import Framed
from playground.experiments.stills import Still
from playground.zoo import gan_models

INSIDE = {"curves": "Curves", "slow": "One update, slowly", "answers": "Answers and modes", "race": "Race", "sweep": "Sweep"}
BESIDE = {"milestones": "Milestones", "nearest_wall": "Nearest real", "real_wall": "Real"}
TRAINED = {"trained": ("Digits, trained", gan_models.NAME), "faces": ("Faces, trained", gan_models.FACES)}
PARTS = {"plane": "Points in the plane", "digits": "Digits, learnt live",
         **{part: words for part, (words, name) in TRAINED.items() if gan_models.ready(name)}}  # offered where its weights are  # fmt: skip
USES = {"between": "Go between two", "walk": "Walk", "sum": "Add and subtract", "nearest": "Nearest learnt", "judge": "Ask D"}
FIRST = {gan_models.NAME: (0, 18, 44), gan_models.FACES: (24, 50, 37)}  # the samples A, B and C of the beginning
SHOWN_FIELDS = {"field": "D's answer", "best": "Best possible D", "": "None"}


def _truncation(name: str) -> Any:
    return fields.number(gan_models.FAMILIES[name].truncation, *gan_models.TRUNCATIONS, step=0.05, label="Truncation",
                         help="Factor on the noise: below 1 the samples are more typical and more alike, above 1 bolder and odder (Brock et al. 2019).")  # fmt: skip


def _picks(name: str) -> Any:
    family = gan_models.FAMILIES[name]
    return fields.integers(FIRST[name], 0, family.rows * family.columns - 1, max_length=3, group="hidden", label="Samples clicked", help="The last three, the latest first.")


class Samples(Still):
    """Which samples of a bundled generator are looked at, and what is done with them."""

    model: ClassVar[str] = ""
    page: ClassVar[str] = "gans"

    truncation: float = _truncation(gan_models.NAME)
    wall_seed: int = fields.integer(0, 0, gan_models.SHEETS - 1, label="Sheet", help="Another number, other noise.")
    use: str = fields.choice("between", USES, label="With the samples", help="What is done with the samples that were clicked last.")
    own: str = fields.text("", max_length=64, group="hidden", label="Own picture")

    def asked(self) -> dict[str, Any]:
        """What the functions of `gan_bundled` are told about the sheet."""
        return {"name": self.model, "seed": self.wall_seed, "truncation": self.truncation, "digit": getattr(self, "digit", "all")}

    def chosen(self) -> tuple[int, int, int]:
        """The samples A, B and C; places that a link left out are those of the beginning."""
        picks: tuple[int, ...] = getattr(self, "picks", ())
        first, second, third = (*picks, *FIRST[self.model][len(picks) :])
        return first, second, third

    def dragged(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """Field values after a press on the sheet."""
        family = gan_models.FAMILIES[self.model]
        row, column = (min(max(int(float(at[axis]) // float(at["tile"])), 0), most - 1) for axis, most in (("y", family.rows), ("x", family.columns)))
        pick, now = row * family.columns + column, self.chosen()
        return {"picks": now if pick == now[0] else (pick, *(each for each in now if each != pick))[:3]}


class GanLook(Samples):
    """How the GAN screen is shown, and which samples of the generator of digits."""

    key: ClassVar[str] = "ganlook"
    title: ClassVar[str] = "Display"
    model: ClassVar[str] = gan_models.NAME

    part: str = fields.choice("plane", PARTS, label="Imitate", help="Points in the plane show everything; images show what it is good for.")
    behind: str = fields.choice("field", SHOWN_FIELDS, label="Behind the points",
                                help="What D answers now; or what a perfect D would answer to the present fakes, real density / (real + fake density); or nothing.")  # fmt: skip
    drawing: bool = fields.switch(False, label="Draw", help="Click or drag in the plane.")
    inside: str = fields.choice("curves", INSIDE, label="Look inside", help="What is shown below the plane.")
    beside: str = fields.choice("milestones", BESIDE, label="Beside the samples", help="Compare the samples with how they began, or with real images.")
    first: int = fields.integer(3, 0, 9, label="From class", help="The class that the walk starts and ends with.")
    second: int = fields.integer(8, 0, 9, label="To class", help="The class half way round; the same number keeps one class.")
    walk_seed: int = fields.integer(0, 0, 199, label="Way", help="Another number, another way through the noise.")
    digit: str = fields.choice("all", {"all": "All", **{each: each for each in "0123456789"}}, label="Class", help="Which digit is asked for.")
    picks: tuple[int, ...] = _picks(gan_models.NAME)
    ink: str = fields.text("", max_length=DRAWING_CHARACTERS, group="hidden", label="Drawing")

    def dragged(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """Field values after a press on the sheet, or a stroke of the pen."""
        if at["name"] == "ink":
            return {"ink": str(at["drawing"])[:DRAWING_CHARACTERS], "own": ""}
        return super().dragged(at)


class GanFaces(Samples, Framed):
    """Which samples of the generator of faces are looked at."""

    key: ClassVar[str] = "ganfaces"
    title: ClassVar[str] = "Faces, made up"
    model: ClassVar[str] = gan_models.FACES

    truncation: float = _truncation(gan_models.FACES)
    picks: tuple[int, ...] = _picks(gan_models.FACES)

    def dragged(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """Field values after a press on the sheet, which takes a picture of one's own away."""
        return super().dragged(at) | {"own": ""}


VANISHING = {"loss": "minimax", "latent": "uniform", "d_steps": 5, "d_learning_rate": 0.01, "g_learning_rate": 0.0001, "noise": 0.06}
HOPPING = {"dataset": "gaussians2", "g_learning_rate": 0.01, "d_learning_rate": 0.002, "g_optimizer": "adam", "d_optimizer": "adam", "g_steps": 2}
COLLAPSE = {"g_steps": 5, "g_learning_rate": 0.005}
# key, title, why, values, good
PRESETS: tuple[tuple[str, str, str, dict[str, Any], bool], ...] = (
    ("healthy", "Eight Gaussians", "D learns twice as fast as G and Adam keeps little momentum: neither runs away, and all eight modes are found within a thousand steps.",
     {}, True),
    ("collapse", "Mode collapse", "G takes five long steps for each of D's: it puts everything where D is weakest now, D closes that place, and all fakes "
     "jump to the next. Most modes stay empty.", COLLAPSE, False),
    ("rescue", "Collapse, rescued", "The same hasty generator learning rate, but a critic whose slope is held near 1 and that learns first: every fake, wherever it is, is "
     "told the way to the mass that is missing.", {"g_learning_rate": 0.005, "loss": "wgan_gp", "d_steps": 5, "d_learning_rate": 0.005, "gradient_penalty": 0.1}, True),
    ("vanishing", "Vanishing gradient", "D is so sure of every fake that the slope of log(1 − D) is almost zero there: the arrows disappear and G stands still, far from the data. "
     "The non-saturating loss has its steepest slope in the same place.", VANISHING, False),
    ("hopping", "Chasing in circles", "G is the quicker one and both keep their momentum: it jumps to whichever of the two spots D has neglected, D follows, and they go on "
     "changing places without ever settling.", HOPPING, False),
    ("grid", "Grid of 25", "Twenty-five heaps and no way between them: a deeper pair and batches of 400 find about twenty, and keep forgetting one or another, "
     "because nothing in the loss asks for all of them.",
     {"dataset": "grid25", "noise": 0.1, "g_hidden": (64, 64, 64), "d_hidden": (64, 64, 64), "batch_size": 400}, True),
    ("curve", "One-dimensional noise", "With one number as noise G can only draw a curve, however long it trains; on a spiral that is all it takes.",
     {"dataset": "spiral", "noise": 0.04, "latent_dimensions": 1, "latent": "uniform", "g_hidden": (64, 64, 64), "d_hidden": (64, 64, 64)}, True),
)  # fmt: skip

# key, title, why, values, good
DIGIT_PRESETS: tuple[tuple[str, str, str, dict[str, Any], bool], ...] = (
    ("digits", "Digits", "Told which digit to write, G gives every class its own way; a gentle R1 penalty keeps D from being sure too soon.", {}, True),
    ("critic", "With a critic", "The Wasserstein critic learns three times for each of G's moves; its slope is held near 1, so no sample is ever without advice.",
     {"loss": "wgan_gp", "r1": 0.0, "d_steps": 3}, True),
    ("one", "One picture a class", "Two numbers of noise, a hasty G and a slow D: for each class G finds one picture that passes and serves it whatever the noise says.",
     {"latent_dimensions": 2, "r1": 0.0, "g_learning_rate": 0.01, "d_learning_rate": 0.0005}, False),
    ("lost", "D has won", "G's moves are so long that it runs into the flat ends of its tanh. There its own slope is zero, D tells everything apart, and nothing changes any more.",
     {"g_learning_rate": 0.02, "r1": 0.0}, False),
)  # fmt: skip
