"""Reads a text with TeX, such as a title or an abstract on arXiv, into a tree (`lib.tex.nodes`).

pylatexenc finds commands, their arguments, groups and environments. What it cannot read, such as a brace without its
partner, is taken as it was typed, and so is a command that `lib.tex.commands` does not know. Signs that mean something
in a TeX document, but not in these texts, are characters: % # & ^ _ outside of formulas.
"""

import re
import unicodedata
from bisect import bisect
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexNode,
    LatexWalkerParseError,
)

from lib import bare_links
from lib.tex import commands, formula
from lib.tex.delimiters import spans
from lib.tex.joining import BREAK, joined, paragraphs, split, styled
from lib.tex.nodes import Document, Formula, Link, Node, Source, Text
from lib.tex.typography import ligatures
from lib.tex.walker import TooDeep, Walker
from lib.tex.writers import as_plain

MAX_LENGTH = 10_000  # characters of a text that is read as TeX; abstracts on arXiv have at most 1,920
MAX_ERRORS = 20  # signs without a partner, before all signs but formulas are taken as they were typed

_SIGNS = ("\\", "{", "}", "$", "~", "`", "--", "''", "://", "\n")
_SPECIAL = re.compile(r"[\\{}]")
_WORD = re.compile(r"[\w.'’:+-]*[^\W\d_][\w.'’:+-]*|")
_NO_PARTNER = re.compile(rf"\\(?:begin|end)\s*\{{[^{{}}]*\}}|\{{\\(?:{'|'.join(commands.SWITCHES)})\b")
_OPTIONS = re.compile(r"\s*\[[^\]]*\]\s*")
_ESCAPED = re.compile(r"\\([%#&_~^$])(?:\{\})?")


def has_signs(text: str) -> bool:
    """Returns whether the text may be anything else than one paragraph of plain text."""
    return any(sign in text for sign in _SIGNS)


@lru_cache(maxsize=1_000)
def read(text: str) -> Document:
    """Returns the paragraphs of the text, which empty lines separate. Any text can be read."""
    nodes = _Reader(text).read() if has_signs(text) and len(text) <= MAX_LENGTH else [Text(text)]
    return paragraphs(nodes)


