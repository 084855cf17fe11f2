"""The engine that screens talk to, one for each file that asks for it."""

import pytest


@pytest.fixture(scope="module")
def engine_of_this_module():
    from playground.runs.engine import close_engine, get_engine

    get_engine().warm()
    yield
    close_engine()
