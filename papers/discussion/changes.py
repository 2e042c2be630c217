"""What changed from one version of a comment to the next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from papers.models import CommentRevision
from papers.models.content import ContentFields

_PIECES = re.compile(r"\s+|\S+")
_NAMES = {"outcome": "What happened", "ran": "What was run", "hardware": "Hardware", "duration": "How long it took"}


@dataclass(frozen=True)
class TextChange:
    """A text of which one stretch was replaced: what stayed before and after it, and the stretch before and now."""

    before: str
    old: str
    new: str
    after: str


@dataclass(frozen=True)
class Change:
    """A version of a comment that was replaced, and the one that replaced it."""

    old: CommentRevision
    new: ContentFields

    @property
    def changed_at(self) -> datetime:
        return self.old.replaced_at

    @property
    def text(self) -> TextChange | None:
        return text_change(self.old.text, self.new.text) if self.old.text != self.new.text else None

    @property
    def answers(self) -> list[tuple[str, str, str]]:
        """The other answers of a report that changed: the question, the answer before, and the one now."""
        pairs = ((name, getattr(self.old, key), getattr(self.new, key)) for key, name in _NAMES.items())
        return [(name, old, new) for name, old, new in pairs if old != new]


def text_change(old: str, new: str) -> TextChange:
    """The shortest stretch of whole words within which two texts differ. The time is linear in their length."""
    first, second = _PIECES.findall(old), _PIECES.findall(new)
    start = _common(first, second)
    end = _common(first[start:][::-1], second[start:][::-1])
    ends = len(first) - end, len(second) - end
    pieces = first[:start], first[start : ends[0]], second[start : ends[1]], first[ends[0] :]
    return TextChange(*map("".join, pieces))


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """The number of pieces with which both begin."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((index for index, (one, other) in pairs if one != other), min(len(first), len(second)))
