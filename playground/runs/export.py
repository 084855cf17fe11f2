"""Files made from runs: script, weights, history, everything as JSON, tables of many."""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

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


def histories(runs: Sequence[Run]) -> str:
    """The recorded metrics of several runs as one CSV in long form: run, name, step, seconds, one column a metric; empty where a run has none."""
    tables = [run.metrics() for run in runs]
    names = list(dict.fromkeys(name for columns in tables for name in columns if name != "step"))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["run", "name", "experiment", "step", "seconds", *names])
    for run, columns in zip(runs, tables, strict=True):
        lead = [run.token[:8], run.name, run.experiment.key]
        given = [columns[name].tolist() if name in columns else None for name in names]
        for row, (step, seconds) in enumerate(zip(columns["step"].tolist(), run.seconds().tolist(), strict=True)):
            writer.writerow([*lead, int(step), "" if math.isnan(seconds) else f"{seconds:.4f}", *("" if each is None else repr(each[row]) for each in given)])
    return text.getvalue()


def summary(cards: Iterable[dict[str, Any]]) -> str:
    """One row a run: what it is called, how it ended, its settings and last metrics, as CSV."""
    cards = list(cards)
    settings = list(dict.fromkeys(name for card in cards for name in card["experiment"]))
    metrics = list(dict.fromkeys(name for card in cards for name in card["summary"]))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["run", "name", "experiment", "state", "step", "seconds", "started", "note", *settings, *metrics])
    for card in cards:
        started = datetime.datetime.fromtimestamp(card["created"], datetime.UTC).isoformat(timespec="seconds")
        given = (card["experiment"].get(name, "") for name in settings)
        last = (card["summary"].get(name, "") for name in metrics)
        writer.writerow([card["token"][:8], card["name"], card["kind"], card["state"], card["step"], card["seconds"], started, card["note"],
                         *(json.dumps(each) if isinstance(each, (list, dict)) else each for each in given), *last])  # fmt: skip
    return text.getvalue()


def whole(runs: Sequence[Run]) -> str:
    """Everything but the weights as JSON: settings as started and as ended, live changes, messages, every recorded metric. null is not finite."""
    return json.dumps({"format": "deep-learning playground runs, version 1", "runs": [_whole(run) for run in runs]}, indent=1)


def _whole(run: Run) -> dict[str, Any]:
    columns = {name: _numbers(values) for name, values in run.metrics().items()}
    return {"run": run.token[:8], "name": run.name, "note": run.note, "experiment": run.experiment.key, "title": run.experiment.title, "state": run.state,
            "message": run.message, "step": run.step, "started": datetime.datetime.fromtimestamp(run.created, datetime.UTC).isoformat(timespec="seconds"),
            "settings": run.experiment.values(), "started_with": run.initial.values(), "changes": [each.model_dump(mode="json") for each in run.changes],
            "seconds": _numbers(run.seconds()), "metrics": columns}  # fmt: skip


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


def all_weights(runs: Sequence[Run]) -> bytes:
    """A zip of the safetensors files of all runs that have weights.

    Raises:
        UserError: When none has.
    """
    packed, count = io.BytesIO(), 0
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for run in runs:
            if run.checkpoint:
                archive.writestr(f"{file_name(run)}.safetensors", weights(run))
                count += 1
    if not count:
        raise UserError("None of these runs kept any weights.")
    return packed.getvalue()


def file_name(run: Run) -> str:
    """A name for files and folders that says which run it is."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", run.name or run.experiment.key).strip("-").lower()[:40]
    return f"{words or 'run'}-{''.join(sign for sign in run.token if sign.isalnum())[:6]}"


def _numbers(values: np.ndarray) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]
