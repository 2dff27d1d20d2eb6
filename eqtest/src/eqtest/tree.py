"""What a formula is once it is read: small frozen nodes, each with its place in the source.

Places do not count when two trees are compared, so equal trees are equal formulas.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Literal


@dataclass(frozen=True)
class Node:
    """Any part of a formula; ``start`` and ``end`` delimit it in the LaTeX it came from."""

    start: int = field(compare=False, kw_only=True)
    end: int = field(compare=False, kw_only=True)


@dataclass(frozen=True)
class Number(Node):
    """A number, as printed."""

    value: float


@dataclass(frozen=True)
class Constant(Node):
    """Euler's e, pi or infinity, unless a symbol of that name is given."""

    name: Literal["e", "pi", "infty"]


@dataclass(frozen=True)
class Name(Node):
    r"""A symbol, such as ``z_{i y_i}``.

    Args:
        base: name with accent and words: ``y_hat``, ``x_true``, ``L``.
        indices: what stands below it, as formulas.
        label: what stands below it, as a word (``p_t`` may be the name of one symbol).
        primes: number of primes.
        applied: printed as ``p(x)`` and not as ``p_x``.
        style: the command that sets it, such as ``\mathbf``.
    """

    base: str
    indices: tuple[Node, ...] = ()
    label: str = ""
    primes: int = 0
    applied: bool = False
    style: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """The name together with what stands below it."""
        return f"{self.base}_{self.label}" if self.label else self.base


@dataclass(frozen=True)
class Group(Node):
    """Something in brackets; ``bracket`` is the opening one."""

    inner: Node
    bracket: str


@dataclass(frozen=True)
class Sum(Node):
    """Terms with their signs: ``a - b + c``; a sign alone is a sum of one term."""

    terms: tuple[tuple[Literal["", "+", "-"], Node], ...]


@dataclass(frozen=True)
class Product(Node):
    r"""Factors, each with the operator before it, which is empty if they stand side by side."""

    factors: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Quotient(Node):
    r"""A fraction; ``slash`` if printed as ``a/b``."""

    top: Node
    bottom: Node
    slash: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Power(Node):
    """A base with an exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Transpose(Node):
    """A transposed vector or matrix."""

    inner: Node


@dataclass(frozen=True)
class Absolute(Node):
    """An absolute value."""

    inner: Node


@dataclass(frozen=True)
class Norm(Node):
    """A norm; ``order`` is ``None`` where no index is printed, ``"F"`` for Frobenius."""

    inner: Node
    order: Node | Literal["F"] | None


@dataclass(frozen=True)
class Function(Node):
    """A function that every reader knows, of one argument; ``log`` may carry a base.

    ``closed`` says that the argument stands in brackets.
    """

    name: str
    argument: Node
    base: Node | None = None
    closed: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class Extremum(Node):
    """The largest or smallest of several arguments: ``max(0, a)``."""

    name: Literal["max", "min"]
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Call(Node):
    """A function that the caller or another equation defines, with its arguments."""

    name: Name
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Element(Node):
    """An entry of a compound: ``softmax(z)_k``."""

    inner: Node
    indices: tuple[Node, ...]


@dataclass(frozen=True)
class Collection(Node):
    r"""A set ``\{1, 2\}``, or ``\{1, \dots, C\}`` if ``run``."""

    items: tuple[Node, ...]
    run: bool = False


@dataclass(frozen=True)
class Relation(Node):
    """A chain of comparisons."""

    operators: tuple[str, ...]
    sides: tuple[Node, ...]


@dataclass(frozen=True)
class Indicator(Node):
    """One where a relation holds, else zero: an Iverson bracket."""

    condition: Relation


@dataclass(frozen=True)
class Big(Node):
    """A sum, product, maximum or minimum over an index.

    Without ``low`` and ``domain`` the index runs over the axis of the arrays that carry it.
    ``partner`` is the index that this one differs from, if one symbol below carries both.
    """

    name: Literal["sum", "prod", "max", "min"]
    index: str
    low: Node | None
    high: Node | None
    domain: Node | None
    conditions: tuple[Relation, ...]
    body: Node
    partner: str = ""


@dataclass(frozen=True)
class Expectation(Node):
    """The mean of the body over a finite distribution."""

    index: str
    distribution: Node
    body: Node


@dataclass(frozen=True)
class Cases(Node):
    """Values with their conditions; ``None`` means otherwise."""

    rows: tuple[tuple[Node, tuple[Relation, ...] | None], ...]


@dataclass(frozen=True)
class Derivative(Node):
    """The derivative of the body with respect to one symbol.

    ``letter`` says that it is printed with an italic d, which could also be a symbol.
    """

    body: Node
    variable: Name
    letter: bool = field(default=False, compare=False)


def children(node: Any) -> Iterator[Node]:
    """Yield the nodes directly below a node."""
    kind: Any = type(node)
    if isinstance(node, Node):
        for name in _below(kind):
            value = getattr(node, name)
            yield from (value,) if isinstance(value, Node) else children(value)
    elif isinstance(node, tuple):
        for part in node:
            yield from (part,) if isinstance(part, Node) else children(part)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes below it, outermost first."""
    yield node
    for child in children(node):
        yield from walk(child)


def mentions(node: Node, name: str) -> bool:
    """Say whether a symbol occurs anywhere in a formula."""
    return any(isinstance(part, Name) and name in (part.base, part.key) for part in walk(node))


@cache
def _below(kind: type[Node]) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind) if item.name not in ("start", "end"))