class _Reader:
    """Makes nodes of our tree from those of pylatexenc. Each `_read…` returns nodes, with BREAK between paragraphs."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.formulas = {span.start: span for span in spans(text)}
        self.ligatures = ligatures(text)
        self.is_code = False

    def read(self) -> list[Node]:
        literals = set()
        for _ in range(MAX_ERRORS):
            try:
                return self._read(self._walk(literals))
            except LatexWalkerParseError as error:
                literals |= self._literals(_position(error))
            except TooDeep:
                break
        return self._read(self._walk({match.start() for match in _SPECIAL.finditer(self.text)}))

    def _walk(self, literals: set[int]) -> list[LatexNode]:
        nodes, _, _ = Walker(self.text, self.formulas, literals).get_latex_nodes()
        return nodes

    def _literals(self, position: int) -> set[int]:
        """Returns the position of a sign, and those of the whole command that begins or ends something with it."""
        match = _NO_PARTNER.match(self.text, position)
        return set(range(*match.span())) if match else {position}

    def _source(self, node: LatexNode) -> str:
        return self.text[node.pos : node.pos + node.len]

    def _typographic(self, start: int, end: int) -> str:
        """Returns the characters from `start` to `end` with ligatures."""
        pieces = []
        for first, last, text in self.ligatures[bisect(self.ligatures, (start,)) :]:
            if first >= end:
                break
            pieces += self.text[start:first], text
            start = last
        return "".join([*pieces, self.text[start:end]])

    def _read(self, nodes: Sequence[LatexNode]) -> list[Node]:
        result = []
        for index, node in enumerate(nodes):
            name = getattr(node, "macroname", None)
            if name in commands.SWITCHES:
                return [*result, *self._read_style(commands.SWITCHES[name], nodes[index + 1 :])]
            result += self._read_node(node)
        return result

    def _read_node(self, node: LatexNode) -> list[Node]:
        match node:
            case LatexCharsNode():
                return split(self._source(node) if self.is_code else self._typographic(node.pos, node.pos + node.len))
            case LatexGroupNode():
                return self._read_group(node)
            case LatexEnvironmentNode():
                return self._read_environment(node)
            case _:
                return self._read_command(node)

    def _read_group(self, node: LatexGroupNode) -> list[Node]:
        """Returns what is in the braces, with them if they are signs of the text, as in "ternary {-1, 0, 1}"."""
        children, content, before = self._read(node.nodelist), self._source(node)[1:-1], self.text[: node.pos][-1:]
        if len(children) == 1 and isinstance(children[0], Source):
            return [Source(self._source(node))]
        if before in {"^", "_"}:
            return [Text("{"), *children, Text("}")]
        if before.isalnum() or content.startswith("\\") or _WORD.fullmatch(content):
            return children
        return [Text("{"), *children, Text("}")]

    def _read_environment(self, node: LatexEnvironmentNode) -> list[Node]:
        name = node.environmentname.rstrip("*")
        if name in commands.LISTS:
            return [*self._read_items(node.nodelist, is_numbered=name == "enumerate"), BREAK]
        if name in commands.ENVIRONMENTS:
            return [BREAK, *self._read(node.nodelist), BREAK]
        return [Source(self._source(node))]

    def _read_items(self, nodes: Sequence[LatexNode], *, is_numbered: bool) -> list[Node]:
        starts = [i for i, node in enumerate(nodes) if getattr(node, "macroname", "") == "item"]
        before = self._read(nodes[: starts[0] if starts else None])
        result = [BREAK] if _OPTIONS.fullmatch(as_plain(joined(before))) else [BREAK, *before]
        for number, (start, end) in enumerate(pairwise([*starts, len(nodes)]), 1):
            [label] = nodes[start].nodeargd.argnlist
            mark = self._read(_nodes_of(label)) if label else [Text(f"{number}." if is_numbered else "•")]
            result += [BREAK, *mark, Text(" "), *self._read(nodes[start + 1 : end])]
        return result

    def _read_command(self, node: LatexMacroNode) -> list[Node]:
        args = node.nodeargd.argnlist if node.nodeargd else []
        return _COMMANDS.get(node.macroname, _Reader._read_symbol)(self, node, args)

    def _read_symbol(self, node: LatexMacroNode, args) -> list[Node]:
        """Returns the text of a command without arguments, or the source of an unknown command."""
        name, space = node.macroname, node.macro_post_space or ""
        text = commands.symbol(name)
        if text is None:
            source = self._source(node)
            return [Source(source.rstrip()), *([Text(" ")] if source[-1].isspace() else [])]
        if self.text.startswith(".", node.pos + node.len):
            text = text.removesuffix(".")
        return [Text(text if name in commands.LETTERS else text + space)]

    def _read_style(self, tag: str, nodes: Sequence[LatexNode]) -> list[Node]:
        was_code, self.is_code = self.is_code, self.is_code or tag == "code"
        children = self._read(nodes)
        self.is_code = was_code
        return styled(tag, children)

    def _read_styled(self, node: LatexMacroNode, args) -> list[Node]:
        return self._read_style(commands.STYLES[node.macroname], _nodes_of(args[0]))

    def _read_shown(self, node: LatexMacroNode, args) -> list[Node]:
        return self._read(_nodes_of(args[-1]))

    def _read_first(self, node: LatexMacroNode, args) -> list[Node]:
        return self._read(_nodes_of(args[0]))

    def _read_nothing(self, node: LatexMacroNode, args) -> list[Node]:
        return []

    def _read_paragraph_end(self, node: LatexMacroNode, args) -> list[Node]:
        return [BREAK]

    def _read_heading(self, node: LatexMacroNode, args) -> list[Node]:
        return [BREAK, *self._read_style("strong", _nodes_of(args[-1])), Text(" ")]

    def _read_note(self, node: LatexMacroNode, args) -> list[Node]:
        return [Text(" ("), *self._read(_nodes_of(args[-1])), Text(")")]

    def _read_citation(self, node: LatexMacroNode, args) -> list[Node]:
        return [Text(f"[{', '.join(self._argument(args[-1]).split(','))}]")]

    def _read_accent(self, node: LatexMacroNode, args) -> list[Node]:
        """Returns the letter with the accent. \\~{} is the sign alone, and an accent on a sign stays as its source."""
        name, letters = node.macroname, joined(self._read(_nodes_of(args[0])))
        match letters:
            case () if name in "~^":
                return [Text(name)]
            case [Text(text)] if text[0].isalpha():
                letter = {"ı": "i", "ȷ": "j"}.get(text[0], text[0])
                return [Text(unicodedata.normalize("NFC", letter + commands.ACCENTS[name]) + text[1:])]
            case _:
                return [Source(self._source(node))]

    def _read_formula(self, node: LatexMacroNode, args) -> list[Node]:
        span = self.formulas[node.pos]
        return [_formula(self.text[span.tex_start : span.tex_end], self._source(node), is_block=span.is_block)]

    def _read_ensured_formula(self, node: LatexMacroNode, args) -> list[Node]:
        return [_formula(self._argument(args[0]), self._source(node), is_block=False)]

    def _read_link(self, node: LatexMacroNode, args) -> list[Node]:
        """Returns a link for \\url or \\href, and only the text if the address does not begin with http(s)."""
        url = _ESCAPED.sub(r"\1", self._argument(args[0] or args[1])).strip()
        children = joined(self._read(_nodes_of(args[-1]))) if len(args) > 1 else (Text(url),)
        return [Link(url, children)] if bare_links.is_url(url) else list(children)

    def _argument(self, node: LatexNode) -> str:
        """Returns the source of an argument without its braces."""
        return self._source(node)[1:-1] if isinstance(node, LatexGroupNode) else self._source(node)


_COMMANDS = {
    "formula": _Reader._read_formula,
    "ensuremath": _Reader._read_ensured_formula,
    "url": _Reader._read_link,
    "href": _Reader._read_link,
    "textcolor": _Reader._read_shown,
    "texorpdfstring": _Reader._read_first,
    "par": _Reader._read_paragraph_end,
    **dict.fromkeys(commands.STYLES, _Reader._read_styled),
    **dict.fromkeys(commands.SHOWN, _Reader._read_shown),
    **dict.fromkeys(commands.NOTHING | commands.HIDDEN, _Reader._read_nothing),
    **dict.fromkeys(commands.HEADINGS, _Reader._read_heading),
    **dict.fromkeys(commands.NOTES, _Reader._read_note),
    **dict.fromkeys(commands.CITATIONS, _Reader._read_citation),
    **dict.fromkeys(commands.ACCENTS, _Reader._read_accent),
}


def _nodes_of(argument: LatexNode) -> Sequence[LatexNode]:
    return argument.nodelist if isinstance(argument, LatexGroupNode) else [argument]


def _position(error: LatexWalkerParseError) -> int:
    """Returns the position of the sign that has no partner."""
    return error.open_contexts[0][1] if "end of stream" in error.msg and error.open_contexts else error.pos


def _formula(tex: str, source: str, *, is_block: bool) -> Node:
    mathml = formula.mathml(tex, is_block=is_block)
    return Source(source) if mathml is None else Formula(tex, source, mathml, is_block)
