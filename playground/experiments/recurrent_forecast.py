"""Can recurrent networks forecast a series better than the simplest rules? Live, with honest baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from playground.core import fields
from playground.core.errors import UserError
from playground.core.experiment import Trainer
from playground.core.limits import RECURRENT_STEPS, SERIES_LEAST
from playground.data import sequences_series
from playground.experiments.recurrent_base import Recurrent

if TYPE_CHECKING:
    from playground.experiments.recurrent_forecast_trainer import SeriesProblem


class Forecast(Recurrent):
    """RNN, LSTM and GRU learn the next value of a series from the values before it."""

    key: ClassVar[str] = "forecast"
    title: ClassVar[str] = "Forecasting"

    series: str = fields.choice("mackey", sequences_series.SERIES, label="Series", help="What is to be forecast.")
    own: str = fields.text("", max_length=64, group="hidden", help="Digest of an own series on the shelf.")
    window: int = fields.integer(32, 4, 120, label="Window", unit="steps", help="Values the network sees before it forecasts the next; it starts each window with an empty state.")
    changes: bool = fields.switch(False, label="Changes only",
                                   help="The network sees and forecasts the change from step to step instead of the level: for series with a trend.")
    share: float = fields.number(0.7, 0.4, 0.9, step=0.05, label="Learnt from", group="Data",
                                 help="Share of the series, from its beginning, that is learnt from; the rest is the test.")  # fmt: skip
    horizon: int = fields.integer(60, 1, RECURRENT_STEPS, label="Free-running steps", group="Data", help="How far the network goes on by itself, reading its own forecasts.")
    data_seed: int = fields.integer(0, 0, 999_999, label="Data seed", group="Randomness", help="Another number, other noise in a generated series.")

    def check(self) -> None:
        if self.series == sequences_series.OWN and not self.own:
            raise UserError("There is no series of your own yet.", "Upload a table first.", field="series")

    def load(self) -> sequences_series.Series:
        """The series this experiment forecasts."""
        return sequences_series.load(self.series, self.own, self.data_seed)

    def split(self) -> int:
        """How many values are learnt from.

        Raises:
            UserError: When a window does not fit into them.
        """
        count = len(self.load().values)
        learnt = int(round(self.share * count))
        if count < SERIES_LEAST or learnt < self.window + 4:
            raise UserError(f"A window of {self.window} steps does not fit into the {learnt:,} values that are learnt from.",
                            "Take a shorter window or a larger share.", field="window")
        return learnt

    def problem(self) -> SeriesProblem:
        from playground.experiments.recurrent_forecast_trainer import SeriesProblem

        return SeriesProblem(self.load(), self.split(), self.window, self.changes)

    def trainer(self) -> Trainer:
        from playground.experiments.recurrent_forecast_trainer import ForecastTrainer

        return ForecastTrainer(self)

    def script_data(self) -> str:
        from playground.experiments.recurrent_forecast_trainer import script_data

        return script_data(self)

    def data_csv(self) -> str:
        """An own series as the CSV the exported script reads; empty for the others, whose numbers stand in the script."""
        if self.series != sequences_series.OWN:
            return ""
        return "\n".join(["value", *(repr(value) for value in self.load().values.tolist())]) + "\n"

    def unused_controls(self) -> list[str]:
        return super().unused_controls() + ([] if self.series in sequences_series.MADE else ["data_seed"])


def measured(metrics: dict[str, Any], cells: tuple[str, ...]) -> dict[str, float]:
    """Root-mean-square errors by cell, of a run's last metrics."""
    return {cell: metrics[f"{cell}_rmse"] for cell in cells if f"{cell}_rmse" in metrics}
