"""Pages whose cost must not grow with the number of papers: every list in every order with every filter, and others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, product
from urllib.parse import quote

from django.contrib.auth import get_user_model
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from bench import readers
from bench.database import stranger
from orgs.models import Membership, Organisation
from orgs.roles import Role
from papers.lists import catalogue
from papers.lists.list import ORDERS
from papers.models import FeedKey, Paper

_LISTS = {
    "all papers": "/papers/trending",
    "latest week": "/papers/week",
    "latest month": "/papers/month",
    "newest day": "/papers/date/2025-09-30",
    "newest month": "/papers/month/2025-09",
    "oldest day": "/papers/date/2023-04-20",
    "oldest week": "/papers/week/2023-W17",
    "oldest month": "/papers/month/2023-05",
    "organisation of many": "/orgs/organisation-1",
    "organisation of few": "/orgs/organisation-480",
    "upvotes of one who cast many": "/people/person-1/upvoted",
    "upvotes of one who cast few": "/people/person-{last_person}/upvoted",
    "collection of 5,000": "/collections/collection-1",
    "collection of 20": "/collections/collection-7",
    "similar papers": "/papers/{paper}/similar",
}
_OWN_LISTS = {"bookmarks": "/bookmarks", "catch up": "/papers/catch-up", "following": "/papers/following"}
# The first organisation has most papers, and none of them has code (bench/synthetic.py).
_FILTERS = {
    "no filter": "",
    "topic of many": "topic={common_topic}",
    "topic of few": "topic={rare_topic}",
    "topic of none": "topic=zzz",
    "organisation of many": "org=organisation-1",
    "organisation of few": "org=organisation-480",
    "organisation of none": "org=zzz",
    "author of many": "author=wang",
    "author of none": "author=zzz",
    "votes of many": "min_votes=10",
    "votes of few": "min_votes=4000",
    "votes of none": "min_votes=2000000",
    "code": "has=code",
    "reports of many": "repro=any",
    "reports of few": "repro=fails",
    "reports of none": "repro=partly",
    "after": "after=2025-09-01",
    "before": "before=2023-05-01",
    "between": "after=2023-05-01&before=2023-05-07",
    "between, of none": "after=2023-05-07&before=2023-05-07&min_votes=400000",
    "two of many": "topic={common_topic}&has=code",
    "two of many, old": "topic={common_topic}&has=code&before=2023-12-31",
    "two of many, together of none": "org=organisation-1&has=code",
    "all, together of none": "org=organisation-1&has=code&topic={common_topic}&min_votes=10&before=2023-12-31",
    "words": "q=language+model",
    "words and a filter": "q=language+model&has=code",
}
_OTHERS = {
    "archive": "/papers/archive",
    "paper": "/papers/{paper}",
    "paper with most votes": "/papers/{most_voted}",
    "newest comments": "/comments",
    "comments of a person": "/people/person-1/comments",
    "person": "/people/person-1",
    "public collections": "/collections",
    "organisations": "/orgs",
    "organisations, by name": "/orgs?q=organisation",
    "topics": "/topics",
    "topics, by name": "/topics?q=learning",
    "people": "/people",
    "fields": "/fields",
    "insights of an organisation": "/orgs/organisation-1/insights",
    "topics of an organisation as CSV": "/orgs/organisation-1/insights/topics.csv",
    "sitemap": "/sitemap.xml",
    "sitemap of lists": "/sitemap-lists.xml",
    "sitemap of papers": "/sitemap-papers-0.xml",
    "sitemap of organisations": "/sitemap-organisations-0.xml",
    "sitemap of collections": "/sitemap-collections-0.xml",
    "feed of trending": "/papers/trending.atom",
    "feed of the latest month": "/papers/month.atom",
    "feed of an old month": "/papers/month/2023-05.atom",
    "feed of a topic": "/papers.atom?topic={common_topic}",
    "feed of two filters": "/papers.atom?topic={common_topic}&has=code",
    "feed of words": "/papers.atom?q=language+model",
    "feed of an organisation of many": "/orgs/organisation-1.atom",
    "feed of an organisation of few": "/orgs/organisation-480.atom",
    "feed of upvotes": "/people/person-1/upvoted.atom",
    "feed of a collection": "/collections/collection-1.atom",
    "feed of comments": "/comments.atom",
    "feed of what one follows": "/papers/following.atom?key={key}",
    "feed of bookmarks": "/bookmarks.atom?key={key}",
    "frame of trending": "/embed/papers/trending",
}
_OWN = {
    "trending, signed in": "/papers/trending",
    "latest month, signed in": "/papers/month",
    "paper, signed in": "/papers/{paper}",
    "what one follows": "/papers/following/manage",
    "arranging a collection of 5,000": "/collections/collection-1/arrange",
    "organisation of many, signed in": "/orgs/organisation-1",
    "members of an organisation": "/orgs/organisation-1/members",
    "suggestions of an organisation": "/orgs/organisation-1/suggestions",
}


@dataclass(frozen=True)
class Page:
    """A list, a filter and an order, or the name of another page; `request` asks for it."""

    name: tuple[str, ...]
    request: Callable[[], HttpResponse]


def pages(papers: int) -> Iterator[Page]:
    """All pages, among this many papers. Person 1, who is signed in, owns the largest organisation."""
    user = get_user_model().objects.get(username="person-1")
    organisation = Organisation.objects.get(slug="organisation-1")
    Membership.objects.get_or_create(user=user, organisation=organisation, defaults={"role": Role.OWNER})
    anyone, person = stranger(), _signed_in(user)
    values = _values(papers)
    for client, lists in ((anyone, _LISTS), (person, _OWN_LISTS)):
        for name, pattern in lists.items():
            path = pattern.format(**values)
            for (filter, query), order in product(_FILTERS.items(), _orders(path)):
                address = f"{path}?{query.format(**values)}&sort={order}"
                yield _page((name, filter, order or "own"), client, address)
    for name, user in readers.followers().items():
        yield _page((f"following {name}",), _signed_in(user), "/papers/following")
    marking = _signed_in(readers.marking())
    for name, query in (("trending, many dismissed", ""), ("trending, many seen", "?seen=no")):
        yield _page((name,), marking, f"/papers/trending{query}")
    for client, addresses in ((anyone, _OTHERS), (person, _OWN)):
        for name, path in addresses.items():
            yield _page((name,), client, path.format(**values))
    votes = cycle(f"/papers/{values['paper']}/{verb}" for verb in ("vote/withdraw", "vote"))
    yield Page(("vote",), lambda: person.post(next(votes), headers={"HX-Request": "true"}))


def _orders(path: str) -> list[str]:
    """The orders of the list at this address; "" is one that only this list has."""
    list_ = catalogue.find(path)
    return [*ORDERS, ""] if list_.own_orders or list_.similar_to else [*ORDERS]


def _page(name: tuple[str, ...], client: Client, address: str) -> Page:
    return Page(name, lambda: client.get(address, follow=True))


def _signed_in(user) -> Client:
    client = stranger()
    client.force_login(user)
    return client


def _values(papers: int) -> dict[str, str]:
    """What the addresses are filled with: a topic that many papers have and one that few have, and so on."""
    by_votes = Paper.objects.order_by("-vote_count", "-listed_at", "-id").values_list("arxiv_id", flat=True)
    return {
        "common_topic": quote(_topic("DESC")),
        "rare_topic": quote(_topic("ASC")),
        "last_person": str(readers.count(papers)),
        "paper": Paper.objects.get(pk=papers // 2).arxiv_id,
        "most_voted": by_votes[0],
        "key": FeedKey.objects.make(get_user_model().objects.get(username="person-1")),
    }


def _topic(order: str) -> str:
    """The first topic by its number of papers."""
    topics = "SELECT topic FROM papers_searchentry, unnest(topics) topic GROUP BY topic"
    with connection.cursor() as cursor:
        cursor.execute(f"{topics} ORDER BY count(*) {order}, topic LIMIT 1")
        return cursor.fetchone()[0]
