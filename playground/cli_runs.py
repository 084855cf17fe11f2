"""python -m playground runs: list, show, export and delete what was kept, without a browser."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playground.core.errors import UserError

# format: ending of the file, and what makes it from a list of runs
FORMATS = {"csv": "csv", "json": "json", "script": "py", "notebook": "ipynb", "weights": "safetensors", "onnx": "onnx", "tensorboard": "zip"}
SINGLE = ("script", "notebook", "weights", "onnx")


def add(commands: Any) -> None:
    """Declare the command."""
    runs = commands.add_parser("runs", help="list, show, export and delete kept runs")
    actions = runs.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="kept runs, newest first")
    listing.add_argument("--experiment", help="only this kind")
    listing.add_argument("--limit", type=int, default=50, help="at most so many (default 50)")
    listing.add_argument("--deleted", action="store_true", help="those that were deleted and can still be restored")
    show = actions.add_parser("show", help="one run: settings, changes, last metrics")
    export = actions.add_parser("export", help="one run, or several, as a file")
    export.add_argument("--format", choices=sorted(FORMATS), required=True)
    export.add_argument("--output", help="file to write; - is standard output (default: a name of its own)")
    delete = actions.add_parser("delete", help="take runs off the list; restorable for a day")
    delete.add_argument("--for-good", action="store_true", help="remove them now")
    restore = actions.add_parser("restore", help="bring deleted runs back")
    for each, many in ((show, False), (export, True), (delete, True), (restore, True)):
        each.add_argument("token", nargs="+" if many else None, help="a run's token, or enough of its beginning (-- before one that begins with -)")
    for each in (listing, show, delete, restore):
        each.add_argument("--json", action="store_true")


def act(parsed: argparse.Namespace) -> int:
    """Carry the command out."""
    from playground.runs.engine import close_engine, get_engine

    actions: dict[str, Callable[[argparse.Namespace, Any], Any]] = {"list": _list, "show": _show, "export": _export, "delete": _delete, "restore": _restore}
    try:
        said = actions[parsed.action](parsed, get_engine().store)
        if getattr(parsed, "json", False):
            print(json.dumps(said))
        return 0
    finally:
        close_engine()


def _list(parsed: argparse.Namespace, store: Any) -> Any:
    cards = store.list(parsed.experiment, parsed.limit, deleted=parsed.deleted)
    if parsed.json:
        return [_plain(card) for card in cards]
    for card in cards:
        metrics = "  ".join(f"{name} {value:.4g}" for name, value in list(card["summary"].items())[:4] if value is not None)
        started = datetime.datetime.fromtimestamp(card["created"]).strftime("%Y-%m-%d %H:%M")
        print(f"{card['token'][:10]}  {started}  {card['kind']:<14} {card['state']:<9} step {card['step']:>9,}  {card['name'] or '-':<20.20}  {metrics}")
    if not cards:
        print("No run is kept.")
    return None


def _show(parsed: argparse.Namespace, store: Any) -> Any:
    (card,) = _found(store, [parsed.token])
    run = store.open(card["token"])
    about = {**_plain(card), "started_with": run.initial.values(), "changes": [each.model_dump(mode="json") for each in run.changes]}
    if parsed.json:
        return about
    for name in ("token", "name", "note", "title", "state", "message", "step", "seconds", "sweep", "address"):
        if about[name] not in ("", None):
            print(f"{name:<10} {about[name]}")
    for heading, values in (("settings", about["experiment"]), ("last metrics", about["summary"])):
        print(heading)
        for name, value in values.items():
            print(f"  {name:<24} {value}")
    if about["changes"]:
        print("changed while it ran")
        for each in about["changes"]:
            print(f"  step {each['step']}: {each['values'] or each['edit']}")
    return None


def _export(parsed: argparse.Namespace, store: Any) -> None:
    runs = [store.open(card["token"]) for card in _found(store, parsed.token)]
    if parsed.format in SINGLE and len(runs) > 1:
        raise UserError(f"A {parsed.format} is of one run, got {len(runs)}.", "Export them one by one.")
    made = _make(parsed.format, runs)
    content = made.encode() if isinstance(made, str) else made
    if parsed.output == "-":
        sys.stdout.buffer.write(content)
        return
    from playground.runs.export import file_name

    path = Path(parsed.output or f"{file_name(runs[0]) if len(runs) == 1 else 'runs'}.{FORMATS[parsed.format]}")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}).", "Name another file with --output.") from error
    print(f"{path}  {len(content):,} bytes")


def _make(form: str, runs: list[Any]) -> str | bytes:
    from playground.runs import export, export_board, export_notebook, export_onnx

    one = runs[0]
    makers: dict[str, Callable[[], str | bytes]] = {
        "csv": lambda: export.history(one) if len(runs) == 1 else export.histories(runs), "json": lambda: export.whole(runs), "script": lambda: export.script(one),
        "notebook": lambda: export_notebook.notebook(one), "weights": lambda: export.weights(one), "onnx": lambda: export_onnx.onnx(one),
        "tensorboard": lambda: export_board.tensorboard(runs),
    }  # fmt: skip
    return makers[form]()


def _delete(parsed: argparse.Namespace, store: Any) -> Any:
    tokens = [card["token"] for card in _found(store, parsed.token)]
    store.delete(*tokens)
    if parsed.for_good:
        store.remove(*tokens)
    if not parsed.json:
        print(f"{len(tokens)} deleted." + ("" if parsed.for_good else " `runs restore` brings them back for a day."))
    return {"deleted": tokens}


def _restore(parsed: argparse.Namespace, store: Any) -> Any:
    tokens = [card["token"] for card in _found(store, parsed.token, deleted=True)]
    store.restore(*tokens)
    if not parsed.json:
        print(f"{len(tokens)} restored.")
    return {"restored": tokens}


def _found(store: Any, beginnings: list[str], deleted: bool = False) -> list[dict[str, Any]]:
    """The cards that these tokens, or their beginnings, name."""
    cards = store.list(limit=1_000_000, deleted=deleted)
    found = []
    for text in beginnings:
        fitting = [card for card in cards if card["token"].startswith(text)]
        if len(fitting) != 1:
            raise UserError(f"No kept run begins with {text!r}." if not fitting else f"{len(fitting)} runs begin with {text!r}.", "`runs list` shows their tokens.")
        found += fitting
    return found


def _plain(card: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in card.items() if name not in ("spark", "extremes", "browser", "slot")}
