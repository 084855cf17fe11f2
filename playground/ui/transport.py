"""The transport bar of every training screen."""

import random

from playground.runs.run import Run
from playground.ui import components
from playground.ui.controls import set_values


def transport(run: Run, *, key: str = "transport", new_data: bool = False, seed_field: str = "seed", data_seed_field: str = "data_seed") -> None:
    """Play/Pause · Step · Reset · New weights · New data · speed · counter · timeline, for one run.

    “New weights” draws another seed; “New data” another data seed, where the experiment has one of its own.
    """
    kind = type(run.experiment)
    domains = kind.domains()

    def draw(field: str) -> None:
        # Presented as a seed in the address, so that the draw itself can be repeated by link.
        set_values(kind, **{field: random.SystemRandom().randrange(1_000_000)})

    weights = (lambda *_: draw(seed_field)) if seed_field in domains else None
    data = (lambda *_: draw(data_seed_field)) if new_data and data_seed_field in domains else None
    components.transport(run, key=f"{kind.key}!{key}", new_weights=weights, new_data=data)
