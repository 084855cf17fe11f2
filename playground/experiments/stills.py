"""What the kinds of this house share that only describe a picture or a comparison and are no run themselves."""

from typing import ClassVar

from playground.core.experiment import Experiment


class Still(Experiment):
    """Settings of a picture that is computed in one go."""

    evaluates: ClassVar[bool] = True

    def unused_controls(self) -> tuple[str, ...]:
        """Fields that change nothing in the present picture, so that their controls need not be shown."""
        return ()
