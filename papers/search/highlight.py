"""Highlights the words of a search in titles and abstracts, and sets apart what an abstract says long before the first.

The text is HTML of `lib.markup.typeset`. Tags, entities and formulas are left alone, so highlighting can't turn text
into markup.
"""

import re
from functools import lru_cache

import snowballstemmer

from lib.text import bare

# A word as it is indexed: "4.5", "7b", or letters, with combining accents and with apostrophes between letters.
_WORD = r"\d+(?:\.\d+)+|\d*[^\W\d_]+(?:(?:[\u0300-\u036f]+|['’](?=[^\W\d_]))[^\W\d_]*)*|\d+"
_WORDS = re.compile(_WORD)
_MARKUP = r"<math.*?</math>|<[^>]*>|&#?\w+;"
_TAG, _OPENING_TAG = re.compile("<[^>]*>"), re.compile(r"<\w")
_SENTENCE_END = re.compile(r"[.!?][)”’\"]*\s")
VISIBLE_LENGTH = 240  # characters of an abstract that a row shows at least on a wide screen
_COMMON_LENGTH = 2  # letters that a word and its stem always share ("using", "use")


class Highlighter(dict):
    """Maps a word to whether it has one of these lexemes or begins with the prefix; computed once for each word."""

    def __init__(self, lexemes: frozenset[str], prefix: str) -> None:
        super().__init__()
        self.lexemes, self.prefix = lexemes, prefix
        beginnings = [re.escape(text) for text in sorted({lexeme[:_COMMON_LENGTH] for lexeme in lexemes})]
        # A candidate begins as a lexeme does, or has an accent or an apostrophe among its first two characters.
        candidate = "|".join([*beginnings, r".?[^\x00-\x7f]", ".'"])
        # One match goes to the next candidate, so that Python looks at few words.
        self._to_candidate = re.compile(
            rf"((?:{_MARKUP}|(?!{candidate})(?:{_WORD})|[^\w]|_)*+)({_WORD}|\Z)", re.DOTALL | re.IGNORECASE
        )

    def __missing__(self, word: str) -> bool:
        folded = word.lower() if word.isascii() and "'" not in word else bare(word)
        has_prefix = bool(self.prefix) and folded.startswith(self.prefix)
        self[word] = folded in self.lexemes or _stem(folded) in self.lexemes or has_prefix
        return self[word]

    def matches(self, text: str) -> bool:
        """Whether any word of this plain text is highlighted."""
        return any(self[word] for word in _WORDS.findall(text))

    def highlight(self, html: str) -> str:
        """The typeset text with <mark> around the highlighted words."""
        return self._to_candidate.sub(self._replace, html)

    def highlight_abstract(self, html: str) -> str:
        """The highlighted text; sentences before the first mark are set apart if it would be out of sight."""
        return _set_apart(self.highlight(html))

    def _replace(self, match: re.Match) -> str:
        before, word = match.groups()
        return f"{before}<mark>{word}</mark>" if self[word] else f"{before}{word}"


def _set_apart(abstract: str) -> str:
    """The abstract with whole sentences before the first mark in a span, if it is beyond VISIBLE_LENGTH."""
    before, mark, _ = abstract.partition("<mark>")
    if not mark or len(_TAG.sub("", before)) < VISIBLE_LENGTH:
        return abstract
    for end in reversed([sentence.end() for sentence in _SENTENCE_END.finditer(before)]):
        earlier = before[:end]
        if len(_OPENING_TAG.findall(earlier)) == earlier.count("</"):
            return f'<span class="earlier">{earlier}</span>{abstract[end:]}'
    return abstract


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """The stem of a word by Snowball, as in PostgreSQL's `english`. A stemmer has state, so each call makes its own."""
    return snowballstemmer.stemmer("english").stemWord(word)
