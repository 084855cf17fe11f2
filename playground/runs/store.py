"""Where runs are kept: SQLAlchemy, a SQLite file in WAL mode unless PLAYGROUND_DATABASE_URL names another database."""

import contextlib
import datetime
import json
import os
import threading
from typing import Any

import numpy as np

from playground.core import packets
from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment
from playground.core.places import home
from playground.runs.history import pack_metrics
from playground.runs.run import Run


class Store:
    """Finished and stopped runs, each written in one transaction.

    Args:
        url: A SQLAlchemy database address; None takes PLAYGROUND_DATABASE_URL or a SQLite file in the data folder.
    """

    def __init__(self, url: str | None = None):
        self._url = url or os.environ.get("PLAYGROUND_DATABASE_URL") or ""
        self._engine: Any = None
        self._table: Any = None
        self._lock = threading.Lock()

    def save(self, run: Run) -> None:
        """Insert or replace this run."""
        with run.lock:
            row = {
                "token": run.token, "kind": run.experiment.key, "title": run.experiment.title, "state": run.state,
                "message": run.message, "step": run.step, "created": run.created,
                "updated": datetime.datetime.now(datetime.UTC).timestamp(),
                "initial": json.dumps(run.initial.values()), "experiment": json.dumps(run.experiment.values()),
                "changes": json.dumps([each.model_dump(mode="json") for each in run.changes]),
                "summary": json.dumps(_finite(run.metrics_history.last())),
                "metrics": pack_metrics(run.metrics_history.arrays()), "scene": run.scene_packet, "view": run.view_packet,
                "checkpoint": run.checkpoint,
            }  # fmt: skip
        engine, table = self._open()
        with engine.begin() as connection:
            connection.execute(table.delete().where(table.c.token == run.token))
            connection.execute(table.insert().values(**row))

    def list(self, kind: str | None = None, limit: int = 200) -> list[dict[str, Any]]:
        """Newest first: token, kind, title, state, step, created, updated, experiment (dict), summary (dict)."""
        engine, table = self._open()
        columns = [table.c[name] for name in ("token", "kind", "title", "state", "step", "created", "updated", "experiment", "summary")]
        query = self._select(columns).order_by(table.c.updated.desc()).limit(limit)
        if kind:
            query = query.where(table.c.kind == kind)
        with engine.connect() as connection:
            rows = [dict(row._mapping) for row in connection.execute(query)]
        return [{**row, "experiment": json.loads(row["experiment"]), "summary": json.loads(row["summary"])} for row in rows]

    def open(self, token: str) -> Run | None:
        """The stored run as it ended, or None. A run whose settings this version no longer knows raises a UserError."""
        engine, table = self._open()
        with engine.connect() as connection:
            row = connection.execute(self._select([table]).where(table.c.token == token)).mappings().first()
        if row is None:
            return None
        kind = Experiment.registry().get(row["kind"])
        if kind is None:
            raise UserError(f"This run belongs to an experiment named {row['kind']!r}, which this version does not have.")
        run = Run(kind(**json.loads(row["experiment"])), token=token)
        run.initial = kind(**json.loads(row["initial"]))
        run.changes = [Change(**each) for each in json.loads(row["changes"])]
        run.metrics_history.append(packets.decode(row["metrics"])[1])
        run.created, run.checkpoint = row["created"], row["checkpoint"]
        if row["scene"]:
            run.receive(row["scene"])
        if row["view"]:
            run.receive(row["view"])
        run.become(row["state"], row["message"])
        run.step = run.stored_step = row["step"]
        return run

    def delete(self, token: str) -> None:
        engine, table = self._open()
        with engine.begin() as connection:
            connection.execute(table.delete().where(table.c.token == token))

    def close(self) -> None:
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    def _select(self, columns: Any) -> Any:
        from sqlalchemy import select

        return select(*columns)

    def _open(self) -> tuple[Any, Any]:
        """Connect at first need: opening a database is not part of starting the app."""
        with self._lock:
            if self._engine is None:
                self._engine, self._table = _connect(self._url)
            return self._engine, self._table


def _connect(url: str) -> tuple[Any, Any]:
    from sqlalchemy import Column, Float, Integer, LargeBinary, MetaData, String, Table, Text, create_engine, event
    from sqlalchemy.exc import SQLAlchemyError

    if not url:
        folder = home()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"The data folder {folder} cannot be made ({error.strerror}).", "Set PLAYGROUND_HOME to another.") from error
        url = f"sqlite:///{folder / 'runs.sqlite'}"
    metadata = MetaData()
    table = Table("runs", metadata, Column("token", String(64), primary_key=True), Column("kind", String(64), index=True),
                  Column("title", String(200)), Column("state", String(16)), Column("message", Text), Column("step", Integer),
                  Column("created", Float), Column("updated", Float, index=True), Column("initial", Text), Column("experiment", Text),
                  Column("changes", Text), Column("summary", Text), Column("metrics", LargeBinary), Column("scene", LargeBinary),
                  Column("view", LargeBinary), Column("checkpoint", LargeBinary))  # fmt: skip
    try:
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _write_ahead)
        metadata.create_all(engine)
    except SQLAlchemyError as error:
        raise UserError(f"The run store cannot be opened: {str(error).splitlines()[0]}", "Check PLAYGROUND_DATABASE_URL and PLAYGROUND_HOME.") from error
    return engine, table


def _write_ahead(connection: Any, _record: Any) -> None:
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # a finished run must survive a power cut, not only a crash
        cursor.execute("PRAGMA busy_timeout=5000")


def _finite(values: dict[str, float]) -> dict[str, float | None]:
    return {name: value if np.isfinite(value) else None for name, value in values.items()}
