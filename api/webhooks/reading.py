"""The list of a webhook, as the recipient of the webhook may read it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, QueryDict
from django.urls import resolve

from api.models import Webhook
from lib.refusals import BadInput
from papers.lists import catalogue, subscribable
from papers.lists.list import List
from papers.lists.listing import for_feed
from papers.lists.query import ListQuery, parse_query
from papers.lists.subscribable import SubscribableList
from papers.models import Collection
from papers.models.row import Row

RECENT = timedelta(days=3)  # papers that are longer in a list are not new, even if they were not sent
PAGE_SIZE = 500
SAMPLE = 3  # papers of a test


def find(address: str, owner, actor) -> SubscribableList:
    """The list at this address, for a new webhook of a person or an organisation.

    Raises Http404 and BadInput as `subscribable.find` does, and BadInput for a list that not everybody may read, unless
    it is a person's own or a collection of the organisation.
    """
    found = subscribable.find(address, actor, refusal="no_feed", sort="", by="")
    if found.user and owner != actor and not _is_collection_of(owner, found.address):
        raise BadInput("This list is neither public nor a collection of the organisation.")
    return found


def reader_of(webhook: Webhook):
    """Who must be able to read the list. Raises Http404 if there is nobody.

    That is everybody, its person, or, for a private collection of its organisation, one of the members.
    """
    if not webhook.is_private:
        return AnonymousUser()
    if webhook.user:
        return webhook.user
    members = webhook.organisation.memberships.filter(user__is_active=True).select_related("user").order_by("pk")
    member = members.first()
    if member is None or not _is_collection_of(webhook.organisation, webhook.address):
        raise Http404
    return member.user


def recent(webhook: Webhook, now: datetime) -> list[tuple[int, datetime]]:
    """The ids of the papers that came into the list within RECENT, and when they did, the oldest first.

    Raises Http404 if the list does not exist any more or may not be read any more, BadInput for filters that cannot be
    read, and TooSlow.
    """
    viewer, (list_, query) = reader_of(webhook), _list(webhook)
    list_.title_for(viewer)
    since = list_.since
    fresh = list_.restricted(lambda papers: papers.filter(**{f"{since}__gt": now - RECENT, f"{since}__lte": now}))
    rows = _all_rows(lambda query: for_feed(fresh, query, viewer, PAGE_SIZE, order="newest", columns=(since,)), query)
    return [(row.pk, getattr(row, since)) for row in reversed(rows)]


def readable(webhook: Webhook, papers: list[int]) -> list[int]:
    """Those of these papers that are still in the list, whatever its filters, in their order.

    Raises Http404 as `recent` does.
    """
    viewer, (list_, _) = reader_of(webhook), _list(webhook)
    list_.title_for(viewer)
    kept = set(list_.papers(viewer).filter(pk__in=papers).values_list("pk", flat=True))
    return [pk for pk in papers if pk in kept]


def sample(webhook: Webhook) -> list[int]:
    """The ids of the newest papers of the list, for a test. Raises as `recent` does."""
    viewer, (list_, query) = reader_of(webhook), _list(webhook)
    list_.title_for(viewer)
    return [row.pk for row in for_feed(list_, query, viewer, SAMPLE, order="newest").papers]


def _list(webhook: Webhook) -> tuple[List, ListQuery]:
    path, _, query = webhook.address.partition("?")
    return catalogue.find(path), parse_query(QueryDict(query))


def _all_rows(read: Callable, query: ListQuery) -> list[Row]:
    """The rows of all pages."""
    rows, cursor = [], ""
    while True:
        params = query.params.copy()
        params["older"] = cursor
        listing = read(replace(query, params=params))
        rows += listing.papers
        cursor = listing.cursor
        if not cursor:
            return rows


def _is_collection_of(organisation, address: str) -> bool:
    match = resolve(address.partition("?")[0])
    keys = Collection.objects.filter(organisation=organisation).values_list("key", flat=True)
    return match.view_name == "papers:collection" and match.kwargs["key"] in keys
