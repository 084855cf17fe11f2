"""The recipe of the generator of faces on made-up pictures: what D is shown, and a training that goes on where it was stopped."""

import dataclasses
import io

import numpy as np
import pytest
import torch
from PIL import Image

from playground import gan_cli
from playground.core.errors import UserError
from playground.core.randomness import torch_stream
from playground.data import shelf
from playground.experiments import gan_bundled as asked
from playground.experiments.gan_words import GanFaces
from playground.networks.faces_gan import FaceDiscriminator, FaceGenerator, varied
from playground.zoo import gan_models
from playground.zoo.recipes import faces_gan as recipe
from playground.zoo.recipes import faces_gan_measures as measures


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Made-up pictures, and a folder of the test for checkpoints and weights."""
    stored = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (128, 640, 3), dtype=np.uint8)).save(stored, "PNG")
    np.savez(tmp_path / "faces64.npz", celeba=np.frombuffer(stored.getvalue(), np.uint8), n_celeba=20)
    monkeypatch.setenv("PLAYGROUND_TRAINING_DATA", str(tmp_path))
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    monkeypatch.setattr(gan_models, "FOLDER", tmp_path / "gan")
    for module, name, value in ((recipe, "BATCH", 4), (recipe, "EVERY", 1), (recipe, "SETTLING", 2), (measures, "SAMPLES", 24), (measures, "PROBES", 60),
                                (gan_models, "SHEETS", 2)):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    family = dataclasses.replace(gan_models.FAMILIES[gan_models.FACES], rows=2, columns=3)
    monkeypatch.setitem(gan_models.FAMILIES, gan_models.FACES, family)
    gan_models.forget()
    yield tmp_path
    gan_models.forget()


@pytest.fixture
def untrained(small):
    """The networks as they begin, measured and kept as a trained pair is; and the session they are of."""
    session = recipe.Session()
    return recipe.keep(session), session


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
    assert recipe.main(["keep"]) == 0 and "non-commercial" in gan_models.card("dcgan-faces").licence and "ae-faces" in gan_models.card("dcgan-faces").how
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


def test_a_sheet_a_way_and_a_sum_are_drawn_in_colour_without_classes(untrained):
    name, side = gan_models.FACES, 64 + asked.GAP
    wall = asked.sheet(0, "all", 1.0, name)["wall"]
    assert wall.shape == (2 * side - asked.GAP, 3 * side - asked.GAP, 3)
    alone = asked.picked(0, "all", 1.0, (4,), name)
    assert alone["classes"] == [] and np.abs(alone["pick_0"].astype(int) - wall[side : side + 64, side : side + 64].astype(int)).max() <= 1
    film = asked.way(0, "all", 1.0, 4, 1, name)
    assert film["walk"].shape == (asked.FRAMES, 64, 64, 3) and np.array_equal(film["walk"][0], film["walk"][-1]) and 45 < asked.angle(0, 4, 1, name) < 135
    assert np.abs(film["walk"][0].astype(int) - alone["pick_0"].astype(int)).max() <= 1
    found = asked.combined(0, "all", 1.0, (4, 4, 2), name)
    assert found["classes"] == [] and found["pick_3"].shape == (64, 64, 3)


def test_the_card_is_measured_again_and_a_sheet_is_written(untrained, small, capsys):
    assert recipe.evaluate() == untrained[0].scores == gan_models.card(gan_models.FACES).scores
    assert gan_cli.main(["sample", str(small / "faces.png"), "--model", "dcgan-faces"]) == 0 and Image.open(small / "faces.png").size == (3 * 65 - 1, 2 * 65 - 1)
    assert gan_cli.main(["info", "--model", "dcgan-faces"]) == 0 and "non-commercial" in capsys.readouterr().out


def test_truncated_noise_moves_no_layer_away_from_its_middle(untrained):
    generator, means = gan_models.load(gan_models.FACES), gan_models.part("standing/", gan_models.FACES)
    assert {each.shape[0] for each in means.values()} == {measures.FACTORS} and len(means) == 4
    probes = torch.randn(measures.PROBES, 128, generator=torch_stream(measures.SEED, "standing means"))
    for truncation, near in ((0.0, 1e-5), (0.6, 0.03), (2.0, 1e-5)):  # one of those kept, one between, one kept
        with torch.no_grad():
            wanted = generator.centres(probes * truncation)
        for name, found in gan_models.centred(means, truncation).items():
            torch.testing.assert_close(found, wanted[name], atol=near, rtol=near)
    alike = gan_models.drawn(probes[:3], torch.zeros(3, 0), gan_models.FACES, 0.0)
    assert torch.equal(alike[0], alike[1])


def test_nearest_training_faces_are_numbers_and_distances_and_nothing_a_face_could_be_made_of(untrained):
    found = asked.neighbours(1, "all", 1.0, 5, gan_models.FACES)
    codes = measures.autoencoder_faces.encoded(measures.autoencoder_faces.opened()[0], torch.from_numpy(recipe.faces_data.faces()[0]))
    sample = measures.drawn(gan_models.load(gan_models.FACES), gan_models.noise(1, gan_models.FACES), 0.7, gan_models.part("standing/", gan_models.FACES))[5:6]
    far = torch.cdist(measures.autoencoder_faces.encoded(measures.autoencoder_faces.opened()[0], sample), codes)[0]
    assert found["rows"][0] == int(far.argmin()) and found["distances"][0] == pytest.approx(float(far.min()), rel=1e-2)
    assert found["compared"] == 16 and 0 <= found["nearer"] <= 1
    held = {key for key in gan_models.kept(gan_models.FACES) if not key.startswith(("g/", "d/", "standing/"))}
    assert held == {"memory/rows", "memory/distances", "memory/usual", "memory/compared", "judged/real", "judged/made", "judged/bins", "judged/real_quantiles",
                    "judged/made_quantiles"}  # fmt: skip


def test_the_kept_discriminator_answers_as_the_one_that_learnt(untrained):
    pictures = torch.rand(3, 3, 64, 64) * 2 - 1
    with torch.no_grad():
        torch.testing.assert_close(gan_models.judge(gan_models.FACES)(pictures), untrained[1].d.eval()(pictures), atol=5e-3, rtol=5e-3)


def test_a_sample_and_a_picture_of_ones_own_are_judged_and_the_grounds_are_where_the_score_hangs_on(untrained, monkeypatch):
    assert asked.judge_face(0, 1.0, 4, "", (1.0, 0.5, 0.5))["given"].shape == (64, 64, 3)

    class Left(torch.nn.Module):
        def forward(self, pictures):
            return pictures[:, :, :, :20].mean((1, 2, 3))

    digest = shelf.put({"image": np.full((80, 80, 3), 255, np.uint8)}, {"kind": "photograph"})
    with monkeypatch.context() as patch:
        patch.setattr(gan_models, "judge", lambda name: Left())
        found = asked.judge_face(0, 1.0, 4, digest, (1.0, 0.5, 0.5))
    assert (found["given"] == 255).all() and found["scores"] == pytest.approx([1.0])
    assert (found["grounds"][:, :12] > 0).all() and np.abs(found["grounds"][:, 40:]).max() < 1e-6
    with pytest.raises(UserError):
        asked.judge_face(0, 1.0, 4, "0123456789abcdef", (1.0, 0.5, 0.5))


def test_a_press_on_the_sheet_leaves_the_own_picture():
    look = GanFaces(own="0123456789abcdef")
    assert look.dragged({"name": "wall", "x": 3.5 * 65, "y": 1.5 * 65, "tile": 65}) == {"picks": (11, 24, 50), "own": ""}
    assert look.asked() == {"name": "dcgan-faces", "seed": 0, "truncation": 0.7, "digit": "all"}


def test_a_generator_that_is_not_there_is_named_with_the_way_to_make_it(small):
    with pytest.raises(UserError, match=r"playground.zoo.recipes.faces_gan"):
        gan_models.card(gan_models.FACES)
