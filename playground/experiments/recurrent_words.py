"""Presets and display settings of the recurrent screen."""

from __future__ import annotations

from typing import Any, ClassVar

from playground.core import fields
from playground.core.experiment import Experiment

PARTS = {"memory": "Memory", "forecast": "Forecasting", "characters": "Text", "reader": "A trained one"}
INSIDE = {"curves": "Curves", "lengths": "Other lengths", "race": "Race", "sweep": "Sweep"}


class RecurrentLook(Experiment):
    """How the recurrent screen is shown."""

    key: ClassVar[str] = "recurrent"
    title: ClassVar[str] = "Display"
    evaluates: ClassVar[bool] = True

    part: str = fields.choice("memory", PARTS, label="Part", help="What the cells are trained for.")
    inside: str = fields.choice("curves", INSIDE, label="Look inside", help="What is shown below the gates.")


Row = tuple[str, str, str, dict[str, Any], bool]
# key, title, why, values, good
MEMORY: tuple[Row, ...] = (
    ("adding", "RNN forgets, LSTM keeps", "Two marked numbers among many have to be added. The GRU finds out within 150 steps, the LSTM within 400; of the RNN's gradient "
     "at most a millionth comes back to the first step, so it keeps guessing the mean.", {}, True),
    ("copy", "Copy", "Three symbols, a silence, and the same three again. What was seen has to survive in the state: the GRU can do it after some 400 steps, the LSTM after 700, "
     "and the RNN gets stuck half way.", {"task": "copy", "length": 20}, True),
    ("parity", "Parity", "Each bit turns the answer around: no single input tells anything, the state must hold one bit for ever. Here even the RNN gets there.",
     {"task": "parity", "length": 20, "learning_rate": 0.01}, True),
    ("recall", "Delayed recall", "Only the first symbol counts. The plain RNN is quick here: driven to ±1, its units hold one symbol for ever, like a switch. "
     "The LSTM keeps up because its forget gates begin open; with a forget bias of 1 it takes over a thousand steps.",
     {"task": "recall", "length": 16, "symbols": 3, "forget_bias": 3.0}, True),
    ("long", "Too long", "The adding problem over 150 steps. The gradient that would teach the first mark fades on its way: for a thousand steps nobody beats chance. "
     "Then the LSTM breaks through; the RNN never does.", {"length": 150, "cells": ("rnn", "lstm"), "forget_bias": 0.0, "learning_rate": 0.01}, False),
    ("explode", "Exploding gradient", "Orthogonal weights stretched by 1.8, and no clipping: the first gradient is hundreds long, one such step "
     "throws the network off, and it hardly recovers.",
     {"task": "copy", "length": 60, "cells": ("rnn",), "start": "orthogonal", "gain": 1.8, "clip": 0.0, "optimizer": "sgd", "learning_rate": 0.1}, False),
    ("clipped", "Clipped", "The same RNN, with every gradient cut to length 1: its direction is kept and the steps stay in bounds. "
     "Looking back sixty steps is still beyond this cell.",
     {"task": "copy", "length": 60, "cells": ("rnn",), "start": "orthogonal", "gain": 1.8, "clip": 1.0, "optimizer": "sgd", "learning_rate": 0.1}, True),
    ("fast", "Rate too high", "Steps 25 times too long: no cell gets below chance, the losses jump about, and gates are driven to 0 or 1, where σ is flat.",
     {"learning_rate": 0.5}, False),
)  # fmt: skip
FORECAST: tuple[Row, ...] = (
    ("mackey", "Chaos with a rule", "Mackey–Glass: hidden behind the wild curve is one equation. The networks find it and forecast far better than a linear rule; "
     "free running they stay with it for a while, then chaos parts them.", {}, True),
    ("waves", "Two waves", "With regular waves and noise all cells come close to the noise, and no method can come below it.", {"series": "waves"}, True),
    ("sales", "The linear rule wins", "Monthly sales with trend and season: a linear rule on the last twelve values beats the networks, which soon learn the noise by heart.",
     {"series": "seasonal", "window": 24, "changes": True}, False),
    ("walk", "Nothing to find", "In a random walk every step is chance. Whatever the network finds in the learnt part is an accident; the last value stays the best forecast.",
     {"series": "walk"}, False),
    ("share", "A share price", "A hundred weeks of a share: hardly better than the last value, if at all. Beware of anyone who shows only the curves.",
     {"series": "aapl", "window": 12, "changes": True, "horizon": 30, "units": 12}, False),
    ("trend", "Out of range", "The level grows beyond all that was learnt, where tanh is flat: the forecast sticks there. “Changes only” cures it.",
     {"series": "seasonal", "window": 24}, False),
)  # fmt: skip
CHARACTERS: tuple[Row, ...] = (
    ("names", "Names", "Within two hundred steps the LSTM writes names that look right and are in no list.", {}, True),
    ("counting", "Counting", "Spelling is learnt fast, grammar of numbers too; that two hundred comes after one hundred and ninety-nine is not.", {"text": "counting"}, True),
    ("race", "Three cells", "The same text for RNN, LSTM and GRU. Over a few signs the plain RNN keeps up: gates pay where memory has to be long.",
     {"text": "counting", "cells": ("rnn", "lstm", "gru"), "units": 32}, True),
    ("heart", "Learnt by heart", "Three sonnets are too little for this network: it soon recites them, while the loss on lines it has not read rises.", {"text": "sonnets"}, False),
    ("hot", "Too hot", "At temperature 2 unlikely signs are drawn almost as often as likely ones: the network knows better than it writes.", {"temperature": 2.0}, False),
    ("cold", "Too cold", "At temperature 0.05 the likeliest sign always wins, and the text goes round in circles.", {"text": "counting", "temperature": 0.05}, False),
)  # fmt: skip
READER: tuple[Row, ...] = (
    ("lines", "Counting the line", "One unit rises along every line and falls back at its end: so the network knows when a verse is long enough.", {}, True),
    ("names", "Who speaks", "One unit tells a speaker's name from what is said: after it, a colon and a line end are due.", {"colour": "name"}, True),
    ("words", "Inside a word", "To spell, it has to know how far into a word it is.", {"colour": "word"}, True),
    ("surprise", "Where it is surprised", "Dark signs were not foreseen: beginnings of words and of lines, hardly ever their ends.", {"colour": "surprise"}, True),
    ("hot", "Too hot", "At temperature 1.6 unlikely signs win so often that words fall apart: the network knows better than it writes.", {"temperature": 1.6}, False),
    ("cold", "Too cold", "At temperature 0.1 the likeliest sign nearly always wins: sound words that go round in circles.", {"temperature": 0.1}, False),
)  # fmt: skip
