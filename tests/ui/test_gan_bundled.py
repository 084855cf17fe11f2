"""The parts of the trained generators, opened as a visitor would; each in both states, with its weights and without."""

import functools

import pytest
from streamlit.testing.v1 import AppTest

from playground.data.pictures import written
from playground.experiments.gan_words import TRAINED, USES, GanFaces, GanLook
from playground.zoo import gan_models
from tests.ui import visitor

pytestmark = pytest.mark.usefixtures("engine_of_this_module")
opened = functools.partial(visitor.opened, "architectures/gans.py")
KINDS = {"trained": GanLook, "faces": GanFaces}


@pytest.mark.parametrize("part", TRAINED)
def test_everything_can_be_done_with_the_samples(part):
    kind = KINDS[part]
    if not gan_models.ready(kind.model):
        pytest.skip(f"{kind.model} is not bundled")
    for use in USES:
        app = opened(ganlook__part=part, **{f"{kind.key}__use": use, f"{kind.key}__truncation": "0.7", f"{kind.key}__picks": "3"})
        said = " ".join(each.value for each in app.caption)
        assert {"between": "great circle", "walk": "five places", "sum": "brought back", "nearest": "training images", "judge": "D"}[use] in said
    assert any(gan_models.card(kind.model).licence in each.value for each in app.markdown)


def test_a_drawn_digit_is_judged():
    if not gan_models.ready():
        pytest.skip("gan-digits is not bundled")
    line = written([[[0.5, 0.15 + 0.7 * i / 9] for i in range(10)]])
    app = opened(ganlook__part="trained", ganlook__use="judge", ganlook__ink=line)
    assert any("likes it best as a **1**" in each.value for each in app.caption)


@pytest.mark.parametrize("part", ["digits", "faces"])
def test_a_part_without_its_weights_says_how_to_make_them(part, tmp_path, monkeypatch):
    monkeypatch.setattr(gan_models, "FOLDER", tmp_path)
    app = AppTest.from_string(f"from playground.ui import gan_bundled\ngan_bundled.{part}()").run()
    assert not app.exception and "not part of this installation" in app.info[0].value
    assert gan_models.FAMILIES[KINDS["trained" if part == "digits" else part].model].command in app.info[0].value


def test_a_part_is_offered_where_its_weights_are():
    offered = GanLook.domains()["part"].keys
    assert all((part in offered) == gan_models.ready(name) for part, (_, name) in TRAINED.items())
