from collections.abc import Iterable
from typing import NamedTuple

from django.db import models
from django.dispatch import Signal
from django.urls import reverse


class Delivery(models.TextChoices):
    """When a notification also comes by mail. The page of notifications has all of them."""

    AT_ONCE = "at_once", "At once"
    DAILY = "daily", "Once a day"
    NEVER = "never", "Never"


class NotificationData(NamedTuple):
    """A notification to be written. `facts` are JSON, from which the kind makes its text.

    `subject` identifies what it is about. While a notification about the same subject is unread, it is updated: new
    facts replace old ones, and facts that are lists are united.
    """

    user_id: int
    subject: str
    facts: dict


class NotificationKind:
    """A kind of notification: the signal that causes it, who gets one, and its text.

    `title` completes “Tell me by mail when …” in the settings, `deliveries` are those that a user can choose there.
    """

    key: str
    title: str
    signal: Signal
    default = Delivery.AT_ONCE
    deliveries = tuple(Delivery)

    def payload(self, **arguments) -> dict | None:
        """What the worker needs of the arguments of the signal, as JSON; None if nobody is to be notified."""
        return arguments

    def notifications(self, **payload) -> Iterable[NotificationData]:
        """The notifications to be written; called by the worker after the transaction that sent the signal."""
        return [NotificationData(**payload)]

    def text(self, facts: dict) -> str:
        """What happened, as one sentence in plain text."""
        raise NotImplementedError

    def link(self, facts: dict) -> str:
        """The path of the page that it leads to: that of the paper in the facts, or else of the organisation."""
        if "arxiv_id" in facts:
            return reverse("papers:paper", args=[facts["arxiv_id"]])
        return reverse("papers:org", args=[facts["slug"]])

    def details(self, facts: dict) -> str:
        """More than the sentence, in plain text of any length; "" for nothing."""
        return ""

    def links(self, facts: dict) -> list[tuple[str, str]]:
        """Further pages, as (title, path)."""
        return []

    def mail_subject(self, facts: dict) -> str:
        """The subject of a mail with this notification alone. It must not begin with what a person typed."""
        return self.text(facts).removesuffix(".")


KINDS: dict[str, NotificationKind] = {}


def register(kind: type[NotificationKind]) -> type[NotificationKind]:
    """A class decorator that enters the kind in KINDS under its key."""
    KINDS[kind.key] = kind()
    return kind
