"""The random points at which the book's equations are checked: one module for each chapter.

A module may hold, all by label:

- ``DRAWS``: functions that take a ``numpy.random.Generator`` and return the symbols of one point,
  named as on the page (``y_hat``, ``theta``, ``lambda_``); indices count from 1;
- ``USES``: labels of the equations that define symbols for this one (``eq-x-grad`` and
  ``eq-x-derivation`` use ``eq-x`` without being told);
- ``ANCHORS``, ``DRAWN``, ``SELF``: what an equation is held to, see ``anchors.py``;
- ``TIGHT``: where the bounds of an equation are equalities, see :func:`eqtest.check`;
- ``IMPLIED``: arguments of the code that the equation's head leaves out;
- ``HEADS``: what has to stand left of the first ``=`` where no other equation uses the name;
- ``BORDERLESS``: why no point lies on the border of the equation's conditions;
- ``EXEMPT``: why an equation is compared with nothing;
- ``SURVIVORS``: the mutants that no draw can tell from the equation -> why.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any


def _merged(name: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for module in pkgutil.iter_modules(__path__):
        entries = getattr(importlib.import_module(f"{__name__}.{module.name}"), name, {})
        twice = sorted(set(merged) & set(entries))
        if twice:
            raise ValueError(f"{name}: {', '.join(twice)} in two modules")
        merged |= entries
    return merged


DRAWS = _merged("DRAWS")
USES = _merged("USES")
TIGHT = _merged("TIGHT")
ANCHORS = _merged("ANCHORS")
ANCHOR_SYMBOLS = _merged("ANCHOR_SYMBOLS")
DRAWN = _merged("DRAWN")
SELF = _merged("SELF")
IMPLIED = _merged("IMPLIED")
HEADS = _merged("HEADS")
BORDERLESS = _merged("BORDERLESS")
EXEMPT = _merged("EXEMPT")
SURVIVORS = _merged("SURVIVORS")
