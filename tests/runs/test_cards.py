"""What runs are called."""

from playground.experiments.boundary import Boundary
from playground.runs import cards


def card(**changed):
    return {"name": "", "kind": "boundary", "title": Boundary.title, "experiment": {**Boundary().values(), **changed}}


def test_a_run_is_called_by_what_was_changed_and_never_by_how_its_data_is_filed():
    assert cards.call(card()) == "As it comes"
    called = cards.call(card(dataset="own", own="7efb9ccbd1c082b07efb9ccbd1c082b0"))
    assert called == "Data Own data" and "7efb" not in called
    assert cards.call(card(own="7efb9ccbd1c082b07efb9ccbd1c082b0"), ["own"]).endswith("7efb9c")  # the one thing in which it differs from its neighbours
