"""Pages of organisations and people, topics, collections and the moderation log as JSON, in the Hub's shapes."""

from collections.abc import Iterable

from django.urls import reverse

from api.rows.people import organisation, user
from api.rows.values import absolute, moment, object_id, present
from lib.markup import markdown
from moderation.models import Action
from orgs.models import Organisation
from papers.models import (
    Collection,
    Item,
    OrganisationEntry,
    OrganisationFollow,
    Paper,
    PersonFollow,
    TopicEntry,
)


def organisation_overview(org: Organisation, viewer) -> dict:
    """What an organisation's page says above its papers, as this viewer sees it."""
    follow = OrganisationFollow.objects.state(viewer, org)
    counts = OrganisationEntry.objects.filter(pk=org.pk).values_list("paper_count", flat=True)
    return present(
        organisation(org)
        | {
            "details": org.description,
            "news": org.news or None,
            "website": org.website or None,
            "links": org.links,
            "numFollowers": follow.followers,
            "numPapers": counts.first() or 0,
            "numUsers": org.memberships.shown_to(viewer).count(),
            "isFollowing": follow.is_followed if viewer.is_authenticated else None,
            "url": absolute(org.get_absolute_url()),
        }
    )


def user_overview(person, viewer) -> dict:
    """What a person's page says above the lists, as this viewer sees it."""
    follow = PersonFollow.objects.state(viewer, person)
    memberships = person.memberships.shown_to(viewer).select_related("organisation").order_by("organisation__name")
    return present(
        user(person)
        | {
            "details": person.about,
            "links": person.links,
            "numFollowers": follow.followers,
            "numPapers": Paper.objects.claimed_by(person).count(),
            "isFollowing": follow.is_followed if viewer.is_authenticated else None,
            "orgs": [organisation(row.organisation) | {"roleInOrg": row.role} for row in memberships],
            "url": absolute(reverse("papers:person", args=[person.username])),
        }
    )


def topic(entry: TopicEntry) -> dict:
    return present(
        {
            "name": entry.name,
            "category": entry.category or None,
            "numPapers": entry.paper_count,
            "numPapersThisMonth": entry.recent_count,
            "numFollowers": entry.follower_count,
            "weeks": entry.weeks,
            "url": absolute(entry.get_absolute_url()),
        }
    )


def collections(found: Iterable[Collection], count: int) -> list[dict]:
    """Collections, each with at most this many of its first papers. One statement."""
    found = list(found)
    first = Item.objects.first_of([row.pk for row in found], count)
    return [_collection(row) | {"items": _items(row, first.get(row.pk, []))} for row in found]


def collection(found: Collection, notes: dict[int, str]) -> dict:
    """One collection with the papers whose keys and notes these are, in this order. One statement."""
    columns = ("arxiv_id", "title", "vote_count", "published_at")
    papers = Paper.objects.only(*columns).in_bulk(notes)
    items = [Item(paper=papers[pk], note=note) for pk, note in notes.items() if pk in papers]
    return _collection(found) | {"position": 0, "items": _items(found, items)}


def _collection(row: Collection) -> dict:
    return {
        "_id": object_id(row.pk),
        "slug": row.key,
        "title": row.name,
        "description": row.description,
        "lastUpdated": moment(row.updated_at),
        "owner": organisation(row.organisation) if row.organisation else user(row.user),
        "private": row.is_private,
        "visibility": row.visibility,
        "theme": "blue",
        "upvotes": row.follower_count,
        "numItems": row.paper_count,
        "url": absolute(row.get_absolute_url()),
    }


def _items(row: Collection, items: Iterable[Item]) -> list[dict]:
    """Items of the collection, in its order from the first one on, with their papers."""
    return [
        present(
            {
                "_id": object_id(row.pk, item.paper_id),
                "type": "paper",
                "id": item.paper.arxiv_id,
                "position": position,
                "title": item.paper.title,
                "upvotes": item.paper.vote_count,
                "publishedAt": moment(item.paper.published_at),
                "note": {"text": item.note, "html": markdown(item.note)} if item.note else None,
            }
        )
        for position, item in enumerate(items)
    ]


def action(row: Action) -> dict:
    """A line of the moderation log."""
    undone = None
    if row.undone_at:
        undone = {"at": moment(row.undone_at), "by": row.undone_by_name, "reason": row.undone_reason}
    return present(
        {
            "id": row.pk,
            "createdAt": moment(row.created_at),
            "moderator": row.moderator_name,
            "decision": row.decision,
            "text": row.text,
            "reason": row.reason,
            "about": present({"kind": row.kind, "url": absolute(row.url) if row.url else None}),
            "undone": undone,
            "url": absolute(row.get_absolute_url()),
        }
    )
