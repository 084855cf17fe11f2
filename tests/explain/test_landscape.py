"""A network's landscape: filter normalisation, the plane through the parameters, and the way training took."""

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.experiments.boundary import Boundary
from playground.explain import landscape


@pytest.fixture(scope="module")
def trained():
    """A small network in training: its settings, checkpoint, trainer, and parameters on the way."""
    experiment = Boundary(hidden_sizes=(4, 3), dataset="blobs", classes=2, learning_rate=0.05)
    trainer, path, views = experiment.trainer(), [], []
    for _ in range(12):
        path.append(trainer.flat_parameters().numpy())
        trainer.advance(10)
        views.append({name: np.array(value) for name, value in (lambda v: v if isinstance(v, dict) else vars(v))(trainer.view()).items() if isinstance(value, np.ndarray)})
    return experiment, trainer.state_dict(), trainer, np.stack(path), views


def plane(trained, along="random", **more):
    experiment, state, _, path, _ = trained
    settings = {"reach": 1.0, "seed": 0, "path": path if along == "path" else None, **more}
    return landscape.network_plane("boundary", experiment.values(), state, along, **settings)


def test_every_filter_of_a_direction_is_as_long_as_the_networks_own(trained):
    trainer = trained[2]
    flat, filters = trainer.flat_parameters(), trainer.filter_slices()
    directions = landscape.random_directions(flat, filters, 0)
    for each in filters:
        assert directions[:, each].norm(dim=1).tolist() == pytest.approx([float(flat[each].norm())] * 2)
    outside = torch.ones(len(flat), dtype=torch.bool)
    for each in filters:
        outside[each] = False
    assert outside.any() and not directions[:, outside].any(), "biases stay put"
    assert not torch.equal(directions, landscape.random_directions(flat, filters, 1))


def test_the_directions_do_not_depend_on_the_scale_of_the_network(trained):
    """Scaling a filter scales its direction: what Li et al. 2018, section 4, ask for."""
    trainer = trained[2]
    flat, filters = trainer.flat_parameters(), trainer.filter_slices()
    assert torch.allclose(landscape.random_directions(3 * flat, filters, 0), 3 * landscape.random_directions(flat, filters, 0))


def test_the_centre_is_the_network_and_every_place_its_own_loss(trained):
    trainer = trained[2]
    found = plane(trained)
    middle = landscape.SIDE // 2
    loss = trainer.loss_at(trainer.flat_parameters())
    assert found["map"].shape == (landscape.SIDE, landscape.SIDE) and found["loss"] == pytest.approx(loss)
    assert found["map"][middle, middle] == pytest.approx(loss, rel=1e-6) and found["parameters"] == len(trainer.flat_parameters())
    directions = landscape.random_directions(trainer.flat_parameters(), trainer.filter_slices(), 0)
    x, y = np.linspace(*found["x"], landscape.SIDE)[7], np.linspace(*found["y"], landscape.SIDE)[40]
    assert found["map"][40, 7] == pytest.approx(trainer.loss_at(trainer.flat_parameters() + x * directions[0] + y * directions[1]), rel=1e-5)


def test_the_centre_agrees_with_what_the_run_measures(trained):
    trainer = trained[2]
    assert plane(trained)["loss"] == pytest.approx(trainer.metrics()["train_loss"], rel=1e-6)


def test_on_a_quadratic_bowl_the_plane_and_the_curvatures_are_exact():
    hessian = torch.tensor([3.0, 1.0, 0.5], dtype=torch.float64)
    flat = torch.tensor([0.2, -0.1, 0.3], dtype=torch.float64)

    def losses_at(flats):
        return (flats**2 * hessian).sum(1) / 2

    directions = torch.eye(3, dtype=torch.float64)[:2]
    x, y = np.linspace(-1, 1, 9), np.linspace(-2, 2, 5)
    expected = (3 * (0.2 + x[None, :]) ** 2 + (-0.1 + y[:, None]) ** 2 + 0.5 * 0.09) / 2
    assert landscape.plane(flat, directions, losses_at, x, y) == pytest.approx(expected)
    assert landscape.sharpness(flat, directions, losses_at) == pytest.approx([3.0, 1.0], rel=1e-6)


def test_the_path_lies_in_the_plane_as_well_as_two_directions_can(trained):
    path = trained[3]
    found = plane(trained, "path")
    walked, shares = found["path"], found["shares"]
    assert walked.shape == (len(path) + 1, 2) and walked[-1] == pytest.approx([0.0, 0.0], abs=1e-9)
    end = trained[2].flat_parameters().numpy()
    lost = ((path - end) ** 2).sum() - (walked**2).sum()
    assert shares.sum() == pytest.approx(1 - lost / ((path - end) ** 2).sum()) and shares[0] >= shares[1]
    assert shares.sum() > 0.8 and found["path_losses"][0] > found["path_losses"][-1]


def test_recorded_views_hold_the_parameters_in_the_order_of_the_network(trained):
    views, trainer = trained[4], trained[2]
    assert landscape.recorded_path(views)[-1] == pytest.approx(trainer.flat_parameters().numpy(), rel=1e-3, abs=1e-3)  # views may hold half precision
    assert landscape.recorded_path([]) is None and landscape.recorded_path([{}]) is None


def test_what_cannot_be_looked_at_is_refused_in_words(trained):
    experiment, state, *_ = trained
    with pytest.raises(UserError, match="too few moments"):
        landscape.path_directions(torch.zeros(5, 3, dtype=torch.float64))
    with pytest.raises(UserError, match="no parameters to look around in"):
        landscape.network_plane("descent", {}, {}, "random", 1.0, 0)
    trainer = experiment.trainer()
    trainer.load_state_dict(state)
    trainer.edit(layer=0, kind="bias", row=0, column=0, value=0.5)
    broken = {name: np.full_like(value, np.nan) if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size == trainer.flat_parameters().numel() else value
              for name, value in trainer.state_dict().items()}  # fmt: skip
    with pytest.raises(UserError, match="no longer finite"):
        landscape.network_plane("boundary", experiment.values(), broken, "random", 1.0, 0)


@pytest.mark.parametrize("along", ["path", "random"])
def test_who_has_no_network_yet_sees_a_small_one_trained_for_the_purpose(along):
    found = landscape.example_plane(along, 1.0, 0)
    assert np.isfinite(found["map"]).all() and found["loss"] < 0.3 and ("path" in found) == (along == "path")
    if along == "path":
        assert found["path_losses"][0] > 2 * found["path_losses"][-1]
        assert (found["path"] >= [found["x"][0], found["y"][0]]).all() and (found["path"] <= [found["x"][1], found["y"][1]]).all()
