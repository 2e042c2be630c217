"""The moderation log as a feed."""

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html

from lib.text import one_line
from lib.xml import writable
from moderation.models import Action
from papers.syndication.formats import MAX_ENTRIES, Entry, Feed, urn


def newest() -> list[Action]:
    """The actions that the feed has, by one statement."""
    return list(Action.objects.order_by("-pk")[:MAX_ENTRIES])


def version(actions: list[Action]) -> tuple:
    """All that the feed depends on, for its ETag."""
    shown = [(str(row), row.url, row.reason, row.undone_at, row.undone_by_name) for row in actions]
    return settings.BASE_URL, shown


def build(actions: list[Action], address: str) -> Feed:
    """The feed of these actions, by its own address. No statements."""
    path, entries = reverse("moderation:log"), [_entry(action) for action in actions]
    title = "Moderation log · Broadsheet"
    return Feed(
        urn(path), title, settings.BASE_URL + path, settings.BASE_URL + address, entries, "What moderators decided."
    )


def _entry(action: Action) -> Entry:
    path = action.get_absolute_url()
    return Entry(
        id=urn(path),
        title=one_line(writable(str(action))),
        url=settings.BASE_URL + path,
        published=action.created_at,
        updated=action.undone_at or action.created_at,
        html=writable(_html(action)),
        authors=[one_line(writable(action.moderator_name))],
    )


def _html(action: Action) -> str:
    html = format_html("<p>Reason: {}</p>", action.reason) if action.reason else ""
    if action.undone_at:
        html += format_html("<p>Undone by {}: {}</p>", action.undone_by_name, action.undone_reason)
    return html
