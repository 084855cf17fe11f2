"""The hand-written engine against plain torch: autograd, torch.nn and torch.optim, over 50 updates, in float64."""

import numpy as np
import pytest
import torch

from playground.functions.activations import ACTIVATIONS
from playground.functions.initialisers import INITIALISERS
from playground.functions.losses import LOSSES
from playground.networks.batched_mlp import Structure
from playground.networks.cohort import Cohort, Habits, Lesson
from playground.optimizers.batched import RULES

UPDATES, TOLERANCE = 50, 1e-9
BATCH = 7


def lesson(loss="bce", optimizer="adam", activation="tanh", normalization="none", initializer="xavier_uniform", hidden=(6, 5), rows=40):
    task = LOSSES[loss].task
    stream = np.random.default_rng(3)
    inputs = torch.from_numpy(stream.normal(size=(rows, 3)))
    outputs = 4 if task == "multiclass" else 1
    targets = torch.from_numpy({"binary": lambda: stream.integers(0, 2, rows).astype(float), "multiclass": lambda: stream.integers(0, 4, rows),
                                "regression": lambda: stream.normal(size=rows)}[task]())  # fmt: skip
    structure = Structure((3, *hidden, outputs), (activation,) * len(hidden), normalization, "tanh" if loss == "half_mse" else "linear")
    return Lesson(structure, inputs, targets, loss, optimizer, initializer, BATCH)


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2, written for clarity."""

    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p -= group["lr"] * (0.9 * m + 0.1 * p.grad).sign()
                m.mul_(0.99).add_(p.grad, alpha=0.01)


class Activation(torch.nn.Module):
    def __init__(self, key):
        super().__init__()
        self.code = compile(ACTIVATIONS[key].torch_expression, key, "eval")

    def forward(self, x):
        return eval(self.code, {"torch": torch, "x": x})  # the expression of our own table, checked here against its tensor form


class Drop(torch.nn.Module):
    """Dropout (Srivastava et al. 2014) with draws of its own."""

    def __init__(self, rate, generator):
        super().__init__()
        self.rate, self.generator = rate, generator

    def forward(self, x):
        if not self.training:
            return x
        keep = torch.rand(x.shape, generator=self.generator, dtype=x.dtype) >= self.rate
        return torch.where(keep, x / (1 - self.rate), torch.zeros_like(x))


def reference(cohort, habits):
    """A plain torch network, optimizer and loss that start where member 0 starts."""
    lesson = cohort.lesson
    draws = torch.Generator()
    draws.set_state(cohort.dropout_streams[0].get_state())
    modules, sizes = [], lesson.structure.sizes
    for layer, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
        modules.append(torch.nn.Linear(fan_in, fan_out))
        if layer < len(sizes) - 2:
            norm = {"batch": torch.nn.BatchNorm1d, "layer": torch.nn.LayerNorm}.get(lesson.structure.normalization)
            modules += [norm(fan_out)] if norm else []
            modules += [Activation(lesson.structure.activations[layer])]
            modules += [Drop(habits.dropout, draws)] if habits.dropout else []
    modules += [torch.nn.Tanh()] if lesson.structure.output == "tanh" else []
    model = torch.nn.Sequential(*modules).double()
    with torch.no_grad():
        for target, (name, _) in zip(model.parameters(), lesson.structure.shapes(), strict=True):
            target.copy_(cohort.network.parameters[name][0])
    make = RULES[lesson.optimizer].code.format(learning_rate=habits.learning_rate, momentum=habits.momentum)
    return model, eval(make, {"torch": torch, "model": model, "Lion": Lion})


def train_reference(cohort, habits, updates=UPDATES):
    model, optimizer = reference(cohort, habits)
    lesson, stream = cohort.lesson, torch.Generator()
    stream.set_state(cohort.batch_streams[0].get_state())
    loss = compile(LOSSES[lesson.loss].torch_expression, lesson.loss, "eval")
    done = 0
    while done < updates:
        order = torch.randperm(len(lesson.inputs), generator=stream)
        for rows in order.split(lesson.batch_size):
            predictions = model(lesson.inputs[rows])
            predictions = predictions if LOSSES[lesson.loss].task == "multiclass" else predictions.squeeze(1)
            value = eval(loss, {"torch": torch, "predictions": predictions, "targets": lesson.targets[rows]}).mean()
            weights = [p for name, p in zip([n for n, _ in lesson.structure.shapes()], model.parameters(), strict=True) if "weight" in name]
            value = value + sum(habits.l1 * w.abs().sum() + habits.l2 / 2 * (w**2).sum() for w in weights)
            optimizer.zero_grad()
            value.backward()
            if habits.gradient_clip:
                torch.nn.utils.clip_grad_norm_(model.parameters(), habits.gradient_clip)
            for group in optimizer.param_groups:
                group["lr"] = habits.learning_rate * habits.factor(done)
            optimizer.step()
            done += 1
            if done == updates:
                break
    return model


def check(given, habits, tolerance=TOLERANCE):
    cohort = Cohort(given, [11], [habits])
    model = train_reference(cohort, habits)
    cohort.advance(UPDATES)
    for (name, _), wanted in zip(given.structure.shapes(), model.parameters(), strict=True):
        torch.testing.assert_close(cohort.network.parameters[name][0], wanted.detach(), rtol=tolerance, atol=tolerance, msg=lambda m, n=name: f"{n}: {m}")
    model.eval()
    with torch.no_grad():
        torch.testing.assert_close(cohort.network.evaluate(given.inputs)[0], model(given.inputs), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("optimizer", RULES)
def test_every_optimizer_equals_torch_optim_over_50_updates(optimizer):
    check(lesson(optimizer=optimizer), Habits(1.0 if optimizer == "adadelta" else 0.01, momentum=0.8))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_equals_autograd_over_50_updates(activation):
    check(lesson(activation=activation), Habits(0.01))


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_equals_autograd_over_50_updates(loss):
    check(lesson(loss=loss), Habits(0.01))


@pytest.mark.parametrize("initializer", INITIALISERS)
def test_every_initialiser_starts_and_trains_like_plain_torch(initializer):
    check(lesson(initializer=initializer, optimizer="sgd"), Habits(0.01))


@pytest.mark.parametrize("normalization", ["batch", "layer"])
def test_normalisation_equals_torch_nn_over_50_updates(normalization):
    # The bias before a batch norm has gradient 0; Adam makes moves of what rounding leaves there, so digits beyond these are chance
    check(lesson(normalization=normalization, activation="relu"), Habits(0.01), tolerance=1e-6 if normalization == "batch" else TOLERANCE)


@pytest.mark.parametrize("habits", [Habits(0.05, l1=0.01), Habits(0.05, l2=0.1), Habits(0.05, gradient_clip=0.05),
                                    Habits(0.05, l1=0.002, l2=0.01, gradient_clip=0.2, factor=lambda step: 1 / (1 + step))])  # fmt: skip
def test_penalties_clipping_and_schedules_equal_plain_torch(habits):
    check(lesson(optimizer="momentum"), habits)


@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
def test_dropout_equals_autograd_through_the_same_masks(normalization):
    check(lesson(normalization=normalization), Habits(0.01, dropout=0.4, l2=0.01), tolerance=1e-6 if normalization == "batch" else TOLERANCE)


@pytest.mark.parametrize("hidden", [(), (1,), (16,) * 8])
def test_every_depth_equals_plain_torch(hidden):
    check(lesson(hidden=hidden), Habits(0.01))


@pytest.mark.parametrize("optimizer", RULES)
def test_members_of_a_cohort_learn_as_they_would_alone(optimizer):
    given = lesson(optimizer=optimizer)
    habits = [Habits(0.01 * (k + 1), momentum=0.5 + 0.1 * k, l2=0.01 * k, dropout=0.2 * (k % 2)) for k in range(4)]
    together = Cohort(given, [1, 2, 3, 3], habits)
    together.advance(40)
    for member, habit in enumerate(habits):
        alone = Cohort(given, [together.seeds[member]], [habit])
        alone.advance(40)
        torch.testing.assert_close(together.network.flat[member], alone.network.flat[0], rtol=1e-10, atol=1e-12)


def test_dropout_takes_its_share_and_keeps_the_mean():
    cohort = Cohort(lesson(hidden=(16, 16)), [0], [Habits(0.01, dropout=0.3)])
    masks = torch.cat([mask.flatten() for _ in range(200) for mask in cohort._masks(BATCH)])
    assert set(masks.unique().tolist()) == {0.0, 1 / 0.7}
    assert abs((masks == 0).double().mean() - 0.3) < 0.01 and abs(masks.mean() - 1) < 0.02


def test_a_state_continues_identically_and_updates_add_up():
    given = lesson(normalization="batch", optimizer="nadam")
    first = Cohort(given, [5], [Habits(0.01, dropout=0.2)])
    first.advance(13)
    second = Cohort(given, [5], [Habits(0.01, dropout=0.2)])
    second.load_state_dict(first.state_dict())
    for _ in range(9):
        first.advance(1)
    second.advance(9)
    assert torch.equal(first.network.flat, second.network.flat)


def test_a_batch_of_one_example_is_passed_over_under_batch_norm():
    given = lesson(normalization="batch", rows=15)  # batches of 7, 7 and 1
    cohort = Cohort(given, [0], [Habits(0.01)])
    cohort.advance(2)
    before = cohort.network.flat.clone()
    cohort.advance(1)
    assert torch.equal(cohort.network.flat, before) and cohort.step == 3
