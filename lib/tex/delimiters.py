"""Finds the formulas of a text, and the dollars that are prices or other signs.

TeX opens a formula with $, $$, \\(, \\[ or the name of an environment. In titles and abstracts, a dollar can also be
a currency: whether two of them enclose a formula is decided by what is between them and beside them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LAYOUTS = ("align", "alignat", "eqnarray", "flalign", "gather", "multline")  # need their names to be laid out
_OPENING = re.compile(
    rf"\\begin\{{(?P<name>equation|displaymath|math|{'|'.join(_LAYOUTS)})\*?\}}|\\[(\[]|\\.|\$\$|\$", re.DOTALL
)
_CLOSING = {r"\(": r"\)", r"\[": r"\]", "$$": "$$"}
_DOLLAR = re.compile(r"(?:\\.|[^\\$])*+\$", re.DOTALL)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
MAX_INNER = 4  # dollars in a formula, which are of formulas in texts in it
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")

_TEX = re.compile(r"\\[a-zA-Z,;:! {}|]|[\^_{}]")
_COMMAND = re.compile(r"\\[a-zA-Z]+")
_GROUP = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}(?![^\W\d_])")
_AMOUNT = re.compile(r"[\d.,]*\d\s?(?:[kKMBT]|bn|[mb]illion|thousand)?\s")
_SIGN = re.compile(r"[^\W_]|[=<>+±≤≥≈]")
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
    if tex_end < 0 or not text[tex_start:tex_end].strip() or _PARAGRAPH_END.search(text, tex_start, tex_end):
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
    an amount. Without these signs, it is one if it stands alone like a word, and has balanced brackets. "costs $5 and
    $10", "US$100" and "money ($) and quality ($/point)" are prose.
    """
    if not tex.strip() or _PARAGRAPH_END.search(tex):
        return False
    words = len(_WORD.findall(_COMMAND.sub(" ", _without_groups(tex))))
    if words > 1 or (_AMOUNT.match(tex) and (words or tex[-1].isspace())):
        return False
    if _TEX.search(tex):
        return True
    is_apart = not (before.isalnum() or after.isdigit() or tex[0].isspace() or tex[-1].isspace())
    return is_apart and bool(_SIGN.search(tex)) and _is_balanced(tex)


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
