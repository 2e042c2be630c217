"""What a letter says: the papers that came into a list lately and were in none of its letters before.

Everything in it is plain text: few mail programs draw MathML.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db.models import BigIntegerField, Func
from django.http import QueryDict

from inbox.models import Cadence, Letter, Subscription
from lib.markup import plain
from lib.text import byline, cut, one_line
from papers.lists import catalogue
from papers.lists.listing import titled
from papers.models import Author, Paper

# How far back a letter looks: longer than its cadence, since a paper gathers votes for some days.
SPANS = {
    Cadence.DAILY: timedelta(days=3),
    Cadence.WEEKDAYS: timedelta(days=4),
    Cadence.WEEKLY: timedelta(days=8),
    Cadence.MONTHLY: timedelta(days=32),
}
NAMES_SHOWN = 3
EXCERPT = 400  # characters
# Not after an initial or an abbreviation.
_SENTENCE = re.compile(r"(?<![ .(][A-Za-z])(?<!\bal)(?<!\bcf)(?<!\bvs)(?<!\bFig)(?<!\bresp)[.!?](?= [^a-z])")


@dataclass(frozen=True)
class Entry:
    """A paper. `authors` are the first few, and how many more there are; `links` are (name, address)."""

    pk: int
    title: str
    authors: str
    organisation: str
    votes: int
    excerpt: str
    url: str
    links: tuple[tuple[str, str], ...]

    @property
    def facts(self) -> str:
        votes = f"{self.votes:,} upvote{'s' if self.votes > 1 else ''}" if self.votes else ""
        return " · ".join(filter(None, [self.authors, self.organisation, votes]))


@dataclass(frozen=True)
class Edition:
    """`title` is the list's name with its filters, at most as long as a letter's; `url` leads to the list."""

    title: str
    issue: date
    url: str
    papers: tuple[Entry, ...]


def of(subscription: Subscription, issue: date, now: datetime) -> Edition | None:
    """What the letter of this day would say at this moment; None where there is nothing to say.

    A handful of statements, however many papers. Raises Http404 for a list that is not there or that the subscriber
    may not read, and TooSlow.
    """
    viewer = subscription.user if subscription.user and subscription.user.is_active else AnonymousUser()
    path, _, query = subscription.address.partition("?")
    source = catalogue.find(path, viewer)
    name = source.title()
    lately = {f"{source.moment}__gt": now - SPANS[subscription.cadence], f"{source.moment}__lte": now}
    papers = source.papers.filter(**lately).exclude(pk__in=_told(subscription))
    order = "hot" if source.sort == "hot" else "votes"
    listed = replace(source, papers=papers).read(QueryDict(query), viewer, subscription.most, order)
    if not listed.papers:
        return None
    title = titled(name, listed.asked.params)
    edition = _edition(title, issue, subscription, listed.papers)
    return edition if edition.papers else None  # they may have gone a moment ago


def kept(letter: Letter) -> Edition:
    """What this letter says, without the papers that are gone."""
    rows = Paper.objects.seen_by(AnonymousUser()).narrow(()).in_bulk(letter.papers)
    papers = [rows[pk] for pk in letter.papers if pk in rows]
    return _edition(letter.title, letter.issue, letter.subscription, papers)


def excerpt(text: str) -> str:
    """The first EXCERPT characters of a line at most, up to the end of a sentence if there is one late enough."""
    ends = [match.end() for match in _SENTENCE.finditer(text, EXCERPT // 2, EXCERPT + 1)]
    return text[: ends[-1]] if ends and len(text) > EXCERPT else cut(text, EXCERPT)


def _told(subscription: Subscription):
    letters = Letter.objects.filter(subscription=subscription.pk)
    return letters.values_list(Func("papers", function="unnest", output_field=BigIntegerField()), flat=True)


def _edition(title: str, issue: date, subscription: Subscription, papers: Iterable[Paper]) -> Edition:
    title = cut(one_line(title), Letter._meta.get_field("title").max_length)
    return Edition(title, issue, settings.BASE_URL + subscription.address, _entries(papers))


def _entries(papers: Iterable[Paper]) -> tuple[Entry, ...]:
    """Of narrow papers, in their order. What is read of one is kept as its card is: many letters show the same."""
    cache, keys = caches["cards"], {f"letter.{paper.face}": paper.pk for paper in papers}
    entries = cache.get_many(keys)
    if missing := {key: pk for key, pk in keys.items() if key not in entries}:
        read = _read(missing.values())
        fresh = {key: read[pk] for key, pk in missing.items() if pk in read}  # or it was deleted a moment ago
        cache.set_many(fresh)
        entries |= fresh
    return tuple(entries[key] for key in keys if key in entries)


def _read(keys: Collection[int]) -> dict[int, Entry]:
    papers = Paper.objects.select_related("organisation").in_bulk(keys)
    names = Author.objects.first_of(papers, NAMES_SHOWN)
    return {pk: _entry(paper, names[pk]) for pk, paper in papers.items()}


def _entry(paper: Paper, names: list[str]) -> Entry:
    return Entry(
        pk=paper.pk,
        title=one_line(plain(paper.title)),
        authors=byline(list(map(one_line, names)), paper.author_count),
        organisation=one_line(paper.organisation.name) if paper.organisation else "",
        votes=paper.vote_count,
        excerpt=excerpt(one_line(plain(paper.abstract))),
        url=settings.BASE_URL + paper.get_absolute_url(),
        links=(("arXiv", paper.arxiv_url), ("PDF", paper.pdf_url))
        + ((("Code", paper.code_url),) if paper.code_url else ()),
    )
