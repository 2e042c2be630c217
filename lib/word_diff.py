"""What changed from one text to another, word by word."""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

MAX_PAIRS = 250_000  # words that are compared with each other, which takes less than a tenth of a second
_TOKEN = re.compile(r"(?:\w+|[^\w\s])\s*")


class Kind(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Stretch(NamedTuple):
    """Words that follow each other and are all the same in both texts, all removed, or all added."""

    kind: Kind
    text: str


class _Token(NamedTuple):
    """What is compared of a word, and the word with what follows it up to the next one."""

    key: str
    text: str


def of_words(old: str, new: str) -> list[Stretch]:
    """The stretches of which the two texts consist. Spaces and line breaks are those of the new text.

    A single word that stayed between two changes counts as changed, since such pieces cannot be read.
    """
    return _joined(_bridged(_edits(_words(old), _words(new))))


def of_names(old: Sequence[str], new: Sequence[str]) -> list[Stretch]:
    """The stretches of two lists of names, each of which stayed, was removed or was added."""
    return _joined(_edits(_names(old), _names(new)))


def has_changes(stretches: Iterable[Stretch]) -> bool:
    return any(stretch.kind is not Kind.SAME for stretch in stretches)


def as_html(stretches: Iterable[Stretch]) -> SafeString:
    """The stretches as `del` and `ins`, which many screen readers do not mention, and so with words for these."""
    return format_html_join("", "{}", ([_element(*stretch)] for stretch in stretches))


def _element(kind: Kind, text: str) -> str:
    if kind is Kind.SAME:
        return text
    words = text.rstrip()
    html = '<{0}><span class="visually-hidden"> [{1}: </span>{2}<span class="visually-hidden">]</span></{0}>{3}'
    return format_html(html, "del" if kind is Kind.REMOVED else "ins", kind, words, text[len(words) :])


def _words(text: str) -> list[_Token]:
    return [_Token(token.strip(), token) for token in _TOKEN.findall(text)]


def _names(names: Sequence[str]) -> list[_Token]:
    last = len(names) - 1
    return [_Token(name, name if index == last else f"{name}, ") for index, name in enumerate(names)]


type _Edit = tuple[Kind, _Token]


def _edits(old: Sequence[_Token], new: Sequence[_Token]) -> list[_Edit]:
    """The tokens of both in their order, each with what became of it.

    What both begin and end with is the same. In between, a longest common subsequence is, unless that takes more than
    MAX_PAIRS comparisons: then everything there was replaced.
    """
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    head, tail = new[:start], new[len(new) - end :]
    middle = old[start : len(old) - end], new[start : len(new) - end]
    return [
        *((Kind.SAME, token) for token in head),
        *(_replaced(*middle) if len(middle[0]) * len(middle[1]) > MAX_PAIRS else _compared(*middle)),
        *((Kind.SAME, token) for token in tail),
    ]


def _common(old: Sequence[_Token], new: Sequence[_Token]) -> int:
    """The number of tokens with which both begin."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((index for index, (one, other) in pairs if one.key != other.key), min(len(old), len(new)))


def _replaced(old: Sequence[_Token], new: Sequence[_Token]) -> Iterator[_Edit]:
    yield from ((Kind.REMOVED, token) for token in old)
    yield from ((Kind.ADDED, token) for token in new)


def _compared(old: Sequence[_Token], new: Sequence[_Token]) -> Iterator[_Edit]:
    """Walk through the table of the lengths of longest common subsequences of all pairs of endings."""
    lengths = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        row, below, key = lengths[i], lengths[i + 1], old[i].key
        for j in range(len(new) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if key == new[j].key else max(below[j], row[j + 1])
    i = j = 0
    while i < len(old) and j < len(new):
        if old[i].key == new[j].key:
            yield Kind.SAME, new[j]
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            yield Kind.REMOVED, old[i]
            i += 1
        else:
            yield Kind.ADDED, new[j]
            j += 1
    yield from _replaced(old[i:], new[j:])


def _bridged(edits: Sequence[_Edit]) -> list[_Edit]:
    """The edits in which a single word that stayed between two changes was replaced by itself."""
    runs = [(is_same, [*run]) for is_same, run in groupby(edits, lambda edit: edit[0] is Kind.SAME)]
    bridged = []
    for index, (is_same, run) in enumerate(runs):
        is_between = 0 < index < len(runs) - 1
        if is_same and is_between and sum(token.key[0].isalnum() for _, token in run) < 2:
            bridged += _replaced(*[[token for _, token in run]] * 2)
        else:
            bridged += run
    return bridged


def _joined(edits: Sequence[_Edit]) -> list[Stretch]:
    """The stretches of these edits. Between words that stayed, what was removed stands first."""
    stretches = []
    for is_same, run in groupby(edits, lambda edit: edit[0] is Kind.SAME):
        texts = dict.fromkeys([Kind.SAME] if is_same else [Kind.REMOVED, Kind.ADDED], "")
        for kind, token in run:
            texts[kind] += token.text
        stretches += [Stretch(kind, text) for kind, text in texts.items() if text]
    return stretches
