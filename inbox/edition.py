"""What a letter says: the papers that came into a list lately and were in none of its letters before.

Everything in it is plain text: few mail programs draw MathML.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db.models import BigIntegerField, Func
from django.http import QueryDict

from inbox.models import Cadence, Letter, Subscription
from lib.text import cut, one_line
from papers.lists import catalogue
from papers.lists.listing import for_feed
from papers.lists.query import parse_query
from papers.models import Paper
from papers.paper.summary import Summary, summaries

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
    """A paper in a letter."""

    paper: Summary

    @property
    def facts(self) -> str:
        votes = self.paper.vote_count
        upvotes = f"{votes:,} upvote{'s' if votes > 1 else ''}" if votes else ""
        return " · ".join(filter(None, [self.paper.byline(NAMES_SHOWN), self.paper.organisation, upvotes]))

    @property
    def excerpt(self) -> str:
        return excerpt(self.paper.plain_abstract)


@dataclass(frozen=True)
class Edition:
    """`title` is the list's name with its filters, at most as long as a letter's; `url` leads to the list."""

    title: str
    issue: date
    url: str
    entries: tuple[Entry, ...]


def of(subscription: Subscription, issue: date, now: datetime) -> Edition | None:
    """What the letter of this day would say at this moment; None where there is nothing to say.

    A handful of statements, however many papers. Raises Http404 for a list that is not there or that the subscriber
    may not read, and TooSlow.
    """
    viewer = subscription.user if subscription.user and subscription.user.is_active else AnonymousUser()
    path, _, query = subscription.address.partition("?")
    list_, query = catalogue.find(path), parse_query(QueryDict(query))
    title = query.title(list_.title_for(viewer))
    span = {f"{list_.since}__gt": now - SPANS[subscription.cadence], f"{list_.since}__lte": now}
    fresh = list_.restricted(lambda papers: papers.filter(**span).exclude(pk__in=_told(subscription)))
    order = "hot" if list_.feed_order == "hot" else "votes"
    listed = for_feed(fresh, query, viewer, subscription.most, order=order)
    if not listed.papers:
        return None
    edition = _edition(title, issue, subscription, listed.papers)
    return edition if edition.entries else None  # they may have gone a moment ago


def kept(letter: Letter) -> Edition:
    """What this letter says, without the papers that are gone."""
    rows = Paper.objects.seen_by(AnonymousUser()).for_cards().in_bulk(letter.papers)
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
    """Of narrow papers, in their order. A summary is cached as a card is: many letters show the same."""
    cache, keys = caches["cards"], {f"summary.{paper.cache_key}": paper.pk for paper in papers}
    cached = cache.get_many(keys)
    if missing := {key: pk for key, pk in keys.items() if key not in cached}:
        read = summaries(missing.values(), NAMES_SHOWN)
        fresh = {key: read[pk] for key, pk in missing.items() if pk in read}  # or it was deleted a moment ago
        cache.set_many(fresh)
        cached |= fresh
    return tuple(Entry(cached[key]) for key in keys if key in cached)
