"""Laws that every page obeys: it opens, in time, with any address, at both ends of every control."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground.core.text import to_text
from tests.strategies import ends

ROOT = Path(__file__).resolve().parents[2]
MANY, TOGETHER = 4, 4  # fields; of kinds with more, those of one group are set together, and so many of those without a group
SECONDS = 6.0  # generous: the first page of a session also starts the evaluator


def table():
    import ast

    source = (ROOT / "pages" / "shell.py").read_text()
    node = next(node for node in ast.parse(source).body if isinstance(node, ast.Assign) and node.targets[0].id == "PAGES")
    return list(ast.literal_eval(node.value))


PAGES = [row[1] for row in table()]
pages = pytest.mark.parametrize("path", PAGES)


registered: dict = {}


def open_page(path, parameters=None):
    app = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=60)
    if not registered:
        registered.update(app.run()._registered_pages)
    app._registered_pages = registered  # known from the first visit: Home, which would tell, takes longer than most pages
    app.switch_page(str(ROOT / "pages" / path))
    for name, value in (parameters or {}).items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, [each.message for each in app.exception]
    return app


@pytest.fixture(scope="module", autouse=True)
def engine_of_this_module():
    from playground.runs.engine import close_engine, get_engine

    get_engine().warm()
    yield
    close_engine()


def shown_kinds(app):
    """The kinds whose controls this page keeps."""
    import playground.experiments

    return [kind for key, kind in playground.experiments.load().items() if f"{key}!values" in app.session_state]


@pages
@pytest.mark.alone
def test_a_page_opens_without_complaint_and_in_time(path):
    open_page(path)
    started = time.perf_counter()
    app = open_page(path)
    assert time.perf_counter() - started < SECONDS
    assert app.title and not app.error and not app.warning


@pages
def test_a_garbage_address_is_answered_in_words(path):
    import playground.experiments

    garbage = {f"{key}.{name}": value for key, kind in playground.experiments.load().items() for name in list(kind.domains())[:6] for value in ("☃; DROP TABLE",)}
    app = open_page(path, {**garbage, "nonsense": "x" * 5000, "boundary!race": "[{", "!run": "guess"})
    assert all(len(each.value) < 2000 for each in app.warning)


@pages
def test_both_ends_of_every_control_can_be_set(path):
    kinds = shown_kinds(open_page(path))
    assert path == "start/home.py" or kinds
    for kind in kinds:
        for parameters in settings(kind):
            open_page(path, parameters)


def settings(kind):
    """Addresses that set each control to each of its ends; of kinds with many controls, those of one group together, or a few at a time."""
    domains = kind.domains()
    for number in range(3):
        groups = {}
        for place, (name, domain) in enumerate(domains.items()):
            values = ends(domain)
            if number < len(values):
                group = name if len(domains) <= MANY else domain.group or place // TOGETHER
                groups.setdefault(group, {})[f"{kind.key}.{name}"] = to_text(domain, values[number])
        yield from groups.values()


def test_the_table_of_pages_is_the_folder():
    files = {str(each.relative_to(ROOT / "pages")) for each in (ROOT / "pages").glob("*/*.py")}
    assert files == set(PAGES)


def test_a_choice_made_after_arriving_is_not_taken_for_an_opened_link():
    app = open_page("foundations/activations.py")
    for part in ("signal", "train", "softmax", "train", "curves", "train"):
        next(each for each in app.get("button_group") if each.key == "activations.part").set_value(part).run()
        assert not app.exception
        assert app.session_state["activations.part"] == part


def test_a_change_on_a_return_visit_is_kept():
    app = open_page("foundations/gradient_descent.py", {"descent.steps": "50"})
    app.switch_page(str(ROOT / "pages" / "start/home.py")).run()
    app.query_params.clear()
    app.switch_page(str(ROOT / "pages" / "foundations/gradient_descent.py")).run()
    assert not app.exception and app.session_state["descent.steps"] == 50
    app.selectbox(key="descent.surface").set_value("bowl").run()
    assert not app.exception and app.session_state["descent.surface"] == "bowl"
