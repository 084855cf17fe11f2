"""The recipe of the generator of faces on made-up pictures: what D is shown, and a training that goes on where it was stopped."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from playground.core.errors import UserError
from playground.networks.faces_gan import FaceDiscriminator, FaceGenerator, varied
from playground.zoo import gan_models
from playground.zoo.recipes import faces_gan as recipe


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Made-up pictures, and a folder of the test for checkpoints and weights."""
    stored = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (128, 640, 3), dtype=np.uint8)).save(stored, "PNG")
    np.savez(tmp_path / "faces64.npz", celeba=np.frombuffer(stored.getvalue(), np.uint8), n_celeba=20)
    monkeypatch.setenv("PLAYGROUND_TRAINING_DATA", str(tmp_path))
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    monkeypatch.setattr(gan_models, "FOLDER", tmp_path / "gan")
    for name, value in (("BATCH", 4), ("EVERY", 1), ("ROWS", 2), ("COLUMNS", 3)):
        monkeypatch.setattr(recipe, name, value)
    gan_models.forget()
    yield tmp_path
    gan_models.forget()


def test_a_training_that_was_stopped_goes_on_with_the_same_numbers(small):
    quiet = {"say": lambda line: None}
    straight = recipe.train(3, **quiet).state()
    (small / "zoo" / "dcgan-faces.checkpoint").unlink()
    assert recipe.train(3, minutes=0.0, **quiet).step == 1
    again = recipe.train(3, **quiet).state()
    assert straight.keys() == again.keys() and all(np.array_equal(straight[name], again[name]) for name in straight)


def test_samples_can_be_looked_at_and_what_is_kept_says_whose_pictures_were_learnt_from(small):
    with pytest.raises(UserError, match="no checkpoint"):
        recipe.main(["keep"])
    recipe.train(1, say=lambda line: None)
    assert recipe.main(["sheet", str(small / "sheet.png")]) == 0 and Image.open(small / "sheet.png").size == (3 * 64, 2 * 64)
    assert recipe.main(["keep"]) == 0 and "non-commercial" in gan_models.card("dcgan-faces").licence
    assert not gan_models.ready()  # the generator of digits is another


def test_real_and_made_pictures_are_changed_alike_and_gradients_pass():
    pictures = torch.rand(6, 3, 64, 64, requires_grad=True)
    one, other = (varied(pictures, torch.Generator().manual_seed(seed)) for seed in (1, 1))
    assert torch.equal(one, other) and not torch.equal(one, varied(pictures, torch.Generator().manual_seed(2))) and one.shape == pictures.shape
    one.square().sum().backward()
    assert torch.isfinite(pictures.grad).all() and (pictures.grad.flatten(1).norm(dim=1) > 0).all()
    grey = varied(torch.full((64, 3, 64, 64), 0.5), torch.Generator().manual_seed(0))
    assert (grey == 0).float().mean() > 0.1 and float(grey.amax((1, 2, 3)).std()) > 0.1


def test_the_networks_fit_one_another():
    assert FaceDiscriminator()(FaceGenerator()(torch.randn(2, 128))).shape == (2,)
