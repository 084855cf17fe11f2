"""Presets and display settings of the GAN screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from playground.core import fields
from playground.core.experiment import Experiment
from playground.core.limits import DRAWING_CHARACTERS
from playground.zoo import gan_models

INSIDE = {"curves": "Curves", "slow": "One update, slowly", "answers": "Answers and modes", "race": "Race", "sweep": "Sweep"}
BESIDE = {"milestones": "Milestones", "nearest_wall": "Nearest real", "real_wall": "Real"}
PARTS = {"plane": "Points in the plane", "digits": "Images of digits"}
if gan_models.ready():  # offered where its weights are
    PARTS["trained"] = "A trained generator"
USES = {"between": "Go between two", "walk": "Walk", "sum": "Add and subtract", "nearest": "Nearest learnt", "judge": "Ask D"}
SHEET = (6, 10)  # rows and columns of samples of the trained generator
SAMPLES = SHEET[0] * SHEET[1]
SHOWN_FIELDS = {"field": "D's answer", "best": "Best possible D", "": "None"}


class GanLook(Experiment):
    """How the GAN screen is shown."""

    key: ClassVar[str] = "ganlook"
    title: ClassVar[str] = "Display"
    evaluates: ClassVar[bool] = True

    part: str = fields.choice("plane", PARTS, label="Imitate", help="Points in the plane show everything; images show what it is good for.")
    behind: str = fields.choice("field", SHOWN_FIELDS, label="Behind the points",
                                help="What D answers now; or what a perfect D would answer to the present fakes, real density / (real + fake density); or nothing.")  # fmt: skip
    drawing: bool = fields.switch(False, label="Draw", help="Click or drag in the plane.")
    inside: str = fields.choice("curves", INSIDE, label="Look inside", help="What is shown below the plane.")
    beside: str = fields.choice("milestones", BESIDE, label="Beside the samples", help="Compare the samples with how they began, or with real images.")
    first: int = fields.integer(3, 0, 9, label="From class", help="The class that the walk starts and ends with.")
    second: int = fields.integer(8, 0, 9, label="To class", help="The class half way round; the same number keeps one class.")
    digit: str = fields.choice("all", {"all": "All", **{each: each for each in "0123456789"}}, label="Class", help="Which digit is asked for.")
    truncation: float = fields.number(1.0, 0.0, 2.0, step=0.05, label="Truncation",
                                      help="Factor on the noise: below 1 the samples are more typical and more alike, above 1 bolder and odder (Brock et al. 2019).")  # fmt: skip
    wall_seed: int = fields.integer(0, 0, 199, label="Sheet", help="Another number, other noise.")
    use: str = fields.choice("between", USES, label="With the samples", help="What is done with the samples that were clicked last.")
    picks: tuple[int, ...] = fields.integers((0, 18, 44), 0, SAMPLES - 1, max_length=3, group="hidden", label="Samples clicked", help="The last three, the latest first.")
    ink: str = fields.text("", max_length=DRAWING_CHARACTERS, group="hidden", label="Drawing")
    own: str = fields.text("", max_length=64, group="hidden", label="Own picture")
    walk_seed: int = fields.integer(0, 0, 199, label="Way", help="Another number, another way through the noise.")

    def chosen(self) -> tuple[int, int, int]:
        """The samples A, B and C; places that a link left out are those of the beginning."""
        first, second, third = (*self.picks, *(0, 18, 44)[len(self.picks) :])
        return first, second, third

    def dragged(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """Field values after a press on the sheet, or a stroke of the pen."""
        if at["name"] == "ink":
            return {"ink": str(at["drawing"])[:DRAWING_CHARACTERS], "own": ""}
        tile, columns = float(at["tile"]), int(at["columns"])
        row, column = int(float(at["y"]) // tile), int(float(at["x"]) // tile)
        pick = min(max(row, 0), SAMPLES // columns - 1) * columns + min(max(column, 0), columns - 1)
        now = self.chosen()
        return {"picks": now if pick == now[0] else (pick, *(each for each in now if each != pick))[:3]}


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
