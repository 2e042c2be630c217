"""Two people who use one process in turn never see a bit of each other, whatever the process has kept.

Each page is drawn for Anna and for Bert with empty caches, and again after the other, who has other rows of every
private kind. Only tokens may differ between the two times.
"""

import re
from datetime import timedelta
from itertools import chain

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection

from papers.models import (
    Collection,
    DayDone,
    FeedKey,
    Item,
    Paper,
    SavedFilter,
    TopicFollow,
    Visit,
)
from papers.models.mark import marks
from tests import scene as site
from tests.conftest import Reader
from tests.factories import RECORD, NotificationFactory, SubmissionFactory, SubscriptionFactory, UserFactory
from tests.orgs.conftest import confirm
from tests.test_recorded_addresses import RECORDED

pytestmark = pytest.mark.usefixtures("scene")

WORDS = {"anna": "annaquill", "bert": "bertquoll"}  # in everything that is theirs alone
HIDES = dict.fromkeys(["shows_submissions", "shows_votes", "shows_collections", "shows_memberships"], False)
# Tokens of forms, and the ids of requests on pages of errors, are new in each answer.
TOKENS = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|quote the number <code>\w+</code>')
PRESSED = re.compile(r'id="(vote|bookmark)-(9\d{6})"[^>]*aria-pressed="true"')


def build_scene():
    """The browsers of two readers, who have marked different papers."""
    with time_machine.travel(site.NOW, tick=False):
        site.people()
        papers = list(Paper.objects.order_by("pk"))
        people = {name: _person(name, papers[start::2][:6]) for start, name in enumerate(WORDS)}
        return {name: Reader(person) for name, person in people.items()}


def _person(name: str, papers: list[Paper]):
    """Somebody who has a row of every private kind, with an unmistakable word in it or about one of these papers."""
    word = WORDS[name]
    user = confirm(UserFactory(username=word, name=f"Name {word}", email=f"{word}@example.org", **HIDES))
    Visit.objects.record(user)
    for mark, paper in zip(marks(), papers, strict=False):
        mark.objects.make(user, paper)
    if name == "anna":
        DayDone.objects.make(user, papers[4].listed_on)
    collection = Collection.objects.create(key=f"own-{name}", name=f"Shelf {word}", user=user)
    Item.objects.add(user, collection, [papers[3].pk])
    Item.objects.write_note(user, collection, papers[3].pk, f"Note {word}", "")
    SavedFilter.objects.save_as(user, f"Search {word}", "has=code")
    TopicFollow.objects.make(user, f"topic {word}")
    SubmissionFactory(key=f"sent-{name}", user=user, state="failed", problem=f"Problem {word}")
    record = RECORD.as_json() | {"title": f"Fetched {word}"}
    SubmissionFactory(key=f"fetched-{name}", user=user, arxiv_id="2509.88888", state="fetched", record=record)
    SubscriptionFactory(email=user.email, user=user, title=f"Letters {word}", address="/papers/following")
    for _ in range(2 if name == "anna" else 3):
        NotificationFactory(user=user, facts={"by": word, "organisation": word, "slug": "lab", "role": "an admin"})
    FeedKey.objects.create(user=user, key=f"feeds-of-{word}")
    return user


def addresses() -> list[str]:
    """Every address at which somebody reads something, and the private ones of both people."""
    recorded = (entry["path"] for entry in RECORDED if entry["status"] == 200 and entry["who"] != "moderator")
    submissions = [f"/papers/submit/{state}-{name}" for state in ("sent", "fetched") for name in WORDS]
    own = ((f"/collections/own-{name}", f"/people/{WORDS[name]}") for name in WORDS)
    return [*dict.fromkeys(chain(recorded, submissions, *own))]


def walk(reader: Reader | None, paths: list[str] | None = None) -> dict[str, bytes]:
    """What this browser, or a stranger who brings no cookie, gets at each of these addresses, or else at all.

    That is the status, the headers that may tell something, and the body without tokens.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM lib_throttle")  # nobody is refused for the number of walks
    return {path: _seen((reader or Reader()).get(path)) for path in paths or addresses()}


def _seen(answer) -> bytes:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = {name: answer.headers.get(name) for name in ("Location", "Content-Disposition", "Vary", "Cache-Control")}
    return f"{answer.status_code} {headers}\n".encode() + TOKENS.sub(b"", body)


def forget() -> None:
    for name in ("cards", "template_fragments", "pages", "searches"):
        caches[name].clear()


@pytest.fixture(scope="module")
def pages(module_scene) -> dict[tuple[str, str], dict[str, bytes]]:
    """(person, "cold" or "warm") → the pages of the walk, all of them by one process."""
    with time_machine.travel(site.NOW + timedelta(minutes=1), tick=False):
        found = {}
        for who, other in (("anna", "bert"), ("bert", "anna")):
            forget()
            found[who, "cold"] = walk(module_scene[who])
            found[other, "warm"] = walk(module_scene[other])
        found["stranger", "warm"] = walk(None)
        forget()
        found["stranger", "cold"] = walk(None)
        return found


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[tuple]:
    """The addresses whose pages differ, with the lines that do."""
    return [
        (path, set(one[path].splitlines()) ^ set(other[path].splitlines())) for path in one if one[path] != other[path]
    ]


@pytest.mark.parametrize("who", WORDS)
def test_a_page_is_the_same_whoever_was_there_before(pages, who):
    assert differing(pages[who, "cold"], pages[who, "warm"]) == []


def test_a_stranger_gets_the_same_whoever_was_there_before(pages):
    assert differing(pages["stranger", "cold"], pages["stranger", "warm"]) == []


def test_nobody_reads_a_word_of_another(pages):
    leaks = [
        (who, path, word)
        for (who, _), found in pages.items()
        for path, page in found.items()
        for name, word in WORDS.items()
        if name != who and word.encode() in page and not path.startswith(f"/people/{word}")
    ]
    assert leaks == []
    for name, word in WORDS.items():  # else the walk would prove nothing
        assert sum(word.encode() in page for page in pages[name, "cold"].values()) > 100


def test_buttons_are_pressed_by_the_person_alone(pages):
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT username, kind, paper_id FROM accounts_user JOIN (
                SELECT 'vote' kind, user_id, paper_id FROM papers_vote
                UNION ALL SELECT 'bookmark', user_id, paper_id FROM papers_bookmark
            ) mark ON user_id = accounts_user.id
        """)
        rows = cursor.fetchall()
    for (who, _), found in pages.items():
        own = {(kind, str(paper)) for username, kind, paper in rows if username == WORDS.get(who)}
        pressed = {button for page in found.values() for button in PRESSED.findall(page.decode(errors="replace"))}
        assert pressed == own
