"""Where runs are kept: SQLAlchemy, a SQLite file in WAL mode unless PLAYGROUND_DATABASE_URL names another database."""

from __future__ import annotations

import builtins
import datetime
import json
import os
import threading
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from playground import experiments
from playground.core import packets
from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment
from playground.core.limits import DELETED_SECONDS, RUN_BYTES, RUN_NAME_CHARACTERS, RUN_NOTE_CHARACTERS, RUNS_BYTES
from playground.runs import tables
from playground.runs.history import SECONDS, pack_metrics
from playground.runs.run import Run

LISTED = ("token", "kind", "title", "state", "message", "step", "created", "updated", "experiment", "summary", "name", "note", "pinned", "deleted",
          "sweep", "browser", "slot", "address", "steps_per_epoch", "seconds", "rows", "bytes", "extremes", "spark")  # fmt: skip
_JSON = ("experiment", "summary", "extremes", "spark")
_OWN = ("name", "note", "pinned", "deleted")  # said by people about a kept run; saving it again leaves them alone


class Store:
    """Ended runs, each written in one transaction.

    Args:
        url: A SQLAlchemy database address; None takes PLAYGROUND_DATABASE_URL or a SQLite file in the data folder.
    """

    def __init__(self, url: str | None = None):
        self._url = url or os.environ.get("PLAYGROUND_DATABASE_URL") or ""
        self._tables: tables.Tables | None = None
        self._lock = threading.Lock()

    # Writing ---------------------------------------------------------------------------------------------------------

    def save(self, run: Run) -> None:
        """Insert this run, or replace what is kept of it; its name, note and pin stay as they were given meanwhile."""
        card, held = _written(run)
        opened = self._open()
        with opened.engine.begin() as connection:
            where = opened.cards.c.token == run.token
            known = connection.execute(_select(*(opened.cards.c[name] for name in _OWN)).where(where)).mappings().first()
            connection.execute(opened.cards.delete().where(where))
            connection.execute(opened.cards.insert().values(**{**card, **(known or {})}))
            connection.execute(opened.contents.delete().where(opened.contents.c.token == run.token))
            connection.execute(opened.contents.insert().values(token=run.token, **held))
        self._make_room()

    def describe(self, token: str, *, name: str | None = None, note: str | None = None, pinned: bool | None = None) -> None:
        """Change what people say about a run.

        Raises:
            UserError: When a text is too long.
        """
        for words, text, limit in (("name", name, RUN_NAME_CHARACTERS), ("note", note, RUN_NOTE_CHARACTERS)):
            if text is not None and len(text) > limit:
                raise UserError(f"The {words} of a run may be at most {limit:,} characters long, this one has {len(text):,}.")
        values = {key: value for key, value in (("name", name), ("note", note), ("pinned", pinned)) if value is not None}
        self._update([token], **values)

    def delete(self, *tokens: str) -> None:
        """Take runs off the list; `restore` brings them back for DELETED_SECONDS, then `purge` removes them for good."""
        self._update(tokens, deleted=_now())
        self.purge(_now() - DELETED_SECONDS)

    def restore(self, *tokens: str) -> None:
        self._update(tokens, deleted=None)

    def remove(self, *tokens: str) -> None:
        """Remove runs for good."""
        self._remove(tokens)

    def purge(self, before: float) -> int:
        """Remove for good what was deleted before this time (seconds since 1970); returns how many."""
        opened = self._open()
        with opened.engine.connect() as connection:
            gone = connection.execute(_select(opened.cards.c.token).where(opened.cards.c.deleted < before)).scalars().all()
        self._remove(gone)
        return len(gone)

    def _update(self, tokens: Iterable[str], **values: Any) -> None:
        tokens = builtins.list(tokens)
        if not tokens or not values:
            return
        opened = self._open()
        with opened.engine.begin() as connection:
            connection.execute(opened.cards.update().where(opened.cards.c.token.in_(tokens)).values(**values))

    def _remove(self, tokens: Sequence[str]) -> None:
        if not tokens:
            return
        opened = self._open()
        with opened.engine.begin() as connection:
            for table in (opened.contents, opened.cards):
                connection.execute(table.delete().where(table.c.token.in_(tokens)))

    def _make_room(self) -> None:
        """Beyond RUNS_BYTES the oldest go for good: deleted ones first, pinned ones never."""
        over = self.usage()["bytes"] - RUNS_BYTES
        if over <= 0:
            return
        opened, cards = self._open(), self._open().cards
        order = _select(cards.c.token, cards.c.bytes).where(~cards.c.pinned).order_by(cards.c.deleted.is_(None), cards.c.updated)
        with opened.engine.connect() as connection:
            rows = connection.execute(order).all()
        gone = []
        for token, size in rows[:-1]:  # the newest stays, whatever its size
            if over <= 0:
                break
            gone.append(token)
            over -= size
        self._remove(gone)

    # Reading ---------------------------------------------------------------------------------------------------------

    def list(self, kind: str | None = None, limit: int = 200, *, browser: str | None = None, sweep: str | None = None, deleted: bool = False,
             tokens: Sequence[str] | None = None) -> list[dict[str, Any]]:  # fmt: skip
        """Newest first, by their cards alone (`LISTED`); experiment, summary, extremes and spark decoded.

        Args:
            browser: Only runs of this browser and those of nobody; None for all.
            deleted: Those that were deleted and can still be brought back, instead of those that are kept.
            tokens: Only these.
        """
        cards = self._open().cards
        query = _select(*(cards.c[name] for name in LISTED)).where(cards.c.deleted.is_not(None) if deleted else cards.c.deleted.is_(None))
        for column, value in ((cards.c.kind, kind), (cards.c.sweep, sweep)):
            query = query.where(column == value) if value else query
        query = query.where(cards.c.browser.in_(("", browser))) if browser is not None else query
        query = query.where(cards.c.token.in_(builtins.list(tokens))) if tokens is not None else query
        with self._open().engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(query.order_by(cards.c.updated.desc()).limit(limit)).mappings()]
        return [{**row, **{name: json.loads(row[name]) for name in _JSON}} for row in rows]

    def histories(self, tokens: Sequence[str]) -> dict[str, dict[str, np.ndarray]]:
        """Recorded columns by run: "step", one array a metric, and "@seconds" where they were recorded."""
        contents = self._open().contents
        query = _select(contents.c.token, contents.c.metrics).where(contents.c.token.in_(builtins.list(tokens)))
        with self._open().engine.connect() as connection:
            return {token: packets.decode(packet)[1] for token, packet in connection.execute(query)}

    def open(self, token: str) -> Run | None:
        """The stored run as it ended, or None. A run whose settings this version no longer knows raises a UserError."""
        opened = self._open()
        query = _select(opened.cards, *(opened.contents.c[name] for name in tables.CONTENTS))
        query = query.join_from(opened.cards, opened.contents, opened.cards.c.token == opened.contents.c.token).where(opened.cards.c.token == token)
        with opened.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _read(row)

    def usage(self, browser: str | None = None) -> dict[str, int]:
        """`runs` and `bytes` kept, and `others`: how many belong to other browsers."""
        from sqlalchemy import func

        cards = self._open().cards
        query = _select(cards.c.browser, func.count(), func.sum(cards.c.bytes)).group_by(cards.c.browser)
        with self._open().engine.connect() as connection:
            rows = connection.execute(query).all()
        mine = [row for row in rows if browser is None or row[0] in ("", browser)]
        return {"runs": sum(row[1] for row in mine), "bytes": int(sum(row[2] for row in mine)), "others": sum(row[1] for row in rows if row not in mine)}

    def close(self) -> None:
        with self._lock:
            if self._tables is not None:
                self._tables.engine.dispose()
                self._tables = None

    def _open(self) -> tables.Tables:
        """Connect at first need: opening a database is not part of starting the app."""
        with self._lock:
            if self._tables is None:
                self._tables = tables.connect(self._url)
            return self._tables


