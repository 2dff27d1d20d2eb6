"""Settings of every test run."""

import gc

import torch
from hypothesis import settings

# The same examples in every run, on a machine of any speed. To look for new ones:
# pytest --hypothesis-profile=search
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile("same")

# The tensors of the tests are small: a second thread costs more than it computes.
torch.set_num_threads(1)


def pytest_collection_finish() -> None:
    """Spare the garbage collector thousands of tests and all of PyTorch: they stay to the end."""
    gc.collect()
    gc.freeze()
