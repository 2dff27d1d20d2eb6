r"""LaTeX source to tokens: one spelling for each meaning, and the place of each in the source.

Synonyms become one token (``\dfrac`` and ``\frac``, ``\le`` and ``\leq``), spacing and size
commands disappear, and what a size command says about a bar stays: ``\left|`` opens and ``\right|``
closes. A command that is not listed here is an error: an unknown word is never taken for a symbol.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from eqtest.errors import FormulaError

LONGEST = 20_000
MOST_MACROS = 500

Kind = Literal["number", "name", "word", "text", "mark"]


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


GREEK = words(
    r"""\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa
    \lambda \mu \nu \xi \pi \rho \varrho \sigma \tau \upsilon \phi \varphi \chi \psi \omega \Gamma
    \Delta \Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell"""
)
SPACING = words(r"\, \; \! \: \> \displaystyle \textstyle \limits \nolimits \nonumber \notag") | {
    "\\ ",
    "\\\n",
}
SYNONYMS = {
    r"\dfrac": r"\frac",
    r"\tfrac": r"\frac",
    r"\cfrac": r"\frac",
    r"\le": r"\leq",
    r"\leqslant": r"\leq",
    r"\ge": r"\geq",
    r"\geqslant": r"\geq",
    r"\ne": r"\neq",
    r"\lt": "<",
    r"\gt": ">",
    r"\coloneqq": "=",
    r"\triangleq": "=",
    r"\equiv": "=",
    r"\lbrace": r"\{",
    r"\rbrace": r"\}",
    r"\lbrack": "[",
    r"\rbrack": "]",
    r"\vert": "|",
    r"\Vert": r"\|",
    r"\lvert": r"\left|",
    r"\rvert": r"\right|",
    r"\lVert": r"\left\|",
    r"\rVert": r"\right\|",
    r"\qquad": r"\quad",
    r"\ldots": r"\dots",
    r"\cdots": r"\dots",
    r"\ln": r"\log",
    r"\widehat": r"\hat",
    r"\widetilde": r"\tilde",
    r"\overline": r"\bar",
    r"\intercal": r"\top",
    r"\prime": "'",
    r"\ast": "*",
    r"\leftarrow": "=",
    r"\gets": "=",
    r"\bm": r"\boldsymbol",
    r"\div": "/",
    r"\stackrel": r"\overset",
}
COMMANDS = words(
    r"""\frac \sqrt \sum \prod \max \min \exp \log \cos \sin \tan \arccos \arcsin \arctan \cosh
    \sinh \tanh \cdot \times \odot \leq \geq \neq \in \approx \sim \mid \{ \} \| \lfloor \rfloor
    \lceil \rceil \top \star \infty \partial \nabla \quad \dots \hat \tilde \bar \dot \mathbf
    \boldsymbol \mathcal \mathbb \mathscr \mathfrak \vec \underbrace \overset \substack \\ \left|
    \right| \left\| \right\|"""
)
WORDS = words(r"\operatorname \mathrm \mathit \mathsf \mathtt \mathop")
TEXTS = words(r"\text \textrm \textbf \textit \textsf \texttt \textnormal \mbox")
MARKS = frozenset("+-*/=<>()[]{}|,;:.&_^'")
RELATIONS = frozenset(["=", "<", ">", r"\leq", r"\geq", r"\neq", r"\in", r"\approx"])
OPENS = {"(": ")", "[": "]", r"\{": r"\}", "{": "}", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
OPENS |= {r"\left|": r"\right|", r"\left\|": r"\right\|"}
CLOSES = frozenset(OPENS.values())

_SIZE = re.compile(r"\\(left|right|[bB]igg?[lrm]?)(?![A-Za-z])\s*(?=(\\.[A-Za-z]*|\S)?)")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{[A-Za-z]+\*?\}")
# Old switches of the font, which hold to the end of their group.
_SWITCH = re.compile(r"\{\s*\\(rm|bf|it|sf|tt)\s+([A-Za-z]+)\s*\}")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SCIENTIFIC = re.compile(r"[0-9][eE][-+]?[0-9]")
_INDEXED = re.compile(r"\s*([A-Za-z](?:\w|\\_)*)\[(\d)\]\s*")  # in a text
_MATRIX_PRODUCT = re.compile(r"\s*\{\s*@\s*\}")
_COLUMNS = re.compile(r"\s*\{[lcr\s]*\}")
_ROW_GAP = re.compile(r"\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm)\s*\]")


@dataclass(frozen=True)
class Token:
    r"""One token: its normal spelling and where it stands in the source.

    ``kind`` is ``name`` for a letter, Latin or Greek, ``word`` for ``\operatorname{…}`` and its
    like, ``text`` for ``\text{…}`` (``text`` then holds what is inside), ``mark`` for all else.
    """

    kind: Kind
    text: str
    start: int
    end: int


def expand(latex: str, macros: Mapping[str, str]) -> str:
    r"""Replace the macros of a book in one formula.

    Args:
        latex: the formula.
        macros: command -> body, with ``#1`` … ``#9`` for braced arguments.

    Raises:
        FormulaError: if a macro lacks an argument or the macros never end.

    >>> expand(r"\norm{x} + \eps", {r"\norm": r"\lVert #1 \rVert", r"\eps": r"\varepsilon"})
    '\\lVert x \\rVert + \\varepsilon'
    """
    if not macros:
        return latex
    alternatives = "|".join(sorted(map(re.escape, macros), key=len, reverse=True))
    pattern = re.compile(f"({alternatives})(?![A-Za-z])")
    for _ in range(MOST_MACROS):
        found = pattern.search(latex)
        if not found or len(latex) > LONGEST:
            return latex
        body, end = macros[found[1]], found.end()
        if "#0" in body:
            raise FormulaError(f"{found[1]}: arguments of a macro are #1 to #9")
        wanted = max((int(n) for n in re.findall(r"#([1-9])", body)), default=0)
        arguments = []
        for _ in range(wanted):
            inside, end = braced(latex, end)
            arguments.append(inside)
        filled = re.sub(r"#([1-9])", lambda place: arguments[int(place[1]) - 1], body)  # noqa: B023
        latex = latex[: found.start()] + filled + latex[end:]
    raise FormulaError("macros that never end")


def braced(latex: str, position: int) -> tuple[str, int]:
    """Return what stands in the braces that open at ``position`` and the offset after them."""
    begin = position
    while begin < len(latex) and latex[begin].isspace():
        begin += 1
    if latex[begin : begin + 1] != "{":
        raise FormulaError("expected an argument in braces", latex, min(begin, len(latex)))
    depth, at = 0, begin
    while at < len(latex):
        if latex[at] == "\\":
            at += 1
        elif latex[at] in "{}":
            depth += 1 if latex[at] == "{" else -1
            if depth == 0:
                return latex[begin + 1 : at], at + 1
        at += 1
    raise FormulaError("a brace that is never closed", latex, begin)


def tokenize(latex: str, start: int = 0, stop: int | None = None) -> list[Token]:
    r"""Split LaTeX into tokens.

    Args:
        latex: the source.
        start: where to begin, so that the places fit the whole source.
        stop: where to end; by default at the end of the source.

    Raises:
        FormulaError: for a character or a command that has no reading.

    >>> [token.text for token in tokenize(r"\max\left(0,\, 1 - y\hat{y}\right)")]
    ['\\max', '(', '0', ',', '1', '-', 'y', '\\hat', '{', 'y', '}', ')']
    """
    if len(latex) > LONGEST:
        raise FormulaError(f"a formula of more than {LONGEST} characters")
    stop = len(latex) if stop is None else stop
    tokens: list[Token] = []
    at = start
    while at < stop:
        if latex[at].isspace() or latex[at] == "~":
            at += 1
        elif latex[at] == "%":
            at = latex.find("\n", at) if "\n" in latex[at:stop] else stop
        elif latex[at] == "\\":
            at = _command(latex, at, tokens)
        elif switch := _SWITCH.match(latex, at):
            tokens += _switched(switch)
            at = switch.end()
        elif number := _NUMBER.match(latex, at):
            if _SCIENTIFIC.match(latex, number.end() - 1):
                raise FormulaError(r"write 10^{-3}, not 1e-3: e is a symbol here", latex, at)
            if len(number[0]) > 1 and number[0][0] == "0" and number[0][1] != ".":
                raise FormulaError("a number that begins with 0", latex, at)
            if math.isinf(float(number[0])):
                raise FormulaError("a number too large for a double", latex, at)
            tokens.append(Token("number", number[0], at, number.end()))
            at = number.end()
        elif latex.startswith((":=", "=="), at):
            tokens.append(Token("mark", "=", at, at + 2))
            at += 2
        elif latex.startswith("...", at):
            tokens.append(Token("mark", r"\dots", at, at + 3))
            at += 3
        elif latex[at].isascii() and latex[at].isalpha():
            tokens.append(Token("name", latex[at], at, at + 1))
            at += 1
        elif latex[at] in MARKS:
            tokens.append(Token("mark", latex[at], at, at + 1))
            at += 1
        else:
            raise FormulaError(f"the character {latex[at]!r} has no reading", latex, at)
    return tokens


def _switched(switch: re.Match[str]) -> list[Token]:
    r"""Return ``{\rm margin}`` as a word, and ``{\bf x}`` as ``\mathbf{x}``."""
    start, end = switch.span()
    if switch[1] != "bf" or len(switch[2]) > 1:
        return [Token("word", switch[2], start, end)]
    return [
        Token("mark", r"\mathbf", start, start + 1),
        Token("name", switch[2], switch.start(2), end),
    ]


def _command(latex: str, at: int, tokens: list[Token]) -> int:
    """Read the command that begins at ``at`` onto ``tokens``; return the offset after it."""
    if environment := _ENVIRONMENT.match(latex, at):
        tokens.append(Token("mark", environment[0].replace("*", ""), at, environment.end()))
        columns = _COLUMNS.match(latex, environment.end())
        opens = environment[0] == r"\begin{array}" and columns
        return columns.end() if columns and opens else environment.end()
    if size := _SIZE.match(latex, at):
        return _sized(latex, at, size, tokens)
    found = _COMMAND.match(latex, at)
    if found is None:
        raise FormulaError("a backslash at the end", latex, at)
    name, end = found[0], found.end()
    if name in SPACING:
        return end
    if name in TEXTS or name in WORDS:
        if name == r"\operatorname" and latex[end : end + 1] == "*":
            end += 1
        if name in WORDS and (single := re.compile(r"\s*([A-Za-z])").match(latex, end)):
            tokens.append(Token("word", single[1], at, single.end()))  # \mathrm d
            return single.end()
        inside, end = braced(latex, end)
        if name in WORDS:
            inside = re.sub(r"\\[,;!: ]|\s", "", inside)
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", inside):
                raise FormulaError(f"{name} with something else than a word", latex, at)
        if name in TEXTS:
            inside = _text(inside)
            if indexed := _INDEXED.fullmatch(inside):
                return _indexed(indexed, at, end, tokens)
        tokens.append(Token("text" if name in TEXTS else "word", inside, at, end))
        return end
    if name == r"\mathbin" and (product := _MATRIX_PRODUCT.match(latex, end)):
        tokens.append(Token("mark", r"\cdot", at, product.end()))
        return product.end()
    if name == r"\tag":
        return braced(latex, end)[1]
    if name == r"\not":
        equals = re.compile(r"\s*=").match(latex, end)
        if equals is None:
            raise FormulaError(r"\not is read before = only", latex, at)
        tokens.append(Token("mark", r"\neq", at, equals.end()))
        return equals.end()
    if name == r"\\":
        gap = _ROW_GAP.match(latex, end)
        end = gap.end() if gap else end
    name = SYNONYMS.get(name, name)
    if name in GREEK:
        tokens.append(Token("name", name, at, end))
    elif name in COMMANDS or name in MARKS:
        tokens.append(Token("mark", name, at, end))
    else:
        raise FormulaError(f"{name} has no reading here", latex, at)
    return end


def _text(inside: str) -> str:
    r"""Return a text without what only sets it: ``{x}``, and the space around ``max\_val``."""
    inside = inside.replace("~", " ")
    if inside.startswith("{") and inside.endswith("}") and inside.count("{") == 1:
        inside = inside[1:-1]
    return inside.strip() if r"\_" in inside else inside


def _indexed(found: re.Match[str], start: int, end: int, tokens: list[Token]) -> int:
    r"""Read ``\text{stride[0]}`` as ``\text{stride}[0]``."""
    tokens.append(Token("text", found[1], start, end))
    tokens.append(Token("mark", "[", end, end))
    tokens.append(Token("number", found[2], end, end))
    tokens.append(Token("mark", "]", end, end))
    return end


def _sized(latex: str, at: int, size: re.Match[str], tokens: list[Token]) -> int:
    r"""Read ``\left(`` and its like: only a bar keeps the side it is told to be on."""
    end = size.end()
    found = _COMMAND.match(latex, end)
    fence = found[0] if found else latex[end : end + 1]
    stop = end + len(fence)
    fence = SYNONYMS.get(fence, fence)
    if size[1].endswith("m") or fence not in {*OPENS, *CLOSES, "|", r"\|", "/"} or fence in "{}":
        raise FormulaError("a size command before something else than a bracket", latex, at)
    side = {"left": r"\left", "right": r"\right"}.get(size[1])
    if side is None and size[1][-1] in "lr":
        side = r"\left" if size[1][-1] == "l" else r"\right"
    if side and fence in ("|", r"\|"):
        fence = side + fence
    tokens.append(Token("mark", fence, at, stop))
    return stop


def matching(tokens: Sequence[Token], opening: int) -> int:
    """Return the place of what closes the bracket or block at a place."""
    depth = 0
    for place in range(opening, len(tokens)):
        depth += _depth_of(tokens[place])
        if depth <= 0:
            return place
    return len(tokens) - 1


def split(tokens: Sequence[Token], separators: frozenset[str]) -> Iterator[tuple[str, list[Token]]]:
    """Yield the parts between separators that stand in no bracket, each with the one before it."""
    depth, operator, part = 0, "", list[Token]()
    for token in tokens:
        depth += _depth_of(token)
        if depth == 0 and token.kind == "mark" and token.text in separators:
            yield operator, part
            operator, part = token.text, []
        else:
            part.append(token)
    yield operator, part


def _depth_of(token: Token) -> int:
    if token.kind != "mark":
        return 0
    opens = token.text in OPENS or token.text.startswith(r"\begin{")
    closes = token.text in CLOSES or token.text.startswith(r"\end{")
    return int(opens) - int(closes)
