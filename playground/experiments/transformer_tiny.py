"""A tiny GPT that learns live: a task made on the spot, or a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment, Trainer
from playground.core.fields import choice, integer, number, seed
from playground.core.fields import text as written
from playground.data import sequences_text
from playground.experiments.transformer_tasks import TASKS, places, signs

if TYPE_CHECKING:
    from playground.networks.gpt import Shape

EXAMPLES = 16  # test sequences that can be looked at
SIZES = (16, 24, 32, 48, 64, 96)


class TinyGPT(Experiment):
    """Task, size of the network, and how it is trained."""

    key: ClassVar[str] = "tiny_gpt"
    title: ClassVar[str] = "A tiny GPT, learning"
    page: ClassVar[str] = "transformers"

    task: str = choice("repeat", TASKS, label="Task", help="What is to be learnt.")
    blocks: int = integer(2, 1, 4, label="Blocks", help="One above the other. To copy what followed last time takes two.")
    heads: int = choice(2, (1, 2, 4, 8), label="Heads", help="Attentions side by side in each block.")
    learning_rate: float = number(0.002, 1e-5, 0.3, log=True, live=True, label="Learning rate", help="Length of a step of AdamW.")
    width: int = choice(48, SIZES, label="Width", group="Network", help="Numbers in the stream of each token.")
    letters: int = integer(16, 4, 26, label="Letters", group="Task", help="Different letters there are.")
    length: int = integer(10, 3, 16, label="Length", group="Task", help="Letters that are given; for Repeat at most so many.")
    text: str = choice("jabberwocky", sequences_text.TEXTS, label="Text", group="Task", help="What is learnt when the task is a text.")
    window: int = integer(32, 8, 64, label="Window", unit="signs", group="Task", help="Signs of the text that are read at once.")
    batch_size: int = integer(32, 1, 64, live=True, label="Batch size", group="Training", help="Sequences for one step.")
    decay: float = number(0.01, 0.0, 1.0, step=0.01, live=True, label="Weight decay", group="Training", help="How fast AdamW shrinks the matrices.")
    steps: int = integer(3000, 50, 50_000, log=True, label="Steps", group="Training", help="The run ends here.")
    temperature: float = number(0.7, 0.05, 2.0, step=0.05, live=True, label="Temperature", group="Training", help="Of the samples when the task is a text.")
    example: int = integer(0, 0, EXAMPLES - 1, live=True, label="Example", group="hidden", help="The test sequence that is drawn.")
    own: str = written("", max_length=64, group="hidden", label="Own text", help="Digest of an own text on the shelf.")
    seed: int = seed()

    def check(self) -> None:
        if self.width % self.heads:
            raise UserError(f"A width of {self.width} cannot be shared out among {self.heads} heads.", "Choose a width that the number of heads divides.", field="heads")
        if self.task == "repeat" and self.length > self.letters:
            raise UserError(f"Repeat needs {self.length} different letters, and there are {self.letters}.", "Choose more letters or a smaller length.", field="length")
        if self.task == "text" and self.text == sequences_text.OWN and not self.own:
            raise UserError("There is no text of your own yet.", "Upload one first.", field="text")

    @property
    def shape(self) -> Shape:
        from playground.networks.gpt import Shape

        count = len(self.load().signs) if self.task == "text" else len(signs(self.task, self.letters))
        return Shape(count, self.window if self.task == "text" else places(self.task, self.length), self.width, self.blocks, self.heads)

    def load(self) -> sequences_text.Text:
        """The text that is learnt."""
        return sequences_text.load(self.text, self.own)

    def unused_controls(self) -> list[str]:
        """Fields without effect now."""
        if self.task == "text":
            return ["letters", "length"]
        idle = ["text", "window", "temperature"]
        return [*idle, "letters", "length"] if self.task == "add" else idle

    def trainer(self) -> Trainer:
        from playground.experiments.transformer_tiny_trainer import TinyTrainer

        return TinyTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.transformer_tiny_script import write

        return write(self, steps, changes or [])

    def named_weights(self, state: dict[str, Any]) -> dict[str, Any]:
        """Parameters of a checkpoint under the names of the exported script."""
        return {name.removeprefix("weights/"): value for name, value in state.items() if name.startswith("weights/")}
