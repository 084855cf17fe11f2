"""Things to try on the activation screen; each reads the screen's own numbers to see whether it is done."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from playground.experiments.activation_views import ActivationCurves, GateView, Neuron, SoftmaxView
from playground.experiments.signal_race import SignalRace
from playground.explain.activation_words import Item, verdicts

Arrays = Mapping[str, np.ndarray]


def curves(view: ActivationCurves, data: Arrays) -> list[Item]:
    slopes = {key: abs(float(data[f"probe_{key}"][1])) for key in view.shown}
    return [
        ("activation-saturate", "Drag x to where the sigmoid lets less than a hundredth of the gradient through.", slopes.get("sigmoid", 1.0) < 0.01),
        ("activation-dead", "Show ReLU and find an x where it is dead.", slopes.get("relu", 1.0) == 0),
        ("activation-steep", "Show GELU, SiLU or Mish and find an x where its slope is above 1.",
         any(slopes.get(key, 0.0) > 1 for key in ("gelu", "gelu_tanh", "silu", "mish"))),
    ]  # fmt: skip


def neuron(view: Neuron, data: Arrays) -> list[Item]:
    changed = any(getattr(view, name) != Neuron.model_fields[name].default for name in ("w1", "w2", "bias"))
    return [
        ("neuron-or", "Make the neuron an OR: all four corners right.", view.task == "or" and view.right() == 4),
        ("neuron-nand", "Make it a NAND. Which way must the arrow point?", view.task == "nand" and view.right() == 4),
        ("neuron-xor", "Try XOR: get three right, then convince yourself that four cannot be.", view.task == "xor" and view.right() == 3 and changed),
    ]  # fmt: skip


def softmax(view: SoftmaxView, data: Arrays) -> list[Item]:
    entropy = float(data["entropy"])
    same = view.logits == SoftmaxView().logits
    return [
        ("softmax-cold", "With the logits as they start, bring the entropy below 0.1 bit by the temperature alone.", same and entropy < 0.1),
        ("softmax-hot", "Now bring it above 2.3 bits.", same and entropy > 2.3),
        ("softmax-half", "At T = 1, drag the logits until class 2 has exactly half (49 to 51 %).",
         view.temperature == 1 and abs(float(data["probabilities"][1]) - 0.5) < 0.01),
    ]  # fmt: skip


def gates(view: GateView, data: Arrays) -> list[Item]:
    out, _, by_gate, opening = (float(each) for each in data["point"])
    return [
        (
            "gate-shut",
            "Shut the gate: let less than a hundredth of a value of 2 or more pass.",
            abs(view.a) >= 2 and abs(opening) < 0.01,
        ),
        (
            "gate-flip",
            "Find a SwiGLU point where the output has the opposite sign of the value.",
            view.gate == "swiglu" and out * view.a < -0.05,
        ),
        (
            "gate-still",
            "Find a point where the gate gets no gradient although it is open.",
            abs(by_gate) < 0.01 and opening > 0.2,
        ),
    ]


def signal(view: SignalRace, data: Arrays) -> list[Item]:
    found = dict(zip(view.pairs, verdicts(data), strict=True))
    deep = view.depth == 50
    return [
        ("signal-deep", "Get SiLU through 50 layers without skip connections or norm. No recipe fits as published; the scale helps.",
         deep and not view.residual and not view.normalised and any(pair[0] == "silu" and each == "healthy" for pair, each in found.items())),
        ("signal-explode", "Make tanh's gradient explode.", any(pair[0] == "tanh" and each == "explodes" for pair, each in found.items())),
        ("signal-rescue", "Rescue the sigmoid at 50 layers.", deep and any(pair[0] == "sigmoid" and each == "healthy" for pair, each in found.items())),
    ]  # fmt: skip
