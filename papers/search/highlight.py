"""Highlights the words of a search in titles and abstracts, and sets apart what an abstract says long before the first.

Only texts of the tree (`lib.tex.nodes`) are highlighted, not formulas, and all HTML is made of that tree, so that
highlighting can't turn text into markup.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from itertools import groupby

import snowballstemmer

from lib import tex
from lib.tex.nodes import Document, Link, Paragraph, Styled, Text
from lib.tex.writers import as_html, as_plain
from lib.words import LETTER_AND_NUMBER, MARKS, SIGN_WORD, UNSPACED, bare, fold, letters

# A word as it is indexed: "C++", "L2", "4.5", "7b", or letters, with marks and with apostrophes between letters.
_MARKS = MARKS + "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u200c\u200d"
_LETTERS = rf"[^\W\d_]+(?:(?:[{_MARKS}]+|['‘’`](?=[^\W\d_]))[^\W\d_]*)*"
_WORD = re.compile(
    rf"{SIGN_WORD}|{LETTER_AND_NUMBER}(?:{_LETTERS})?|\d+(?:\.\d+)+|\d*{_LETTERS}|\d+", re.DOTALL | re.IGNORECASE
)
_RUN = re.compile(f"([{UNSPACED}]+)")
# What makes a word of a text begin otherwise than its lexeme does, and what HTML escapes, up to the next space. Digits
# do so only if the lexeme has some, as that of L-2.
_SIGN = re.compile(r"[\x80-\U0010ffff'`+#*&<>][^ ]*")
_SIGN_OR_DIGIT = re.compile(r"[\x80-\U0010ffff0-9'`+#*&<>][^ ]*")
_NET = ".net"
_SENTENCE_END = re.compile(r"[.!?][)”’\"]*\s")
VISIBLE_LENGTH = 240  # characters of an abstract that a row shows at least on a wide screen


class Highlighter(dict):
    """Marks words that have one of these lexemes or begin with the prefix.

    It maps what stands between two spaces of a text to its HTML, which is made once for all texts.
    """

    def __init__(self, lexemes: frozenset[str], prefix: str) -> None:
        super().__init__()
        self.lexemes, self.prefix = lexemes, prefix
        self._beginnings = tuple(sorted({_beginning(text) for text in {*lexemes, prefix} - {""}}))
        self._sign = _SIGN_OR_DIGIT if re.search(r"\d", " ".join(self._beginnings)) else _SIGN
        # Alternatives that all begin with a letter are found fast, other than those without case or in the middle.
        self._wanted = re.compile(f"(?:{'|'.join(map(re.escape, (*self._beginnings, _NET)))})[^ ]*")

    def __missing__(self, piece: str) -> str:
        html, position = "", 0
        for start, end in self._spans(piece):
            html += f"{escape(piece[position:start], quote=False)}<mark>{piece[start:end]}</mark>"
            position = end
        self[piece] = html + escape(piece[position:], quote=False)
        return self[piece]

    def matches(self, text: str) -> bool:
        """Whether any word of this plain text is highlighted."""
        return "<mark>" in self.highlight(text)

    def highlight(self, text: str) -> str:
        """The HTML of plain text, with <mark> around the highlighted words."""
        html, position = [], 0
        for start, end in self._candidates(text):
            html += text[position:start], self[text[start:end]]
            position = end
        return "".join(html) + text[position:]

    def _candidates(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each piece that may have a highlighted word or a character that HTML escapes."""
        lower = text.lower()
        if len(lower) != len(text):
            lower = "".join(letter.lower()[0] for letter in text)  # İ becomes two characters
        matches = (*self._wanted.finditer(lower), *self._sign.finditer(text))
        return sorted({text.rfind(" ", 0, match.start()) + 1: match.end() for match in matches}.items())

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each highlighted word, and of the found letters where words stand without spaces."""
        if text.isascii() and text.isalpha():  # which most are
            if self._has(text):
                yield 0, len(text)
            return
        start = 0
        for number, piece in enumerate([text] if text.isascii() else _RUN.split(text)):
            if number % 2:
                yield from self._letters(piece, start)
            else:
                spans = (match.span() for match in _WORD.finditer(piece) if self._has(match[0]))
                yield from ((start + first, start + end) for first, end in spans)
            start += len(piece)

    def _has(self, word: str) -> bool:
        folded = word.lower() if word.isascii() and word.isalnum() else bare(word)
        if not folded.startswith(self._beginnings):
            return False
        has_prefix = bool(self.prefix) and folded.startswith(self.prefix)
        return has_prefix or folded in self.lexemes or _stem(folded) in self.lexemes

    def _letters(self, run: str, start: int) -> Iterator[tuple[int, int]]:
        spelled = letters(run)
        folded = [*map(_folded, spelled), ""]
        found = {i for i, letter in enumerate(folded) if letter in self.lexemes}
        pairs = [i for i in range(len(spelled)) if folded[i] + folded[i + 1] in self.lexemes]
        found |= {i + n for i in pairs for n in (0, 1)}
        for is_found, numbers in groupby(range(len(spelled)), found.__contains__):
            length = sum(len(spelled[i]) for i in numbers)
            if is_found:
                yield start, start + length
            start += length

    def title(self, document: Document) -> str:
        """The HTML of a title with highlighted words."""
        return tex.line(document, self.highlight)

    def abstract(self, document: Document) -> str:
        """The HTML of an abstract with highlighted words.

        What is before the sentence of the first mark has the class `earlier`, if that mark would be out of sight.
        """
        html = tex.paragraphs(document, self.highlight)
        if "<mark>" not in html or 0 <= html.partition("</p>")[0].find("<mark>") < VISIBLE_LENGTH:
            return html
        positions = [self._find(paragraph) for paragraph in document]
        number = next(i for i, position in enumerate(positions) if position is not None)
        earlier, later = (), document[number]
        if positions[number] >= VISIBLE_LENGTH:
            earlier, later = _split(later, positions[number])
        set_apart = f'<span class="earlier">{self._write(earlier)}</span>' if earlier else ""
        return "\n".join(
            [
                *(f'<p class="earlier">{self._write(paragraph)}</p>' for paragraph in document[:number]),
                f"<p>{set_apart}{self._write(later)}</p>",
                *(f"<p>{self._write(paragraph)}</p>" for paragraph in document[number + 1 :]),
            ]
        )

    def _write(self, paragraph: Paragraph) -> str:
        return as_html(paragraph, self.highlight, has_links=True)

    def _find(self, nodes: Paragraph) -> int | None:
        """How many characters are before the first highlighted word, or None without one."""
        length = 0
        for node in nodes:
            match node:
                case Text(text):
                    found = self._first(text)
                case Styled() | Link():
                    found = self._find(node.children)
                case _:
                    found = None
            if found is not None:
                return length + found
            length += len(as_plain((node,)))
        return None

    def _first(self, text: str) -> int | None:
        """How many characters of a text are before the first highlighted word, or None without one."""
        for start, end in self._candidates(text):
            if "<mark>" in self[text[start:end]]:
                return start + next(self._spans(text[start:end]))[0]
        return None


def _beginning(lexeme: str) -> str:
    """What every word begins with that has this stem: all but its last letter, since only that one may be changed."""
    return lexeme[: max(2, len(lexeme) - 1)]


def _split(paragraph: Paragraph, position: int) -> tuple[Paragraph, Paragraph]:
    """The sentences before the one at this position in the plain text, and the rest.

    A sentence that ends within a mark or a link is not split off.
    """
    split, start = ((), paragraph), 0
    for number, node in enumerate(paragraph):
        if start > position:
            break
        if isinstance(node, Text):
            for end in _SENTENCE_END.finditer(node.text, 0, max(0, position - start)):
                text = node.text
                before, after = Text(text[: end.end()]), Text(text[end.end() :])
                split = (*paragraph[:number], before), (after, *paragraph[number + 1 :])
        start += len(as_plain((node,)))
    return split


@lru_cache(maxsize=20_000)
def _folded(letter: str) -> str:
    """The folded letter of a script without spaces."""
    return fold(letter)


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """The stem of a word by Snowball, as in PostgreSQL's `english`. A stemmer has state, so each call makes its own."""
    return snowballstemmer.stemmer("english").stemWord(word)
