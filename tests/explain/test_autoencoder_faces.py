"""The bundled autoencoder of faces: what is drawn, rebuilt, moved and mixed; pictures of one's own."""

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.data import shelf
from playground.experiments.autoencoder_faces import COLUMNS, FACES, ROWS, Faces
from playground.explain import autoencoder_faces as asked
from playground.zoo.recipes import faces_autoencoder as recipe

WHOLE = (1.0, 0.5, 0.5)


@pytest.fixture
def made_up(tmp_path, monkeypatch):
    """A network trained for three steps on made-up pictures, kept in a folder of the test."""
    import io

    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, (128, 640, 3), dtype=np.uint8)
    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "PNG")
    np.savez(tmp_path / "faces64.npz", celeba=np.frombuffer(stored.getvalue(), np.uint8), n_celeba=20)
    monkeypatch.setenv("PLAYGROUND_TRAINING_DATA", str(tmp_path))
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    for name, value in (("FOLDER", tmp_path / "autoencoder"), ("BATCH", 4), ("EPOCHS", 1), ("SAMPLES", 8)):
        monkeypatch.setattr(recipe, name, value)
    monkeypatch.setattr(asked.cards, "WEIGHTS", tmp_path)
    asked._opened.cache_clear()
    yield tmp_path
    asked._opened.cache_clear()


def lively():
    """Weights kept as they begin, with codes that lie far apart and a decoder that shows it."""
    recipe.keep(recipe.Session(16))
    model, gaussian = asked._opened()
    gaussian["deviations"].fill_(1.0)
    with torch.no_grad():
        for layer in (model.encoder[-1], model.decoder[0], model.decoder[-2]):
            layer.weight.mul_(60)


def test_a_training_that_was_stopped_ends_with_the_same_weights(made_up):
    said = []
    card = recipe.train(say=said.append)
    weights = (made_up / "autoencoder" / "ae-faces.safetensors").read_bytes()
    assert card == asked.about() and card["bytes"] == len(weights) and "non-commercial" in card["licence"] and len(said) == 1
    (made_up / "zoo" / "ae-faces.checkpoint").unlink()
    session = recipe.Session(16)
    session.update(torch.from_numpy(recipe.faces_data.faces()[0]))
    session.save()
    assert recipe.evaluate() == card["scores"]
    assert recipe.train(say=said.append) == card and said[1] == "Going on after step 1."
    assert (made_up / "autoencoder" / "ae-faces.safetensors").read_bytes() == weights


def test_faces_are_drawn_rebuilt_and_moved(made_up):
    lively()
    side = 64 + asked.GAP
    one = asked.wall(0, 1.0)["wall"]
    assert one.shape == (ROWS * side - asked.GAP, COLUMNS * side - asked.GAP, 3) and not np.array_equal(one, asked.wall(1, 1.0)["wall"])
    mean = asked.wall(0, 0.0)["wall"]
    assert np.array_equal(mean[:64, :64], mean[side : side + 64, side : side + 64])  # without boldness every face is the mean face
    found = asked.face(0, 1.0, 9, "", WHOLE, 2, 0.0)
    assert np.array_equal(found["given"], one[side : side + 64, side : side + 64])
    assert np.array_equal(found["rebuilt"], found["changed"]) and found["strip"].shape == (64, asked.STEPS * side - asked.GAP, 3)
    assert not np.array_equal(asked.face(0, 1.0, 9, "", WHOLE, 1, 2.0)["changed"], found["rebuilt"]) and 0 < found["share"] <= 1
    way = asked.way(0, 1.0, 9, 30, "", WHOLE, 0.0)
    assert np.array_equal(way["now"], found["given"]) and way["strip"].shape == (2 * side - asked.GAP, asked.STEPS * side - asked.GAP, 3)
    assert np.array_equal(way["strip"][:64, :64], way["strip"][side:, :64])  # both ways begin with the same picture


def test_a_picture_of_ones_own_is_framed_and_rebuilt(made_up):
    recipe.keep(recipe.Session(16))
    image = np.zeros((100, 200, 3), np.uint8)
    image[:, 100:] = 200
    assert asked.framed(image, 2.0, 0.0, 0.5).max() == 0 and asked.framed(image, 2.0, 1.0, 0.5).min() == pytest.approx(200 / 255)
    digest = shelf.put({"image": image}, {"kind": "photograph"})
    found = asked.face(0, 1.0, 9, digest, (2.0, 1.0, 0.5), 1, 1.0)
    assert (found["given"] == 200).all() and np.isfinite(found["error"])
    with pytest.raises(UserError):
        asked.face(0, 1.0, 9, "0123456789abcdef", WHOLE, 1, 1.0)


def test_a_press_on_a_face_makes_it_the_first_and_leaves_the_own_picture():
    side = 64 + asked.GAP
    look = Faces(own="0123456789abcdef")
    assert look.dragged({"name": "wall", "x": 3.5 * side, "y": 2.5 * side, "tile": side}) == {"picks": (2 * COLUMNS + 3, 9), "own": ""}
    assert look.dragged({"name": "wall", "x": 1e9, "y": 1e9, "tile": side})["picks"][0] == FACES - 1
    assert Faces(picks=()).chosen() == (9, 30)


def test_a_network_that_is_not_there_is_named_with_the_way_to_make_it(monkeypatch, tmp_path):
    monkeypatch.setattr(asked.cards, "WEIGHTS", tmp_path)
    asked._opened.cache_clear()
    assert asked.about() is None
    with pytest.raises(UserError, match="faces_autoencoder"):
        asked.wall(0, 1.0)
