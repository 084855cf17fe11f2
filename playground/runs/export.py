"""Files made from a run: script, weights, history."""

import csv
import io

import numpy as np

from playground.core.errors import UserError
from playground.runs.engine import get_engine
from playground.runs.run import Run


def script(run: Run) -> str:
    """A plain-PyTorch program that repeats this run up to its present step, live changes included."""
    return run.initial.script(run.step, list(run.changes))


def history(run: Run) -> str:
    """The recorded metrics as CSV: one row a recorded step."""
    columns = run.metrics()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow([int(row[0]), *(repr(float(value)) for value in row[1:])])
    return text.getvalue()


def weights(run: Run) -> bytes:
    """The parameters as a safetensors file, names and shapes as in the exported script where the experiment says so.

    Raises:
        UserError: Before the run's first checkpoint.
    """
    from safetensors.numpy import save

    state = fresh_checkpoint(run)
    named = getattr(run.experiment, "named_weights", None)
    arrays = named(state) if named else {name: value for name, value in state.items()
                                         if isinstance(value, np.ndarray) and value.dtype.kind == "f"}  # fmt: skip
    return save({name: np.ascontiguousarray(value) for name, value in arrays.items()}, {"experiment": run.experiment.key, "step": str(run.step)})


def fresh_checkpoint(run: Run) -> dict[str, object]:
    """The run's checkpoint, taken now when its worker is alive."""
    get_engine().take_checkpoint(run)
    state = run.checkpoint_state()
    if not state:
        raise UserError("This run has no weights yet.", "Take a step first.")
    return state
