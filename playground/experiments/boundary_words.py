"""Presets and display settings of the decision-boundary screen."""

from __future__ import annotations

from typing import Any, ClassVar

from playground.core import fields
from playground.core.experiment import Experiment
from playground.experiments.boundary import PLAYGROUND

INSIDE = {"curves": "Accuracy and gradient", "weights": "Weights", "plane": "Bent plane", "answers": "Right and wrong", "race": "Race",
          "sweep": "Sweep"}  # fmt: skip


class BoundaryLook(Experiment):
    """How the decision-boundary screen is shown."""

    key: ClassVar[str] = "look"
    title: ClassVar[str] = "Display"
    evaluates: ClassVar[bool] = True

    discretise: bool = fields.switch(False, label="Discretise")
    test_points: bool = fields.switch(False, label="Test points")
    inside: str = fields.choice("curves", INSIDE, label="Look inside", help="What is shown below the network.")
    layer: int = fields.integer(1, 1, 8, label="Hidden layer", help="Whose bent plane is shown.")
    drawing: bool = fields.switch(False, label="Draw")


# key, title, why, values, good
PRESETS: tuple[tuple[str, str, str, dict[str, Any], bool], ...] = (
    ("spiral", "Spiral", "Standardised inputs and Adam solve the two spirals in about ten epochs: the sines and squares give the "
     "first layer bends to build on.", {}, True),
    ("playground", "As TensorFlow Playground", "Exactly its spiral configuration: raw inputs, plain SGD at 0.03, squared error on a tanh "
     "output. It needs ten times the epochs, because unscaled squares and slow SGD hold it back.", PLAYGROUND, True),
    ("classes", "Five classes", "One output a class and a softmax: every place belongs to the class with the largest logit.",
     {"dataset": "pinwheel", "classes": 5, "features": ("x1", "x2"), "hidden_sizes": (12, 8), "l2": 0.001}, True),
    ("linear", "A line for XOR", "Without a hidden layer the boundary is one straight line, and no line can separate XOR: half the "
     "points stay wrong however long it trains.", {"dataset": "xor", "features": ("x1", "x2"), "hidden_sizes": ()}, False),
    ("twins", "All weights zero", "Equal weights get equal gradients: every unit stays a copy of its neighbour, so eight units see no more "
     "than one.", {"dataset": "circle", "features": ("x1", "x2"), "hidden_sizes": (8,), "initializer": "zeros"}, False),
    ("diverge", "Learning rate too high", "Each step overshoots by more than the last, until the loss leaves the numbers a computer has.",
     {"dataset": "plane", "features": ("x1", "x2"), "standardize": False, "optimizer": "sgd", "learning_rate": 1.0, "batch_size": 50}, False),
    ("overfit", "Learning the noise", "Forty noisy points and a network large enough to remember each: the training loss sinks, the test loss climbs.",
     {"dataset": "gaussians", "noise": 0.5, "count": 80, "hidden_sizes": (16, 16), "learning_rate": 0.02}, False),
    ("dead", "Dying ReLUs", "A learning rate of 1 throws ReLUs so far below zero that they answer 0 to every point. Their slope is 0 there, so "
     "they never come back.", {"dataset": "circle", "features": ("x1", "x2"), "activation": "relu", "learning_rate": 1.0}, False),
)  # fmt: skip
