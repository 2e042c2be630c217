"""Writes CommonMark with formulas in dollars, in which text that others have typed stays text."""

import re

from lib.text import one_line

# What has a meaning within a line. A text may go on behind its end.
_MARK = re.compile(
    r"""
    [\\`*\[\]$~]
    | (?<![^\W_])_ | _(?![^\W_])  # any but those within a word
    | <(?=[a-z/!?]|$)
    | &(?=\#?\w+;|\#?\w*$)
    | \#(?=\#*$)  # which would belong to the heading
    | !$  # before a link
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BLOCK = re.compile(r"(\d{1,9})[.)](?= |$)|(?:[-+*]|#+)(?= |$)|>|(?:-+|=+)$")
_INLINE_IN_FORMULA = re.compile(r"\](?=[(\[:])|<(?=[a-z/!?])", re.IGNORECASE)
_ENTITY = re.compile(r"&(?=#?\w+;)")
_NOT_IN_URL = str.maketrans({"<": "%3C", ">": "%3E", "\\": "%5C", " ": "%20"})


def escaped(text: str) -> str:
    """Returns plain text with backslashes before all that has a meaning within a line. It may be a part of the line."""
    return _MARK.sub(r"\\\g<0>", text)


def paragraph(inline: str) -> str:
    """Returns what is CommonMark within a line as one line, which begins no other block than a paragraph."""
    inline = " ".join(inline.split())
    mark = _BLOCK.match(inline)
    if mark is None:
        return inline
    position = mark.end() - 1 if mark[1] else 0
    return f"{inline[:position]}\\{inline[position:]}"


def line(text: str) -> str:
    """Returns plain text as one line, which begins no other block than a paragraph."""
    return paragraph(escaped(one_line(text)))


def code(text: str) -> str:
    """Returns a span of code with this text."""
    ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if "`" in text[:1] + text[-1:] else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def fence(text: str, language: str = "") -> str:
    """Returns a block of code with these lines."""
    ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


def formula(tex: str, *, is_block: bool = False) -> str:
    """Returns a formula in dollars, so that a reader of Markdown without formulas finds no link and no HTML in it.

    What could be one is written in another way that means the same in TeX.
    """
    tex = _INLINE_IN_FORMULA.sub(r"\g<0> ", " ".join(tex.split())).replace("`", r"\lq ")
    return f"$${tex}$$" if is_block else f"${tex}$"


def link(label: str, url: str) -> str:
    """Returns a link to the address with this plain text."""
    return f"[{line(label)}](<{destination(url)}>)"


def address(url: str) -> str:
    """Returns a link to the address whose text is the address."""
    return f"<{url.translate(_NOT_IN_URL)}>"


def destination(url: str) -> str:
    """Returns the address as it can stand in the angle brackets of a link."""
    return _ENTITY.sub("&amp;", url.translate(_NOT_IN_URL))


def quotation(blocks: str) -> str:
    return _prefixed(blocks, "> ", "> ")


def item(blocks: str, mark: str = "- ") -> str:
    """Returns an item of a list, which begins with this mark."""
    return _prefixed(blocks, mark, " " * len(mark))


def _prefixed(blocks: str, first: str, others: str) -> str:
    lines = blocks.split("\n")
    return "\n".join(f"{others if number else first}{text}".rstrip() for number, text in enumerate(lines))
