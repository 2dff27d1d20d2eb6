"""Comparing a printed equation with a function, and its sides with each other.

The value check compares the first chain with the function; the derivation check compares each side
with the next; a printed gradient is a chain whose first side is evaluated as a numeric derivative
of the printed definition. A check that has compared nothing, or too little, fails as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from eqtest.binding import Call, called_with
from eqtest.compare import Disagreement, Point, Report, Shown, difference, rounded, show
from eqtest.domains import draws
from eqtest.errors import FormulaError, FormulaMismatch, NoDerivative, NoValue, Unread
from eqtest.evaluate import ORDERS, extent, numbers, quiet, value
from eqtest.mutate import Mutant, mutants, slips
from eqtest.scope import (
    MOST_TERMS,
    RowVector,
    Scope,
    Symbol,
    Trace,
    as_array,
    definition_table,
    plain,
    symbol_table,
)
from eqtest.statement import Chain, Side, Statement, definitions_in, is_headed, read_statement
from eqtest.tokens import GREEK
from eqtest.tree import Cases, Derivative, Extremum, Indicator, Name, Node, Relation, mentions, walk

Draw = Callable[[np.random.Generator], Mapping[str, Any]]
Tight = Callable[[Mapping[str, Any]], bool]
BOUNDS = (r"\leq", r"\geq")


def check(
    latex: str,
    function: Callable[..., Any] | None = None,
    *,
    draw: Draw | Mapping[str, str],
    symbols: Mapping[str, str] | Sequence[str] | None = None,
    definitions: Iterable[str] = (),
    tight: Sequence[Tight | None] = (),
    implied: Iterable[str] = (),
    head: str = "",
    labels: Iterable[str] = (),
    convert: Callable[[Any], Any] | None = None,
    borders: bool = True,
    first: int = 1,
    points: int = 20,
    seed: int = 0,
    name: str = "",
) -> Report:
    r"""Compare a printed equation with a function, and each of its sides with the next.

    Args:
        latex: the equation.
        function: called with the drawn symbols, by the names of its arguments, or in the order in
            which the head prints them if no name fits; what it returns in single or half
            precision is compared to fewer digits. Without it the sides are compared with each
            other only.
        draw: takes a random generator and returns the symbols of one point; or symbol -> domain,
            see ``eqtest.domains``.
        symbols: argument of the function -> symbol on the page, where the two differ; or the
            symbols in the order of the function's arguments.
        definitions: equations that define further symbols, as printed.
        tight: for each printed ``\le`` and ``\ge`` between sides, in order: takes what was drawn
            and says whether both sides are equal there. ``None`` where nothing is claimed.
        implied: arguments of the function that the head leaves out: ``J(\theta)`` of the losses.
        head: what has to stand left of the first ``=``: a name, or all of it.
        labels: symbols that hold class labels: the page counts them from ``first``, the code
            from 0.
        convert: what arrays and the function's required arguments go through before the call, such
            as ``torch.as_tensor``.
        borders: demand that points lie on the border of each condition, where ``<`` is not ``\le``.
        first: where indices on the page begin to count.
        points: how many points are drawn.
        seed: where the random generator begins.
        name: chapter and label, for messages.

    Raises:
        FormulaError: if the equation cannot be read, or evaluated at a point, with certainty.
        FormulaMismatch: if two values differ, or if the check proves too little: nothing compared,
            one value at all points, a case never reached, an argument that the page never reads,
            a head with the function's arguments in another order.

    >>> page = r"\ell(f, y) = \max(0, 1 - y f)"
    >>> draw = lambda rng: {"y": rng.choice([-1, 1]), "f": rng.normal(0, 2)}
    >>> check(page, lambda f, y: max(0, 1 - y * f), draw=draw).points
    20
    """
    return Trial(**locals()).check()


class Trial:
    """An equation with its points, drawn once, to be checked as printed and as mutated.

    The arguments are those of :func:`check`.
    """

    def __init__(
        self,
        latex: str,
        function: Callable[..., Any] | None = None,
        *,
        draw: Draw | Mapping[str, str],
        symbols: Mapping[str, str] | Sequence[str] | None = None,
        definitions: Iterable[str] = (),
        tight: Sequence[Tight | None] = (),
        implied: Iterable[str] = (),
        head: str = "",
        labels: Iterable[str] = (),
        convert: Callable[[Any], Any] | None = None,
        borders: bool = True,
        first: int = 1,
        points: int = 20,
        seed: int = 0,
        name: str = "",
    ) -> None:
        """Draw the points, call the function at each, read the equation."""
        self.latex, self.function, self.name = latex, function, name
        self.tight, self.implied, self.borders = tuple(tight), frozenset(implied), borders
        self.first, self.head = first, head
        self.labels, self.convert = frozenset(labels), convert
        if isinstance(draw, Mapping):
            draw = draws(draw, first=first)
        rng = np.random.default_rng(seed)
        self.points = [self._point(number, draw(rng)) for number in range(1, points + 1)]
        if not self.points:
            raise FormulaMismatch(f"{name}: no point was drawn")
        drawn = self.points[0].symbols
        callables = {key for key, found in drawn.items() if callable(found)}
        found = definitions_in(definitions, callables)
        self.definitions = definition_table(found)
        if twice := sorted(set(self.definitions) & set(drawn)):
            raise FormulaError(f"{', '.join(twice)}: drawn, and defined by an equation")
        self.functions = callables | {item.name for item in found if item.parameters}
        self.known = set(drawn) | set(self.definitions)
        try:
            self.statement = read_statement(latex, self.functions, self.known)
        except FormulaError as error:
            raise Unread(error.message, error.latex, error.position) from None
        self.call = self._call(symbols, set(drawn)) if function else None
        if self.call:
            self.points = [self._with_reference(point, self.call) for point in self.points]
        self._skipped = 0
        self._cache: dict[object, tuple[Any, frozenset[str]]] = {}

    def check(self) -> Report:
        """Check the equation as printed; see :func:`check`."""
        trace = Trace()
        self._cache.clear()  # what is cached leaves no trace of the cases it took
        try:
            report = self.compare(self.statement, trace)
        except Disagreement as failed:
            raise FormulaMismatch(self._message(failed)) from None
        self._require(report, trace)
        self._skipped = report.skipped
        return report

    def leans_on(self) -> Literal["definition", "derivative", ""]:
        """Say what outside itself the equation is held to, apart from a function."""
        sides = [side.node for chain in self.statement.chains for side in chain.sides if side.node]
        sides += [definition.body for definition in self.statement.locals]
        outside = set(self.functions) | set(self.definitions)
        names = (node for side in sides for node in walk(side) if isinstance(node, Name))
        if any(name.base in outside or name.key in outside for name in names):
            return "definition"
        return "derivative" if any(map(_differentiates, sides)) else ""

    def mutants(self) -> list[Mutant]:
        """Return the mutants of the equation."""
        return mutants(self.statement, self.functions, self.known)

    def slips(self) -> list[Mutant]:
        """Return the mutants that repeat one change wherever the same part is printed."""
        return slips(self.statement, self.functions, self.known)

    def agrees(self, statement: Statement) -> bool:
        """Say whether a mutant passes all comparisons that the equation passes through."""
        try:
            report = self.compare(statement, Trace())
            whole = report.comparisons + report.skipped == self.compares
            # A change that puts more points onto kinks is not excused there.
            return whole and report.skipped == self._skipped
        except (Disagreement, FormulaError):
            return False

    def is_equal(self, mutant: Mutant) -> bool:
        """Say whether a mutant is the page in other words: a border on which both cases agree.

        It differs from the page on the border alone, and points lie there.
        """
        if mutant.kind != "border" or not self.borders or self._skipped:
            return False
        return self.agrees(mutant.statement)

    @property
    def compares(self) -> int:
        """Return how many comparisons the equation as printed takes: a head takes none."""
        compared = 0
        for position, chain in enumerate(self.statement.chains):
            sides = sum(side.node is not None for side in chain.sides)
            compared += max(sides - 1, 0)
            compared += self._with_function() if position == 0 else 0
        return compared * len(self.points)

    def _with_function(self) -> int:
        """Return how many sides are compared with the function at each point."""
        if self.function is None:
            return 0
        held, count = "=", 0
        for side in self.statement.chains[0].sides:
            held = joined(held, side.relation or "=")
            count += bool(held) and side.node is not None
        return count

    def compare(self, statement: Statement, trace: Trace) -> Report:
        """Compare all sides at all points.

        Raises:
            Disagreement: at the first difference.
            FormulaError: where a side has no value.
        """
        compared, skipped, largest, numeric = 0, 0, 0.0, False
        loose = self._loose(statement)
        for point in self.points:
            for row in range(len(statement.chains)):
                for left, relation, right in self._pairs(statement, row, point, loose, trace):
                    if left.value is None or right.value is None:
                        skipped += 1
                        continue
                    compared += 1
                    numeric = numeric or left.loose or right.loose
                    largest = max(largest, difference(point, left, relation, right))
        return Report(len(self.points), compared, largest, numeric, skipped)

    def _pairs(
        self, statement: Statement, row: int, point: Point, loose: set[int], trace: Trace
    ) -> Iterator[tuple[Shown, str, Shown]]:
        """Yield what is compared at a point: two values and the relation between them."""
        scope = Scope(
            point.symbols,
            self.definitions,
            trace,
            locals=definition_table(statement.locals),
            first=self.first,
        )
        chain = statement.chains[row]
        sizes = self._sizes(chain, scope)
        code = None
        if row == 0 and self.function is not None:
            code = Shown(self._called(), self._selected(chain, point, scope), False)
        before: Shown | None = None
        held = "="  # how the function stands to the side at hand
        bounds = 0
        where = tuple(item.latex[item.body.start : item.body.end] for item in statement.locals)
        for column, side in enumerate(chain.sides):
            relation = side.relation
            if relation in BOUNDS:
                relation = "=" if self._is_tight(row, bounds, point) else relation
                bounds += 1
            held = joined(held, relation or "=")
            if side.node is None:
                continue
            key = (point.number, row, column, side.latex, where, *sizes.items())
            found = self._side(key, side, sizes, scope, statement.latex)
            now = Shown(side.latex, found, id(side.node) in loose)
            if code and held:
                yield code, held, now
            if before is not None:
                yield before, relation, now
            before = now

    def _is_tight(self, row: int, bound: int, point: Point) -> bool:
        """Say whether a bound is claimed to be an equality at a point."""
        claim = self.tight[bound] if row == 0 and bound < len(self.tight) else None
        return claim is not None and bool(claim(point.drawn))

    def _side(
        self, key: object, side: Side, sizes: dict[str, int], scope: Scope, latex: str
    ) -> Any:
        """Return the value of a side, computed once for all mutants that leave it as it is."""
        if key not in self._cache:
            own = replace(scope, trace=Trace(taken=scope.trace.taken))
            try:
                found = self._on_grid(side, sizes, own, latex)
            except NoDerivative:
                if not own.trace.touched:
                    raise
                found = None
            if own.trace.touched and side.node and _differentiates(side.node):
                found = None  # drawn onto a kink: what else is printed is compared there
            self._cache[key] = found, frozenset(own.trace.read)
        found, read = self._cache[key]
        scope.trace.read |= read
        return found

    def _on_grid(self, side: Side, sizes: dict[str, int], scope: Scope, latex: str) -> Any:
        entries = []
        node = side.node
        assert node is not None
        for place in np.ndindex(*sizes.values()):
            bound = {key: np.float64(at + self.first) for key, at in zip(sizes, place, strict=True)}
            scope.trace.steps = scope.trace.nested = 0
            try:
                with quiet():
                    found = value(node, replace(scope, bound=bound, owner=bound))
            except FormulaError as error:
                raise error.within(latex) from None
            plain_value = found.entries[np.newaxis] if isinstance(found, RowVector) else found
            if not np.all(np.isfinite(plain_value)):
                raise FormulaError("not finite at a drawn point", latex, side.start)
            entries.append(plain_value)
        if any(np.shape(item) != np.shape(entries[0]) for item in entries):
            raise FormulaError("entries of different shapes", latex, side.start)
        return np.reshape(entries, (*sizes.values(), *np.shape(entries[0])))

    def _sizes(self, chain: Chain, scope: Scope) -> dict[str, int]:
        """Return the ranges of the indices that the left side leaves free."""
        sizes = {}
        nodes = [side.node for side in chain.sides if side.node]
        for index in chain.free:
            try:
                found = set().union(*(extent(node, index, scope) for node in nodes))
            except FormulaError as error:
                raise error.within(self.latex) from None
            if len(found) != 1 or max(found) > MOST_TERMS:
                text = " or ".join(map(str, sorted(found))) or "nothing"
                raise FormulaError(
                    f"the range of {index} is not determined: {text}",
                    self.latex,
                    chain.sides[0].start,
                )
            sizes[index] = found.pop()
        return sizes

    def _selected(self, chain: Chain, point: Point, scope: Scope) -> Any:
        """Return the function's value, or its entry where the page prints one entry only."""
        first = chain.sides[0].node
        below = chain.head.indices if chain.head else getattr(first, "indices", ())
        if isinstance(first, Derivative):
            below = first.variable.indices
        result = point.reference
        known = [
            index for index in below if not (isinstance(index, Name) and index.base in chain.free)
        ]
        if not known or len(known) != len(below) or result.ndim < len(known):
            return result
        with quiet():
            at = numbers(known, scope)
        at = [index - self.first for index in at]
        if any(not 0 <= i < size for i, size in zip(at, result.shape, strict=False)):
            raise FormulaError("an index of the left side is out of range", self.latex, 0)
        return result[tuple(at)]

    def _point(self, number: int, drawn: Mapping[str, Any]) -> Point:
        if not isinstance(drawn, Mapping):
            found = type(drawn).__name__
            raise FormulaError(f"{self.name}: draw returned {found}, not a dictionary of symbols")
        return Point(number, drawn, symbol_table(drawn), None)

    def _call(self, symbols: Mapping[str, str] | Sequence[str] | None, drawn: set[str]) -> Call:
        """Decide how the function is called."""
        assert self.function is not None
        head = self.statement.chains[0].head
        printed = head.parameters or () if head else ()
        try:
            return called_with(self.function, symbols, drawn, printed)
        except NoValue as error:
            raise NoValue(f"{self.name}: {error.message}") from None

    def _with_reference(self, point: Point, call: Call) -> Point:
        """Return a point with the function's value there."""
        required = {one.symbol for one in call.arguments if one.data or one.place}
        result = call(
            {
                plain(key): self._given(plain(key), found, required)
                for key, found in point.drawn.items()
            }
        )
        try:
            array = as_array(result)
        except TypeError as error:
            raise FormulaError(f"{self.name}: what the function returned: {error}") from error
        if np.iscomplexobj(array):
            raise FormulaMismatch(f"{self.name}: the function returned a complex number")
        return replace(point, reference=array)

    def _given(self, name: str, found: Any, required: set[str]) -> Any:
        """Return a symbol as the function takes it."""
        if name in self.labels:
            found = as_array(found) - self.first
        array = isinstance(found, np.ndarray) and found.ndim > 0
        converts = array or (name in required and not callable(found))
        return self.convert(found) if self.convert and converts else found

    def _require(self, report: Report, trace: Trace) -> None:
        """Fail where the comparisons prove too little."""
        where = f"{self.name}: " if self.name else ""
        if not report.comparisons:
            raise FormulaMismatch(f"{where}nothing was compared")
        if self.function is not None and not self._with_function():
            raise FormulaMismatch(f"{where}the function was compared with nothing")
        if report.skipped > report.comparisons:
            raise FormulaMismatch(f"{where}more comparisons fall on kinks than beside them")
        arguments = self.call.arguments if self.call else ()
        unread = [f"{one.name} ({one.symbol})" for one in arguments if one.symbol not in trace.read]
        if unread:
            raise FormulaMismatch(f"{where}the page never reads the argument {', '.join(unread)}")
        self._require_head(where, trace)
        for definition in self.statement.locals:
            if f"where {definition.name}" not in trace.read:
                raise FormulaMismatch(f"{where}{definition.name} is defined here and never used")
        for claim in self.tight:
            if claim and not any(claim(point.drawn) for point in self.points):
                raise FormulaMismatch(f"{where}no point at which a bound is said to be tight")
        self._require_variety(where, trace)
        roots = [side.node for chain in self.statement.chains for side in chain.sides if side.node]
        roots += [definition.body for definition in self.statement.locals]
        every = [part for root in roots for part in walk(root)]
        for node in every:
            for branch, text in _branches(node, self.latex):
                if (id(node), branch) not in trace.taken:
                    raise FormulaMismatch(f"{where}no point reaches {text}")
        for relation in (part for node in every for part in _conditions(node) if self.borders):
            for place, operator in enumerate(relation.operators):
                if operator in ORDERS and (id(relation), place) not in trace.taken:
                    text = self.latex[relation.start : relation.end].strip()
                    raise FormulaMismatch(f"{where}no point lies on the border of `{text}`")

    def _require_head(self, where: str, trace: Trace) -> None:
        """Fail where the head of the equation says something else than its body or the code."""
        chain = self.statement.chains[0]
        if self.head and not is_headed(chain.sides[0].latex, self.head):
            text = f"{where}the page prints {chain.sides[0].latex} for {self.head}"
            raise FormulaMismatch(text)
        head = chain.head
        if head is None or head.derivative:
            return
        name = plain(getattr(self.function, "__name__", ""))
        symbol = len(name) == 1 or f"\\{name}" in GREEK
        if symbol and name != head.name and not self.head:
            text = f"the head names {head.name}, the function is {name}; head= says what is right"
            raise FormulaMismatch(f"{where}{text}")
        if head.parameters is None:
            return
        bodies = [side.node for side in chain.sides if side.node]
        bodies += [definition.body for definition in self.statement.locals]
        for name in head.parameters:
            if name not in trace.read and not any(mentions(body, name) for body in bodies):
                raise FormulaMismatch(f"{where}{name} stands in the head and nowhere else")
        if self.call is None:
            return
        below = _names(head.indices)
        named = {*head.parameters, *below, *self.implied}
        for one in self.call.arguments:
            if one.data and one.symbol not in named:
                raise FormulaMismatch(f"{where}the head does not name {one.symbol}, an argument")
        order = [one.symbol for one in self.call.arguments if one.data]
        printed = [name for name in head.parameters if name in order]
        if printed != [name for name in order if name in printed]:
            text = f"({', '.join(printed)}), the function takes ({', '.join(order)})"
            raise FormulaMismatch(f"{where}the head prints {text}")
        options = {one.symbol for one in self.call.arguments if one.option}
        swapped = [one.symbol for one in self.call.arguments if one.data and one.symbol in below]
        if swapped and options & set(head.parameters):
            text = f"{swapped[0]}, an argument, below and an option of the function in brackets"
            raise FormulaMismatch(f"{where}the head prints {text}")

    def _require_variety(self, where: str, trace: Trace) -> None:
        first = self.points[0].symbols
        if len(self.points) < 2 or not first:
            return  # nothing to draw, says the author
        if self.function is not None:
            values = [point.reference for point in self.points]
        else:
            values = [
                np.array([_digest(point.symbols[key]) for key in sorted(trace.read & set(first))])
                for point in self.points
            ]
        if all(np.array_equal(values[0], other) for other in values[1:]):
            raise FormulaMismatch(f"{where}the same value at every point")

    def _loose(self, statement: Statement) -> set[int]:
        """Return the sides (by the identity of their trees) that take a numeric derivative."""
        others = [item.body for item in statement.locals]
        others += [item.body for several in self.definitions.values() for item in several]
        everywhere = any(map(_differentiates, others))
        sides = [side.node for chain in statement.chains for side in chain.sides if side.node]
        return {id(node) for node in sides if everywhere or _differentiates(node)}

    def _called(self) -> str:
        name = getattr(self.function, "__name__", "the function")
        arguments = self.call.arguments if self.call else ()
        return f"{name}({', '.join(one.name for one in arguments)})"

    def _message(self, failed: Disagreement) -> str:
        left, right = (" ".join(side.text.split()) for side in (failed.left, failed.right))
        width = max(len(left), len(right))
        drawn = ", ".join(f"{key} = {show(found)}" for key, found in failed.point.drawn.items())
        relation = "" if failed.relation == "=" else f" (printed: {failed.relation})"
        lines = [
            f"{self.name or 'the equation'}: two sides differ{relation}",
            f"  {left:<{width}}  = {show(failed.left.value)}",
            f"  {right:<{width}}  = {show(failed.right.value)}",
            f"  at point {failed.point.number} of {len(self.points)}: {drawn}",
        ]
        if fewer := rounded(failed.left):
            lines.append(f"  compared to fewer digits: the function returned {fewer}")
        return "\n".join(lines + self._hint())

    def _hint(self) -> list[str]:
        """Look for the single changes of the page after which all comparisons hold."""
        repairs = [mutant for mutant in self.mutants() if self.agrees(mutant.statement)]
        lines = []
        for mutant in repairs[:2]:
            change = f"`{mutant.before}` in `{mutant.context}` were `{mutant.after}`"
            if not mutant.before:
                change = f"`{mutant.after}` stood before `{mutant.context}`"
            elif not mutant.after:
                change = f"`{mutant.before}` in `{mutant.context}` were left out"
            lines.append(f"  hint: the two agree if {change}")
        return lines


