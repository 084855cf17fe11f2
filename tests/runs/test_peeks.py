"""Pictures that follow a moving control: the same bytes as the page itself would bring, and nothing but words for nonsense."""

import gc

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from playground.core import packets
from playground.experiments.activation_views import ActivationCurves, SoftmaxView
from playground.runs import peeks


@pytest.fixture
def client():
    return TestClient(Starlette(routes=[Route("/peek/{token}", peeks.answer, methods=["POST"])]))


def held(now):
    made = peeks.peek()
    made.now = now
    made.paint = lambda view: {"lines/values": repr(view).encode()}
    return made


def said(answer):
    return bytes(packets.decode(answer.content)[1]["lines/values"]).decode()


def test_a_moved_slider_gives_the_pictures_of_its_value(client):
    mine = held(ActivationCurves())
    answer = client.post(f"/peek/{mine.token}", json={"fields": {"probe": {"value": "2.5", "text": "2.50"}}})
    assert answer.status_code == 200 and said(answer) == repr(ActivationCurves(probe=2.5))


def test_a_slider_of_listed_values_is_read_by_its_words(client):
    mine = held(SoftmaxView())
    answer = client.post(f"/peek/{mine.token}", json={"fields": {"temperature": {"value": "17", "text": "2"}}})
    assert said(answer) == repr(SoftmaxView(temperature=2.0))


def test_a_dragged_handle_gives_the_pictures_of_its_place(client):
    mine = held(ActivationCurves())
    drag = {"name": "probe", "x": -1.5, "y": 0.0, "done": False}
    assert said(client.post(f"/peek/{mine.token}", json={"drag": drag})) == repr(ActivationCurves(**ActivationCurves().dragged(drag)))


@pytest.mark.parametrize("asked", [
    "[]", "x", '{"fields": 3}', '{"fields": {"probe": 3}}', '{"fields": {"probe": {"value": "1e999"}}}', '{"fields": {"__class__": {"value": "1"}}}',
    '{"fields": {"probe": {"value": "nan"}}}', '{"drag": {"name": "probe"}}', '{"drag": {"x": "a", "y": [], "name": 1}}', "9" * 70_000,
])  # fmt: skip
def test_nonsense_is_refused_in_words(client, asked):
    mine = held(ActivationCurves())
    answer = client.post(f"/peek/{mine.token}", content=asked)
    assert answer.status_code == 422 and 0 < len(answer.text) < 300


def test_a_picture_ends_with_its_page(client):
    mine = held(ActivationCurves())
    token = mine.token
    del mine
    gc.collect()
    assert client.post(f"/peek/{token}", json={}).status_code == 404
