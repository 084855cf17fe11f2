"""The comparisons of whole networks: what is shared, what differs, and that the engine trains exactly these members."""

import pytest

from playground.core.errors import UserError
from playground.core.limits import RACE_MEMBERS
from playground.data import points
from playground.experiments.boundary import FITTING_LOSSES, Boundary
from playground.experiments.network_race import ActivationRace, LossRace, NetworkRace, task_of


@pytest.mark.parametrize("kind", [ActivationRace, LossRace])
def test_members_differ_in_nothing_but_what_is_compared(kind):
    view = kind()
    members = [view.member(key) for key in view.keys]
    varied = "activation" if kind is ActivationRace else "loss"
    assert [getattr(each, varied) for each in members] == list(view.keys)
    for each in members[1:]:
        assert set(each.differences(members[0])) == {varied}
    assert len(view.titles()) == len(members)


@pytest.mark.parametrize("kind", [ActivationRace, LossRace])
def test_borrowed_fields_keep_the_domain_of_the_screen_they_come_from(kind):
    mine, theirs = kind.domains(), Boundary.domains()
    for name in NetworkRace.shared:
        if name != "dataset":
            assert (mine[name].low, mine[name].high, mine[name].options) == (theirs[name].low, theirs[name].high, theirs[name].options)
    assert set(mine["dataset"].keys) == set(theirs["dataset"].keys) - {points.OWN}


@pytest.mark.parametrize("dataset", points.MAKERS)
def test_every_data_set_gets_losses_that_fit_it_and_are_really_used(dataset):
    view = LossRace(dataset=dataset)
    assert set(view.keys) <= set(FITTING_LOSSES[task_of(dataset)])
    assert [view.member(key).used_loss(task_of(dataset)) for key in view.keys] == list(view.keys)
    assert view.titles() != []


def test_a_member_of_the_race_equals_the_same_network_trained_alone():
    view = ActivationRace(activations=("tanh", "relu"), epochs=3)
    race, alone = view.to_run().trainer(), view.member("relu").trainer()
    race.advance(30)
    alone.advance(30)
    together, single = race.metrics(), alone.metrics()
    assert together["test_loss/1"] == pytest.approx(single["test_loss"], rel=1e-9)
    assert together["test_accuracy/1"] == single["test_accuracy"]


def test_settings_of_a_member_reopen_it_on_its_own_screen():
    view = ActivationRace(dataset="spiral", hidden_sizes=(5, 4))
    member = view.member("gelu")
    assert Boundary(**view.settings(member)) == member
    assert "own" not in view.settings(member)


def test_scores_are_accuracy_for_classes_and_r2_for_numbers():
    for dataset, metric in (("circle", "test_accuracy/0"), ("pinwheel", "test_accuracy/0"), ("sine", "test_r2/0")):
        view = ActivationRace(dataset=dataset, activations=("tanh",))
        assert f"test_{view.score}/0" == metric
        assert metric in view.to_run().trainer().metrics()


def test_outputs_are_those_of_the_network_that_trains():
    for dataset in ("circle", "pinwheel", "sine"):
        view = ActivationRace(dataset=dataset, activations=("tanh",))
        (cohort,) = view.to_run().trainer().cohorts
        assert cohort.network.structure.sizes == (len(view.features), *view.hidden_sizes, view.outputs)


def test_more_members_than_a_race_holds_are_refused():
    keys = tuple(ActivationRace.domains()["activations"].keys[: RACE_MEMBERS + 1])
    with pytest.raises(UserError, match="needs 1 to 6 choices"):
        ActivationRace(activations=keys)
