"""The database of kept runs: one small row a run to list by, its contents in a table of their own, and older files brought up to date.

What a list shows never shares a row with what a run contains: SQLite would have to walk through megabytes to reach a name.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.core import packets
from playground.core.errors import UserError
from playground.core.places import home
from playground.runs.history import SECONDS

CONTENTS = ("metrics", "scene", "view", "checkpoint")
SPARK_POINTS = 24  # of the small curve in a list


@dataclass(frozen=True)
class Tables:
    """An open database."""

    engine: Any
    cards: Any
    contents: Any


def connect(url: str) -> Tables:
    """Open the database at a SQLAlchemy address ("" is a SQLite file in the data folder), make what is missing, move what is old.

    Raises:
        UserError: When it cannot be opened.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import SQLAlchemyError

    if not url:
        folder = home()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"The data folder {folder} cannot be made ({error.strerror}).", "Set PLAYGROUND_HOME to another.") from error
        url = f"sqlite:///{folder / 'runs.sqlite'}"
    metadata, cards, contents = _declare()
    try:
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _write_ahead)
        metadata.create_all(engine)
        tables = Tables(engine, cards, contents)
        _bring_up_to_date(tables)
    except SQLAlchemyError as error:
        raise UserError(f"The run store cannot be opened: {str(error).splitlines()[0]}", "Check PLAYGROUND_DATABASE_URL and PLAYGROUND_HOME.") from error
    return tables


def _declare() -> tuple[Any, Any, Any]:
    from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, LargeBinary, MetaData, String, Table, Text

    metadata = MetaData()
    cards = Table(
        "run_cards", metadata,
        Column("token", String(64), primary_key=True), Column("kind", String(64), index=True), Column("title", String(200)),
        Column("state", String(16)), Column("message", Text), Column("step", Integer), Column("created", Float), Column("updated", Float, index=True),
        Column("initial", Text), Column("experiment", Text), Column("changes", Text), Column("summary", Text),
        Column("name", String(200), server_default="", nullable=False), Column("note", Text, server_default="", nullable=False),
        Column("pinned", Boolean, server_default="0", nullable=False), Column("deleted", Float, index=True),  # when; NULL while it is kept
        Column("sweep", String(200), server_default="", nullable=False, index=True),
        Column("browser", String(64), server_default="", nullable=False, index=True),  # whose; "" is everybody's
        Column("slot", String(200), server_default="", nullable=False), Column("address", Text, server_default="", nullable=False),
        Column("steps_per_epoch", Integer, server_default="1", nullable=False), Column("seconds", Float), Column("rows", Integer, server_default="0", nullable=False),
        Column("bytes", BigInteger, server_default="0", nullable=False), Column("extremes", Text, server_default="{}", nullable=False),
        Column("spark", Text, server_default="[]", nullable=False),
    )  # fmt: skip
    contents = Table("run_contents", metadata, Column("token", String(64), primary_key=True), *(Column(name, LargeBinary) for name in CONTENTS))
    return metadata, cards, contents


def _write_ahead(connection: Any, _record: Any) -> None:
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA busy_timeout=5000")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # a finished run must survive a power cut, not only a crash


def _bring_up_to_date(tables: Tables) -> None:
    """Move the rows of the first form of the store, one table `runs` that held everything, and drop it; all or nothing."""
    from sqlalchemy import MetaData, Table, inspect, select

    if not inspect(tables.engine).has_table("runs"):
        return
    with tables.engine.begin() as connection:
        old = Table("runs", MetaData(), autoload_with=connection)
        known = set(connection.execute(select(tables.cards.c.token)).scalars())
        for token in [each for each in connection.execute(select(old.c.token)).scalars() if each not in known]:
            row = dict(connection.execute(select(old).where(old.c.token == token)).mappings().one())
            held = {name: row.pop(name) for name in CONTENTS}
            card = {name: row[name] for name in row if name in tables.cards.c}
            connection.execute(tables.cards.insert().values(**card, **derived(held)))
            connection.execute(tables.contents.insert().values(token=token, **held))
        old.drop(connection)


def derived(held: dict[str, bytes | None]) -> dict[str, Any]:
    """What a card says about a run's contents: size, rows, seconds, extremes of every metric, a small curve."""
    columns = packets.decode(held["metrics"])[1] if held["metrics"] else {"step": np.empty(0)}
    scene = packets.decode(held["scene"])[1] if held["scene"] else {}
    seconds = columns.pop(SECONDS, np.empty(0))
    seconds = seconds[np.isfinite(seconds)]
    extremes = {}
    for name, values in columns.items():
        values = values[np.isfinite(values)]
        if len(values) and name != "step":
            extremes[name] = [float(values.min()), float(values.max())]
    return {"bytes": sum(len(each) for each in held.values() if each), "rows": len(columns["step"]), "seconds": float(seconds[-1]) if len(seconds) else None,
            "steps_per_epoch": int(scene.get("steps_per_epoch", 1)), "extremes": json.dumps(extremes), "spark": json.dumps(spark(columns))}  # fmt: skip


def spark(columns: dict[str, np.ndarray]) -> list[float]:
    """The first training loss (or the first metric) at SPARK_POINTS steps spread evenly; losses above 0 as their logarithm."""
    name = next((each for each in columns if "loss" in each and "train" in each), None) or next((each for each in columns if "loss" in each), None)
    name = name or next((each for each in columns if each not in ("step", "epoch")), None)
    if name is None or not len(columns["step"]):
        return []
    steps, values = columns["step"], columns[name]
    fine = np.isfinite(values)
    steps, values = steps[fine], values[fine]
    if not len(values):
        return []
    if "loss" in name and values.min() > 0:
        values = np.log10(values)
    places = np.searchsorted(steps, np.linspace(steps[0], steps[-1], SPARK_POINTS)).clip(0, len(steps) - 1)
    return [float(f"{value:.4g}") for value in values[places]]
