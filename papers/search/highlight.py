"""Marks in a card the words that were found, and lets its abstract begin near the first of them.

It works on finished HTML and steps over all that is no text: tags, entities and formulas. So nothing of a paper can
become markup by being marked.
"""

import re
from functools import lru_cache

import snowballstemmer

from lib.text import bare

_TEXTS = re.compile(r'<h2>.*?</h2>|<div class="abstract">\s*<p>.*?</p>', re.DOTALL)
# As the index has them: "4.5", "7b", and letters, which go on behind an accent of their own and an apostrophe.
_WORD = r"\d+(?:\.\d+)+|\d*[^\W\d_]+(?:(?:[\u0300-\u036f]+|['’](?=[^\W\d_]))[^\W\d_]*)*|\d+"
_WORDS = re.compile(_WORD)
_NO_TEXT = r"<math.*?</math>|<[^>]*>|&#?\w+;"
_TAG, _OPENING_TAG = re.compile("<[^>]*>"), re.compile(r"<\w")
_SENTENCE_END = re.compile(r"[.!?][)”’\"]*\s")
IN_SIGHT = 240  # characters of an abstract that a row shows at least on a wide screen
_HEAD = 2  # letters that a word has in common with its stem ("using", "use"), so that few need to be stemmed


class Marker(dict):
    """Whether each word of a text has one of these lexemes or begins so, worked out once a word."""

    def __init__(self, lexemes: frozenset[str], prefix: str) -> None:
        super().__init__()
        self.lexemes, self.prefix = lexemes, prefix
        heads = [re.escape(head) for head in sorted({lexeme[:_HEAD] for lexeme in lexemes})]
        # What may be meant begins as a lexeme does, or has an accent or an apostrophe that hides how it begins.
        maybe = "|".join([*heads, r".?[^\x00-\x7f]", ".'"])
        # All up to a word that may be meant, in one match: most words are passed over without a look from here.
        self._next = re.compile(
            rf"((?:{_NO_TEXT}|(?!{maybe})(?:{_WORD})|[^\w]|_)*+)({_WORD}|\Z)", re.DOTALL | re.IGNORECASE
        )

    def __missing__(self, part: str) -> bool:
        word = part.lower() if part.isascii() and "'" not in part else bare(part)
        self[part] = word in self.lexemes or _stem(word) in self.lexemes or self._begins(word)
        return self[part]

    def _begins(self, word: str) -> bool:
        return bool(self.prefix) and word.startswith(self.prefix)

    def has_any(self, text: str) -> bool:
        return any(self[word] for word in _WORDS.findall(text))

    def mark(self, card: str) -> str:
        """The card with <mark> around such words of its title and abstract."""
        return _TEXTS.sub(self._mark, card)

    def _mark(self, text: re.Match) -> str:
        marked = self._next.sub(self._mark_word, text[0])
        return marked if marked.startswith("<h2>") else _begin_near_the_first(marked)

    def _mark_word(self, found: re.Match) -> str:
        before, word = found.groups()
        return f"{before}<mark>{word}</mark>" if self[word] else f"{before}{word}"


def _begin_near_the_first(abstract: str) -> str:
    """The abstract with whole sentences before its first mark set apart, if that would be out of sight."""
    start = abstract.index("<p>") + len("<p>")
    before, mark, _ = abstract[start:].partition("<mark>")
    if not mark or len(_TAG.sub("", before)) < IN_SIGHT:
        return abstract
    for end in reversed([sentence.end() for sentence in _SENTENCE_END.finditer(before)]):
        earlier = before[:end]
        if len(_OPENING_TAG.findall(earlier)) == earlier.count("</"):
            return f'{abstract[:start]}<span class="earlier">{earlier}</span>{abstract[start + end :]}'
    return abstract


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """As PostgreSQL's `english` does: Snowball's. The stemmer keeps state, so each call has its own."""
    return snowballstemmer.stemmer("english").stemWord(word)
