"""BERT's uncased WordPiece: text → the numbers of its tokens.

After the tokenizer of https://github.com/google-research/bert, whose vocabulary vocab.txt is. A text becomes words in
lower case without accents; every punctuation mark and ideograph is a word by itself. A word becomes the longest piece
at its start that the vocabulary has, then the longest that goes on from there (written ##…), to its end.
"""

import string
import unicodedata
from functools import cache, lru_cache
from itertools import chain, islice
from pathlib import Path

LONGEST_WORD = 100  # characters
IDEOGRAPHS = (
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0xF900, 0xFB00),
    range(0x20000, 0x2A6E0),
    range(0x2A700, 0x2CEB0),
    range(0x2F800, 0x2FA20),
)


def tokens(text: str, limit: int) -> list[int]:
    """The numbers of a text's first tokens, at most `limit` with the [CLS] before them and the [SEP] behind."""
    number = vocabulary()
    pieces = chain.from_iterable(map(_pieces, _words(text)))
    return [number["[CLS]"], *(number[piece] for piece in islice(pieces, limit - 2)), number["[SEP]"]]


@cache
def vocabulary() -> dict[str, int]:
    """Piece → its number, which is its line in vocab.txt, counted from 0."""
    pieces = Path(__file__).with_name("vocab.txt").read_text(encoding="utf-8").splitlines()
    return {piece: number for number, piece in enumerate(pieces)}


def _words(text: str) -> list[str]:
    return "".join(map(_spelled, unicodedata.normalize("NFD", text))).split()


@lru_cache(maxsize=4096)
def _spelled(character: str) -> str:
    """What a character becomes: nothing, a space, a word by itself, or its lower case."""
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
    if len(word) > LONGEST_WORD:
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
