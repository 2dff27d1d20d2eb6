"""The boxes of formula, NumPy and PyTorch: each loss has one, with what belongs into it."""

from __future__ import annotations

import inspect

import pytest
from side_by_side import SideBySide, address, boxes, printed

from lossbook import functional, reference
from lossbook.registry import BINDINGS

TEXT = "\n".join(SideBySide.lines(object.__new__(SideBySide)))
BOXES = dict(zip(boxes(), TEXT.split("(code-")[1:], strict=True))


def test_every_function_of_the_package_has_a_box() -> None:
    assert boxes().keys() == set(functional.__all__)


@pytest.mark.parametrize("name", BOXES)
def test_a_box_holds_formula_and_both_sources(name: str) -> None:
    formula, numpy, torch = BOXES[name].split(":::{tab-item}")[1:]
    (label, *slopes) = boxes()[name]
    assert BINDINGS[label].function is getattr(reference, name)
    assert printed()[label].strip() in formula
    assert all(f"{{eq}}`{one}`" in formula for one in [label, *slopes])
    for module, text in ((reference, numpy), (functional, torch)):
        source = inspect.getsource(getattr(module, name))
        assert source.rstrip().splitlines()[-1] in text
        assert '"""' not in text
    if hasattr(reference, f"{name}_grad"):
        assert f"def {name}_grad(" in numpy


@pytest.mark.parametrize("name", ["hinge_loss", "focal_loss", "l2_loss"])
def test_a_loss_has_its_gradient_beside_it(name: str) -> None:
    slopes = [
        label
        for label in boxes()[name]
        if label in BINDINGS and BINDINGS[label].function is getattr(reference, f"{name}_grad")
    ]
    assert slopes
    assert address(name) == address(f"{name}_grad")
