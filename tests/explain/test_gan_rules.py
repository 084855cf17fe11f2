"""The coach of the GAN screen says what happened in runs that really happened; the slow motion shows the update that comes next."""

import numpy as np
import pytest

from playground.experiments.gan import Gan
from playground.experiments.gan_digits import GanDigits
from playground.experiments.gan_words import PRESETS
from playground.explain import gan_digits_rules, gan_tasks
from playground.explain.coach import Evidence, diagnose
from playground.explain.gan_rules import RULES
from playground.explain.gan_slow import STAGES, take_apart

VALUES = {key: values for key, _, _, values, _ in PRESETS}


def evidence(steps, every=25, **values):
    experiment = Gan(**values)
    trainer, rows = experiment.trainer(), []
    for _ in range(steps // every):
        trainer.advance(every)
        rows.append({"step": float(trainer.step_count), **trainer.metrics()})
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return Evidence(experiment, columns, {**trainer.scene(), **trainer.view()}, trainer.step_count, 1, "playing", trainer.diverged)


@pytest.mark.parametrize(("preset", "steps", "title"), [("collapse", 600, "Mode collapse"), ("vanishing", 525, "Vanishing generator gradient")])
def test_a_failing_preset_is_called_by_its_name_and_the_change_can_be_applied(preset, steps, title):
    found = evidence(steps, **VALUES[preset])
    advice = diagnose(found, RULES)
    assert advice[0].title == title and advice[0].changes
    assert found.experiment.changed(**advice[0].changes) != found.experiment


def test_the_hopping_preset_is_seen_to_run_in_circles_or_to_drop_modes():
    titles = {each.title for each in diagnose(evidence(1000, **VALUES["hopping"]), RULES)}
    assert titles & {"Running in circles", "Mode collapse"}


def test_a_healthy_run_is_left_alone():
    assert diagnose(evidence(1000), RULES) == []


def test_nothing_is_said_of_a_run_that_has_only_begun_or_has_one_side_frozen():
    assert diagnose(evidence(100, **VALUES["collapse"]), RULES) == []
    assert diagnose(evidence(500, train="d"), RULES) == []


def test_tasks_are_ticked_by_what_was_measured():
    metrics = {"covered": np.array([8.0, 1.0]), "quality": np.array([0.9, 0.8]), "step": np.array([200.0, 500.0])}
    assert gan_tasks.collapsed(metrics, 8) and not gan_tasks.collapsed({**metrics, "covered": np.array([8.0, 3.0])}, 8)
    right = {"right_on_real": np.array([0.5, 0.95]), "right_on_fake": np.array([0.5, 0.93])}
    assert gan_tasks.only_d(Gan(train="d"), right) and not gan_tasks.only_d(Gan(), right)
    assert gan_tasks.solved_grid(Gan(dataset="grid25"), {"covered": np.array([21.0])}) and not gan_tasks.solved_grid(Gan(), {"covered": np.array([21.0])})


@pytest.mark.parametrize("values", [{}, {"latent_dimensions": 1, "latent": "uniform"}, {"train": "d"}, {"train": "g", "loss": "wgan_gp"}])
def test_slow_motion_shows_the_very_update_that_comes_next(values):
    trainer = Gan(**values).trainer()
    trainer.advance(5)
    film = take_apart(Gan(**values).values(), trainer.state_dict())
    assert film["frames"] == len(film["slow_captions"]) == len(film["slow_fakes"]) == len(film["slow_field"])
    judged = STAGES["noise"] + STAGES["generate"]
    assert np.allclose(film["slow_fakes"][judged], trainer.view()["fakes"][:48], atol=1e-5)  # where the fakes are now
    moves = np.abs(film["slow_fakes"][-1] - film["slow_fakes"][judged]).max()
    changes = np.abs(film["slow_field"][-1].astype(float) - film["slow_field"][judged + STAGES["judge"] - 1].astype(float)).max()
    assert (moves > 0) == (values.get("train") != "d") and (changes > 0) == (values.get("train") != "g")


def test_a_generator_that_ignores_its_noise_is_noticed():
    columns = {"variety": np.full(20, 0.1), "asked": np.full(20, 0.9)}
    told = diagnose(Evidence(GanDigits(), columns, {}, 2000, 1, "playing"), gan_digits_rules.RULES)
    assert told[0].title == "Little variety" and "10%" in told[0].evidence
    fine = {"variety": np.full(20, 0.8), "asked": np.full(20, 0.9)}
    assert diagnose(Evidence(GanDigits(), fine, {}, 2000, 1, "playing"), gan_digits_rules.RULES) == []
