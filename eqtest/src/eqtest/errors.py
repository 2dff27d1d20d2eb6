"""The two ways in which a formula can fail: it cannot be read, or it disagrees."""

from __future__ import annotations


class FormulaError(ValueError):
    """A formula cannot be read, or cannot be evaluated, with certainty.

    Args:
        message: what is wrong.
        latex: the formula, to show the place.
        position: offset of the offending token in ``latex``.
    """

    def __init__(self, message: str, latex: str = "", position: int | None = None) -> None:
        """Build the message: what is wrong, the line, and a caret under the place."""
        self.message, self.latex, self.position = message, latex, position
        super().__init__(message + _pointer(latex, position))

    def within(self, latex: str) -> FormulaError:
        """Return the same error with the place shown in ``latex``, unless it is shown already."""
        if self.latex or self.position is None:
            return self
        return type(self)(self.message, latex, self.position)


class NoValue(FormulaError):  # noqa: N818
    """A symbol, or an argument of a function, has no value: nothing is drawn for it."""


class Unread(FormulaError):  # noqa: N818
    """An equation cannot be read with certainty; what it is compared with does not matter."""


class NoDerivative(FormulaError):  # noqa: N818
    """A formula has no derivative at a point, where it has a kink or a jump."""


class FormulaMismatch(AssertionError):  # noqa: N818
    """A formula was read and evaluated, and does not agree with what it is compared with."""


def _pointer(latex: str, position: int | None) -> str:
    if not latex or position is None:
        return ""
    begin = latex.rfind("\n", 0, position) + 1
    end = latex.find("\n", position)
    line = latex[begin : end if end >= 0 else len(latex)]
    return f"\n  {line}\n  {' ' * (position - begin)}^"
