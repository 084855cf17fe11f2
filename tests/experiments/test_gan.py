"""GANs in the plane: each preset does what its sentence says, sides can be frozen, every loss repeats as a script."""

import contextlib
import io

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.core.experiment import Change
from playground.data import shelf
from playground.experiments.gan import Gan
from playground.experiments.gan_words import PRESETS
from playground.functions.gan_losses import OBJECTIVES

VALUES = {key: values for key, _, _, values, _ in PRESETS}


def trained(steps, every=0, **values):
    """The trainer after `steps`, and the metrics after each `every` of them."""
    trainer, seen = Gan(**values).trainer(), []
    for _ in range(steps // (every or steps)):
        trainer.advance(every or steps)
        seen.append(trainer.metrics())
    return trainer, seen


def run(script):
    """What an exported program prints; run here, because each start of another Python with torch takes seconds (the laws do that)."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(script, "script", "exec"), {})  # our own export
    return {name: float(value) for name, value in (line.split() for line in said.getvalue().splitlines())}


def test_the_healthy_preset_finds_all_eight_modes_within_a_thousand_steps():
    trainer, seen = trained(1000, 1000)
    assert seen[-1]["covered"] == 8 and seen[-1]["quality"] > 0.6 and seen[-1]["js"] < 0.2


def test_the_collapse_preset_never_serves_more_than_a_quarter_of_the_modes_and_moves_on():
    _, seen = trained(600, 50, **VALUES["collapse"])
    late = seen[4:]
    assert max(each["covered"] for each in late) <= 2 and max(each["quality"] for each in late) > 0.2
    places = np.array([[each["centre_x"], each["centre_y"]] for each in late])
    assert np.linalg.norm(np.diff(places, axis=0), axis=1).max() > 1  # from one mode to another


def test_the_rescue_preset_covers_what_the_collapse_leaves_empty():
    _, seen = trained(500, **VALUES["rescue"])
    assert seen[-1]["covered"] >= 6 and VALUES["rescue"]["g_learning_rate"] == VALUES["collapse"]["g_learning_rate"]


def test_the_vanishing_preset_leaves_no_pull_and_the_non_saturating_loss_does():
    trainer, seen = trained(400, 200, **VALUES["vanishing"])
    assert seen[-1]["pull"] < 1e-3 and seen[-1]["right_on_fake"] > 0.99 and seen[-1]["js"] > 0.6
    steep = Gan(**{**VALUES["vanishing"], "loss": "non_saturating"}).trainer()
    steep.load_state_dict(trainer.state_dict())  # the very same two networks
    assert steep.metrics()["pull"] > 100 * seen[-1]["pull"]


def test_the_hopping_preset_changes_places_again_and_again():
    _, seen = trained(1600, 40, **VALUES["hopping"])
    sides = np.sign([each["centre_x"] for each in seen[8:] if abs(each["centre_x"]) > 0.7])
    assert (np.diff(sides) != 0).sum() >= 3 and np.mean([each["covered"] for each in seen[8:]]) < 1.6


def test_the_curve_preset_follows_the_spiral():
    trainer, seen = trained(1500, **VALUES["curve"])
    assert seen[-1]["quality"] > 0.4 and seen[-1]["covered"] >= 9
    assert trainer.view()["mesh"].shape == (241, 2)


def test_the_grid_preset_finds_most_modes_and_forgets_some_again():
    _, seen = trained(600, 150, **VALUES["grid"])
    assert max(each["covered"] for each in seen) >= 14


def test_a_frozen_side_stands_still_while_the_other_learns():
    for side, moved, still in (("d", "d", "g"), ("g", "g", "d")):
        trainer = Gan(train=side).trainer()
        before = {name: getattr(trainer, name).network.flat.clone() for name in "gd"}
        trainer.advance(3)
        assert torch.equal(getattr(trainer, still).network.flat, before[still])
        assert not torch.equal(getattr(trainer, moved).network.flat, before[moved])


def test_only_d_learning_nears_the_loss_of_the_best_discriminator_on_the_measured_grid():
    trainer, seen = trained(600, train="d")
    best = np.log(4) - 2 * seen[-1]["js"]
    assert seen[-1]["d_loss"] < best + 0.25 < np.log(4)


@pytest.mark.parametrize("loss", OBJECTIVES)
def test_the_script_repeats_every_loss_with_live_changes(loss):
    experiment = Gan(loss=loss, r1=0.2, blur=0.1, d_steps=2, g_hidden=(9, 8), d_hidden=(8, 9), d_activation="tanh", latent="uniform", g_optimizer="momentum", clip=0.3)
    trainer = experiment.trainer()
    trainer.advance(6)
    trainer.tune(experiment.changed(g_learning_rate=0.01, batch_size=40, train="d", momentum=0.5))
    trainer.advance(3)
    change = Change(step=6, values={"g_learning_rate": 0.01, "batch_size": 40, "train": "d", "momentum": 0.5})
    printed = run(experiment.script(9, [change]))
    for name in ("d_loss", "g_loss"):
        assert printed[name] == pytest.approx(trainer.metrics()[name], rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("drawn", [True, False])
def test_own_data_repeats_as_a_script_from_its_csv(drawn, tmp_path, monkeypatch):
    places = np.random.default_rng(0).normal(3, 1, (40, 2))
    experiment = Gan(dataset="own", own=shelf.put({"cloud": places}, {"names": ["a", "b"], "drawn": drawn}))
    trainer = experiment.trainer()
    trainer.advance(5)
    (tmp_path / "data.csv").write_text(experiment.data_csv())
    monkeypatch.chdir(tmp_path)
    assert run(experiment.script(5))["d_loss"] == pytest.approx(trainer.metrics()["d_loss"], rel=1e-8)


def test_own_data_that_is_not_there_is_refused_in_words():
    with pytest.raises(UserError, match="no distribution of your own"):
        Gan(dataset="own")
    with pytest.raises(UserError, match="not on this machine"):
        Gan(dataset="own", own="0" * 16).trainer()


def test_a_diverged_run_says_so():
    trainer = Gan(loss="wgan_gp", gradient_penalty=0.0, g_optimizer="sgd", d_optimizer="sgd", g_learning_rate=1.0, d_learning_rate=1.0).trainer()
    trainer.advance(200)
    trainer.view()
    assert trainer.diverged and "left all bounds" in trainer.stop_reason


def test_the_portable_generator_makes_the_same_points_in_the_datas_own_units():
    digest = shelf.put({"cloud": np.random.default_rng(0).normal((100, -5), (20, 0.1), (50, 2))}, {"names": ["a", "b"]})
    experiment = Gan(dataset="own", own=digest)
    trainer = experiment.trainer()
    trainer.advance(3)
    network, example = experiment.portable(trainer.state_dict())
    assert network(**example).shape == (3, 2)
    made = network(trainer.fixed_noise[:300].float()).detach().numpy()
    assert np.allclose(made, trainer.view()["fakes"], rtol=1e-3, atol=1e-3)


def test_weights_are_named_as_in_the_script():
    experiment = Gan(g_hidden=(5,), d_hidden=())
    trainer = experiment.trainer()
    named = experiment.named_weights(trainer.state_dict())
    assert {name: value.shape for name, value in named.items()} == {"G.0.weight": (5, 2), "G.0.bias": (5,), "G.2.weight": (2, 5), "G.2.bias": (2,),
                                                                    "D.0.weight": (1, 2), "D.0.bias": (1,)}  # fmt: skip
    assert np.array_equal(named["G.2.bias"], trainer.g.network.biases[1].numpy())
