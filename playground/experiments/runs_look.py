"""How the table of runs and the comparison below it are looked at."""

from __future__ import annotations

from typing import ClassVar

from playground.core import fields
from playground.core.limits import ADDRESS_CHARACTERS
from playground.experiments.stills import Still

PARTS = {"curves": "Curves", "differs": "Only what differs", "parallel": "Parallel coordinates"}
STATES = {"all": "Any state", "playing": "Going on", "finished": "Finished", "stopped": "Stopped", "failed": "Failed", "lost": "Lost", "pinned": "Pinned",
          "deleted": "Deleted"}  # fmt: skip
NONE = "-"  # nothing is chosen, on purpose


class RunsLook(Still):
    """What is filtered, chosen and shown on the screen of runs; all of it stands in the address."""

    key: ClassVar[str] = "runs"
    title: ClassVar[str] = "Runs"
    page: ClassVar[str] = "runs"

    part: str = fields.choice("curves", PARTS, label="Compare by", group="hidden")
    search: str = fields.text("", max_length=100, label="Search", group="hidden")
    kind: str = fields.text("", max_length=64, label="Experiment", group="hidden")
    state: str = fields.choice("all", STATES, label="State", group="hidden")
    sweep: str = fields.text("", max_length=200, label="Sweep", group="hidden")
    chosen: str = fields.text("", max_length=ADDRESS_CHARACTERS, label="Chosen runs", group="hidden")
    metrics: str = fields.text("", max_length=500, label="Metrics", group="hidden")
    x: str = fields.choice("step", {"step": "Step", "epoch": "Epoch", "seconds": "Seconds"}, label="Along",
                           help="Seconds are those spent computing; pauses and drawing are left out.")  # fmt: skip
    smoothing: float = fields.number(0.0, 0.0, 0.99, step=0.01, label="Smoothing",
                                     help="Weight of the past in an exponential moving average, corrected for its start. The recorded values stay, faint.")  # fmt: skip
    log_x: bool = fields.switch(False, label="Log x")
    log_y: bool = fields.switch(True, label="Log y", help="Losses on an axis of factors of ten. One that goes below 0 keeps a plain axis.")

    @property
    def tokens(self) -> list[str]:
        """The chosen runs, in order of choice."""
        return [each for each in self.chosen.split(",") if each and each != NONE]
