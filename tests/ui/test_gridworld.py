"""A stroke of the brush becomes settings."""

import streamlit as st

from playground import ui
from playground.experiments.gridworld import Gridworld
from playground.ui import gridworld


def paint(monkeypatch, now, text):
    """What the settings become when `text` is painted while `now` holds."""
    state, given = {}, {}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(ui, "current", lambda kind: now)

    def set_values(kind, **values):
        now.changed(**values)
        given.update(values)

    monkeypatch.setattr(ui, "set_values", set_values)
    gridworld.painted({"grid": text})
    return (now.changed(**given) if given else now), state


def test_painting_on_a_named_world_keeps_its_rules(monkeypatch):
    after, _ = paint(monkeypatch, Gridworld(world="classic"), "..#G/.#.P/S...")
    assert (after.world, after.slip, after.step_reward, after.pit_reward) == ("own", 0.2, -0.04, -1.0) and after.make_world().layout.kinds[2] == "#"
    icy, _ = paint(monkeypatch, Gridworld(world="frozen_4", slippery=True), "S.../.P.P/...P/...G")
    assert abs(icy.slip - 2 / 3) < 1e-12 and icy.step_reward == 0


def test_painting_ones_own_grid_leaves_its_rules_alone(monkeypatch):
    after, _ = paint(monkeypatch, Gridworld(world="own", slip=0.3, goal_reward=5.0), "S.#/..G")
    assert (after.slip, after.goal_reward, after.grid) == (0.3, 5.0, "S.#/..G")


def test_a_trap_painted_at_discount_one_lowers_the_discount_and_says_so(monkeypatch):
    after, state = paint(monkeypatch, Gridworld(world="own", discount=1.0), "S#G")
    assert after.discount == 0.95 and after.grid == "S#G" and "infinite" in state[gridworld.SAID]


def test_a_grid_that_cannot_be_is_refused_in_words(monkeypatch):
    now = Gridworld(world="own")
    after, state = paint(monkeypatch, now, "S..")
    assert after == now and "no goal" in state[gridworld.SAID]
