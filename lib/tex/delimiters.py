"""Finds the formulas of a text, and the dollars that are prices or other signs.

TeX opens a formula with $, $$, \\(, \\[ or the name of an environment. In titles and abstracts, a dollar can also be
a currency: whether two of them enclose a formula is decided by what is between them and beside them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lib.text import BLANK_LINES

_LAYOUTS = ("align", "alignat", "eqnarray", "flalign", "gather", "multline")  # need their names to be laid out
_BEGIN = rf"\\begin\{{(?P<name>equation|displaymath|math|{'|'.join(_LAYOUTS)})\*?\}}"
_OPENING = re.compile(rf"{_BEGIN}|\\[(\[]|\\(?:[a-zA-Z]+|.)|\$\$|\$", re.DOTALL)
_CLOSING = {r"\(": r"\)", r"\[": r"\]", "$$": "$$"}
_DOLLAR = re.compile(r"(?:\\.|[^\\$])*+\$", re.DOTALL)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
MAX_INNER = 4  # dollars in a formula, which are of formulas in texts in it

_TEX = re.compile(r"\\[a-zA-Z,;:! {}|]|[\^_{}]")
_COMMAND = re.compile(r"\\[a-zA-Z]+")
_GROUP = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}(?![^\W\d_])")
_AMOUNT = re.compile(r"\s*[\d.,]*\d\s?(?:[kKMBT]|bn|[mb]illion|thousand)?\s")
_OPERATORS = re.compile(r"[-+=<>*|~!±≤≥≈]+")
_RELATION = re.compile(r"[=<>≤≥≈]")
_BRACKETS = str.maketrans("[{]}", "(())")


@dataclass(frozen=True, slots=True)
class Span:
    """A formula from `start` to `end` in a text; its TeX is from `tex_start` to `tex_end`."""

    start: int
    end: int
    tex_start: int
    tex_end: int
    is_block: bool


def spans(text: str) -> Iterator[Span]:
    """Yields the formulas of the text in order. All other dollars and delimiters are no formulas."""
    position = 0
    while match := _OPENING.search(text, position):
        span = _span(text, match)
        position = span.end if span else match.end()
        if span:
            yield span


def _span(text: str, opening: re.Match) -> Span | None:
    start, tex_start = opening.span()
    if opening[0] == "$":
        tex_end = _closing_dollar(text, tex_start)
        if tex_end and _is_formula(text[:start][-1:], text[tex_start:tex_end], text[tex_end + 1 :][:1]):
            return Span(start, tex_end + 1, tex_start, tex_end, is_block=False)
        return None
    closing = opening[0].replace("begin", "end") if opening["name"] else _CLOSING.get(opening[0])
    tex_end = text.find(closing, tex_start) if closing else -1
    if tex_end < 0 or not text[tex_start:tex_end].strip() or BLANK_LINES.search(text, tex_start, tex_end):
        return None
    if opening[0] == "$$" and not _is_formula("", text[tex_start:tex_end], ""):
        return None
    end = tex_end + len(closing)
    if opening["name"] in _LAYOUTS:
        tex_start, tex_end = start, end
    return Span(start, end, tex_start, tex_end, is_block=opening[0] != r"\(" and opening["name"] != "math")


def _closing_dollar(text: str, start: int) -> int | None:
    """Returns the position of the next dollar that is not within braces, or of the next one if all of them are."""
    first, depth, end = None, 0, start
    for _ in range(MAX_INNER + 1):
        match = _DOLLAR.match(text, end)
        if not match:
            break
        end = match.end()
        first = first or end - 1
        depth += sum((brace == "{") - (brace == "}") for brace in _BRACE.findall(match[0]))
        if depth <= 0:
            return end - 1
    return first


def _is_formula(before: str, tex: str, after: str) -> bool:
    """Returns whether the text between two dollars, which follows `before` and precedes `after`, is a formula.

    It is, if it has commands, braces or indices of TeX and hardly any words outside of them, and does not begin with
    an amount. It is, too, if it is short and without words, as in "SU$(2)$", "z$>$6" and "$ k $". Prose is what has
    words or spaces beside its dollars, or brackets without their partners: "costs $5 and $10", "US$100/US$200",
    "money ($) and quality ($/point)".
    """
    text = tex.strip()
    if not text or BLANK_LINES.search(tex):
        return False
    if _OPERATORS.fullmatch(text):
        return True
    words = len(_WORD.findall(_COMMAND.sub(" ", _without_groups(tex))))
    is_amount = bool(_AMOUNT.match(tex)) or (text[0].isdigit() and after.isdigit())
    if words > 1 or (is_amount and (words or tex[-1].isspace() or after.isdigit())):
        return False
    if _TEX.search(tex):
        return True
    if not any(map(str.isalnum, text)) or text.endswith("/"):
        return False
    if text != tex:
        return (not words or bool(_RELATION.search(text))) and not (before.isalnum() or after.isalnum())
    if before.isalnum():
        return not words and " " not in text
    return " " not in text or _is_balanced(text)


def _without_groups(tex: str) -> str:
    for _ in range(5):
        tex = _GROUP.sub("", tex)
    return tex


def _is_balanced(tex: str) -> bool:
    depth = 0
    for character in tex.translate(_BRACKETS):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0