def joined(first: str, second: str) -> str:
    r"""Return how a stands to c where a stands to b and b to c so, or nothing if that is open.

    >>> joined("=", "<"), joined(r"\leq", "<"), joined("<", ">")
    ('<', '<', '')
    """
    if "=" in (first, second):
        return second if first == "=" else first
    if r"\approx" in (first, second):
        return ""
    if first == second != r"\neq":
        return first
    for strict, loose in (("<", r"\leq"), (">", r"\geq")):
        if {first, second} == {strict, loose}:
            return strict
    return ""


def _conditions(node: Node) -> Iterator[Relation]:
    """Yield the comparisons that decide what a node is."""
    if isinstance(node, Indicator):
        yield node.condition
    elif isinstance(node, Cases):
        for _, conditions in node.rows:
            yield from conditions or ()


def _branches(node: Node, latex: str) -> Iterator[tuple[object, str]]:
    text = " ".join(latex[node.start : node.end].split())
    if isinstance(node, Cases):
        for row, (case, _) in enumerate(node.rows):
            yield row, f"the case `{latex[case.start : case.end].strip()}`"
    elif isinstance(node, Indicator):
        yield True, f"a place where `{text}` is one"
        yield False, f"a place where `{text}` is zero"
    elif isinstance(node, Extremum) and len(node.arguments) > 1:
        for place, argument in enumerate(node.arguments):
            yield place, f"a place where `{latex[argument.start : argument.end]}` decides `{text}`"


def _differentiates(root: Node) -> bool:
    return any(
        isinstance(node, Derivative) or (isinstance(node, Name) and node.primes > 0)
        for node in walk(root)
    )


def _names(indices: Iterable[Node]) -> set[str]:
    return {index.base for index in indices if isinstance(index, Name)}


def _digest(symbol: Symbol) -> float:
    if callable(symbol) or isinstance(symbol, RowVector):
        return 0.0
    entries = np.ravel(np.asarray(symbol))
    return float(entries @ np.cos(np.arange(entries.size) + 1.0))