def _written(run: Run) -> tuple[dict[str, Any], dict[str, bytes | None]]:
    """The card and the contents of a run as it stands."""
    with run.lock:
        metrics = {**run.metrics_history.arrays(), SECONDS: run.metrics_history.seconds()}
        held = {"metrics": pack_metrics(metrics), "scene": run.scene_packet, "view": run.view_packet, "checkpoint": run.checkpoint}
        if sum(len(each) for each in held.values() if each) > RUN_BYTES:
            held["checkpoint"] = None
        card = {"token": run.token, "kind": run.experiment.key, "title": run.experiment.title, "state": run.state, "message": run.message,
                "step": run.step, "created": run.created, "updated": _now(), "initial": json.dumps(run.initial.values()),
                "experiment": json.dumps(run.experiment.values()), "changes": json.dumps([each.model_dump(mode="json") for each in run.changes]),
                "summary": json.dumps(_finite(run.metrics_history.last())), "name": run.name, "note": run.note, "pinned": run.pinned, "sweep": run.sweep,
                "browser": run.browser, "slot": run.slot, "address": run.address}  # fmt: skip
    return {**card, **tables.derived(held)}, held


def _read(row: Any) -> Run:
    kind = Experiment.registry().get(row["kind"]) or experiments.load().get(row["kind"])
    if kind is None:
        raise UserError(f"This run belongs to an experiment named {row['kind']!r}, which this version does not have.")
    run = Run(kind(**json.loads(row["experiment"])), token=row["token"])
    run.initial = kind(**json.loads(row["initial"]))
    run.changes = [Change(**each) for each in json.loads(row["changes"])]
    run.metrics_history.append(packets.decode(row["metrics"])[1])
    run.created, run.checkpoint = row["created"], row["checkpoint"]
    for packet in (row["scene"], row["view"]):
        if packet:
            run.receive(packet)
    run.become(row["state"], row["message"])
    run.step = run.stored_step = row["step"]
    run.name, run.note, run.pinned, run.sweep = row["name"], row["note"], row["pinned"], row["sweep"]
    run.browser, run.slot, run.address, run.record = row["browser"], row["slot"], row["address"], True
    return run


def _select(*columns: Any) -> Any:
    from sqlalchemy import select

    return select(*columns)


def _now() -> float:
    return datetime.datetime.now(datetime.UTC).timestamp()


def _finite(values: dict[str, float]) -> dict[str, float | None]:
    return {name: value if np.isfinite(value) else None for name, value in values.items()}
