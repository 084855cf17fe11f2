"""Kept runs: where their screen shows them, whose they are, and how one goes on from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

import numpy as np

from playground import experiments
from playground.core.errors import UserError
from playground.core.experiment import Experiment
from playground.core.text import to_text
from playground.runs.engine import Engine
from playground.runs.history import SECONDS
from playground.runs.run import Run

RUN = "!run"  # names a kept run in an address


def written(path: str, parameters: Mapping[str, list[str]]) -> str:
    """An address within the app as a run keeps it: path and settings, without what only this visit knows."""
    return f"{path}?{urlencode({name: values for name, values in parameters.items() if name != RUN}, doseq=True)}"


def address(card: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Path and query of the screen that shows a kept run as it ended.

    Runs that were not started from a screen are shown by their experiment's own, with their settings.
    """
    path, _, query = card["address"].partition("?")
    if not card["address"]:
        kind = experiments.load().get(card["kind"])
        path, query = (kind.page, urlencode(settings(kind, card["experiment"]))) if kind else ("", "")
    found: dict[str, Any] = {name: values[0] if len(values) == 1 else values for name, values in parse_qs(query, keep_blank_values=True).items()}
    return path, {**found, RUN: card["token"]}


def moved(address: str, experiment: Experiment) -> str:
    """An address with the settings of another experiment of the same kind in place of its own."""
    path, _, query = address.partition("?")
    others = {name: values for name, values in parse_qs(query, keep_blank_values=True).items() if not name.startswith(f"{experiment.key}.")}
    own = {name: [text] for name, text in settings(type(experiment), experiment.model_dump()).items()}
    return written(path or experiment.page, {**others, **own})


def settings(kind: type[Experiment], values: Mapping[str, Any]) -> dict[str, str]:
    """The settings that differ from the defaults, as they stand in an address."""
    try:
        experiment = kind(**values)
    except UserError:  # settings of another version: the run is shown, its controls are not
        return {}
    defaults = {name: info.default for name, info in kind.model_fields.items()}
    return {f"{kind.key}.{name}": to_text(domain, getattr(experiment, name)) for name, domain in kind.domains().items()
            if getattr(experiment, name) != defaults[name]}  # fmt: skip


def belongs(card: Mapping[str, Any], browser: str) -> bool:
    """May this browser rename, pin or delete the run? Its own, and those that nobody's browser started."""
    return card["browser"] in ("", browser)


def go_on(engine: Engine, record: Run, owner: str, **about: str) -> Run:
    """A new run that carries on where a kept one ended, with its history; the kept one stays as it is.

    Raises:
        UserError: When nothing was kept to go on from.
    """
    if not record.checkpoint:
        raise UserError("This run kept no checkpoint to go on from.", "Start it anew instead.")
    run = Run(record.experiment, owner)
    run.initial, run.changes, run.checkpoint = record.initial, list(record.changes), record.checkpoint
    run.metrics_history.append({**record.metrics(), SECONDS: record.seconds()})
    for name, value in about.items():
        setattr(run, name, value)
    return engine.enter(run, playing=True)


def tidy(columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns in order of step: of a stretch that was run twice, after a lost worker went on from its checkpoint, the second time."""
    steps = columns["step"]
    if len(steps) < 2 or (np.diff(steps) > 0).all():
        return dict(columns)
    later = np.minimum.accumulate(steps[::-1])[::-1]
    kept = np.append(steps[:-1] < later[1:], True)
    return {name: values[kept] for name, values in columns.items()}
