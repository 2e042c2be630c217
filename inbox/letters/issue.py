"""Composes the issue of a letter: recent papers of a list that were in none of the subscription's letters before.

All of it is plain text, since few mail programs render MathML.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db.models import BigIntegerField, Func, QuerySet
from django.http import QueryDict

from inbox.models import Cadence, Letter, Subscription
from lib.markup import plain
from lib.text import byline, cut, one_line
from papers.lists import catalogue
from papers.lists.listing import titled
from papers.models import Author, Paper

# How recent the papers of a letter are: longer than the time between two letters, since votes come for some days.
SPANS = {
    Cadence.DAILY: timedelta(days=3),
    Cadence.WEEKDAYS: timedelta(days=4),
    Cadence.WEEKLY: timedelta(days=8),
    Cadence.MONTHLY: timedelta(days=32),
}
NAMES_SHOWN = 3
EXCERPT = 400  # characters
# The end of a sentence, not of an initial or an abbreviation.
_SENTENCE = re.compile(r"(?<![ .(][A-Za-z])(?<!\bal)(?<!\bcf)(?<!\bvs)(?<!\bFig)(?<!\bresp)[.!?](?= [^a-z])")


@dataclass(frozen=True)
class Entry:
    """A paper. `authors` names the first of them and the number of the others; `links` are (name, address)."""

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
        """Authors, organisation and upvotes, as one line."""
        votes = f"{self.votes:,} upvote{'s' if self.votes > 1 else ''}" if self.votes else ""
        return " · ".join(filter(None, [self.authors, self.organisation, votes]))


@dataclass(frozen=True)
class Issue:
    """What a letter of this day contains. `title` names the list and its filters, `url` is the list's address."""

    title: str
    day: date
    url: str
    papers: tuple[Entry, ...]


def compose(subscription: Subscription, day: date, now: datetime) -> Issue | None:
    """The issue of a letter that is sent now; None if it would have no papers.

    The number of statements does not depend on the number of papers. Raises Http404 for a list that does not exist or
    that the subscriber may not read, BadInput for filters that cannot be read, and TooSlow.
    """
    viewer = subscription.user if subscription.user and subscription.user.is_active else AnonymousUser()
    path, _, query = subscription.address.partition("?")
    source = catalogue.find(path, viewer)
    name = source.title()
    recent = {f"{source.moment}__gt": now - SPANS[subscription.cadence], f"{source.moment}__lte": now}
    papers = source.papers.filter(**recent).exclude(pk__in=_sent_papers(subscription))
    order = "hot" if source.sort == "hot" else "votes"
    listed = replace(source, papers=papers).read(QueryDict(query), viewer, subscription.most, order)
    if not listed.papers:
        return None
    issue = _issue(titled(name, listed.asked.params), day, subscription, listed.papers)
    return issue if issue.papers else None  # they may have been deleted since the statement before


def issue_of(letter: Letter) -> Issue:
    """The issue of a letter that was sent, without papers that were deleted since."""
    rows = Paper.objects.seen_by(AnonymousUser()).narrow(()).in_bulk(letter.papers)
    papers = [rows[pk] for pk in letter.papers if pk in rows]
    return _issue(letter.title, letter.day, letter.subscription, papers)


def excerpt(text: str) -> str:
    """At most the first EXCERPT characters, up to the end of a sentence if one ends in their second half."""
    ends = [match.end() for match in _SENTENCE.finditer(text, EXCERPT // 2, EXCERPT + 1)]
    return text[: ends[-1]] if ends and len(text) > EXCERPT else cut(text, EXCERPT)


def _sent_papers(subscription: Subscription) -> QuerySet:
    """The ids of the papers in all letters of the subscription."""
    letters = Letter.objects.filter(subscription=subscription.pk)
    return letters.values_list(Func("papers", function="unnest", output_field=BigIntegerField()), flat=True)


def _issue(title: str, day: date, subscription: Subscription, papers: Iterable[Paper]) -> Issue:
    title = cut(one_line(title), Letter._meta.get_field("title").max_length)
    return Issue(title, day, settings.BASE_URL + subscription.address, _entries(papers))


def _entries(papers: Iterable[Paper]) -> tuple[Entry, ...]:
    """The entries of narrow papers, in their order. They are cached like cards, since many letters have the same."""
    cache, keys = caches["cards"], {f"letter.{paper.face}": paper.pk for paper in papers}
    entries = cache.get_many(keys)
    if missing := {key: pk for key, pk in keys.items() if key not in entries}:
        fetched = _fetch(missing.values())
        new = {key: fetched[pk] for key, pk in missing.items() if pk in fetched}  # a paper may be deleted by now
        cache.set_many(new)
        entries |= new
    return tuple(entries[key] for key in keys if key in entries)


def _fetch(pks: Collection[int]) -> dict[int, Entry]:
    papers = Paper.objects.select_related("organisation").in_bulk(pks)
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
