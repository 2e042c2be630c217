"""What a letter says: stands in for slice B's module until both are put together."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from papers import sources
from papers.models import Paper


@dataclass(frozen=True)
class Edition:
    title: str
    issue: date
    address: str
    papers: list


def of(subscription, issue: date, now: datetime) -> Edition | None:
    viewer = subscription.user or AnonymousUser()
    path, _, query = subscription.address.partition("?")
    source = sources.find(path, viewer)
    listing = source.read(QueryDict(query), viewer, subscription.most, sort="votes")
    papers = list(
        Paper.objects.filter(pk__in=[p.pk for p in listing.papers], listed_at__gt=now - timedelta(days=3)).order_by(
            "-vote_count"
        )
    )
    return Edition(source.title(), issue, subscription.address, papers) if papers else None
