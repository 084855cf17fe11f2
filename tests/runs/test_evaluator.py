import time

import pytest

from playground.core.errors import UserError
from playground.core.fields import Domain
from playground.core.text import from_text
from playground.runs import evaluator
from playground.runs.engine import os_ready
from playground.runs.evaluator import address


def test_a_function_of_this_package_is_evaluated_in_another_process(engine):
    assert engine.compute(os_ready) is True
    assert engine.compute(from_text, domain=Domain("integer", 0, 9), text="7") == 7


def test_errors_cross_the_process_border_as_what_they_are(engine):
    from playground.runs.run import validate_speed

    with pytest.raises(UserError, match="Speed must be one of"):
        engine.compute(validate_speed, value="warp")
    with pytest.raises(RuntimeError, match="TypeError"):
        engine.compute(validate_speed, nonsense=1)
    assert engine.compute(os_ready) is True


def test_only_public_functions_of_this_package_may_be_named():
    import os

    for function in (os.system, lambda: 0, address.__class__):
        with pytest.raises((TypeError, AttributeError)):
            address(function)


def test_of_processes_that_nobody_asks_one_stays(monkeypatch):
    pool = evaluator.Evaluators(2)
    try:
        held = pool._idle.get() or pool._start()  # busy with another visitor's question
        assert pool.call(address(os_ready), {}) is True
        pool._used[held[0]] = time.monotonic()
        pool._idle.put(held)
        assert len(pool._all) == 2
        pool.rest()
        assert len(pool._all) == 2  # both were asked a moment ago
        monkeypatch.setattr(evaluator, "REST_SECONDS", 0.0)
        pool.rest()
        assert len(pool._all) == 1
        assert pool.call(address(os_ready), {}) is True
    finally:
        pool.close()
