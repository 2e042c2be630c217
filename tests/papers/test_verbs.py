"""Every verb that changes state × everybody: idempotent, POST only, signed in only, never without a CSRF token."""

import pytest
from django.test import Client

from accounts.models import Suppression
from inbox.models import Notification, Subscription
from orgs.models import Membership
from papers.models import Affiliation, Bookmark, Collection, DataExport, FeedKey, Item, SavedFilter, Vote
from papers.models.follow import kinds
from tests.factories import (
    NotificationFactory,
    OrganisationFactory,
    PaperFactory,
    SubscriptionFactory,
    UserFactory,
)
from tests.orgs.conftest import confirm

VERBS = {
    "vote": (Vote, 1),
    "vote/withdraw": (Vote, 0),
    "bookmark": (Bookmark, 1),
    "bookmark/remove": (Bookmark, 0),
}
OF_COLLECTIONS = [
    "add",
    "merge",
    "delete",
    "remove",
    "restore",
    "transfer",
    "move/2509.08721",
    "note/2509.08721",
]
ALICES = [f"/collections/autumn/{verb}" for verb in OF_COLLECTIONS]
KINDS = ["organisations", "people", "collections", "topics", "authors"]
EVERY = [
    *(f"/papers/2509.08721/{verb}" for verb in VERBS),
    *(f"/papers/2509.08721/collections/{verb}" for verb in ("add", "remove", "begin")),
    *ALICES,
    "/papers/filters/save",
    "/papers/filters/7/remove",
    "/settings/data/make",
    "/feeds/renew",
    "/settings/security/sign-out",
    *(f"/settings/letters/{verb}" for verb in ("end", "allow", "rhythm/change", "rhythm/end", "rhythm/resume")),
    *(f"/orgs/lab/papers/2509.08721/{verb}" for verb in ("tag", "untag", "withdraw")),
    "/orgs/club/papers/2509.08721/suggest",
    *(f"/papers/following/{kind}/{verb}" for kind in KINDS for verb in ("follow", "unfollow")),
    "/notifications/read",
    "/notifications/7/read",
]
FORM = {
    "name": "Code",
    "query": "has=code",
    "collection": "autumn",
    "into": "winter",
    "paper": "2509.08721",
    "to": "top",
    "note": "Read this",
    "was": "",
    "what": "news",
    "key": "old",
    "email": "alice@example.org",
    "until": "2100-01-01T00:00:00Z",
}
PEOPLE = ["alice", "bob", "carol"]


@pytest.fixture(params=VERBS)
def verb(request):
    return request.param


@pytest.fixture(params=PEOPLE)
def person(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def url(paper, verb):
    return f"/papers/{paper.arxiv_id}/{verb}"


@pytest.fixture(params=EVERY)
def address(request, paper, lab, alice, bob):
    """Of any verb, each of which would change something for Alice."""
    Vote.objects.cast(alice, paper)
    Bookmark.objects.make(alice, paper)
    FeedKey.objects.create(user=alice, key="old")
    SubscriptionFactory(email=confirm(alice).email, key="rhythm")
    SavedFilter.objects.create(pk=7, user=alice, name="Agents", query="q=agents")
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice)
    Collection.objects.create(key="winter", name="Winter", user=alice)
    Item.objects.add(alice, autumn, [paper.pk, PaperFactory().pk])
    Affiliation.objects.suggest(alice, lab, paper)
    Membership.objects.create(organisation=OrganisationFactory(slug="club"), user=alice)
    OrganisationFactory(slug="news")
    UserFactory(username="news")
    Collection.objects.create(key="news", name="News", user=bob, visibility="public")
    NotificationFactory(pk=7, user=alice)
    if request.param.endswith("/unfollow"):
        for kind in kinds().values():
            kind.objects.make(alice, kind.find("news"))
    return request.param


def everything():
    models = (
        Vote,
        Bookmark,
        SavedFilter,
        Subscription,
        Suppression,
        Notification,
        Collection,
        Item,
        Affiliation,
        DataExport,
        FeedKey,
        *kinds().values(),
    )
    return [list(model.objects.values()) for model in models]


