"""The training experiment: it learns, stops, resumes, is honest about its parts, and its script repeats it."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch

from playground.core import packets
from playground.core.errors import UserError
from playground.core.experiment import Change
from playground.experiments import train_finder, train_measure, train_predict
from playground.experiments.train import OFFERED_OPTIMIZERS, Train
from playground.experiments.train_augment import augment
from playground.experiments.train_ink import as_learnt, habit, picture_as_learnt
from playground.experiments.train_lesson import lesson
from playground.experiments.train_rules import evaluation_places
from playground.experiments.train_source import untyped
from playground.experiments.train_words import PRESETS
from playground.explain import landscape
from playground.networks.stack_presets import STACKS
from playground.networks.trained import weights_of

CNN = {"stack": "conv 4 | norm | relu | max 2 | residual 8 | global | dropout 0.1", "batch_size": 100, "flip": True, "shift": 0.1, "rotate": 10.0, "erase": 0.3,
       "crop": 0.1, "schedule": "one_cycle", "epochs": 3, "gradient_clip": 1.0, "label_smoothing": 0.1}  # fmt: skip
DEEP = {"dataset": "wine", "stack": STACKS["deep_mlp"].stack, "batch_size": 16, "class_weights": True, "weight_decay": 0.01, "patience": 2, "epochs": 12}
NUMBER = {"dataset": "diabetes", "stack": STACKS["residual_mlp"].stack, "train_rows": 65, "epochs": 6, "leak": True, "schedule": "cosine"}


def trained(steps, **values):
    trainer = Train(**values).trainer()
    trainer.advance(steps)
    return trainer


def test_digits_are_learnt_within_ten_epochs():
    trainer = trained(400)
    assert trainer.metrics()["validation_accuracy"] > 0.955
    assert trainer.metrics()["epoch"] == 10


@pytest.mark.parametrize("key", OFFERED_OPTIMIZERS)
def test_every_optimizer_lowers_the_loss_and_goes_on_from_its_checkpoint(key):
    values = {"dataset": "iris", "stack": "dense 8 | tanh", "optimizer": key, "learning_rate": {"adadelta": 1.0, "adafactor": 0.05, "lion": 0.003}.get(key, 0.02)}
    first = Train(**values).trainer()
    before = first.metrics()["train_loss"]
    first.advance(30)
    assert first.metrics()["train_loss"] < before
    second = Train(**values).trainer()
    second.load_state_dict(packets.decode(packets.encode("checkpoint", first.state_dict()))[1])
    first.advance(8)
    second.advance(8)
    assert all(torch.equal(a, b) for a, b in zip(first.model.state_dict().values(), second.model.state_dict().values(), strict=True))


@pytest.mark.parametrize("values", [CNN, DEEP, NUMBER], ids=["cnn", "deep", "number"])
def test_a_checkpoint_continues_bit_for_bit(values):
    first, second = trained(9, **values), Train(**values).trainer()
    second.load_state_dict(packets.decode(packets.encode("checkpoint", first.state_dict()))[1])
    assert packets.encode("view", first.view()) == packets.encode("view", second.view())
    first.advance(12)
    second.advance(12)
    one, other = (packets.encode("checkpoint", each.state_dict()) for each in (first, second))
    assert one == other


TIMM = {"stack": "timm test_resnet", "epochs": 2}  # an architecture small enough for tests


@pytest.mark.parametrize("values", [CNN, DEEP, NUMBER, TIMM], ids=["cnn", "deep", "number", "timm"])
def test_the_script_repeats_a_run_with_its_live_changes(values, tmp_path):
    experiment = Train(**values)
    steps = min(40, experiment.step_limit)
    given = {"learning_rate": 0.002, "weight_decay": 0.02, "patience": 1}
    trainer = experiment.trainer()
    trainer.advance(10)
    trainer.tune(experiment.changed(**given))
    trainer.advance(steps - 10)
    text = experiment.script(steps, [Change(step=10, values=given)])
    assert "playground" not in text
    (tmp_path / "train.py").write_text(text)
    done = subprocess.run([sys.executable, "train.py"], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-1500:]
    printed = dict(line.removeprefix("final ").split() for line in done.stdout.splitlines() if line.startswith("final"))
    for name, value in printed.items():
        assert float(value) == pytest.approx(trainer.metrics()[name], rel=1e-6), name


def test_the_weights_load_into_the_scripts_model(tmp_path):
    from safetensors.torch import save_file

    trainer = trained(3, **DEEP)
    named = trainer.experiment.named_weights(trainer.state_dict())
    save_file({name: torch.from_numpy(np.array(value)) for name, value in named.items()}, tmp_path / "train.safetensors")
    text = trainer.experiment.script(0)
    text += '\nfrom safetensors.torch import load_file\nmodel.load_state_dict(load_file("train.safetensors"))\nprint(measured_loss(x_valid, y_valid))\n'
    (tmp_path / "train.py").write_text(text)
    done = subprocess.run([sys.executable, "train.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-1500:]
    loss = train_predict.report(trainer.experiment.values(), weights_of(trainer.state_dict()), "validation")["loss"]
    assert float(done.stdout.splitlines()[-1]) == pytest.approx(loss, rel=1e-6)


def test_early_stopping_waits_out_its_patience_and_brings_the_best_weights_back():
    experiment = Train(dataset="breast_cancer", stack="dense 128 | relu", train_rows=50, learning_rate=0.01, patience=4, epochs=300)
    trainer = experiment.trainer()
    losses = []
    while not trainer.finished:
        trainer.advance(1)
        if trainer.step_count % trainer.steps_per_epoch == 0 and not trainer.stopped_early:
            losses.append(trainer.looks["validation"].loss)
    assert trainer.stopped_early and trainer.step_count < experiment.step_limit
    assert trainer.step_count // trainer.steps_per_epoch == trainer.best_epoch + 4
    assert trainer.metrics()["validation_loss"] == trainer.best_loss == min(losses)
    again = train_predict.report(experiment.values(), weights_of(trainer.state_dict()), "validation")
    assert again["loss"] == pytest.approx(trainer.best_loss, rel=1e-5)
    assert "Stopped early" in trainer.stop_reason


def test_a_rate_far_too_high_ends_the_run_in_words():
    values = next(row[3] for row in PRESETS if row[0] == "high")
    trainer = Train(**values).trainer()
    for _ in range(400):
        trainer.advance(1)
        if trainer.diverged:
            break
    assert trainer.diverged and "diverged" in trainer.stop_reason
    packets.encode("view", trainer.view())


@pytest.mark.parametrize("row", PRESETS, ids=[row[0] for row in PRESETS])
def test_every_preset_is_possible_and_takes_three_steps(row):
    trainer = Train(**row[3]).trainer()
    trainer.advance(3)
    assert trainer.step_count == 3


def test_parts_do_not_overlap_and_the_model_never_sees_more_than_the_training_part():
    given = lesson(Train())
    rows = [set(given.part(name).rows.tolist()) for name in ("train", "validation", "test")]
    assert len(rows[0] | rows[1] | rows[2]) == sum(map(len, rows)) == given.dataset.n_rows
    pixels = given.train.inputs.astype(np.float64) / 255
    np.testing.assert_allclose(given.mean, pixels.mean((0, 2, 3)), rtol=1e-5)


def test_fewer_rows_are_drawn_from_the_whole_training_part():
    given, whole = lesson(Train(train_rows=60)), lesson(Train())
    assert len(given.train.rows) == 60 and set(given.train.rows) <= set(whole.train.rows)
    assert len(np.unique(given.train.targets)) > 5  # not the first rows, which may be of one class
    assert np.array_equal(given.validation.rows, whole.validation.rows)


def test_a_leaked_answer_looks_perfect_until_the_test():
    values = next(row[3] for row in PRESETS if row[0] == "leak")
    trainer = trained(20 * 10, **values)
    assert trainer.metrics()["validation_r2"] > 0.95
    report = train_predict.report(values, weights_of(trainer.state_dict()), "test")
    assert report["r2"] < 0.6


def test_curves_are_measured_at_the_end_of_every_epoch_and_within_when_that_is_cheap():
    experiment = Train(batch_size=8)
    assert 0 in evaluation_places(experiment, 60_000, 10_000)
    for rows, validation, size in ((60_000, 10_000, 128), (1_259, 359, 32), (50, 20, 1)):
        places = evaluation_places(Train(batch_size=size), rows, validation)
        looked_at = len(places) * (min(rows, 2500) + min(validation, 2500))
        assert len(places) == 1 or looked_at <= 3 * rows * 0.08 * 1.01


def test_class_weights_give_every_class_the_same_say():
    trainer = Train(dataset="wine", class_weights=True).trainer()
    counts = trainer.lesson.class_counts
    np.testing.assert_allclose(trainer.weights.numpy() * counts, counts.sum() / len(counts), rtol=1e-6)


def test_metrics_agree_with_scikit_learn():
    from sklearn import metrics

    trainer = trained(60, dataset="wine", stack="dense 8 | relu")
    given = trainer.lesson
    outputs = train_measure.outputs_of(trainer.model, trainer.inputs["validation"], trainer.prepare)
    shares, true = torch.softmax(outputs, 1).numpy(), given.validation.targets
    found = trainer.metrics()
    assert found["validation_accuracy"] == pytest.approx(metrics.accuracy_score(true, shares.argmax(1)))
    assert found["validation_f1"] == pytest.approx(metrics.f1_score(true, shares.argmax(1), average="macro"))
    assert found["validation_auc"] == pytest.approx(metrics.roc_auc_score(true, shares, multi_class="ovr"), abs=1e-6)
    counts = train_measure.confusion(given, shares.argmax(1), true)
    np.testing.assert_array_equal(counts, metrics.confusion_matrix(true, shares.argmax(1)))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(true, shares.argmax(1))
    by_class = train_measure.by_class(counts)
    for mine, theirs in zip(by_class.values(), (precision, recall, f1, support), strict=True):
        np.testing.assert_allclose(mine, theirs)


def test_regression_metrics_are_in_the_targets_own_unit():
    from sklearn import metrics

    trainer = trained(60, dataset="diabetes", stack="dense 8 | relu")
    said, true = trainer.looks["validation"].predicted, trainer.lesson.validation.targets
    found = trainer.metrics()
    assert found["validation_r2"] == pytest.approx(metrics.r2_score(true, said), abs=1e-5)
    assert found["validation_mae"] == pytest.approx(metrics.mean_absolute_error(true, said), rel=1e-5)
    assert found["validation_rmse"] == pytest.approx(math.sqrt(metrics.mean_squared_error(true, said)), rel=1e-5)
    assert found["validation_loss"] * float(trainer.lesson.spread[0]) ** 2 == pytest.approx(found["validation_rmse"] ** 2, rel=1e-4)


def test_a_class_that_is_absent_is_left_out_of_the_auc():
    given = lesson(Train(dataset="wine"))
    shares = torch.tensor([[0.9, 0.05, 0.05], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1], [0.3, 0.6, 0.1]])
    found = train_measure.answers(given, shares.log(), torch.tensor([0, 1, 0, 1]))
    assert found.metrics["auc"] == 1.0


def test_dead_units_are_counted():
    trainer = Train(stack="flatten | dense 10 | relu").trainer()
    with torch.no_grad():
        trainer.model[1].weight[:4] = 0
        trainer.model[1].bias[:4] = -1
    assert trainer._dead_shares()[2] == pytest.approx(0.4)


def test_the_finder_proposes_a_rate_that_learns():
    found = train_finder.find_rate(Train(dataset="wine").values())
    assert 1e-4 <= found["proposal"] <= 1.0 and found["proposal"] <= found["edge"] * 1.05
    assert trained(60, dataset="wine", learning_rate=found["proposal"]).metrics()["validation_accuracy"] > 0.8


def test_the_finder_proposes_where_the_loss_falls_fastest():
    rates = np.geomspace(1e-6, 1, 100)
    losses = 2 - 1.5 / (1 + np.exp(-3 * (np.log10(rates) + 3))) + np.where(rates > 0.1, 5 * (rates - 0.1), 0)
    found = train_finder.propose(rates, losses)
    assert found["proposal"] == pytest.approx(1e-3, rel=0.3) and 0.02 < found["edge"] < 0.3
    assert train_finder.propose(rates[:3], losses[:3])["proposal"] == train_finder.LOWEST


def test_slopes_are_the_derivative_of_the_likeliest_logit():
    trainer = trained(40, dataset="wine", stack="dense 8 | tanh")
    values, weights = trainer.experiment.values(), weights_of(trainer.state_dict())
    row = trainer.lesson.validation.inputs[:1]
    found = train_predict.predict(values, weights, row)
    model, _ = train_predict.opened(values, weights)
    chosen, away = int(found["shares"][0].argmax()), 1e-2
    for place in range(row.shape[1]):
        more, less = row.copy(), row.copy()
        more[0, place] += away
        less[0, place] -= away
        with torch.no_grad():
            rise = model(torch.from_numpy(more))[0, chosen] - model(torch.from_numpy(less))[0, chosen]
        assert float(rise) / (2 * away) == pytest.approx(float(found["slopes"][0, place]), abs=2e-3)


def test_an_input_of_another_shape_is_refused():
    trainer = Train(dataset="wine").trainer()
    with pytest.raises(UserError, match="takes examples of shape"):
        train_predict.predict(trainer.experiment.values(), weights_of(trainer.state_dict()), np.zeros((1, 5), np.float32))


def test_the_loss_landscape_has_this_networks_loss_in_its_middle():
    trainer = trained(60, dataset="iris", stack="dense 6 | tanh")
    found = landscape.network_plane("train", trainer.experiment.values(), trainer.state_dict(), "random", 1.0, 0)
    middle = landscape.SIDE // 2
    assert found["map"][middle, middle] == pytest.approx(trainer.metrics()["train_loss"], rel=1e-4)
    assert found["map"].max() > found["map"][middle, middle]


def test_augmentation_keeps_what_it_should_and_moves_what_it_should():
    images = torch.zeros(40, 1, 9, 9)
    images[:, 0, 4, 2] = 1.0
    stream = torch.Generator().manual_seed(0)
    same = augment(images, stream, False, 0.0, 0.0, 0.0, 0.0)
    assert torch.equal(same, images)
    flipped = augment(images, stream, True, 0.0, 0.0, 0.0, 0.0)
    assert 5 < int(flipped[:, 0, 4, 6].sum()) < 35 and float(flipped.sum()) == 40
    erased = augment(torch.ones(8, 1, 10, 10), stream, False, 0.0, 0.0, 0.0, 0.3)
    assert torch.equal((erased == 0).sum((1, 2, 3)), torch.full((8,), 9))
    moved = augment(images, stream, False, 0.2, 0.0, 0.0, 0.0)
    places = moved.flatten(1).argmax(1)
    assert len(torch.unique(places)) > 5 and int(((places // 9 - 4).abs()).max()) <= 3


def test_a_drawing_is_brought_to_the_form_of_the_data():
    given = lesson(Train())
    share, light = habit(given)
    assert light and 0.9 < share <= 1.0
    assert as_learnt(np.zeros((56, 56), np.uint8), given) is None
    ink = np.zeros((56, 56), np.uint8)
    ink[5:35, 10:14] = 255
    drawn = as_learnt(ink, given)
    assert drawn.shape == (1, 1, 8, 8) and drawn.max() == 255
    assert (drawn[0, 0].sum(1) > 0).all() and set(np.flatnonzero(drawn[0, 0].sum(0))) <= {3, 4}  # a full-height bar in the middle


def test_an_uploaded_picture_gets_the_form_and_the_paper_of_the_data():
    given = lesson(Train())
    photo = np.full((90, 60, 3), 250, np.uint8)  # dark ink on light paper, taller than wide
    photo[30:60, 25:35] = 10
    made = picture_as_learnt(photo, given)
    assert made.shape == (1, 1, 8, 8) and made.dtype == np.uint8
    assert np.median(made[0, 0, 0]) < 40 and made[0, 0, 4, 4] > 180


def test_a_one_drawn_by_hand_is_read_as_a_one():
    trainer = trained(600, stack=STACKS["cnn"].stack, shift=0.1)
    ink = np.zeros((56, 56), np.uint8)
    ink[8:48, 26:31] = 255
    ink[10:16, 20:28] = 200
    found = train_predict.predict(trainer.experiment.values(), weights_of(trainer.state_dict()), as_learnt(ink, trainer.lesson))
    assert found["shares"][0].argmax() == 1


def test_impossible_settings_are_refused_in_words():
    with pytest.raises(UserError, match="Upload a table or images first"):
        Train(dataset="own_table")
    with pytest.raises(UserError, match="together may be at most 80%"):
        Train(validation_share=0.5, test_share=0.5)
    with pytest.raises(UserError, match="Layer 1, convolution 3×3, needs an image"):
        Train(dataset="wine", stack="conv 8 | global").trainer()


def test_annotations_are_taken_out_of_quoted_sources():
    text = untyped(augment)
    assert "def augment(images, generator, flip, shift, rotate, crop, erase):" in text and "Tensor" not in text.split('"""')[0]
    compile(text, "augment", "exec")
