"""Marks in a card why it was found. It works on finished HTML and steps over all that is no text: tags, entities and
formulas. So nothing of a paper can become markup by being marked.
"""

import re
from functools import lru_cache

import snowballstemmer

from lib.text import fold

_TEXTS = re.compile(r'<h2>.*?</h2>|<div class="abstract">\s*<p>.*?</p>', re.DOTALL)
_HEAD = 3  # letters that a word and its stem have in common, so that few words need to be stemmed


def mark(card: str, lexemes: frozenset[str], prefix: str) -> str:
    """The card with <mark> around the words of title and abstract that have one of these lexemes, or begin so."""
    if not lexemes:
        return card
    pattern = _pattern(lexemes)

    def replace(match: re.Match) -> str:
        word = match[0]
        return f"<mark>{word}</mark>" if match["word"] and _is_meant(fold(word), lexemes, prefix) else word

    return _TEXTS.sub(lambda text: pattern.sub(replace, text[0]), card)


@lru_cache(maxsize=1_000)
def _pattern(lexemes: frozenset[str]) -> re.Pattern:
    heads = "|".join(sorted({re.escape(lexeme[:_HEAD]) for lexeme in lexemes}))
    return re.compile(
        rf"<math.*?</math>|<[^>]*>|&\#?\w+;|(?P<word>\b(?:{heads})\w*|\b\w*[^\x00-\x7f]\w*)",
        re.DOTALL | re.IGNORECASE,
    )


def _is_meant(word: str, lexemes: frozenset[str], prefix: str) -> bool:
    return word in lexemes or _stem(word) in lexemes or bool(prefix and word.startswith(prefix))


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """As PostgreSQL's `english` does: Snowball's. The stemmer keeps state, so each call has its own."""
    return snowballstemmer.stemmer("english").stemWord(word)
