"""Gridworlds: the text of grids, and tables that equal gymnasium's own."""

import gymnasium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.errors import UserError
from playground.core.limits import GRID_CHARACTERS, GRID_SIDE
from playground.data import grids


def merged(outcomes):
    found = {}
    for chance, after, reward, ended in outcomes:
        key = int(after), float(reward), bool(ended)
        found[key] = found.get(key, 0.0) + chance
    return found


@pytest.mark.parametrize(("key", "slippery", "name", "settings"), [
    ("frozen_4", True, "FrozenLake-v1", {"map_name": "4x4"}), ("frozen_4", False, "FrozenLake-v1", {"map_name": "4x4", "is_slippery": False}),
    ("frozen_8", True, "FrozenLake-v1", {"map_name": "8x8"}), ("cliff", False, "CliffWalking-v1", {}), ("cliff", True, "CliffWalking-v1", {"is_slippery": True}),
    ("taxi", False, "Taxi-v4", {}),
])  # fmt: skip
def test_every_transition_is_the_one_of_gymnasium(key, slippery, name, settings):
    env = gymnasium.make(name, **settings)
    world, table = grids.make(key, slippery), env.unwrapped.P
    assert len(world.table) == len(table) == env.observation_space.n and len(world.actions) == env.action_space.n
    decided = [state for state in range(len(table)) if key == "taxi" or world.layout.kinds[state] not in "GPC"]
    assert len(decided) > len(table) / 2
    for state in decided:
        for action in range(len(world.actions)):
            theirs, ours = merged(table[state][action]), merged(world.table[state][action])
            assert theirs.keys() == ours.keys(), (state, action)
            assert all(ours[each] == pytest.approx(theirs[each], abs=1e-12) for each in theirs)
    starts = {state for state, chance in enumerate(env.unwrapped.initial_state_distrib) if chance > 0}
    assert starts == set(world.starts)


@pytest.mark.parametrize("key", [key for key in grids.WORLDS if key not in (grids.OWN, "taxi")])
def test_a_named_world_as_an_own_grid_is_the_same_world(key):
    for slippery in (False, True):
        world = grids.make(key, slippery)
        own = grids.make(grids.OWN, False, **grids.settings(key, slippery))
        by_name = [dict(zip(world.actions, row, strict=True)) for row in world.table]
        assert by_name == [dict(zip(own.actions, row, strict=True)) for row in own.table] and own.starts == world.starts


cells = st.tuples(st.sampled_from(".#SGPC"), st.sampled_from([(0, 0, 0), (-1, 0, 1), (0, 1, 2), (1, 0, 3), (0, -1, 1)]), st.none() | st.sampled_from([-1.0, 0.5, 12.0, -0.04]))


@given(st.integers(1, 5), st.integers(2, 6), st.data())
def test_every_grid_survives_being_written_and_read(rows, columns, data):
    found = data.draw(st.lists(cells, min_size=rows * columns, max_size=rows * columns))
    found[0], found[-1] = ("S", *found[0][1:]), ("G", *found[-1][1:])
    layout = grids.Layout(rows, columns, "".join(each[0] for each in found), tuple(each[1] for each in found), tuple(each[2] for each in found))
    assert grids.parse(layout.text()) == layout


@given(st.text(alphabet=".#SGPC^>v<()-0123456789,/ xé\n", max_size=60))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        layout = grids.parse(text)
    except UserError as error:
        assert error.field == "grid" and str(error).endswith(".")
    else:
        assert len(layout.kinds) == layout.rows * layout.columns


@pytest.mark.parametrize(("text", "words"), [
    ("S..", "no goal"), ("..G", "no start"), ("S../.G", "Row 2 of the grid has 2 cells, the first has 3"), ("S.x/..G", "Row 1, cell 3"), ("SG.(nan)", "between"),
    ("SG.(1e9)", "between"), ("SG.(^9)", "neither a reward nor wind"), ("", "1 to"), ("S" + "." * GRID_SIDE + "G", "1 to"), ("S(.G", "Row 1, cell 2"),
])  # fmt: skip
def test_what_is_wrong_with_a_grid_is_said(text, words):
    with pytest.raises(UserError, match=words.replace("(", r"\(")):
        grids.parse(text)


def test_the_largest_grid_fits_its_limit():
    layout = grids.Layout(GRID_SIDE, GRID_SIDE, "S" + "." * (GRID_SIDE**2 - 2) + "G", ((-1, 0, 2),) * GRID_SIDE**2, (None,) * GRID_SIDE**2)
    assert len(layout.text()) <= GRID_CHARACTERS


def test_wind_pushes_after_the_move_and_walls_stop_it():
    world = grids.make(grids.OWN, False, "..G/#../S^./...", 0.0, -1.0, 0.0, 0.0, 0.0)
    right = world.actions.index("right")
    assert world.table[6][right] == [(1.0, 7, -1.0, False)]  # no wind where it starts
    assert world.table[7][right] == [(1.0, 5, -1.0, False)]  # to column 3, then up one
    assert world.table[7][world.actions.index("left")] == [(1.0, 6, -1.0, False)]  # the wall above stops the wind
