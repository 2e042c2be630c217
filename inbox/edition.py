"""Stub, to be replaced."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from papers import sources


@dataclass(frozen=True)
class Edition:
    title: str
    papers: list


def of(subscription, issue, now):
    path, _, query = subscription.address.partition("?")
    source = sources.find(path, subscription.user or AnonymousUser())
    title = source.title()
    sent = {pk for letter in subscription.letters.all() for pk in letter.papers}
    papers = source.read(QueryDict(query), AnonymousUser(), 50, sort="votes").papers
    papers = [paper for paper in papers if paper.pk not in sent][: subscription.most]
    return Edition(title, papers) if papers else None
