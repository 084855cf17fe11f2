"""Presets and display settings of the autoencoder screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from playground.core import fields
from playground.core.limits import DRAWING_CHARACTERS
from playground.experiments.autoencoder import CORRUPTIONS
from playground.experiments.autoencoder_view import EVALUATED, REACH
from playground.experiments.stills import Still

INSIDE = {"curves": "Curves", "between": "From one to another", "draw": "Draw one", "noise": "Noise in, clean out", "samples": "Samples", "anomalies": "Anomalies",
          "bundled": "Trained on MNIST", "faces": "Trained on faces", "race": "Race", "sweep": "Sweep"}  # fmt: skip
OF_TABLES = ("curves", "anomalies", "race", "sweep")
LAYOUTS = {"plane": "Plane", "tsne": "t-SNE"}


class AutoencoderLook(Still):
    """How the autoencoder screen is shown, and what its network is asked."""

    key: ClassVar[str] = "autoencoderlook"
    title: ClassVar[str] = "Display"

    inside: str = fields.choice("curves", INSIDE, label="Look inside", help="What is shown below the latent plane.")
    layout: str = fields.choice(
        "plane", LAYOUTS, label="Codes laid out by", help="The plane is the latent space itself, or its two principal axes; t-SNE keeps neighbours together, not distances."
    )
    place_x: float = fields.number(0.0, -REACH, REACH, group="hidden", label="Place across")
    place_y: float = fields.number(0.0, -REACH, REACH, group="hidden", label="Place up")
    first: int = fields.integer(3, 0, EVALUATED - 1, group="hidden", label="From code", help="Number of the shown code that the way begins at.")
    second: int = fields.integer(8, 0, EVALUATED - 1, group="hidden", label="To code", help="Number of the one it ends at.")
    share: float = fields.number(0.5, 0.0, 1.0, step=0.01, label="Share of the way")
    way: str = fields.choice("gaussian", CORRUPTIONS, label="Spoilt by", help="Also noise that the network has never seen.")
    spoilt: float = fields.number(0.4, 0.0, 1.0, step=0.02, label="How much")
    alarm: float = fields.number(
        0.05, 0.0, 0.5, step=0.005, label="False alarms accepted", help="The threshold is put where so large a share of the training inputs lies above it."
    )
    drawing: str = fields.text("", max_length=DRAWING_CHARACTERS, group="hidden", label="Drawing")

    def dragged(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """Field values after the handle was dragged, a press on the grid of pictures, or a stroke of the pen."""
        if at["name"] == "pick":  # a code was clicked: the way goes on from where it ended
            return {"first": self.second, "second": int(at["number"])} if int(at["number"]) != self.second else {}
        if at["name"] == "ink":
            return {"drawing": str(at["drawing"])[:DRAWING_CHARACTERS]}
        x, y = float(at["x"]), float(at["y"])
        if at["name"] == "manifold":  # pixels of the picture, y down
            wide = float(at["wide"])
            x, y = REACH * (2 * x / wide - 1), REACH * (1 - 2 * y / wide)
        return {"place_x": min(max(x, -REACH), REACH), "place_y": min(max(y, -REACH), REACH)}


# key, title, why, values, good
PRESETS: tuple[tuple[str, str, str, dict[str, Any], bool], ...] = (
    ("vae", "VAE, two numbers", "Every digit becomes a small cloud instead of a point, and all clouds are drawn towards the middle: neighbours decode alike, "
        "and no place is left empty.",
     {}, True),
    ("holes", "Plain AE: holes", "Nothing asks a plain autoencoder to use the space between its codes. It rebuilds well, but what is drawn from its latent "
        "space at random falls into gaps "
     "it never learnt to decode.", {"kind": "ae", "latent": 8}, False),
    ("collapse", "Posterior collapse", "β is so high that saying nothing is cheaper than saying anything: every code becomes pure noise, the decoder ignores it "
        "and draws the average digit.",
     {"beta": 20.0, "latent": 8}, False),
    ("narrow", "One number only", "A single number has to tell ten digits apart: they queue up along a line, and those that share a stretch of it are blurred into one another.",
     {"latent": 1}, False),
    ("warm", "Many numbers, warmed up", "β grows from 0 over 2,000 steps, so the network finds out what is worth telling before telling costs anything.",
     {"latent": 16, "warm_up": 2000, "steps": 10_000}, True),
    ("denoising", "Denoising", "The encoder sees spoilt digits and must answer with the clean ones: it learns what digits look like, not how to copy.",
     {"kind": "denoising", "latent": 16}, True),
    ("sparse", "Sparse, 32 units", "More units than it needs, but each may be on for one digit in twelve only: units turn into detectors of parts.",
     {"kind": "sparse", "latent": 32, "target": 0.08, "sparsity": 3.0}, True),
    ("missing", "A digit never seen", "The network never sees a 4. It rebuilds fours as the nines and sevens it knows, and the error gives them away.",
     {"kind": "ae", "latent": 8, "left_out": "4"}, True),
    ("pump", "Faults of a pump", "Six sensors that hang together by physics, learnt from normal minutes alone. In a fault every single reading looks usual; "
        "only their relation does not.",
     {"dataset": "sensors", "kind": "ae", "hidden": (24, 12), "latent": 2, "likelihood": "gaussian"}, True),
)  # fmt: skip
