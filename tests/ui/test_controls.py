"""Controls, address and presets in a page of their own, driven as a visitor would."""

import importlib

import pytest
from streamlit.testing.v1 import AppTest

from playground.core import fields
from playground.core.errors import UserError
from playground.core.experiment import Experiment
from playground.core.fields import Domain
from playground.core.text import from_text, to_text
from playground.ui import address
from playground.ui.controls import grid


class Screen(Experiment):
    key = "screen"
    title = "Screen"

    rate: float = fields.number(0.1, 1e-4, 1.0, log=True, live=True, label="Learning rate")
    share: float = fields.number(0.5, 0.0, 1.0, step=0.05)
    layers: tuple[int, ...] = fields.integers((8, 8), 1, 16, max_length=3, label="Hidden sizes")
    kind: str = fields.choice("a", {"a": "First", "b": "Second", "c": "Third", "d": "Fourth"})
    inputs: tuple[str, ...] = fields.choices(("x", "y"), ("x", "y", "z"))
    batch: int = fields.integer(10, 1, 1000)
    noisy: bool = fields.switch(False)
    seed: int = fields.seed()

    def check(self) -> None:
        if self.noisy and self.kind == "b":
            raise UserError("The second kind cannot be noisy.")


def page() -> None:
    import streamlit as st

    from playground import ui
    from tests.ui.test_controls import Screen

    st.session_state["!arrived"] = "entered" not in st.session_state
    st.session_state["entered"] = True
    ui.presets(Screen, (ui.Preset("p", "Preset", "It does so because.", {"rate": 0.3, "layers": (2,)}),
                        ui.Preset("bad", "Failure", "It fails because.", {"kind": "c"}, good=False)))  # fmt: skip
    experiment = ui.controls(Screen)
    st.json(experiment.values())


def open_page(**parameters):
    app = AppTest.from_function(page)
    for name, value in parameters.items():
        app.query_params[f"screen.{name}"] = value
    app.run()
    assert not app.exception
    return app


def values(app):
    import json

    return json.loads(app.json[0].value)


def test_defaults_leave_the_address_empty():
    app = open_page()
    assert values(app) == Screen().values()
    assert not app.query_params


def test_an_address_restores_every_setting():
    wanted = Screen(rate=0.037, share=0.25, layers=(4, 3, 2), kind="d", inputs=("z", "x"), batch=77, noisy=True, seed=5)
    domains = Screen.domains()
    app = open_page(**{name: to_text(domains[name], getattr(wanted, name)) for name in domains})
    assert values(app) == wanted.values()
    assert not app.warning


@pytest.mark.parametrize(("name", "text"), [("rate", "99"), ("rate", "fast"), ("layers", "1,2,3,4"), ("layers", "17"), ("kind", "z"),
                                            ("inputs", "x,x"), ("batch", "1.5"), ("noisy", "perhaps"), ("nonsense", "1"), ("rate", "nan"),
                                            ("seed", "9" * 9000)])  # fmt: skip
def test_what_an_address_asks_in_vain_is_named_and_the_rest_is_kept(name, text):
    app = open_page(**{name: text, "share": "0.3"} if name != "share" else {name: text})
    assert values(app) == Screen(share=0.3).values()
    assert len(app.warning) == 1 and len(app.warning[0].value) < 600


def test_a_changed_control_is_seen_in_the_address_and_a_default_leaves_it():
    app = open_page()
    app.toggle(key="screen.noisy").set_value(True).run()
    assert dict(app.query_params) == {"screen.noisy": "true"}
    app.toggle(key="screen.noisy").set_value(False).run()
    assert not app.query_params


def test_a_bad_list_is_explained_and_the_last_good_experiment_stays():
    app = open_page()
    app.text_input(key="screen.layers").set_value("4, 5").run()
    app.text_input(key="screen.layers").set_value("4, many").run()
    assert values(app)["layers"] == [4, 5]
    assert "Hidden sizes" in app.error[0].value


def test_an_impossible_combination_is_explained_and_the_last_good_experiment_stays():
    app = open_page()
    app.toggle(key="screen.noisy").set_value(True).run()
    app.selectbox(key="screen.kind").set_value("b").run()
    assert values(app)["kind"] == "a" and "cannot be noisy" in app.error[0].value


def test_a_preset_sets_every_control_and_says_why():
    app = open_page(batch="500")
    app.pills[0].set_value("p").run()
    assert values(app) == Screen(rate=0.3, layers=(2,)).values()
    assert "It does so because." in app.caption[0].value
    app.pills[0].set_value("bad").run()
    assert app.caption[0].value.startswith("⚠ Made to fail.")


@pytest.mark.parametrize("domain", [Domain("number", 1e-5, 1.0, log=True), Domain("integer", 1, 500, log=True), Domain("number", 0.0, 10.0, log=True)])
def test_a_logarithmic_grid_covers_its_domain_with_round_values(domain):
    values = grid(domain, 0.0371 if domain.kind == "number" else 7)
    assert values == sorted(set(values)) and values[0] == domain.low and values[-1] == domain.high
    assert all(domain.problem(value) is None for value in values)


def test_text_and_value_are_inverse_for_every_kind_of_field():
    experiment = Screen(rate=1 / 3, inputs=("z",), layers=())
    for name, domain in Screen.domains().items():
        assert from_text(domain, to_text(domain, getattr(experiment, name))) == getattr(experiment, name)


def test_a_link_is_checked_when_it_is_made():
    assert address.link({"rate": 0.3}, Screen) == {"screen.rate": "0.3"}
    with pytest.raises(UserError, match="Learning rate"):
        address.link({"rate": 3}, Screen)


def test_a_value_set_from_code_outlives_a_rerun_that_knew_nothing_of_it(monkeypatch):
    app = open_page()
    app.pills[0].set_value("bad").run()
    app.selectbox(key="screen.kind").set_value("a").run()  # what a browser reports that had not heard of "c" yet
    assert values(app)["kind"] == "c" and app.selectbox(key="screen.kind").value == "c"
    monkeypatch.setattr(importlib.import_module("playground.ui.controls"), "INSIST_SECONDS", -1.0)  # the name leads to the function otherwise
    app.selectbox(key="screen.kind").set_value("a").run()  # later it is the visitor's own choice
    assert values(app)["kind"] == "a"
