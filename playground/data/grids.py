"""Gridworlds: a compact text for grids drawn by hand, the worlds of the textbooks, FrozenLake, CliffWalking and Taxi.

The text holds rows separated by "/", one sign a cell: `.` free, `#` wall, `S` start, `G` goal, `P` pit, `C` cliff, `^ > v <` a free
cell with wind. Round brackets after a sign hold its own reward and stronger wind: `.(-1)`, `S(^)`, `.(^2,-0.5)`, `G(5)`.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.core.errors import UserError
from playground.core.limits import GRID_SIDE
from playground.functions.grid_worlds import grid_table, taxi_table

KINDS = {".": "free", "#": "wall", "S": "start", "G": "goal", "P": "pit", "C": "cliff"}
WINDS = {"^": (-1, 0), ">": (0, 1), "v": (1, 0), "<": (0, -1)}
STRONGEST = 3  # cells that wind pushes
LARGEST = 1000.0  # reward
OWN = "own"
_CELL = re.compile(r"([.#SGPC^>v<])(?:\(([^()]*)\))?")


@dataclass(frozen=True)
class Layout:
    """A grid as drawn: kinds, winds (row step, column step, cells) and own rewards, one a cell, row by row."""

    rows: int
    columns: int
    kinds: str
    winds: tuple[tuple[int, int, int], ...]
    rewards: tuple[float | None, ...]

    def text(self) -> str:
        """The text that `parse` reads back."""
        cells = [_cell_text(*each) for each in zip(self.kinds, self.winds, self.rewards, strict=True)]
        return "/".join("".join(cells[row * self.columns : (row + 1) * self.columns]) for row in range(self.rows))


@dataclass(frozen=True)
class Card:
    """A world to choose.

    Attributes:
        rewards: step, goal, pit and cliff: what entering a cell earns that has no reward of its own.
        slip: Probability of slipping; `slippery_slip` when the switch for slippery ground is on, for worlds that have it.
        limit: Steps after which gymnasium cuts an episode off; 0 when it does not.
    """

    title: str
    text: str
    note: str
    rewards: Mapping[str, float] = field(default_factory=dict)
    slip: float = 0.0
    slippery_slip: float | None = None
    actions: tuple[str, ...] = ("up", "right", "down", "left")
    limit: int = 0


@dataclass(frozen=True, eq=False)
class World:
    """A world as a table, with all that is needed to draw it. One object a setting, so that it can be a key of caches.

    Attributes:
        table: Outcomes by state and action, as in gymnasium: [(probability, s', reward, ended), …].
        starts: States where episodes begin, each as likely.
        cells: Cell where each state is drawn.
        slices: What else a state says, with the words of each value, first one slowest: passenger and destination of Taxi.
        fences: Walls between cells, each (row, column) on whose right side it stands.
    """

    title: str
    layout: Layout
    table: list[list[list[tuple[float, int, float, bool]]]]
    starts: tuple[int, ...]
    actions: tuple[str, ...]
    cells: tuple[int, ...]
    limit: int
    source: Mapping[str, Any]
    slices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fences: tuple[tuple[int, int], ...] = ()


_FROZEN = {"step": 0.0, "goal": 1.0, "pit": 0.0}
_LAKE_ACTIONS = ("left", "down", "right", "up")
_COSTLY = {"step": -1.0, "goal": -1.0, "pit": -1.0, "cliff": -100.0}
WORLDS: dict[str, Card] = {
    "cliff": Card("CliffWalking", "............/............/............/SCCCCCCCCCCG", "Every step costs 1, the cliff 100 and the way back to the start.",
                  _COSTLY, slippery_slip=2 / 3),
    "frozen_4": Card("FrozenLake 4×4", "S.../.P.P/...P/P..G", "Only the goal pays. On slippery ice two of three moves go astray.",
                     _FROZEN, slippery_slip=2 / 3, actions=_LAKE_ACTIONS, limit=100),
    "frozen_8": Card("FrozenLake 8×8", "S......./......../...P..../.....P../...P..../.PP...P./.P..P.P./...P...G",
                     "The same ice on a lake with four times the cells.", _FROZEN, slippery_slip=2 / 3, actions=_LAKE_ACTIONS, limit=200),
    "taxi": Card("Taxi", "", "Fetch the passenger and bring them to their stop: 500 states, of which 25 are seen at a time.",
                 actions=("down", "up", "right", "left", "pick up", "drop off"), limit=200),
    "classic": Card("Classic 4×3", "...G/.#.P/S...", "One move in five slips to the side; every step costs 0.04. Russell and Norvig, figure 17.1.",
                    {"step": -0.04, "goal": 1.0, "pit": -1.0}, slip=0.2),
    "windy": Card("Windy gridworld", "...^^^.(^2).(^2)^./...^^^.(^2).(^2)^./...^^^.(^2).(^2)^./S..^^^.(^2)G(^2)^./"
                  "...^^^.(^2).(^2)^./...^^^.(^2).(^2)^./...^^^.(^2).(^2)^.", "Wind pushes upward while you cross. Sutton and Barto, example 6.5.", _COSTLY),
    "maze": Card("Dyna maze", ".......#G/..#....#./S.#....#./..#....../.....#.../.........", "Only the goal pays. Sutton and Barto, figure 8.2.",
                 {"step": 0.0, "goal": 1.0, "pit": 0.0}),
    "karpathy": Card("Karpathy 10×10", "S........./........../.####.###./....(-1)#...../....#.(-1).(-1).../....#G.(-1)..(-1)./....#....(-1)./"
                     "....(-1)#.(-1).(-1).../........../..........", "Walls, one goal and costly cells, after the REINFORCEjs page.",
                     {"step": 0.0, "goal": 1.0, "pit": -1.0}),
    "rooms": Card("Four rooms", "S....#...../.....#...../.........../.....#...../.....#...../#.####...../.....###.##/.....#...../.....#...../"
                  ".........../.....#....G", "Four rooms and four doors; only the goal pays. Sutton, Precup and Singh 1999.", {"step": 0.0, "goal": 1.0, "pit": 0.0}),
    "corners": Card("Two corners 4×4", "G.../.S../..../...G", "Every step costs 1 until a corner is reached. Sutton and Barto, example 4.1.", _COSTLY),
    OWN: Card("Your own grid", "", "Paint walls, pits, goals, wind and rewards; also as text."),
}  # fmt: skip
SLIPPERY = tuple(key for key, card in WORLDS.items() if card.slippery_slip is not None)


def parse(text: str) -> Layout:
    """Read a grid's text.

    Raises:
        UserError: Names row and column of what cannot be read; also when start or goal is missing or the grid is too large.
    """
    lines = [re.sub(r"\s+", "", line) for line in re.split(r"[/\n]", text.strip().strip("/"))]
    rows = [_row(number, line) for number, line in enumerate(lines, 1)]
    columns = len(rows[0])
    for number, row in enumerate(rows, 1):
        if len(row) != columns:
            raise UserError(f"Row {number} of the grid has {len(row)} cells, the first has {columns}.", "Every row needs as many.", field="grid")
    if not (1 <= len(rows) <= GRID_SIDE and 1 <= columns <= GRID_SIDE):
        raise UserError(f"A grid has 1 to {GRID_SIDE} rows and columns, this one has {len(rows)} rows and {columns} columns.", field="grid")
    cells = [cell for row in rows for cell in row]
    layout = Layout(len(rows), columns, "".join(each[0] for each in cells), tuple(each[1] for each in cells), tuple(each[2] for each in cells))
    for sign, words in (("S", "start"), ("G", "goal")):
        if sign not in layout.kinds:
            raise UserError(f"The grid has no {words}.", f"Put at least one {sign} into it.", field="grid")
    return layout


def _row(number: int, line: str) -> list[tuple[str, tuple[int, int, int], float | None]]:
    found, place = [], 0
    while place < len(line):
        match = _CELL.match(line, place)
        if match is None:
            raise UserError(f"Row {number}, cell {len(found) + 1} of the grid: {line[place : place + 8]!r} is no tile.",
                            "Tiles are . free, # wall, S start, G goal, P pit, C cliff and ^ > v < wind, with a reward in brackets such as .(-1).", field="grid")  # fmt: skip
        found.append(_cell(match[1], match[2], f"Row {number}, cell {len(found) + 1} of the grid"))
        place = match.end()
    return found


def _cell(sign: str, details: str | None, where: str) -> tuple[str, tuple[int, int, int], float | None]:
    wind = (*WINDS[sign], 1) if sign in WINDS else (0, 0, 0)
    reward = None
    for part in details.split(",") if details is not None else ():
        if part[:1] in WINDS and (part[1:] or "1") in "123":
            wind = (*WINDS[part[0]], int(part[1:] or 1))
            continue
        try:
            reward = float(part)
        except ValueError:
            raise UserError(f"{where}: {part[:12]!r} is neither a reward nor wind such as ^2.", field="grid") from None
        if not math.isfinite(reward) or abs(reward) > LARGEST:
            raise UserError(f"{where}: a reward lies between -{LARGEST:g} and {LARGEST:g}, got {part[:12]}.", field="grid")
    return ("." if sign in WINDS else sign), wind, reward


def _cell_text(kind: str, wind: tuple[int, int, int], reward: float | None) -> str:
    arrow = next((sign for sign, step in WINDS.items() if step == wind[:2]), "") if wind[2] else ""
    if kind == "." and wind[2] == 1 and reward is None:
        return arrow
    details = [arrow + (str(wind[2]) if wind[2] > 1 else "")] if arrow else []
    details += [f"{reward:g}"] if reward is not None else []
    return kind + (f"({','.join(details)})" if details else "")


def settings(key: str, slippery: bool) -> dict[str, Any]:
    """What the fields of an own grid must hold to be world `key`: grid, slip and the rewards. Not for Taxi, which is no such grid."""
    card = WORLDS[key]
    slip = card.slippery_slip if slippery and card.slippery_slip is not None else card.slip
    return {"grid": parse(card.text).text(), "slip": slip} | {f"{name}_reward": card.rewards.get(name, -100.0) for name in ("step", "goal", "pit", "cliff")}


@functools.lru_cache(maxsize=64)
def make(key: str, slippery: bool = False, grid: str = "", slip: float = 0.0, step_reward: float = 0.0, goal_reward: float = 1.0,
         pit_reward: float = -1.0, cliff_reward: float = -100.0) -> World:  # fmt: skip
    """World `key`; the arguments after `slippery` count for the own grid only."""
    card = WORLDS[key]
    if key == "taxi":
        return _taxi(card)
    given = {"grid": grid, "slip": slip, "step_reward": step_reward, "goal_reward": goal_reward, "pit_reward": pit_reward, "cliff_reward": cliff_reward}
    given = given if key == OWN else settings(key, slippery)
    layout = parse(given["grid"])
    rules = {name: value for name, value in given.items() if name != "grid"}
    table = grid_table(layout.rows, layout.columns, layout.kinds, layout.winds, layout.rewards, card.actions, **rules)
    starts = tuple(cell for cell, kind in enumerate(layout.kinds) if kind == "S")
    return World(card.title, layout, table, starts, card.actions, tuple(range(len(layout.kinds))), card.limit, {"kind": "grid", **given, "actions": card.actions})


def _taxi(card: Card) -> World:
    table, starts = taxi_table()
    stops = ("R", "G", "Y", "B")
    layout = Layout(5, 5, "." * 25, ((0, 0, 0),) * 25, (None,) * 25)
    fences = ((0, 1), (1, 1), (3, 0), (4, 0), (3, 2), (4, 2))
    slices = (("Passenger", (*stops, "in the taxi")), ("Destination", stops))
    return World(card.title, layout, table, tuple(starts), card.actions, tuple(state // 20 for state in range(500)), card.limit, {"kind": "taxi"}, slices, fences)
