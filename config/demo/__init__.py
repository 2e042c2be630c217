"""The demo: real papers, summarised in our own words, on a small site of made-up people.

The same on every machine but for the day it is loaded on: `days_ago` in papers.json counts back from there.
"""

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import User
from lib.env import kept_secret
from orgs.models import Membership, Organisation
from papers import audit
from papers.ingest.record import PaperRecord
from papers.ingest.save import save
from papers.models import (
    Affiliation,
    Bookmark,
    Collection,
    CollectionFollow,
    Item,
    OrganisationFollow,
    Paper,
    PersonFollow,
    TopicFollow,
    Vote,
)
from papers.period import today

FOLDER = Path(__file__).parent
PAPERS = json.loads((FOLDER / "papers.json").read_text())
SITE = json.loads((FOLDER / "site.json").read_text())
MAIL_HOST = "@demo.invalid"  # which nobody can have, so these people are no one else


@dataclass(frozen=True)
class People:
    names: list[str]
    password: str


@transaction.atomic
def load() -> None:
    """Organisations, people, papers, and what the people do with them, into an empty site."""
    organisations = {o["slug"]: Organisation.objects.create(**o) for o in SITE["organisations"]}
    save([_record(paper, place) for place, paper in enumerate(PAPERS)])  # accepted at once, since nobody owns any yet
    people = [_person(person, organisations) for person in SITE["people"]]
    _vote_and_bookmark(people)
    _curate({user.username: user for user in people}, organisations)
    _follow(people, list(organisations.values()))
    audit.repair()


def let_in(password: str) -> People | None:
    """Give the demo's people this password, or the one kept in the state folder; None if they are gone.

    A password that already fits is left alone, since a new one would sign everybody out.
    """
    people = User.objects.filter(email__endswith=MAIL_HOST)
    first = people.order_by("pk").first()
    if first is None:
        return None
    password = password or kept_secret("demo_password", 9)
    if not first.check_password(password):
        people.update(password=make_password(password))
    return People(list(people.order_by("pk").values_list("username", flat=True)), password)


def lock_out() -> None:
    """Take the passwords of the demo's people away: those were printed into logs."""
    User.objects.filter(email__endswith=MAIL_HOST).update(password=make_password(None))


def _person(person: dict, organisations: dict) -> User:
    email = person["username"] + MAIL_HOST
    user = User.objects.create(
        username=person["username"], name=person["name"], email=email, shows_votes=person["shows_votes"]
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    for membership in person["memberships"]:
        organisation = organisations[membership["organisation"]]
        Membership.objects.create(user=user, organisation=organisation, role=membership["role"])
    return user


def _record(paper: dict, place: int) -> PaperRecord:
    day = today() - timedelta(days=paper["days_ago"])
    names = {o["slug"]: o["name"] for o in SITE["organisations"]}
    slug = paper["organisation"]
    return PaperRecord.from_source(
        arxiv_id=paper["arxiv_id"],
        title=paper["title"],
        abstract=paper["abstract"],
        authors=paper["authors"],
        categories=paper["categories"],
        keywords=paper["keywords"],
        organisation=(slug, names[slug]) if slug else None,
        code_url=paper["code_url"],
        code_stars=paper["code_stars"],
        project_url=paper["project_url"],
        comment_count=paper["comment_count"],
        published_at=datetime.fromisoformat(paper["published"]),
        listed_at=datetime.combine(day, time(0, place), UTC),
    )


def _vote_and_bookmark(people: list[User]) -> None:
    chance = random.Random("Broadsheet")
    votes, bookmarks = [], []
    for paper in Paper.objects.order_by("arxiv_id"):
        liked = chance.random()
        for user in people:
            if chance.random() < liked:
                votes.append(Vote(user=user, paper=paper))
            if chance.random() < liked / 5:
                bookmarks.append(Bookmark(user=user, paper=paper))
    Vote.objects.bulk_create(votes)
    Bookmark.objects.bulk_create(bookmarks)


def _follow(people: list[User], organisations: list[Organisation]) -> None:
    chance = random.Random("Following")
    for user in people:
        for organisation in chance.sample(organisations, 3):
            OrganisationFollow.objects.make(user, organisation)
        PersonFollow.objects.make(user, chance.choice([other for other in people if other != user]))
        TopicFollow.objects.make(user, chance.choice(["cs.CL", "cs.LG", "reinforcement learning"]))
        for collection in Collection.objects.listed().exclude(user=user).order_by("pk"):
            if chance.random() < 0.4:
                CollectionFollow.objects.make(user, collection)


def _curate(people: dict[str, User], organisations: dict[str, Organisation]) -> None:
    """Collections, papers of a second organisation, a suggestion, and a page with a featured paper and sections."""
    papers = {paper.arxiv_id: paper for paper in Paper.objects.all()}
    for told in SITE["collections"]:
        by, owner = people[told["by"]], organisations.get(told.get("organisation")) or people[told["by"]]
        collection = Collection.objects.begin(
            by, owner, told["name"], description=told["description"], visibility=told["visibility"]
        )
        Item.objects.add(collection, [papers[arxiv_id].pk for arxiv_id in told["papers"]], by)
        for arxiv_id, note in told["papers"].items():
            Item.objects.annotate_with(collection, papers[arxiv_id].pk, note, "")
    for slug, arxiv_ids in SITE["shared"].items():
        for arxiv_id in arxiv_ids:
            Affiliation.objects.accept(organisations[slug], papers[arxiv_id], people["alice"])
    for told in SITE["suggestions"]:
        paper, by = papers[told["paper"]], people[told["by"]]
        Affiliation.objects.suggest(organisations[told["organisation"]], paper, by, told["reason"])
    for slug, featured in SITE["featured"].items():
        organisation = organisations[slug]
        organisation.featured = [papers[arxiv_id].pk for arxiv_id in featured]
        organisation.sections = list(organisation.collections.order_by("pk").values_list("pk", flat=True))
        organisation.save()
