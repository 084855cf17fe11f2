"""Drawing points and preparing a table on the decision-boundary screen, and the screen itself with own data."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.core.errors import UserError
from playground.core.limits import DRAWN_POINTS
from playground.data import points, shelf
from playground.ui import boundary_data

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def engine_of_this_module():
    yield
    from playground.runs.engine import close_engine

    close_engine()


def plane(dataset="moons", count=40, classes=2):
    return points.load(dataset, "", count, 0.0, classes, 0.5, 0)


def test_a_click_adds_one_point_of_the_chosen_class():
    places, targets = boundary_data.stroke(plane(), np.array([[1.0, -2.0]]), False, 0)
    assert len(places) == 41 and places[-1].tolist() == [1.0, -2.0] and targets[-1] == 0


def test_a_stroke_leaves_points_apart_from_one_another():
    path = np.stack([np.linspace(0, 4, 200), np.zeros(200)], axis=1)
    places, targets = boundary_data.stroke(plane(), path, False, 1)
    added = places[40:]
    assert 8 <= len(added) <= 12 and (np.diff(added[:, 0]) >= boundary_data.APART - 1e-9).all() and (targets[40:] == 1).all()


def test_a_new_class_gets_the_next_number():
    assert boundary_data.stroke(plane(), np.array([[0.0, 0.0]]), False, 5)[1][-1] == 2


def test_shift_removes_the_nearest_point_alone():
    data = plane()
    places, _ = boundary_data.stroke(data, data.inputs[7:8] + 0.01, True, 0)
    assert len(places) == 39 and not (places == data.inputs[7]).all(1).any()


def test_points_are_drawn_in_the_units_of_a_table():
    stream = np.random.default_rng(0)
    inputs = stream.normal(1000, 30, (40, 2))
    digest = shelf.put({"inputs": inputs, "targets": (inputs[:, 0] > 1000).astype(np.int64)}, {"task": "binary", "classes": ["a", "b"], "features": ["u", "v"]})
    data = points.load("own", digest, 20, 0.0, 3, 0.5, 0)
    places, _ = boundary_data.stroke(data, np.array([[1010.0, 990.0]]), False, 0)
    np.testing.assert_allclose(data.origin + data.scale * places[-1], [1010, 990])


@pytest.mark.parametrize(("data", "path", "removes", "words"), [
    (plane("hills"), [[0.0, 0.0]], False, "numbers as targets"),
    (plane(count=DRAWN_POINTS), [[0.0, 0.0]], False, "full"),
    (points.Points(np.eye(4, 2), np.array([0, 0, 1, 1]), "binary", np.arange(2), np.arange(2, 4), classes=("a", "b")), [[0.0, 0.0]], True, "have to stay"),
    (points.Points(np.eye(5, 2), np.array([0, 0, 0, 0, 1]), "binary", np.arange(2), np.arange(2, 4), classes=("a", "b")), [[0.0, 0.0]], True, None),
])  # fmt: skip
def test_what_cannot_be_drawn_is_said(data, path, removes, words):
    if words is None:  # the nearest point is one of many of its class
        assert len(boundary_data.stroke(data, np.array(path), removes, 0)[0]) == 4
        return
    with pytest.raises(UserError, match=words):
        boundary_data.stroke(data, np.array(path), removes, 0)


@pytest.mark.parametrize("key", points.MAKERS)
def test_every_data_set_has_a_picture(key):
    assert boundary_data.picture(key, "").startswith("data:image/svg+xml;base64,")


@pytest.mark.parametrize("key", boundary_data.SAMPLES)
def test_the_samples_are_tables_that_the_gate_reads_and_two_columns_can_be_learnt_from(key):
    from playground.data import tabular, uploads

    table = uploads.read_table(f"{key}.csv", boundary_data.sample_csv(key).encode())
    first, second = [name for name, kind in table.kinds.items() if kind == "number"][:2]
    _, about = tabular.two_features(table, first, second, "target")
    assert about["task"] in ("binary", "multiclass") and len(about["classes"]) >= 2


def opened(**parameters):
    app = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=60)
    app.run()
    app.switch_page(str(ROOT / "pages" / "networks" / "decision_boundaries.py"))
    for name, value in parameters.items():
        app.query_params[name.replace("__", ".")] = value
    app.run()
    assert not app.exception, [each.message for each in app.exception]
    return app


def test_a_link_to_own_data_shows_it_and_one_to_missing_data_says_so():
    inputs = np.random.default_rng(1).normal(size=(30, 2))
    about = {"task": "multiclass", "classes": ["red", "green", "blue"], "features": ["u", "v"], "target": "kind", "notes": ["2 rows left out."]}
    digest = shelf.put({"inputs": inputs, "targets": np.arange(30) % 3}, about)
    app = opened(boundary__dataset="own", boundary__own=digest)
    assert not app.error and any("30 points" in each.value and "2 rows left out" in each.value for each in app.caption)
    app = opened(boundary__dataset="own", boundary__own="0123456789abcdef")
    assert any("not on this machine" in each.value for each in (*app.error, *app.warning))


def test_settings_without_effect_have_no_control():
    keys = {each.key for each in opened(boundary__dataset="circle", boundary__optimizer="adam").sidebar.slider}
    assert "boundary.momentum" not in keys
    assert "boundary.momentum" in {each.key for each in opened(boundary__optimizer="nesterov").sidebar.slider}
