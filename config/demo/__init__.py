"""The demo: real papers with abstracts in words of our own, on a small site with invented people.

It is the same on every machine, except that `days_ago` in papers.json counts back from the day it is loaded.
"""

import json
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from config.demo.discussion import discuss
from config.demo.moderation import moderate
from inbox.models import Choice
from inbox.models.kind import KINDS, Delivery
from lib.env import stored_secret
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
_JOINED_AGO = timedelta(days=90)
_REVISED = "2411.15124"  # the paper of which the demo has two versions
MAIL_HOST = "@demo.invalid"  # a domain that nobody can own, which marks the demo's people


@dataclass(frozen=True)
class People:
    """User names of the demo's people, and the password that all of them have."""

    names: list[str]
    password: str


@transaction.atomic
def load() -> None:
    """Fill an empty site with organisations, people, papers, votes, collections, follows and comments."""
    organisations = {o["slug"]: Organisation.objects.create(**o) for o in SITE["organisations"]}
    # No organisation has an owner yet, so its papers are accepted at once.
    records = [_record(paper, number) for number, paper in enumerate(PAPERS)]
    save([_first_version(record) for record in records if record.arxiv_id == _REVISED])
    save(records)
    people = [_person(person, organisations) for person in SITE["people"]]
    _vote_and_bookmark(people)
    by_name = {user.username: user for user in people}
    _curate(by_name, organisations)
    _follow(people, list(organisations.values()))
    discuss(by_name)
    moderate(by_name)
    audit.repair()


def enable_sign_in(password: str) -> People | None:
    """Give the demo's people this password or, if it is "", the one in the state folder.

    Returns the people, or None if there are none. A password that is right already is not written again, since that
    would sign everybody out.
    """
    people = User.objects.filter(email__endswith=MAIL_HOST)
    first = people.order_by("pk").first()
    if first is None:
        return None
    password = password or stored_secret("demo_password", 9)
    if not first.check_password(password):
        people.update(password=make_password(password))
    return People(list(people.order_by("pk").values_list("username", flat=True)), password)


def disable_sign_in() -> None:
    """Remove the passwords of the demo's people, because they were printed into logs."""
    User.objects.filter(email__endswith=MAIL_HOST).update(password=make_password(None))


def _person(person: dict, organisations: dict) -> User:
    email = person["username"] + MAIL_HOST
    user = User.objects.create(
        username=person["username"],
        name=person["name"],
        email=email,
        shows_votes=person["shows_votes"],
        date_joined=timezone.now() - _JOINED_AGO,
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    Choice.objects.choose(user, dict.fromkeys(KINDS, Delivery.NEVER))  # there is no such mailbox
    for membership in person["memberships"]:
        organisation = organisations[membership["organisation"]]
        Membership.objects.create(user=user, organisation=organisation, role=membership["role"])
    return user


def _record(paper: dict, number: int) -> PaperRecord:
    day = today() - timedelta(days=paper["days_ago"])
    names = {o["slug"]: o["name"] for o in SITE["organisations"]}
    slug = paper["organisation"]
    return PaperRecord.from_source(
        arxiv_id=paper["arxiv_id"],
        version=2 if paper["arxiv_id"] == _REVISED else None,
        title=paper["title"],
        abstract=paper["abstract"],
        authors=paper["authors"],
        categories=paper["categories"],
        keywords=paper["keywords"],
        organisation=(slug, names[slug]) if slug else None,
        code_url=paper["code_url"],
        code_stars=paper["code_stars"],
        project_url=paper["project_url"],
        **{
            name: [(each, None, None, None) for each in paper[name]] for name in ("models", "datasets") if name in paper
        },
        comments=paper["comments"],
        published_at=datetime.fromisoformat(paper["published"]),
        listed_at=datetime.combine(day, time(0, number), UTC),
    )


def _first_version(record: PaperRecord) -> PaperRecord:
    """The paper with the first sentences of its abstract alone."""
    sentences = record.abstract.split(". ")
    return replace(record, version=1, abstract=". ".join(sentences[:-1]) + ".")


def _vote_and_bookmark(people: list[User]) -> None:
    chance = random.Random("Broadsheet")
    votes, bookmarks = [], []
    for paper in Paper.objects.order_by("arxiv_id"):
        liked = chance.random()
        for user in people:
            if chance.random() < liked:
                votes.append(Vote(user=user, paper=paper))
            if chance.random() < liked / 5:
                bookmarks.append(Bookmark(user=user, paper=paper, version=paper.version))
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
    """Make collections, papers of two organisations, suggestions, and pages with featured papers and sections."""
    papers = {paper.arxiv_id: paper for paper in Paper.objects.all()}
    for data in SITE["collections"]:
        actor, owner = people[data["by"]], organisations.get(data.get("organisation")) or people[data["by"]]
        collection = Collection.objects.begin(
            actor, owner, data["name"], description=data["description"], visibility=data["visibility"]
        )
        Item.objects.add(actor, collection, [papers[arxiv_id].pk for arxiv_id in data["papers"]])
        for arxiv_id, note in data["papers"].items():
            Item.objects.write_note(actor, collection, papers[arxiv_id].pk, note, "")
    for slug, arxiv_ids in SITE["shared"].items():
        for arxiv_id in arxiv_ids:
            Affiliation.objects.accept(people["alice"], organisations[slug], papers[arxiv_id])
    for data in SITE["suggestions"]:
        paper, organisation = papers[data["paper"]], organisations[data["organisation"]]
        Affiliation.objects.suggest(people[data["by"]], organisation, paper, data["reason"])
    for slug, featured in SITE["featured"].items():
        organisation = organisations[slug]
        organisation.featured = [papers[arxiv_id].pk for arxiv_id in featured]
        organisation.sections = list(organisation.collections.order_by("pk").values_list("pk", flat=True))
        organisation.save()
