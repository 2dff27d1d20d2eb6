"""What ``pip install lossbook`` brings needs nothing but NumPy and PyTorch."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

EXTRAS = ("IPython", "matplotlib", "nbformat", "scipy", "sklearn", "tqdm", "yaml")
IMPORT_ALL = f"""
import importlib, pkgutil, sys
for extra in {EXTRAS}:
    sys.modules[extra] = None  # importing it now fails
import lossbook
for module in pkgutil.walk_packages(lossbook.__path__, "lossbook."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


@pytest.mark.parametrize("name", EXTRAS)
def test_the_names_are_of_real_packages(name: str) -> None:
    assert find_spec(name)


def test_every_module_can_be_imported_without_the_extras() -> None:
    subprocess.run([sys.executable, "-c", IMPORT_ALL], check=True)
