"""Kept runs as TensorBoard event files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from playground.runs.engine import get_engine
from playground.runs.export import file_name
from playground.runs.history import SECONDS
from playground.runs.records import tidy
from playground.runs.run import Run


def tensorboard(runs: Sequence[Run]) -> bytes:
    """A zip of one folder a run, for `tensorboard --logdir`: every metric by step with its time, settings for the HParams tab."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for run in runs:
            columns = tidy({**run.metrics(), SECONDS: run.seconds()})
            made = get_engine().compute(events, columns=columns, started=run.created, settings=run.experiment.values(), about=_about(run))
            archive.writestr(f"{file_name(run)}/events.out.tfevents.{int(run.created)}.playground", made)
    return packed.getvalue()


def events(columns: dict[str, np.ndarray], started: float, settings: dict[str, Any], about: str) -> bytes:
    """One event file; for the evaluator.

    Args:
        columns: "step", "@seconds" and one array of the same length per metric.
        started: Seconds since 1970; an event's time is this plus the seconds computed until then.
        settings: The experiment's fields, shown in the HParams tab.
    """
    import tempfile
    from pathlib import Path

    from tensorboard.compat.proto.summary_pb2 import Summary
    from torch.utils.tensorboard import SummaryWriter
    from torch.utils.tensorboard.summary import hparams

    names = [name for name in columns if name not in ("step", SECONDS)]
    times = started + np.nan_to_num(columns[SECONDS], nan=0.0)
    with tempfile.TemporaryDirectory() as folder:
        with SummaryWriter(folder) as writer:
            plain = {name: value if isinstance(value, (bool, int, float, str)) else ", ".join(map(str, value)) for name, value in settings.items()}
            assert writer.file_writer is not None
            for summary in hparams(plain, {name: float(columns[name][-1]) for name in names}):
                writer.file_writer.add_summary(summary, walltime=started)
            writer.add_text("run", about, walltime=started)
            rows = zip(columns["step"].tolist(), times.tolist(), *(columns[name].tolist() for name in names), strict=True)
            for step, moment, *values in rows:  # one event a step with all its metrics: a tenth of the calls of one a metric
                listed = [Summary.Value(tag=name, simple_value=value) for name, value in zip(names, values, strict=True)]
                writer.file_writer.add_summary(Summary(value=listed), int(step), moment)
        return b"".join(path.read_bytes() for path in sorted(Path(folder).iterdir()))


def _about(run: Run) -> str:
    name = f"**{run.name}** — " if run.name else ""
    return f"{name}{run.experiment.title}: {run.state} at step {run.step:,}. {run.message}\n\n{run.note}".strip()
