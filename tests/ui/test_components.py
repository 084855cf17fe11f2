"""Mounting canvas components: what is sent to the browser, and what callbacks hear."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.core import packets
from playground.figures import canvas
from playground.ui import components

FOLDER = Path(components.__file__).parent
SPEC = canvas.stage(x=(0, 1), y=(0, 1), layers=[canvas.field("heights")], alt="heights")


def test_arrays_and_everything_else_travel_in_one_packet():
    heights = np.arange(6, dtype="f4").reshape(2, 3)
    kind, content = packets.decode(components.pack({"heights": heights, "words": ["a", "b"]}, SPEC, key="stage/a", height=300, events=("click",)))
    assert kind == "mount"
    assert content["mount"] == {"spec": SPEC, "token": "", "key": "stage/a", "height": 300, "events": ["click"]}
    np.testing.assert_array_equal(content["heights"], heights)
    assert content["words"] == ["a", "b"]


def test_a_run_is_named_by_its_token_and_may_have_arrays_beside():
    _, content = packets.decode(components.pack(SimpleNamespace(token="abc"), SPEC, arrays={"heights": np.zeros(3)}))
    assert content["mount"]["token"] == "abc" and content["heights"].shape == (3,)


@pytest.mark.parametrize(("given", "sent"), [("f8", "f4"), ("u2", "i4"), ("u4", "i8"), ("i1", "i4"), ("f2", "f2"), ("u1", "u1")])
def test_large_arrays_are_slimmed_and_odd_integers_widened(given, sent):
    _, content = packets.decode(components.pack({"heights": np.ones(5_000, given)}, SPEC))
    assert content["heights"].dtype == np.dtype(f"<{sent}") and content["heights"].sum() == 5_000


def test_small_float64_arrays_stay_exact():
    _, content = packets.decode(components.pack({"heights": np.array([1 / 3])}, SPEC))
    assert content["heights"][0] == 1 / 3


def test_equal_pictures_make_equal_packets():
    made = [components.pack({"heights": np.eye(4)}, SPEC, key="k") for _ in range(2)]
    assert made[0] == made[1]  # Streamlit then leaves the browser alone on a rerun


def test_every_component_has_its_module():
    for name in components._PARTS:
        assert re.search(r"^export const mount = (mounter|single)\(", (FOLDER / f"{name}.js").read_text(), re.M), name


def test_every_import_between_modules_exists():
    for module in FOLDER.glob("*.js"):
        for line in module.read_text().splitlines():
            if line.startswith("import ") and " from " in line:
                assert (FOLDER / line.split('"')[1]).is_file(), f"{module.name}: {line}"


def test_no_module_writes_html():
    for module in FOLDER.glob("*.js"):
        assert "innerHTML" not in module.read_text() and "insertAdjacentHTML" not in module.read_text(), module.name


def test_no_module_is_longer_than_the_house_allows():
    assert {each.name: lines for each in FOLDER.glob("*.js") if (lines := len(each.read_text().splitlines())) > 300} == {}


def test_callbacks_hear_the_event_and_nothing_else(monkeypatch):
    heard = []
    monkeypatch.setattr(components.st, "session_state", {"stage": {"click": {"x": 1.0, "y": 2.0}, "drag": None}})
    components._tell("stage", "click", heard.append)
    components._tell("stage", "drag", heard.append)
    components._tell("elsewhere", "click", heard.append)
    assert heard == [{"x": 1.0, "y": 2.0}]


def mounted() -> None:
    from types import SimpleNamespace

    import numpy as np

    from playground.figures import canvas
    from playground.ui import components

    run = SimpleNamespace(token="abc")
    plane = canvas.stage(x=(0, 1), y=(0, 1), layers=[canvas.field("heights")], alt="heights")
    arrays = {"heights": np.eye(4, dtype="f4")}
    components.transport(run, key="transport", new_weights=print, new_data=print)
    components.stage(run, plane, key="live", on_click=print, on_drag=print)
    components.stage(arrays, plane, key="still", on_draw=print)
    components.network(run, canvas.network("net"), key="network", on_resize=print, on_inputs=print, on_edit=print)
    components.lines(run, canvas.curves("step", "loss", series=[canvas.series("loss", "loss")], alt="loss"), key="lines")
    components.surface(arrays, canvas.surface3d("heights", x=(0, 1), y=(0, 1), alt="hill"), key="surface")
    components.player(arrays, canvas.player(plane, frames=2), key="player")


def test_all_components_mount_in_a_page():
    app = AppTest.from_function(mounted, default_timeout=20).run()
    assert not app.exception
    assert len(app.get("bidi_component")) == 7
