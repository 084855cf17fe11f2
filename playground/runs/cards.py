"""Rows of the table of runs: kept ones and those that still go on, in one form, with words for people."""

from __future__ import annotations

import functools
import json
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from playground import experiments
from playground.core.experiment import Experiment, label
from playground.core.fields import Domain
from playground.core.limits import RUNS_LISTED
from playground.runs.engine import Engine
from playground.runs.history import SECONDS
from playground.runs.records import tidy
from playground.runs.run import Run
from playground.runs.tables import spark

Card = dict[str, Any]
GOING = ("queued", "starting", "playing", "paused")
_NAMED = 3  # settings that name a run nobody named


def listed(engine: Engine, browser: str, *, deleted: bool = False) -> list[Card]:
    """This browser's runs that go on, then what is kept of its own and of nobody's, newest first."""
    kept = engine.store.list(browser=browser, deleted=deleted, limit=RUNS_LISTED)
    if deleted:
        return kept
    going = [live(run) for run in list(engine.runs.values()) if run.browser == browser and run.active and run.step > 0]
    known = {card["token"] for card in going}
    return going[::-1] + [card for card in kept if card["token"] not in known]


def live(run: Run) -> Card:
    """The card of a run that is not kept yet."""
    columns, seconds = run.metrics(), run.seconds()
    fine = seconds[np.isfinite(seconds)]
    inside = {name: values[np.isfinite(values)] for name, values in columns.items() if name != "step"}
    return {"token": run.token, "kind": run.experiment.key, "title": run.experiment.title, "state": run.state, "message": run.message, "step": run.step,
            "created": run.created, "updated": run.created, "experiment": run.experiment.values(), "summary": run.last_metrics(), "name": run.name,
            "note": run.note, "pinned": run.pinned, "deleted": None, "sweep": run.sweep, "browser": run.browser, "slot": run.slot, "address": run.address,
            "steps_per_epoch": run.steps_per_epoch, "seconds": float(fine[-1]) if len(fine) else None, "rows": len(columns["step"]), "bytes": 0,
            "extremes": {name: [float(values.min()), float(values.max())] for name, values in inside.items() if len(values)}, "spark": spark(columns)}  # fmt: skip


def find(engine: Engine, tokens: Sequence[str]) -> list[Card]:
    """Cards by token, in this order, whosever they are; those that are gone are left out."""
    found = {card["token"]: card for card in engine.store.list(tokens=tokens, limit=len(tokens))} if tokens else {}
    found |= {token: live(engine.runs[token]) for token in tokens if token in engine.runs and engine.runs[token].active}
    return [found[token] for token in tokens if token in found]


def curves(engine: Engine, cards: Iterable[Card]) -> dict[str, dict[str, np.ndarray]]:
    """Recorded columns by run, in order of step."""
    cards = list(cards)
    going = {card["token"]: engine.runs[card["token"]] for card in cards if card["token"] in engine.runs}
    found = {token: {**run.metrics(), SECONDS: run.seconds()} for token, run in going.items()}
    found |= engine.store.histories([card["token"] for card in cards if card["token"] not in going])
    return {token: tidy(columns) for token, columns in found.items()}


@functools.cache
def _loaded() -> dict[str, type[Experiment]]:
    return experiments.load()


@functools.cache
def _domains(kind: type[Experiment]) -> dict[str, Domain]:
    return kind.domains()


@functools.cache
def _defaults(kind: type[Experiment]) -> dict[str, Any]:
    return {name: _plain(info.default) for name, info in kind.model_fields.items()}


def kind_named(key: str) -> type[Experiment] | None:
    """The kind of experiment with this key; None when this version has no such kind."""
    return _loaded().get(key) or Experiment.registry().get(key)


def kind_of(card: Mapping[str, Any]) -> type[Experiment] | None:
    return kind_named(card["kind"])


def value_words(kind: type[Experiment] | None, name: str, value: Any) -> Any:
    """A setting as people read it; numbers stay numbers."""
    domain = _domains(kind).get(name) if kind else None
    if domain is not None and domain.kind == "choice":
        return domain.words(value)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (list, tuple)):
        words = [domain.words(each) if domain and domain.options else str(each) for each in value]
        return ", ".join(words) or "none"
    return json.dumps(value) if isinstance(value, dict) else value


def field_words(card: Mapping[str, Any], name: str) -> str:
    kind = kind_of(card)
    return label(kind, name) if kind else name.replace("_", " ").capitalize()


