"""What a letter says: stands in for slice B's module until both are put together."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from papers import sources


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
    papers = [paper for paper in listing.papers if paper.listed_at > now - timedelta(days=3)]
    return Edition(source.title(), issue, subscription.address, papers) if papers else None
