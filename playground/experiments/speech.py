"""Settings of the Speech screen: which sound, what is done to it, and what is shown of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from playground.core.fields import choice, integer, number, seed, switch, text
from playground.core.limits import SOUND_WORDS
from playground.data.audio import OWN, samples
from playground.experiments.stills import Still

PARTS = {"hear": "Hear a digit", "inside": "From sound to picture", "teach": "Your own words", "many": "Many at once", "hub": "Speech and text"}
SOUNDS = {**samples(), OWN: "Your recording"}
COLOURS = {"white": "White: a hiss", "pink": "Pink: rain", "brown": "Brown: a distant road"}
SLOPES = {"white": 0.0, "pink": 1.0, "brown": 2.0}
EARS = {"network": "The bundled network", "picture": "The picture alone"}
METHODS = {"occlusion": "Occlusion", "integrated": "Integrated gradients"}
CLEAN = 40  # dB between word and noise from which no noise is added


class Speech(Still):
    """One sound, what is done to it, and how the answer is explained."""

    key: ClassVar[str] = "speech"
    title: ClassVar[str] = "Speech"
    page: ClassVar[str] = "speech"

    part: str = choice("hear", PARTS, group="hidden", label="Part of the screen")
    sound: str = choice("digit-7", SOUNDS, group="hidden", label="Sound")
    upload: str = text("", max_length=16, group="hidden", label="Recording")
    word: int = integer(1, 1, SOUND_WORDS, group="hidden", label="Word")
    noise: int = integer(CLEAN, -10, CLEAN, unit="dB", label="Word over noise",
                         help="How far the loudest tenth of a second of the word stands above the noise; at the right end there is none, at 0 dB both are equally "
                              "loud.")  # fmt: skip
    colour: str = choice("pink", COLOURS, label="Noise", help="How its power is spread over the frequencies.")
    pitch: float = number(0.0, -12.0, 12.0, step=0.5, unit="semitones", label="Pitch", help="Twelve semitones double every frequency, as a much smaller speaker would.")
    speed: float = number(1.0, 0.5, 2.0, step=0.05, label="Speed", help="Twice as fast is half as long, at the same pitch.")
    backwards: bool = switch(False, label="Backwards", help="The same frequencies in the opposite order.")
    method: str = choice("occlusion", METHODS, label="Explanation", help="Occlusion silences one patch after another; integrated gradients add up slopes on the way from silence.")
    target: int = integer(-1, -1, 10, group="hidden", label="Answer to explain")
    moment: float = number(0.47, 0.0, 1.0, step=0.005, label="Moment", help="Which frame of the word is taken apart: 0 is its beginning, 1 its end.")
    project: str = text("", max_length=16, group="hidden", label="Own words")
    ears: str = choice(
        "network", EARS, label="What the head hears", help="The frozen layers of the bundled network, or the log-mel picture itself, as a measure of what the network adds."
    )
    seed: int = seed()

    def chosen(self) -> dict[str, Any]:
        """What names the sound, for `speech_hear`; what another choice has left behind is not part of it."""
        return {"sound": self.sound, "upload": self.upload if self.sound == OWN else "", "word": self.word}

    def changes(self) -> dict[str, Any]:
        """What is done to the sound."""
        noisy = self.noise < CLEAN
        return {"noise": self.noise, "colour": self.colour if noisy else "pink", "pitch": self.pitch, "speed": self.speed, "backwards": self.backwards,
                "seed": self.seed if noisy else 0}  # fmt: skip

    def heard(self) -> dict[str, Any]:
        """What `speech_hear.hear` takes."""
        return {"chosen": self.chosen(), "changes": self.changes()}

    def dragged(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """Field values after a sample, a word or an answer was chosen."""
        if at["name"] == "picture":
            return {"sound": str(at["key"]), "word": 1, "target": -1} if at["key"] in SOUNDS else {}
        if at["name"] == "target":
            return {"target": int(at["target"])} if -1 <= int(at["target"]) <= 10 else {}
        if at["name"] == "moment":
            return {"moment": round(min(1.0, max(0.0, float(at["x"]))), 3)}
        return {}

    def unused_controls(self) -> tuple[str, ...]:
        """Fields that change nothing in the present part, so that their controls need not be shown."""
        if self.part == "hear":
            return ("moment", "ears", *(("colour", "seed") if self.noise >= CLEAN else ()))
        if self.part == "inside":
            return ("method", "ears", *(("colour", "seed") if self.noise >= CLEAN else ()))
        rest = ("noise", "colour", "pitch", "speed", "backwards", "method", "moment", "seed")
        return rest if self.part == "teach" else (*rest, "ears")
