"""Every test works in a data folder of its own and without the network."""

import os
import tempfile

import pytest
from hypothesis import settings

# The same examples at every run, so that what passed once passes again; `make explore` looks for new ones.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore", derandomize=False, print_blob=True)
settings.load_profile("repeatable")

# Before anything of the package is imported: worker processes inherit it.
os.environ["PLAYGROUND_HOME"] = tempfile.mkdtemp(prefix="playground-tests-")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
# Two processes of tests keep both cores busy: workers that step back far, as for a visitor, would keep the tests that wait for them waiting.
os.environ.setdefault("PLAYGROUND_NICE", "2")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("alone"):  # a figure measured while the machine was busy elsewhere is measured again
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=2))


@pytest.fixture(autouse=True)
def _alike():
    """Every test begins alike, whatever ran before it: one thread (commands for people use all cores, and their threads would wait for those
    of the other process of tests), and the same random numbers for models that begin with some."""
    import numpy as np
    import torch

    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)
    torch.manual_seed(0)
    np.random.seed(0)
