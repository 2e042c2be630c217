"""Share cards: what the pictures that other sites show beside a link say of a page.

A page has a card if everybody may read it and it shows something. The tag `share` names the card in the page's head.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import resolve

from lib.markup import markdown_text
from lib.share_image import SLOGAN
from lib.templatetags.house import long_date
from lib.text import byline, line
from orgs.models import Organisation
from papers import period
from papers.models import Author, Collection, Day, Paper
from papers.period import NoSuchPeriod

MAX_AUTHORS = 3
MAX_LINE = 160  # characters


class ShareCard(NamedTuple):
    """The three texts of a card, in plain text. `line` may be empty."""

    kicker: str
    title: str
    line: str


def find(path: str) -> ShareCard:
    """The card of the page at this path. Raises Http404 if that has none, or if not everybody may read it."""
    match = resolve(path)
    if match.view_name not in _CARDS:
        raise Http404
    return _CARDS[match.view_name](**match.kwargs)


def _paper(ref: tuple[str, int | None]) -> ShareCard:
    paper = get_object_or_404(Paper.objects.select_related("organisation"), arxiv_id=ref[0])
    names = [author.name for author in Author.objects.first_of([paper.pk], MAX_AUTHORS)[paper.pk]]
    authors, organisation = byline(names, paper.author_count), paper.organisation and paper.organisation.name
    by = " · ".join(filter(None, [authors, organisation]))
    kicker = " · ".join(filter(None, [paper.withdrawn_at and "Withdrawn", long_date(paper.listed_on)]))
    return ShareCard(kicker, paper.plain_title, by)


def _period(kind: str, text: str) -> ShareCard:
    try:
        span = period.parse(kind, text)
    except NoSuchPeriod:
        raise Http404 from None
    count = Day.objects.around(span.start, span.end)["papers"]
    if not count:
        raise Http404
    return ShareCard(f"Papers of the {kind}", span.title, _counted(count))


def _collection(key: str) -> ShareCard:
    readable = Collection.objects.open_to(AnonymousUser()).select_related("user", "organisation")
    collection = get_object_or_404(readable, key=key)
    return ShareCard("Collection", collection.name, f"by {collection.owner} · {_counted(collection.paper_count)}")


def _organisation(slug: str) -> ShareCard:
    organisation = get_object_or_404(Organisation, slug=slug)
    return ShareCard("Organisation", organisation.name, line(markdown_text(organisation.description), MAX_LINE))


def _person(username: str) -> ShareCard:
    person = get_object_or_404(get_user_model(), username=username, is_active=True)
    return ShareCard("Reader", str(person), line(markdown_text(person.about), MAX_LINE))


def _site() -> ShareCard:
    return ShareCard("", SLOGAN, "")


def _counted(papers: int) -> str:
    return f"{papers:,} paper{'' if papers == 1 else 's'}"


_CARDS: dict[str, Callable[..., ShareCard]] = {
    "papers:paper": _paper,
    "papers:day": _period,
    "papers:week": _period,
    "papers:month": _period,
    "papers:collection": _collection,
    "papers:org": _organisation,
    "papers:person": _person,
    "about": _site,
}
