from collections.abc import Iterable
from typing import NamedTuple

from django.db import models
from django.dispatch import Signal


class How(models.TextChoices):
    """How a mail tells it; the page tells everything."""

    AT_ONCE = "at_once", "At once"
    DAILY = "daily", "Once a day"
    NEVER = "never", "Never"


class Told(NamedTuple):
    """To whom (an id), about what, and the facts, which the text is made of: JSON.

    Told again of the same while it is unread, facts take the place of former ones, and lists of them are united.
    """

    user: int
    subject: str
    facts: dict


class Kind:
    """`title`: what settings call it. `signal`: it is heard when this is sent."""

    key: str
    title: str
    signal: Signal
    default = How.AT_ONCE
    hows = tuple(How)

    def note(self, **heard) -> dict | None:
        """What must be known later of what the signal says, as JSON; None if it is nobody's business."""
        return heard

    def told(self, **note) -> Iterable[Told]:
        """Called by the worker, once what was heard is written."""
        return [Told(**note)]

    def line(self, facts: dict) -> str:
        """What happened, as one sentence in plain text."""
        raise NotImplementedError

    def link(self, facts: dict) -> str:
        """The path of the page to see."""
        raise NotImplementedError

    def more(self, facts: dict) -> str:
        """What else is to be said, in plain text of any length."""
        return ""

    def links(self, facts: dict) -> list[tuple[str, str]]:
        """Other pages to see: what each is called, and its path."""
        return []

    def subject(self, facts: dict) -> str:
        """The subject of a mail that tells this alone; it begins with words of ours, not with what a person typed."""
        return self.line(facts).removesuffix(".")


KINDS: dict[str, Kind] = {}


def register(kind: type[Kind]) -> type[Kind]:
    """A decorator that enters the kind in KINDS under its key."""
    KINDS[kind.key] = kind()
    return kind
