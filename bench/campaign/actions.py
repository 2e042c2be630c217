"""What the people do, each thing once in a while: a function of ACTIONS writes into the ledger what it sends."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import psycopg

from bench.campaign.browser import Browser
from bench.campaign.oracle import Ledger
from bench.campaign.people import Cast, Person
from bench.campaign.site import Site

TOPICS = [f"Campaign topic {number}" for number in range(10)]
COLLECTIONS = 150  # of one person, who may have 200
LISTS = [f"/papers?min_votes={number}" for number in range(1, 9)]
_SEEN = "-".join(["9" * 18] * 3)  # more than there is, so that no decision is refused


@dataclass(frozen=True)
class Call:
    """A request to the API that was not answered. The same once more, with its key, must do it once."""

    path: str
    key: str
    data: dict[str, str]
    marker: str


@dataclass
class Actor:
    """One person at work in one round. `prefix` begins the texts of the round, so that they are unique."""

    site: Site
    ledger: Ledger
    cast: Cast
    person: Person
    chance: random.Random
    prefix: str
    calls: list[Call] = field(default_factory=list)
    numbers: count = field(default_factory=count)

    def __post_init__(self) -> None:
        self.browser = Browser(self.site.port, self.person)

    @property
    def is_answered(self) -> bool:
        """Whether the last request got its answer."""
        return self.browser.is_answered

    def marker(self) -> str:
        return f"Campaign {self.prefix} {self.person.name} {next(self.numbers)}"

    def paper(self) -> str:
        return self.chance.choice(self.cast.papers)

    def rows(self, sql: str, *params) -> list[tuple]:
        """Returns rows of the database, none if it does not answer."""
        try:
            with psycopg.connect(self.site.url, connect_timeout=5) as connection:
                return connection.execute(sql, params).fetchall()
        except (psycopg.OperationalError, OSError):
            return []

    def switch(self, kind: str, target: str, on: str, off: str, **data: str) -> None:
        """Make or take back what is either there or not. Nothing is sent while nobody knows which."""
        key = f"{self.person.name} {target}"
        value = self.ledger.value(kind, key)
        if value is not None:
            with self.ledger.change((kind, key, 1 - value)):
                self.browser.post(off if value else on, **data)


def vote(actor: Actor) -> None:
    paper = actor.paper()
    actor.switch("vote", paper, f"/papers/{paper}/vote", f"/papers/{paper}/vote/withdraw")


def bookmark(actor: Actor) -> None:
    paper = actor.paper()
    actor.switch("bookmark", paper, f"/papers/{paper}/bookmark", f"/papers/{paper}/bookmark/remove")


def follow(actor: Actor) -> None:
    topic, base = actor.chance.choice(TOPICS), "/papers/following/topics"
    actor.switch("follow", topic, f"{base}/follow", f"{base}/unfollow", what=topic)


def collect(actor: Actor) -> None:
    paper = actor.paper()
    base = f"/papers/{paper}/collections"
    actor.switch("item", paper, f"{base}/add", f"{base}/remove", collection=actor.person.collection)


def begin_collection(actor: Actor) -> None:
    name = f"Campaign {actor.chance.randrange(COLLECTIONS)}"
    with actor.ledger.change(("collection", f"{actor.person.name} {name}", 1)):
        actor.browser.post(f"/papers/{actor.paper()}/collections/begin", name=name)


def comment(actor: Actor) -> None:
    marker = actor.marker()
    with actor.ledger.change(("comment", marker, 1)):
        actor.browser.post(f"/papers/{actor.paper()}/comments/new", text=marker)


def comment_by_api(actor: Actor) -> None:
    marker = actor.marker()
    repeat(actor, Call(f"/api/papers/{actor.paper()}/comment", f"key of {marker}", {"comment": marker}, marker))


def repeat(actor: Actor, call: Call) -> None:
    """Send the request, and note it for later if nobody answers."""
    with actor.ledger.change(("comment", call.marker, 1)):
        try:
            actor.browser.call(call.path, call.key, **call.data)
        except OSError:
            actor.calls.append(call)
            raise


def report(actor: Actor) -> None:
    """Post a report, or change the one that is there, which the API does without the number of its last change."""
    paper, marker = actor.paper(), actor.marker()
    key = f"{actor.person.name} {paper}"
    former = actor.ledger.value("report", key)
    if former is None:
        return
    with actor.ledger.change(("report", key, marker)):
        if former == 0:
            actor.browser.post(f"/papers/{paper}/report", outcome="works", ran=marker)
        else:
            actor.browser.call(f"/api/papers/{paper}/report", f"key of {marker}", outcome="partly", ran=marker)


def subscribe(actor: Actor) -> None:
    """Subscribe one's own address, which is confirmed, to a list, or end that."""
    address, email = actor.chance.choice(LISTS), f"{actor.person.name}@example.org"
    name = f"{email} {address}"
    value = actor.ledger.value("subscription", name)
    if value == 0:
        with actor.ledger.change(("subscription", name, 1)):
            actor.browser.post("/subscribe", list=address, email=email)
    elif value == 1:
        sql = "SELECT key FROM inbox_subscription WHERE (email, address, state) = (%s, %s, 'active')"
        for (key,) in actor.rows(sql, email, address):
            with actor.ledger.change(("subscription", name, 0)):
                actor.browser.post(f"/settings/letters/{key}/end")


def submit(actor: Actor) -> None:
    """Submit a paper. What is acknowledged is its row: the worker cannot reach arXiv from everywhere."""
    paper = f"13{actor.chance.randrange(1, 13):02}.{actor.chance.randrange(1, 10_000):04}"
    with actor.ledger.change(("submission", f"{actor.person.name} {paper}", 1)):
        actor.browser.post("/papers/submit", arxiv_id=paper)


def moderate(actor: Actor) -> None:
    """As a reader, flag a comment; then, as a moderator, hide it, or take that back."""
    pk = str(actor.chance.choice(actor.cast.comments))
    value, marker = actor.ledger.value("hidden", pk), actor.marker()
    if value == 0:
        _flag(actor, pk)
        with actor.ledger.change(("hidden", pk, 1), ("action", marker, 1)):
            actor.browser.post(f"/moderation/comment/{pk}/hide", reason=marker, seen=_SEEN)
    elif value == 1:
        sql = "SELECT max(id) FROM moderation_action WHERE (subject_id, decision) = (%s, 'hide') AND undone_at IS NULL"
        for (action,) in actor.rows(sql, int(pk)):
            with actor.ledger.change(("hidden", pk, 0)):
                actor.browser.post(f"/moderation/log/{action}/undo", reason=marker)


def _flag(actor: Actor, pk: str) -> None:
    reader, marker = actor.chance.choice(actor.cast.readers), actor.marker()
    browser = Browser(actor.site.port, reader)
    with actor.ledger.change(("flag", f"{reader.name} {pk}", marker)):
        browser.post(f"/flag/comment/{pk}", reason="other", details=marker)
    browser.close()


type Action = Callable[[Actor], None]
OF_READERS: dict[Action, int] = {  # and how often, compared with the others
    vote: 30,
    bookmark: 15,
    comment: 12,
    comment_by_api: 10,
    report: 8,
    collect: 10,
    follow: 8,
    begin_collection: 3,
    subscribe: 6,
}
