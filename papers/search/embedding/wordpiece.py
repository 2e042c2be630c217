"""BERT's uncased WordPiece tokenizer: makes the token ids of a text.

The algorithm and vocab.txt are those of https://github.com/google-research/bert. A text is split into words in lower
case without accents; each punctuation mark and ideograph is a word by itself. A word is split into the longest piece of
the vocabulary that it begins with, then the longest one that continues it (written ##…), and so on to its end.
"""

import string
import unicodedata
from functools import cache, lru_cache
from itertools import chain, islice
from pathlib import Path

MAX_WORD_LENGTH = 100  # characters
IDEOGRAPHS = (
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0xF900, 0xFB00),
    range(0x20000, 0x2A6E0),
    range(0x2A700, 0x2CEB0),
    range(0x2F800, 0x2FA20),
)


def tokens(text: str, limit: int) -> list[int]:
    """The ids of a text's first tokens, at most `limit` with [CLS] before and [SEP] after them."""
    ids = vocabulary()
    pieces = chain.from_iterable(map(_pieces, _words(text)))
    return [ids["[CLS]"], *(ids[piece] for piece in islice(pieces, limit - 2)), ids["[SEP]"]]


@cache
def vocabulary() -> dict[str, int]:
    """Maps each piece to its id, which is its line number in vocab.txt, from 0."""
    pieces = Path(__file__).with_name("vocab.txt").read_text(encoding="utf-8").splitlines()
    return {piece: line for line, piece in enumerate(pieces)}


def _words(text: str) -> list[str]:
    return "".join(map(_normalise, unicodedata.normalize("NFD", text))).split()


@lru_cache(maxsize=4096)
def _normalise(character: str) -> str:
    """The character's replacement: nothing, a space, a word by itself, or its lower case."""
    category = unicodedata.category(character)
    if character in "\t\n\r":
        return " "
    if category in {"Cc", "Cf", "Co", "Mn"} or character == "\N{REPLACEMENT CHARACTER}":
        return ""
    ideograph = any(ord(character) in block for block in IDEOGRAPHS)
    if ideograph or category.startswith("P") or character in string.punctuation:
        return f" {character} "
    return character.lower()


def _pieces(word: str) -> list[str]:
    if len(word) > MAX_WORD_LENGTH:
        return ["[UNK]"]
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        for end in range(len(word), start, -1):
            if prefix + word[start:end] in vocabulary():
                break
        else:
            return ["[UNK]"]
        pieces.append(prefix + word[start:end])
        start = end
    return pieces
