import pytest

from playground.runs.engine import Engine
from playground.runs.store import Store


@pytest.fixture
def store(tmp_path):
    opened = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def engine(store):
    made = Engine(store, max_playing=2, idle_seconds=600)
    yield made
    made.close()
