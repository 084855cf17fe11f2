"""Files to take home: over the route, as they stand when asked for, gone with their session."""

import gc

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from playground.core.errors import UserError
from playground.runs import offers


@pytest.fixture
def client():
    return TestClient(Starlette(routes=[Route("/take/{token}/{name}", offers.take)]))


def offered(**makers):
    made = offers.offer()
    made.files = {name: offers.File(name, make, name, "text/csv") for name, make in makers.items()}
    return made


def refuse():
    raise UserError("This run has no weights yet.", "Take a step first.")


def test_a_file_is_made_when_it_is_asked_for(client):
    now = ["first"]
    offer = offered(history=lambda: now[0])
    now[0] = "second"
    answer = client.get(f"/take/{offer.token}/history")
    assert (answer.status_code, answer.text) == (200, "second")
    assert "attachment" in answer.headers["content-disposition"] and answer.headers["content-type"].startswith("text/csv")


def test_what_cannot_be_made_is_said_in_words(client):
    offer = offered(weights=refuse, broken=lambda: 1 / 0)
    assert client.get(f"/take/{offer.token}/weights").text == "This run has no weights yet. Take a step first."
    assert client.get(f"/take/{offer.token}/weights").status_code == 422
    broken = client.get(f"/take/{offer.token}/broken")
    assert broken.status_code == 500 and "division" not in broken.text


def test_nobody_gets_a_file_without_its_token_or_after_the_session(client):
    offer = offered(history=lambda: "mine")
    address = f"/take/{offer.token}/history"
    assert client.get(f"/take/{'x' * 24}/history").status_code == 404
    assert client.get(f"/take/{offer.token}/other").status_code == 404
    assert client.get(address).status_code == 200
    del offer
    gc.collect()
    assert client.get(address).status_code == 404


def test_a_rerun_keeps_the_address_and_renews_the_maker(client):
    def page():
        import streamlit as st

        from playground import ui

        count = st.session_state.setdefault("count", 0)
        st.session_state["count"] += 1
        ui.files("mine", [ui.File("Number", lambda: str(count), "number é.txt", "text/plain")])

    app = AppTest.from_function(page).run()
    first = app.session_state["mine!offer"].token
    app.run()
    assert app.session_state["mine!offer"].token == first
    assert client.get(f"/take/{first}/number é.txt").text == "1"
