"""A trained network reads a text and writes one: what each of its units does at every sign."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choice, integer, number
from playground.core.fields import text as written
from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.experiments.stills import Still

NAME = "shakespeare-char"
SIGNS = 240, 20, 600  # written: by default, least and most
GUESSES = 3  # of the next sign that are told
PASSAGE = """PROSPERO:
I have done nothing but in care of thee,
Of thee, my dear one, thee, my daughter, who
Art ignorant of what thou art, nought knowing
Of whence I am, nor that I am more better
Than Prospero, master of a full poor cell,
And thy no greater father.

MIRANDA:
More to know
Did never meddle with my thoughts.

PROSPERO:
'Tis time
I should inform thee farther. Lend thy hand,
And pluck my magic garment from me. So:
Lie there, my art. Wipe thou thine eyes; have comfort.
"""
COLOURS = {
    "line": "Place in the line", "word": "Place in the word", "name": "A speaker's name", "start": "First sign of a word", "vowel": "Vowels", "sentence": "Length of the sentence",
    "unit": "A unit of yours", "surprise": "Surprise",
}  # fmt: skip
SPIED = tuple(key for key in COLOURS if key not in ("unit", "surprise"))


class Reader(Still):
    """What is read, what colours it, and how the network goes on writing."""

    key: ClassVar[str] = "reader"
    title: ClassVar[str] = "A trained writer"
    page: ClassVar[str] = "recurrent"

    begin: str = written("MIRANDA:", max_length=80, group="hidden", label="It begins")
    temperature: float = number(0.6, 0.05, 2.0, step=0.05, label="Temperature", help="Low is careful and repeats itself, high is bold and misspells.")
    count: int = integer(*SIGNS, label="Signs", help="How much is written.")
    draw: int = integer(0, 0, 999_999, group="hidden", label="Draw", help="Another number, other luck.")
    colour: str = choice("line", COLOURS, label="Colour the text by the unit that best follows",
                         help="The network was never told of lines, words or names: such units formed by themselves.")  # fmt: skip
    unit: int = integer(0, 0, 511, label="Unit", help="One of the numbers in the LSTM's cell state.")
    text: str = written(PASSAGE, max_length=1_200, group="hidden", label="It reads")

    def unused_controls(self) -> tuple[str, ...]:
        return () if self.colour == "unit" else ("unit",)


def read(text: str) -> dict[str, Any]:
    """The bundled network reads a text, beginning with a line end.

    Returns:
        "text": what was read of T signs, "ignored": signs it does not know; "cells": tanh c after each sign, (units, T) float16;
        "surprise": −ln p of each sign before it is read, (T,); "guesses": of each place the likeliest next signs with their shares;
        "found": of every trait in SPIED that varies here the unit that follows it best, {"unit", "r"}.

    Raises:
        UserError: When it knows none of the signs, or no network is bundled.
    """
    net, signs = _network()
    kept, ignored = _known(text, signs)
    if len(kept) < 2:
        raise UserError("There is nothing the network could read.", "It knows English letters and plain punctuation.", field="text")
    with torch.no_grad():
        tape = net.forward(_one_hot("\n" + kept, signs))
        shares = tape.outputs[:, 0].log_softmax(-1)
        cells = tape.memory.carried[2:, 0].tanh().T.numpy()
    codes = torch.tensor([signs.index(sign) for sign in kept])
    best = shares[1:].exp().topk(GUESSES)
    guesses = [[(signs[i], share) for i, share in zip(*row, strict=True)] for row in zip(best.indices.tolist(), best.values.tolist(), strict=True)]
    surprise = -shares[:-1].gather(1, codes.unsqueeze(1))[:, 0].numpy()
    return {"text": kept, "ignored": ignored, "cells": cells.astype(np.float16), "surprise": surprise, "guesses": guesses, "found": follow(cells, kept)}


def write(begin: str, temperature: float, count: int, draw: int) -> dict[str, Any]:
    """What the bundled network writes after `begin`; a speaker's name gets its line end.

    Returns:
        "text"; "ignored", signs of `begin` that it does not know.
    """
    from playground.experiments.recurrent_text_trainer import go_on

    net, signs = _network()
    kept, ignored = _known(begin.rstrip() + "\n" if begin.rstrip().endswith(":") else begin, signs)
    with torch.no_grad():
        text = go_on(net, signs, "\n\n" + kept, count, temperature, torch_stream(draw, "write"))
    return {"text": kept + text, "ignored": ignored}


def traits(text: str) -> dict[str, np.ndarray]:
    """What a reader could keep track of, at every sign: (T,) float64 each."""
    found: dict[str, list[float]] = {key: [] for key in SPIED}
    line = word = sentence = 0
    starts = [0, *(place + 1 for place, sign in enumerate(text) if sign == "\n")]
    named = {start for start in starts if (row := text[start:].split("\n", 1)[0]).endswith(":") and len(row) < 30}
    now = 0
    for place, sign in enumerate(text):
        now = place if place in starts else now
        before = word
        line, word, sentence = (0 if sign == "\n" else line + 1), (word + 1 if sign.isalpha() or sign == "'" else 0), (0 if sign in ".!?:" else sentence + 1)
        row = {"line": line, "word": word, "name": now in named and sign != "\n", "start": word == 1 and before == 0, "vowel": sign.lower() in "aeiou", "sentence": sentence}
        for key, value in row.items():
            found[key].append(float(value))
    return {key: np.array(values) for key, values in found.items()}


def follow(cells: np.ndarray, text: str) -> dict[str, dict[str, float]]:
    """Of every trait that varies in the text, the unit whose value goes along with it best, and their correlation."""
    centred = cells - cells.mean(1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1)
    found = {}
    for key, values in traits(text).items():
        about = values - values.mean()
        size = float(np.linalg.norm(about))
        if size > 0:
            along = np.divide(centred @ about, lengths * size, out=np.zeros(len(cells)), where=lengths > 1e-9)
            unit = int(np.abs(along).argmax())
            found[key] = {"unit": unit, "r": float(along[unit])}
    return found


def _network() -> tuple[Any, str]:
    from playground.zoo import language_characters

    return language_characters.load(NAME), language_characters.character_card(NAME).signs


def _known(text: str, signs: str) -> tuple[str, str]:
    """What of a text the network has signs for, curly quotes and dashes made plain; and the different signs that it has none for."""
    text = text.replace("\r\n", "\n").translate(str.maketrans("‘’“”–—", "''\"\"--"))
    return "".join(sign for sign in text if sign in signs), "".join(dict.fromkeys(sign for sign in text if sign not in signs))


def _one_hot(text: str, signs: str) -> Any:
    return torch.nn.functional.one_hot(torch.tensor([signs.index(sign) for sign in text]), len(signs)).double().unsqueeze(1)
