"""Every test works in a data folder of its own and without the network."""

import os
import tempfile

import pytest

# Before anything of the package is imported: worker processes inherit it.
os.environ["PLAYGROUND_HOME"] = tempfile.mkdtemp(prefix="playground-tests-")
os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    import torch

    torch.set_num_threads(1)