def rows(verb, paper):
    return VERBS[verb][0].objects.filter(paper=paper).count()


def test_twice_is_once(verb, url, paper, person, signed_in):
    reader = signed_in(person)
    if VERBS[verb][1] == 0:
        reader.act(url.rsplit("/", 1)[0])
        assert rows(verb, paper) == 1
    for _ in range(2):
        answer = reader.act(url, {"next": "/papers/month/2025-09?sort=newest#old", "at": "vote-7"})
        assert answer.status_code == 302
        assert answer.url == "/papers/month/2025-09?sort=newest#vote-7"
        assert rows(verb, paper) == VERBS[verb][1]
    paper.refresh_from_db()
    assert paper.vote_count == Vote.objects.filter(paper=paper).count()


def test_htmx_gets_the_control_as_it_is_now(verb, url, paper, person, signed_in):
    control = signed_in(person).act(url, headers={"hx-request": "true"})
    html = control.content.decode()
    opposite = {
        "vote": "vote/withdraw",
        "vote/withdraw": "vote",
        "bookmark": "bookmark/remove",
        "bookmark/remove": "bookmark",
    }
    assert f'hx-post="/papers/{paper.arxiv_id}/{opposite[verb]}"' in html
    assert f'aria-pressed="{"true" if VERBS[verb][1] else "false"}"' in html
    assert html.count("<button") == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("verb", "left"), [("follow", 1), ("unfollow", 0)])
def test_following_twice_is_once(kind, verb, left, person, carol, signed_in):
    OrganisationFactory(slug="news")
    UserFactory(username="news")
    Collection.objects.create(key="news", name="News", user=carol, visibility="public")
    reader, form = signed_in(person), {"what": "news", "next": "/papers/trending"}
    reader.act(f"/papers/following/{kind}/follow", form)
    for _ in range(2):
        assert reader.act(f"/papers/following/{kind}/{verb}", form).url == "/papers/trending"
        assert kinds()[kind].objects.filter(user=person).count() == left


def test_get_is_refused(address, person, signed_in):
    before = everything()
    answer = signed_in(person).get(address)
    assert everything() == before
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "only takes what a button sends" in answer.content.decode()


def test_a_missing_token_is_refused(address, person):
    before = everything()
    reader = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    reader.force_login(person)
    assert reader.post(address, FORM).status_code == 403
    assert everything() == before


def test_a_stranger_is_led_to_sign_in_and_back(address, stranger):
    before = everything()
    form = FORM | {"next": "/papers/trending", "at": "vote-7"}
    answer = stranger.post(address, form)
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/papers/trending%23vote-7")
    asked_by_htmx = stranger.post(address, form, headers={"hx-request": "true"})
    assert asked_by_htmx.headers["HX-Redirect"] == answer.url
    assert "You will come back" in stranger.get(answer.url).content.decode()
    assert everything() == before


OTHERS_VERBS = [
    "/papers/filters/7/remove",
    "/feeds/renew",
    "/settings/security/sign-out",
    "/settings/letters/rhythm/change",
    "/settings/letters/rhythm/end",
    "/notifications/7/read",
]


@pytest.mark.parametrize("address", [*ALICES, *OTHERS_VERBS], indirect=True)
def test_others_change_nothing_of_what_is_alices(address, bob, carol, signed_in):
    before = everything()
    for other in (bob, carol):
        assert signed_in(other).act(address, FORM).status_code in {302, 404}
        assert everything() == before


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_next_never_leads_elsewhere(elsewhere, paper, alice, signed_in):
    answer = signed_in(alice).act(f"/papers/{paper.arxiv_id}/vote", {"next": elsewhere})
    assert answer.url == "/papers"


def test_an_unknown_paper_is_404(verb, alice, signed_in):
    assert signed_in(alice).act(f"/papers/2001.00001/{verb}").status_code == 404