def call(card: Mapping[str, Any], beside: Sequence[str] = ()) -> str:
    """What a run is called: its name, else the settings in `beside` (those in which it differs from its neighbours), else from the defaults."""
    if card["name"]:
        return str(card["name"])
    kind = kind_of(card)
    if kind is None or card["kind"] == "race":
        members = card["experiment"].get("members", ())
        of = kind_named(card["experiment"].get("of", ""))
        return f"Race of {len(members)}: {of.title}" if of else card["title"]
    settings, defaults = card["experiment"], _defaults(kind)
    changed = [name for name in _domains(kind) if name in settings and settings[name] != defaults[name]]
    names = [name for name in beside if name in settings] or [name for name in changed if not _is_digest(settings[name])]
    words = [_short(kind, name, settings[name]) for name in names[:_NAMED]]
    return " · ".join(words) + (" …" if len(names) > _NAMED else "") or "As it comes"


def _is_digest(value: Any) -> bool:
    """Whether this is how data of one's own is filed: no name that anybody would know them by."""
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{12,64}", value) is not None


def _short(kind: type[Experiment], name: str, value: Any) -> str:
    shown = value_words(kind, name, value)
    shown = f"{shown:g}" if isinstance(shown, float) else str(shown)
    shown = shown[:6] if _is_digest(value) else textwrap.shorten(shown.split(" (")[0], 24, placeholder=" …")
    return f"{_domains(kind)[name].label or name.replace('_', ' ')} {shown}"


def differing(cards: Sequence[Card]) -> list[str]:
    """Settings in which these runs differ, in the order of their declaration."""
    names = list(dict.fromkeys(name for card in cards for name in card["experiment"]))
    return [name for name in names if len({json.dumps(card["experiment"].get(name)) for card in cards}) > 1]


def metric_names(cards: Iterable[Card]) -> list[str]:
    """Metrics of these runs, those of a race's members under one name; losses first, then scores, then the rest.

    Within each of these, what more of the runs recorded comes first.
    """
    counts = Counter(name for card in cards for name in dict.fromkeys(each.partition("/")[0] for each in card["summary"]))
    rank: Callable[[str], tuple[int, int]] = lambda name: (0 if "loss" in name else 1 if higher_is_better(name) else 2, -counts[name])
    return sorted((name for name in counts if name != "epoch"), key=rank)


def members(columns: Mapping[str, Any], metric: str) -> list[str]:
    """The recorded names behind a metric: itself, or those of a race's members."""
    return [name for name in columns if name == metric or name.partition("/")[0] == metric]


def higher_is_better(metric: str) -> bool:
    """Of a metric by its name: scores and rewards are to grow, everything else is to fall."""
    words = ("accuracy", "r2", "f1", "auc", "precision", "recall", "reward", "return", "score", "psnr", "inception")
    return "loss" not in metric and any(word in metric for word in words)


def last(card: Mapping[str, Any], metric: str) -> float | None:
    """A metric at the end; the best member's for a race."""
    found = [value for name in members(card["summary"], metric) if (value := card["summary"][name]) is not None and np.isfinite(value)]
    return (max(found) if higher_is_better(metric) else min(found)) if found else None


def best(card: Mapping[str, Any], metric: str) -> float | None:
    """A metric at its best over the whole run."""
    side = 1 if higher_is_better(metric) else 0
    found = [card["extremes"][name][side] for name in members(card["extremes"], metric)]
    return (max(found) if side else min(found)) if found else None


def matches(card: Card, *, search: str = "", kind: str = "", state: str = "all", sweep: str = "", ranges: Mapping[str, tuple[float, float]] | None = None) -> bool:
    """Does a run pass the filters? `ranges` are lowest and highest last values by metric."""
    if kind and card["kind"] != kind or sweep and card["sweep"] != sweep:
        return False
    if state == "playing" and card["state"] not in GOING or state == "pinned" and not card["pinned"]:
        return False
    if state not in ("all", "playing", "pinned", "deleted") and card["state"] != state:
        return False
    if search:
        words = f"{card['name']} {card['note']} {card['title']} {card['sweep']} {card['message']} {call(card)} {json.dumps(card['experiment'])}".lower()
        if not all(word in words for word in search.lower().split()):
            return False
    for metric, (low, high) in (ranges or {}).items():
        value = last(card, metric)
        if value is None or not low <= value <= high:
            return False
    return True


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
