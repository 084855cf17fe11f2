"""What a trained autoencoder answers, alarms, the coach and the words."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

from playground.core.errors import UserError
from playground.data import pictures
from playground.experiments.autoencoder import Autoencoder
from playground.experiments.autoencoder_view import REACH
from playground.explain import autoencoder_alarm as alarms
from playground.explain import autoencoder_ask as ask
from playground.explain import autoencoder_bundled as bundled
from playground.explain import autoencoder_rules as rules
from playground.explain import autoencoder_words as words
from playground.explain.coach import Evidence


@pytest.fixture(scope="module")
def learnt():
    trainer = Autoencoder(kind="ae", latent=6, left_out="4").trainer()
    trainer.advance(600)
    return trainer, {"values": trainer.experiment.values(), "weights": ask.weights_of(trainer.state_dict())}


def test_the_handle_is_given_the_decoders_own_answer(learnt):
    trainer, asked = learnt
    grid = trainer.view()["manifold"]
    count = (len(grid) + 1) // 9
    line = REACH * (2 * (np.arange(count) + 0.5) / count - 1)
    found = ask.decode(**asked, place=(float(line[3]), float(line[2])))
    row = count - 1 - 2
    assert found["code"].shape == (6,)
    assert np.abs(found["picture"].astype(int) - grid[9 * row : 9 * row + 8, 27:35]).max() <= 1


def test_the_way_begins_and_ends_at_what_the_two_inputs_are_rebuilt_as(learnt):
    trainer, asked = learnt
    start, end = (ask.between(**asked, first=1, second=2, share=each) for each in (0.0, 1.0))
    ways = start["ways"]
    assert (start["now"] == ways[:8, :8]).all() and (end["now"] == ways[:8, -8:]).all()
    assert (ways[9:, :8] == trainer.lesson.test[1, 0]).all() and (ways[9:, -8:] == trainer.lesson.test[2, 0]).all()
    assert start["classes"] == [trainer.lesson.classes[trainer.lesson.targets[each]] for each in (1, 2)]


def test_a_drawing_is_rebuilt_and_ranked(learnt):
    _, asked = learnt
    turn = np.linspace(0, 2 * np.pi, 40)
    found = ask.redraw(**asked, drawing=pictures.written([np.stack([0.5 + 0.2 * np.cos(turn), 0.5 + 0.3 * np.sin(turn)], 1)]))
    assert found["given"].shape == found["rebuilt"].shape == (8, 8) and 0 <= found["rank"] <= 1 and found["error"] > 0
    with pytest.raises(UserError, match="drawn"):
        ask.redraw(**asked, drawing="")


def test_cleaning_measures_what_it_returns(learnt):
    _, asked = learnt
    found = ask.clean(**asked, way="gaussian", amount=0.5, seed=0)
    assert found["before"] == pytest.approx(0.25, rel=0.15) and found["strips"].shape == (26, 89)
    assert ask.clean(**asked, way="mask", amount=0.0, seed=0)["before"] == 0


def test_neighbours_are_laid_out_alike_every_time(learnt):
    _, asked = learnt
    asked = {**asked, "perplexity": 5.0, "rounds": 250}
    first, second = ask.neighbours(**asked), ask.neighbours(**asked)
    assert (first["places"] == second["places"]).all() and np.abs(first["places"]).max() <= REACH


def test_a_class_never_seen_scores_higher(learnt):
    _, asked = learnt
    found = ask.anomalies(**asked)
    assert found["scores"][found["odd"]].mean() > found["scores"][~found["odd"]].mean()
    worst = np.argsort(-found["scores"])[:3]
    assert ask.rebuilt(**asked, rows=[int(each) for each in found["rows"][worst]]).shape == (17, 26)


def test_without_a_checkpoint_it_is_said_in_words():
    with pytest.raises(UserError, match="weights"):
        ask.weights_of(None)


def test_rates_over_all_thresholds_are_those_of_scikit_learn():
    stream = np.random.default_rng(0)
    odd = stream.random(400) < 0.2
    scores = np.round(stream.normal(size=400) + odd, 1)  # rounded: many are equal
    found = alarms.curves(scores, odd)
    area, precision = alarms.areas(found)
    assert area == pytest.approx(roc_auc_score(odd, scores)) and precision == pytest.approx(average_precision_score(odd, scores))
    known_precision, known_recall, _ = precision_recall_curve(odd, scores)
    assert np.allclose(found["recall"][::-1], known_recall) and np.allclose(found["precision"][::-1], known_precision)


def test_a_threshold_raises_as_many_alarms_as_accepted():
    stream = np.random.default_rng(1)
    known, odd = stream.normal(size=5000), np.zeros(3000, bool)
    odd[:500] = True
    scores = stream.normal(size=3000) + 4 * odd
    now = alarms.alarm(scores, odd, known, 0.05)
    assert now.false_rate == pytest.approx(0.05, abs=0.02) and now.recall > 0.97 and now.found + now.missed == 500
    assert now.precision == now.found / (now.found + now.false)


def evidence(now, step=1000, **columns):
    metrics = {"test_loss": np.full(20, 20.0), "train_loss": np.full(20, 19.0), **{name: np.asarray(values, float) for name, values in columns.items()}}
    return Evidence(now, metrics, {}, step, 20, "playing")


def test_the_coach_sees_a_collapse_and_is_silent_on_a_healthy_run():
    sick = evidence(Autoencoder(beta=20, latent=8), kl=np.full(20, 0.001), active=np.zeros(20), beta=np.full(20, 20.0))
    assert rules.collapse(sick).changes == {"beta": 1.0, "warm_up": 1000} and "0.001" in rules.collapse(sick).evidence
    healthy = evidence(Autoencoder(), kl=np.full(20, 3.0), active=np.full(20, 2.0), beta=np.ones(20), gap=np.ones(20), reconstruction=np.full(20, 18.0))
    assert not [rule(healthy) for rule in rules.RULES if rule(healthy)]


def test_the_coach_names_holes_sleepers_narrowness_and_learning_by_heart():
    assert rules.holes(evidence(Autoencoder(kind="ae", latent=8), gap=np.full(20, 1.4))).changes == {"kind": "vae"}
    many = evidence(Autoencoder(latent=16), kl=np.full(20, 4.0), active=np.full(20, 3.0))
    assert "3 of 16" in rules.asleep(many).evidence
    assert rules.narrow(evidence(Autoencoder(latent=1), step=4000, reconstruction=np.full(20, 25.0))).changes == {"latent": 2}
    by_heart = evidence(Autoencoder(kind="ae"), test_loss=np.linspace(20, 24, 20), train_loss=np.full(20, 9.0))
    assert rules.overfitting(by_heart).changes == {"kind": "denoising"}


@pytest.mark.parametrize(
    "values, change",
    [
        ({"kind": "vae", "beta": 1.0}, {"beta": 2.0}),
        ({"kind": "vae", "beta": 10.0, "latent": 8}, {"latent": 4}),
        ({"kind": "denoising", "amount": 0.4}, {"amount": 0.6}),
        ({"kind": "denoising", "amount": 0.8, "latent": 16}, {"latent": 8}),
        ({"kind": "sparse", "sparsity": 1.0}, {"sparsity": 3.0}),
        ({"kind": "sparse", "sparsity": 100.0, "latent": 1}, {"latent": 1}),
    ],
)
def test_what_helps_against_learning_by_heart_has_an_effect_on_the_kind_it_is_given_to(values, change):
    now = Autoencoder(**values)
    found = rules.overfitting(evidence(now, test_loss=np.linspace(20, 30, 20), train_loss=np.full(20, 5.0)))
    assert found.changes == change
    now.changed(**found.changes)  # within the ranges


@pytest.mark.parametrize("kind", ["vae", "ae", "denoising", "sparse"])
def test_the_maths_quotes_the_numbers_of_the_moment(kind):
    trainer = Autoencoder(kind=kind, beta=2.0).trainer()
    now = trainer.metrics()
    text = words.maths(trainer.experiment, now)
    assert f"{now['reconstruction']:.3f}" in text and f"{now['test_loss']:.3f}" in text and text.count("$") % 2 == 0
    assert words.maths(trainer.experiment, {}) == "The numbers appear with the first picture."


def test_tasks_tick_themselves():
    columns = {"step": np.array([2000.0]), "kl": np.array([0.001]), "active": np.array([9.0]), "auc": np.array([0.95])}
    done = {key: ticked for key, _, ticked in words.tasks(Autoencoder(latent=8), columns, True, {"has_odd": True})}
    assert all(done.values())
    assert not any(ticked for *_, ticked in words.tasks(Autoencoder(), {}, False, {"has_odd": False}))


def test_without_the_bundled_network_it_is_said_in_words(monkeypatch, tmp_path):
    monkeypatch.setattr(bundled.cards, "WEIGHTS", tmp_path)
    bundled._opened.cache_clear()
    assert bundled.about() is None
    with pytest.raises(UserError, match="not part of this installation"):
        bundled.decode((0.0, 0.0))


@pytest.mark.skipif(bundled.about() is None, reason="the VAE of digits is not bundled yet")
def test_the_bundled_network_is_what_its_card_says():
    bundled._opened.cache_clear()
    card, data = bundled.about(), bundled.overview()
    assert sum(each.numel() for each in bundled._opened()[0].parameters()) == card["parameters"]
    assert card["scores"]["test negative ELBO"] == pytest.approx(card["scores"]["test reconstruction"] + card["scores"]["test KL"], abs=1e-3)
    assert len(data["codes"]) == len(data["labels"]) and set(data["labels"]) == set(range(10))
    middles = np.stack([np.median(data["codes"][data["labels"] == each], 0) for each in (0, 1)])
    zero, one = (bundled.decode(tuple(map(float, each)))["picture"] for each in middles)
    assert one[14, 12:16].max() > 128 > zero[14, 13:15].max()  # a stroke through the middle, and a hole
