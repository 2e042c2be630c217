"""Composes the issue of a letter: recent papers of a list that were in none of the subscription's letters before.

All of it is plain text, since few mail programs render MathML.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db.models import BigIntegerField, Func, QuerySet
from django.http import QueryDict

from inbox.models import Cadence, Letter, Subscription
from lib.text import cut, one_line
from papers.lists import catalogue
from papers.lists.listing import for_feed
from papers.lists.query import parse_query
from papers.models import Paper
from papers.models.row import Row
from papers.paper.summary import Summary, summaries

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
    """A paper in a letter."""

    paper: Summary

    @property
    def facts(self) -> str:
        """Whether it was withdrawn, authors, organisation, upvotes and reports of reproduction, as one line."""
        withdrawn = "Withdrawn" if self.paper.is_withdrawn else ""
        votes = self.paper.vote_count
        upvotes = f"{votes:,} upvote{'s' if votes > 1 else ''}" if votes else ""
        byline = self.paper.byline(NAMES_SHOWN)
        facts = [withdrawn, byline, self.paper.organisation, upvotes, str(self.paper.reproduction)]
        return " · ".join(filter(None, facts))

    @property
    def links(self) -> dict[str, str]:
        """Without the project's page: a letter of many papers must be short enough not to be clipped by Gmail."""
        return {name: url for name, url in self.paper.links.items() if name != "Project"}

    @property
    def excerpt(self) -> str:
        return excerpt(self.paper.plain_abstract)


@dataclass(frozen=True)
class Issue:
    """What a letter of this day contains. `title` names the list and its filters, `url` is the list's address."""

    title: str
    day: date
    url: str
    papers: tuple[Entry, ...]

    @property
    def preheader(self) -> str:
        """The next titles after the subject's, which mail programs show beside it."""
        return " · ".join(entry.paper.plain_title for entry in self.papers[1:4])


def compose(subscription: Subscription, day: date, now: datetime) -> Issue | None:
    """The issue of a letter that is sent now; None if it would have no papers.

    The number of statements does not depend on the number of papers. Raises Http404 for a list that does not exist or
    that the subscriber may not read, BadInput for filters that cannot be read, and TooSlow.
    """
    viewer = subscription.user if subscription.user and subscription.user.is_active else AnonymousUser()
    path, _, query = subscription.address.partition("?")
    list_, query = catalogue.find(path), parse_query(QueryDict(query))
    title = query.title(list_.title_for(viewer))
    span = {f"{list_.since}__gt": now - SPANS[subscription.cadence], f"{list_.since}__lte": now}
    sent = _sent_papers(subscription)
    new = list_.restricted(lambda papers: papers.filter(**span).exclude(pk__in=sent))
    order = "hot" if list_.feed_order == "hot" else "votes"
    papers = for_feed(new, query, viewer, subscription.most, order=order).papers
    issue = _issue(title, day, subscription, papers)
    return issue if issue.papers else None


def issue_of(letter: Letter) -> Issue:
    """The issue of a letter that was sent, without papers that were deleted since."""
    papers = Paper.objects.rows_of(letter.papers, AnonymousUser())
    return _issue(letter.title, letter.day, letter.subscription, papers)


def excerpt(text: str) -> str:
    """At most the first EXCERPT characters, up to the end of a sentence if one ends in their second half."""
    ends = [match.end() for match in _SENTENCE.finditer(text, EXCERPT // 2, EXCERPT + 1)]
    return text[: ends[-1]] if ends and len(text) > EXCERPT else cut(text, EXCERPT)


def _sent_papers(subscription: Subscription) -> QuerySet:
    """The ids of the papers in all letters of the subscription."""
    letters = Letter.objects.filter(subscription=subscription.pk)
    return letters.values_list(Func("papers", function="unnest", output_field=BigIntegerField()), flat=True)


def _issue(title: str, day: date, subscription: Subscription, papers: Iterable[Row]) -> Issue:
    title = cut(one_line(title), Letter._meta.get_field("title").max_length)
    return Issue(title, day, settings.BASE_URL + subscription.address, _entries(papers))


def _entries(papers: Iterable[Row]) -> tuple[Entry, ...]:
    """The entries of rows, in their order. Summaries are cached like cards: many letters have the same."""
    cache, keys = caches["cards"], {f"letter.{paper.cache_key}": paper.pk for paper in papers}
    cached = cache.get_many(keys)
    if missing := {key: pk for key, pk in keys.items() if key not in cached}:
        read = summaries(missing.values(), NAMES_SHOWN)
        new = {key: read[pk] for key, pk in missing.items() if pk in read}  # a paper may be deleted by now
        cache.set_many(new)
        cached |= new
    return tuple(Entry(cached[key]) for key in keys if key in cached)
