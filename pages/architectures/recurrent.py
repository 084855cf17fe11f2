"""Recurrent networks: what a state can keep, what gates are for, and why gradients fade or explode on their way back in time."""

from playground import ui
from playground.ui import recurrent as parts
from playground.ui.recurrent_forecast import forecast
from playground.ui.recurrent_reader import reader
from playground.ui.recurrent_text import characters

ui.intro("Recurrent networks", "A recurrent cell reads a sequence step by step and keeps a **state**. Watch which cell learns to remember, "
                               "and how much of the error finds its way back to where it came from.")  # fmt: skip
{"memory": parts.memory, "forecast": forecast, "characters": characters, "reader": reader}[parts.choose()]()
parts.foot()
