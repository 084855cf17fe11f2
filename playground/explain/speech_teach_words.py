"""What the part of the Speech screen says that learns own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.data.audio import OWN
from playground.experiments.speech import Speech
from playground.experiments.speech_teach import COPIES, PARTS

Data = Mapping[str, Any]
PRESETS = (
    (
        "samples",
        "Three bundled words",
        "Six clips, three words of two speakers each; try them on a third. The embedding below the head was made for words of any kind: yours are learnt the same way.",
        {},
        True,
    ),
    (
        "picture",
        "Without the network",
        "The head learns from the picture itself: what differs between speakers is as large there as what differs between words.",
        {"ears": "picture"},
        False,
    ),
)


def verdict(view: Speech, data: Data) -> str:
    """What the leave-one-out result means, and what would help."""
    least = int(np.min(data["counts"]))
    said = f"{data['right']} of {len(data['said'])} takes are named rightly by a head that did not hear them (guessing: {data['chance']:.0%})."
    if least < 4:
        said += f" With {least} takes of a word this is a rough guess; five or more make it firmer."
    if data["accuracy"] < 0.8:
        said += " Words that sound alike need more takes, or other words."
    return said + (" Other people's voices are harder than your own: let several people record." if view.project else "")


def nearness(found: Data) -> str:
    """Whether what was tried resembles anything that was learnt."""
    if found["near"] < found["usual"] - 0.03:
        return (f":material/help: Unlike any of your takes: its nearest has a cosine of {found['near']:.2f}, while each take has one of at least "
                f"{found['usual']:.2f} to another of "
                "its word. The shares still add up to 1; do not trust them.")  # fmt: skip
    return f"Its nearest take has a cosine of {found['near']:.2f}; takes of one word have at least {found['usual']:.2f} to another."


def tasks(view: Speech, data: Data, tried: Mapping[str, Any] | None) -> list[tuple[str, str, bool]]:
    """Things to try; done is read from the state of the screen."""
    return [
        ("speech-words", "Teach it two words of your own, three takes each.", bool(view.project) and int(np.min(data["counts"])) >= 3),
        ("speech-ears", "Compare the network's ears with the picture alone.", view.ears == "picture"),
        ("speech-try", "Say one of your words to it.", bool(tried) and tried["sound"] == OWN),
    ]  # fmt: skip


def maths(data: Data) -> str:
    """The head and its leave-one-out answer with the current numbers."""
    return "\n\n".join((
        rf"Each recording becomes {data['width']} numbers $x$: the word is cut into {PARTS} equal parts, what the frozen network hears is averaged over each, and "
        rf"the whole is set to length 1. "
        rf"With {len(COPIES)} changed copies of each take (speed, pitch, noise) these are the {data['rows']} rows of $X$. The head is **ridge regression** on $Y$, 1 "
        rf"for the right word and 0 else:",
        r"$$W = X^\top (X X^\top + \lambda I)^{-1} Y, \qquad z = x W, \qquad p = \operatorname{softmax}(s z)$$",
        rf"with $\lambda = {data['ridge']:g}$ and $s = {data['sharpness']:.2f}$, chosen by the likelihood of the takes that are left out. Leaving a take out with "
        rf"all its copies $g$ needs no new "
        r"training; it is exact (Allen 1974):",
        r"$$z_g = y_g - \big[(A^{-1})_{gg}\big]^{-1} (A^{-1} Y)_g, \qquad A = X X^\top + \lambda I$$",
    ))  # fmt: skip
