"""Can a recurrent network write? Character by character, with samples as it learns."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from playground.core import fields
from playground.core.errors import UserError
from playground.core.experiment import Trainer
from playground.data import sequences_text
from playground.experiments.recurrent_base import Recurrent

if TYPE_CHECKING:
    from playground.experiments.recurrent_text_trainer import TextProblem


class Characters(Recurrent):
    """RNN, LSTM and GRU learn which sign comes next in a text."""

    key: ClassVar[str] = "characters"
    title: ClassVar[str] = "Text, sign by sign"

    cells: tuple[str, ...] = fields.choices(("lstm",), {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}, label="Cells",
                                           help="All chosen cells learn side by side from the same batches.")
    units: int = fields.integer(48, 1, 64, label="Hidden units", group="Network", help="Numbers that the state consists of.")
    steps: int = fields.integer(2000, 50, 100_000, log=True, label="Steps", group="Training", help="The run ends here.")
    text: str = fields.choice("names", sequences_text.TEXTS, label="Text", help="What is learnt.")
    own: str = fields.text("", max_length=64, group="hidden", help="Digest of an own text on the shelf.")
    window: int = fields.integer(32, 8, 100, label="Window", unit="signs", help="Signs that the gradient goes back through.")
    temperature: float = fields.number(0.7, 0.05, 2.0, step=0.05, live=True, label="Temperature",
                                      help="Of the samples: low is careful and repeats itself, high is bold and misspells.")

    def check(self) -> None:
        if self.text == sequences_text.OWN and not self.own:
            raise UserError("There is no text of your own yet.", "Upload one first.", field="text")

    def load(self) -> sequences_text.Text:
        """The text this experiment learns."""
        return sequences_text.load(self.text, self.own)

    def problem(self) -> TextProblem:
        from playground.experiments.recurrent_text_trainer import TextProblem

        return TextProblem(self.load(), self.window)

    def trainer(self) -> Trainer:
        from playground.experiments.recurrent_text_trainer import TextTrainer

        return TextTrainer(self)

    def script_data(self) -> str:
        from playground.experiments.recurrent_text_trainer import script_data

        return script_data(self)
