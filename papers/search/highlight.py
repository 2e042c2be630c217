"""Highlights the words of a search in titles and abstracts, and sets apart what an abstract says long before the first.

The text is HTML of `lib.markup.typeset`. Tags, entities and formulas are left alone, so highlighting can't turn text
into markup.
"""

import re
from functools import lru_cache
from itertools import groupby

import snowballstemmer

from lib.text import LETTER_AND_NUMBER, MARKS, SIGN_WORD, UNSPACED, bare, fold, letters

# A word as it is indexed: "C++", "L2", "4.5", "7b", or letters, with marks and with apostrophes between letters.
_MARKS = MARKS + "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u200c\u200d"
_LETTERS = r"[^\W\d_]+(?:(?:[{marks}]+|['‘’`](?=[^\W\d_]))[^\W\d_]*)*"
_WORD = rf"{SIGN_WORD}|{LETTER_AND_NUMBER}(?:{_LETTERS})?|\d+(?:\.\d+)+|\d*{_LETTERS}|\d+"
_ASCII_WORD = _WORD.replace("[{marks}]+|", "")
_WORDS = re.compile(_WORD.replace("{marks}", _MARKS), re.IGNORECASE)
_RUN = re.compile(f"([{UNSPACED}]+)")
_OTHER_WORDS = r"[!-%'-;=-~]*+[^\x00-\x7f][^\s<&]*"  # up to a space, with a letter or a sign beyond ASCII among them
_MARKUP = r"<math.*?</math>|<[^>]*>|&#?\w+;"
_TAG, _OPENING_TAG = re.compile("<[^>]*>"), re.compile(r"<\w")
_SENTENCE_END = re.compile(r"[.!?][)”’\"]*\s")
VISIBLE_LENGTH = 240  # characters of an abstract that a row shows at least on a wide screen
_COMMON_LENGTH = 2  # letters that a word and its stem always share ("using", "use")


class Highlighter(dict):
    """Maps plain text to itself with <mark> around the words that have one of these lexemes or begin with the prefix.

    Where words stand without spaces, <mark> is around those letters of them that were found. A text is looked at once.
    """

    def __init__(self, lexemes: frozenset[str], prefix: str) -> None:
        super().__init__()
        self.lexemes, self.prefix = lexemes, prefix
        beginnings = [re.escape(text) for text in sorted({lexeme[:_COMMON_LENGTH] for lexeme in lexemes})]
        # A candidate begins as a lexeme does, or has a sign or an apostrophe behind its first letter, or is not ASCII.
        candidate = "|".join([*beginnings, r".[-_^]\d", ".['`]", SIGN_WORD, _OTHER_WORDS])
        # One match goes to the next candidate, so that Python looks at few words.
        self._to_candidate = re.compile(
            rf"((?:{_MARKUP}|(?!{candidate})(?:{_ASCII_WORD})|(?!{SIGN_WORD})[^\w]|_)*+)"
            rf"({_OTHER_WORDS}|{_ASCII_WORD}|\Z)",
            re.DOTALL | re.IGNORECASE,
        )

    def __missing__(self, text: str) -> str:
        pieces = _RUN.split(text)
        pieces[::2] = [_WORDS.sub(self._mark_word, piece) for piece in pieces[::2]]
        pieces[1::2] = map(self._mark_letters, pieces[1::2])
        self[text] = "".join(pieces)
        return self[text]

    def _mark_word(self, match: re.Match) -> str:
        word = match[0]
        folded = word.lower() if word.isascii() and word.isalnum() else bare(word)
        has_prefix = bool(self.prefix) and folded.startswith(self.prefix)
        is_found = folded in self.lexemes or _stem(folded) in self.lexemes or has_prefix
        return f"<mark>{word}</mark>" if is_found else word

    def _mark_letters(self, run: str) -> str:
        spelled = letters(run)
        folded = [*map(fold, spelled), ""]
        found = {i for i, letter in enumerate(folded) if letter in self.lexemes}
        pairs = [i for i in range(len(spelled)) if folded[i] + folded[i + 1] in self.lexemes]
        found |= {i + n for i in pairs for n in (0, 1)}
        pieces = groupby(range(len(spelled)), found.__contains__)
        texts = [(is_found, "".join(spelled[i] for i in piece)) for is_found, piece in pieces]
        return "".join(f"<mark>{text}</mark>" if is_found else text for is_found, text in texts)

    def matches(self, text: str) -> bool:
        """Whether any word of this plain text is highlighted."""
        return self[text] != text

    def highlight(self, html: str) -> str:
        """The typeset text with <mark> around the highlighted words."""
        return self._to_candidate.sub(self._replace, html)

    def highlight_abstract(self, html: str) -> str:
        """The highlighted text; sentences before the first mark are set apart if it would be out of sight."""
        return _set_apart(self.highlight(html))

    def _replace(self, match: re.Match) -> str:
        before, word = match.groups()
        return before + self[word]


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
