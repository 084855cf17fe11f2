"""A trained network opens again as it was."""

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.experiments.train import Train
from playground.networks.trained import load, weights_of


def test_a_network_opened_from_a_checkpoint_answers_as_the_trainer_does():
    experiment = Train(stack="conv 4 | norm | relu | global | dense 8 | relu", batch_size=256)
    trainer = experiment.trainer()
    trainer.advance(5)
    given = trainer.lesson
    model = load(experiment.stack, given.input_shape, given.outputs, weights_of(trainer.state_dict()))
    images = trainer.prepare(trainer.inputs["validation"][:20])
    trainer.model.eval()
    assert not model.training
    with torch.no_grad():
        np.testing.assert_array_equal(model(images).numpy(), trainer.model(images).numpy())


def test_opening_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    load("flatten", (1, 2, 2), 3, {"1.weight": np.zeros((3, 4), np.float32), "1.bias": np.zeros(3, np.float32)})
    assert torch.equal(before, torch.get_rng_state())


def test_weights_of_another_network_are_refused_in_words():
    with pytest.raises(UserError, match="do not fit"):
        load("flatten | dense 4", (1, 2, 2), 3, {"1.weight": np.zeros((3, 4), np.float32)})
