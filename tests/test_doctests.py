"""No doctest compares a number to digits that another processor rounds otherwise."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re

import pytest

import lossbook

# The option NUMBER compares to the digits that are printed; float64 holds about sixteen of them.
TOO_PRECISE = re.compile(r"\d\.\d{9,}")
MODULES = [
    module.name
    for module in pkgutil.walk_packages(lossbook.__path__, "lossbook.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_no_expected_number_has_more_than_eight_decimals(name: str) -> None:
    found = doctest.DocTestFinder().find(importlib.import_module(name))
    wants = [example.want for test in found for example in test.examples]
    assert [want for want in wants if TOO_PRECISE.search(want)] == []


def test_the_option_is_set(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getini("doctest_optionflags") == ["NUMBER"]
