"""What experiments over a ladder of complexities share: its rungs, and the one that is looked at."""

from __future__ import annotations

from typing import ClassVar

from playground.experiments import overfitting_data as data


class Ladder:
    """Beside `Experiment`, for one with the fields `family`, `hidden_units`, `degree`, `curve` and `own`."""

    widths: ClassVar[tuple[int, ...]]
    degrees: ClassVar[tuple[int, ...]]

    def check(self) -> None:
        if self.curve == data.OWN:
            data.own_rows(self.own)

    @property
    def ladder(self) -> tuple[int, ...]:
        """The complexities that are fitted."""
        return self.widths if self.family == "network" else self.degrees

    @property
    def chosen(self) -> int:
        """The place on the ladder that is looked at: the nearest to what is asked for."""
        wanted = self.hidden_units if self.family == "network" else self.degree
        return min(range(len(self.ladder)), key=lambda place: abs(self.ladder[place] - wanted))
