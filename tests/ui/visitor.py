"""A screen opened as a visitor's browser would, without one."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

PAGES = Path(__file__).resolve().parents[2] / "pages"


def opened(page, complaints=False, **parameters):
    """The screen of a file below pages/, opened by a link with these settings (`kind__field`); without `complaints` it must have none."""
    app = AppTest.from_file(str(PAGES / page), default_timeout=60)
    app.session_state["!arrived"] = True  # as the shell says of a link just opened
    for name, value in parameters.items():
        app.query_params[name.replace("__", ".")] = value
    app.run()
    app.session_state["!arrived"] = False
    assert not app.exception and (complaints or not app.error), [*app.exception, *app.error]
    return app


def group(app, key):
    """The segmented control or pills of this key."""
    return next(each for each in app.get("button_group") if each.key == key)
