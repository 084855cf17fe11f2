"""Trained recurrent networks on sequences of other lengths than they have seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from playground.core.lazy import torch
from playground.core.limits import RECURRENT_STEPS

SHARES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0)
SHORTEST = 10


def by_length(values: dict[str, Any], state: dict[str, Any]) -> dict[str, np.ndarray]:
    """Share of right answers by length for every cell of a memory run.

    Args:
        values: The run's settings.
        state: Its checkpoint.

    Returns:
        lengths (N,) and at_<cell> (N,), shares in [0, 1].
    """
    from playground.experiments.recurrent_memory import Memory

    now = Memory(**values)
    trainer: Any = now.trainer()
    trainer.load_state_dict(state)
    asked = sorted({int(np.clip(round(share * now.length), SHORTEST, RECURRENT_STEPS)) for share in SHARES})
    found: dict[str, list[float]] = {f"at_{cell}": [] for cell in now.cells}
    with torch.no_grad():
        for length in asked:
            problem = now.changed(length=length).problem()
            test = problem.test()
            for cell in now.cells:
                found[f"at_{cell}"].append(problem.right(trainer.learners[cell].net.forward(test.inputs).outputs, test))
    return {"lengths": np.array(asked, np.float32), **{name: np.array(each, np.float32) for name, each in found.items()}}
