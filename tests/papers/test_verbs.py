"""Every verb that changes state × everybody: idempotent, POST only, signed in only, never without a CSRF token."""

import pytest

from accounts.models import Suppression, User
from api.models import Delivery, Webhook
from inbox.models import Notification, Subscription
from orgs.models import Membership
from orgs.roles import Role
from papers.intake.recognised import Entry, Recognised
from papers.models import (
    Affiliation,
    AuthorClaim,
    Bookmark,
    Collection,
    Comment,
    DataExport,
    DayDone,
    Dismissed,
    FeedKey,
    Intake,
    Item,
    SavedFilter,
    Seen,
    Submission,
    Vote,
)
from papers.models.follow import kinds
from tests.accounts.entrance import proved
from tests.conftest import Reader
from tests.database import contents
from tests.factories import (
    AuthorClaimFactory,
    DeliveryFactory,
    NotificationFactory,
    OrganisationFactory,
    PaperFactory,
    SubmissionFactory,
    SubscriptionFactory,
    UserFactory,
    appoint,
)
from tests.orgs.conftest import confirm

OF_WEBHOOKS = ["pause", "resume", "test", "renew-secret", "delete", "deliveries/hush/redeliver"]
WEBHOOKS = [f"/settings/webhooks/9000001/{verb}" for verb in OF_WEBHOOKS]
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
KINDS = ["organisations", "people", "collections", "discussions", "topics", "authors"]
EVERY = [
    *(f"/papers/2509.08721/{verb}" for verb in ("vote", "vote/withdraw", "bookmark", "bookmark/remove")),
    *(f"/papers/2509.08721/{verb}" for verb in ("seen", "seen/forget", "dismiss", "dismiss/undo")),
    *(f"/papers/date/2025-09-10/{verb}" for verb in ("done", "done/undo")),
    "/papers/visit",
    *(f"/papers/2509.08721/claim/{verb}" for verb in ("make", "check", "ask", "release")),
    "/papers/2509.08721/artefacts/remove",
    *(f"/papers/2509.08721/summary/{verb}" for verb in ("restore", "hide", "show")),
    *(f"/papers/2509.08721/collections/{verb}" for verb in ("add", "remove", "begin")),
    *ALICES,
    *(f"/comments/9000001/{verb}" for verb in ("retract", "vote", "vote/withdraw")),
    *(f"/moderation/comment/9000001/{decision}" for decision in ("hide", "dismiss")),
    "/moderation/log/9000001/undo",
    "/papers/filters/save",
    "/papers/filters/9000001/remove",
    "/settings/data/make",
    "/papers/submit/fetched/discard",
    *(f"/{base}/webhooks/add" for base in ("settings", "orgs/lab")),
    *WEBHOOKS,
    *(f"/orgs/lab/webhooks/9000002/{verb}" for verb in OF_WEBHOOKS),
    *(f"/settings/import/list/{verb}" for verb in ("write", "discard")),
    "/feeds/renew",
    "/settings/security/sign-out",
    "/settings/tokens/9000001/revoke",
    "/moderation/moderators/appoint",
    "/moderation/moderators/carol/dismiss",
    *(f"/settings/letters/{verb}" for verb in ("end", "allow", "rhythm/change", "rhythm/end", "rhythm/resume")),
    *(f"/orgs/lab/papers/2509.08721/{verb}" for verb in ("tag", "untag", "withdraw")),
    "/orgs/club/papers/2509.08721/suggest",
    *(f"/papers/following/{kind}/{verb}" for kind in KINDS for verb in ("follow", "unfollow")),
    "/notifications/read",
    "/notifications/9000001/read",
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
    "position": "0",
    "message": "I wrote it.",
    "key": "old",
    "email": "alice@example.org",
    "artefact": "9000001",
    "list": "/papers",
    "url": "https://example.org/",
    "until": "2100-01-01T00:00:00Z",
}
OF_ALICE = [Vote, Bookmark, SavedFilter, Subscription, Suppression, Notification, Collection, Item, Affiliation]
OF_ALICE += [Webhook, Delivery, AuthorClaim, DataExport, FeedKey, Intake, Submission, *kinds().values()]
OTHERS_VERBS = [
    *(f"/settings/import/list/{verb}" for verb in ("write", "discard")),
    "/papers/submit/fetched/discard",
    "/papers/filters/9000001/remove",
    *(f"/papers/2509.08721/claim/{verb}" for verb in ("check", "ask", "release")),
    "/feeds/renew",
    "/settings/security/sign-out",
    "/settings/letters/rhythm/change",
    "/settings/letters/rhythm/end",
    "/notifications/9000001/read",
    *WEBHOOKS,
]

pytestmark = pytest.mark.usefixtures("scene")


