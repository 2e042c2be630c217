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
_PARTS = re.compile(rf"(<math.*?</math>|<[^>]*>|&#?\w+;|{_WORD})", re.DOTALL)
_TAG, _OPENING_TAG = re.compile("<[^>]*>"), re.compile(r"<\w")
_SENTENCE_END = re.compile(r"[.!?][)”’\"]*\s")
IN_SIGHT = 240  # characters of an abstract that a row shows at least on a wide screen
_HEAD = 2  # letters that a word has in common with its stem ("using", "use"), so that few need to be stemmed


class Marker(dict):
    """Whether each part of a text has one of these lexemes or begins so, worked out once a part."""

    def __init__(self, lexemes: frozenset[str], prefix: str) -> None:
        super().__init__()
        self.lexemes, self.prefix = lexemes, prefix
        self.heads = {lexeme[:_HEAD] for lexeme in lexemes}

    def __missing__(self, part: str) -> bool:
        word = part.lower() if part.isascii() and "'" not in part else bare(part)
        self[part] = word[:_HEAD] in self.heads and part[:1].isalnum() and self._is_meant(word)
        return self[part]

    def _is_meant(self, word: str) -> bool:
        return word in self.lexemes or _stem(word) in self.lexemes or bool(self.prefix and word.startswith(self.prefix))

    def has_any(self, text: str) -> bool:
        return any(self[word] for word in _PARTS.split(text))

    def mark(self, card: str) -> str:
        """The card with <mark> around such words of its title and abstract."""
        return _TEXTS.sub(self._mark, card)

    def _mark(self, text: re.Match) -> str:
        marked = "".join([f"<mark>{part}</mark>" if self[part] else part for part in _PARTS.split(text[0])])
        return marked if marked.startswith("<h2>") else _begin_near_the_first(marked)


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
