"""Settings of every test run."""

import gc

import pytest
import torch
from hypothesis import settings

# The same examples in every run, on a machine of any speed. To look for new ones:
# pytest --hypothesis-profile=search
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile("same")

# The tensors of the tests are small: a second thread costs more than it computes.
torch.set_num_threads(1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file on one worker, unless they name a group of their own."""
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.split("::")[0]))


def pytest_collection_finish() -> None:
    """Spare the garbage collector thousands of tests and all of PyTorch: they stay to the end."""
    gc.collect()
    gc.freeze()