def build_scene():
    """Something for every verb to change, all of it Alice's, and a browser of each of three people."""
    alice, bob, carol = (confirm(UserFactory(username=name)) for name in ("alice", "bob", "carol"))
    lab, club = OrganisationFactory(slug="lab"), OrganisationFactory(slug="club")
    Membership.objects.create(organisation=lab, user=alice, role=Role.OWNER)
    Membership.objects.create(organisation=lab, user=bob, role=Role.MEMBER)
    Membership.objects.create(organisation=club, user=alice)
    paper = PaperFactory(arxiv_id="2509.08721")
    Vote.objects.make(alice, paper)
    for kind in (Bookmark, Seen, Dismissed):
        kind.objects.make(alice, paper)
    DayDone.objects.make(alice, paper.listed_on)
    Comment.objects.create(pk=9_000_001, paper=paper, author=alice, text="Good.")
    Comment.objects.recount([paper.pk])
    AuthorClaimFactory(user=alice, paper=paper, state="open")
    FeedKey.objects.create(user=alice, key="old")
    SubscriptionFactory(email=alice.email, key="rhythm")
    SubmissionFactory(key="fetched", user=alice, arxiv_id="2509.77777", state="fetched")
    _recognise(alice)
    SavedFilter.objects.create(pk=9_000_001, user=alice, name="Agents", query="q=agents")
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice)
    Collection.objects.create(key="winter", name="Winter", user=alice)
    Item.objects.add(alice, autumn, [paper.pk, PaperFactory().pk])
    Affiliation.objects.suggest(alice, lab, paper)
    OrganisationFactory(slug="news")
    UserFactory(username="news")
    PaperFactory(arxiv_id="news")
    Collection.objects.create(key="news", name="News", user=bob, visibility="public")
    NotificationFactory(pk=9_000_001, user=alice)
    DeliveryFactory(key="hush", webhook__pk=9_000_001, webhook__user=alice)
    DeliveryFactory(key="of-lab", webhook__pk=9_000_002, webhook__user=None, webhook__organisation=lab)
    return {user.username: proved(Reader(user)) for user in (alice, bob, carol)}


def _recognise(alice) -> None:
    """An import that would bookmark another paper."""
    found = Recognised("lines")
    found.papers.add([Entry(PaperFactory().arxiv_id)])
    Intake.objects.create(key="list", user=alice, state="ready", data=found.as_json())


@pytest.fixture(params=EVERY)
def address(request, scene):
    """The address of each verb, which would change something for Alice."""
    if request.param.endswith("/unfollow"):
        for kind in kinds().values():
            kind.objects.make(User.objects.get(username="alice"), kind.find("news"))
    return request.param


def test_get_is_refused(address, scene):
    before = contents()
    for reader in scene.values():
        answer = reader.get(address)
        assert contents() == before
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
        assert "Use the button on the page" in answer.content.decode()


def test_a_missing_token_is_refused(address, scene):
    before = contents()
    for reader in scene.values():
        assert reader.post(address, FORM).status_code == 403
        assert contents() == before


def test_a_stranger_is_led_to_sign_in_and_back(address, stranger):
    before = contents()
    form = FORM | {"next": "/papers/trending", "at": "vote-7"}
    answer = stranger.post(address, form)
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/papers/trending%23vote-7")
    by_htmx = stranger.post(address, form, headers={"hx-request": "true"})
    assert by_htmx.headers["HX-Redirect"] == answer.url
    assert "You then return" in stranger.get(answer.url).content.decode()
    assert contents() == before


def test_a_suspended_person_is_led_to_sign_in_and_changes_nothing(address, scene):
    User.objects.get(username="alice").suspend(appoint(UserFactory()), "Spam")
    before = contents()
    answer = scene["alice"].act(address, FORM)
    assert answer.url.startswith("/accounts/login/?next=")
    page = scene["alice"].get(answer.url).content.decode()
    assert ("your account is suspended" in page, "You then return" in page) == (True, False)
    assert contents() == before


def test_a_suspended_person_reads_that_in_the_form_and_keeps_the_text(scene):
    User.objects.get(username="alice").suspend(appoint(UserFactory()), "Spam")
    answer = scene["alice"].act("/papers/2509.08721/comments/new", {"text": "Typed so far."})
    page = answer.content.decode()
    assert (answer.status_code, "Typed so far." in page) == (403, True)
    assert ("Your account is suspended." in page, "You are signed out" in page) == (True, False)


@pytest.mark.parametrize("address", [*ALICES, *OTHERS_VERBS], indirect=True)
def test_others_change_nothing_of_what_is_alices(address, scene):
    before = contents(*OF_ALICE)
    for other in ("bob", "carol"):
        assert scene[other].act(address, FORM).status_code in {302, 404}
        assert contents(*OF_ALICE) == before
