"""The pages of webhooks and their verbs: what they show and do, and for whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from api.models import Delivery, Webhook
from api.models.webhook import MOST
from lib.refusals import NotAllowed
from orgs.models import Membership
from orgs.roles import Role
from papers.people import takeout
from tests.accounts.entrance import proved
from tests.conftest import Reader
from tests.database import contents
from tests.factories import DeliveryFactory, OrganisationFactory, UserFactory, WebhookFactory, appoint
from tests.orgs.conftest import confirm, join

pytestmark = pytest.mark.usefixtures("scene")
URL, SECRET = "https://example.org/in?key=address-of-a-webhook", "secret-of-a-webhook"
VERBS = [
    "add",
    "9000001/pause",
    "9000001/resume",
    "9000001/test",
    "9000001/renew-secret",
    "9000001/deliveries/hush/redeliver",
    "9000001/delete",
]
FORM = {"list": "/papers?has=code", "url": "https://example.org/another"}
PEOPLE = ["owner", "admin", "member", "former", "moderator", "other"]


def build_scene():
    """The lab and its owner have a webhook each, with a delivery; and a browser of each person."""
    lab, club = OrganisationFactory(slug="lab", name="The Lab"), OrganisationFactory(slug="club")
    people = {role.value: join(lab, role, username=role.value) for role in Role}
    people["former"] = join(lab, Role.ADMIN, username="former")
    Membership.objects.remove(people["owner"], lab, people["former"])
    people["moderator"] = confirm(appoint(UserFactory(username="mo")))
    people["other"] = join(club, Role.OWNER, username="other")
    of_lab = WebhookFactory(pk=9_000_001, user=None, organisation=lab, url=URL, secret=SECRET, title="Title-of-a-list")
    own = WebhookFactory(pk=9_000_002, user=people["owner"], url=URL, secret=SECRET)
    for webhook, key in ((of_lab, "hush"), (own, "own")):
        DeliveryFactory(
            webhook=webhook, key=key, papers=[1, 2, 3], status=503, attempts=2, duration=7, tried_at=timezone.now()
        )
    return {name: proved(Reader(person)) for name, person in people.items()}


def page(reader, address="/settings/webhooks") -> str:
    return " ".join(reader.get(address).content.decode().split())


def test_a_webhook_is_added_and_its_secret_is_shown_once(scene):
    answer = scene["other"].act("/settings/webhooks/add", {"list": "http://127.0.0.1:8000/papers/week?sort=hot"} | FORM)
    webhook = Webhook.objects.get(user__username="other")
    assert (webhook.address, webhook.url) == ("/papers?has=code", "https://example.org/another")
    assert webhook.secret in answer.content.decode()
    assert answer.headers["Cache-Control"] == "private, no-store"
    shown = page(scene["other"])
    assert webhook.secret not in shown
    assert "https://example.org/another" in shown


@pytest.mark.parametrize(
    ("list_", "address"),
    [
        ("http://127.0.0.1:8000/papers/week", "/papers"),
        ("/papers/date/2025-09-10?min_votes=5&sort=hot&older=x", "/papers?min_votes=5"),
        ("/papers?q=has:code+grasping&by=words", "/papers?q=grasping&has=code"),
        ("/bookmarks", "/bookmarks"),
        ("http://127.0.0.1:8000", "/papers"),
    ],
)
def test_a_list_is_kept_by_its_canonical_address(scene, list_, address):
    scene["other"].act("/settings/webhooks/add", FORM | {"list": list_})
    assert Webhook.objects.get(user__username="other").address == address


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"list": "/settings/profile"}, "No list that you may read is at this address."),
        ({"list": "/collections/no-such-collection"}, "No list that you may read is at this address."),
        ({"list": "/papers?min_votes=many"}, "a filter or its words can&#x27;t be read"),
        ({"list": "/papers?seen=no"}, "A list with the filter “Seen” can&#x27;t be subscribed to."),
        ({"list": ""}, "This field is required."),
        ({"url": "http://example.org/"}, "Only addresses that begin with https:// are used."),
        ({"url": "https://127.0.0.1/"}, "is no public host name"),
        ({"url": "https://localhost/"}, "is no public host name"),
        ({"url": "https://example.org:8443/"}, "Only the standard port of https is used"),
        ({"url": "https://me:secret@example.org/"}, "with a user name or a password"),
        ({"url": "https://example.org/" + "x" * 500}, "at most 500 characters"),
    ],
)
def test_what_cannot_be_added_is_said_beside_the_form(scene, form, message):
    answer = scene["other"].act("/settings/webhooks/add", FORM | form)
    text = answer.content.decode()
    assert (answer.status_code, message in text) == (400, True)
    assert 'value="https://example.org/another"' in text or "url" in form
    assert not Webhook.objects.filter(user__username="other").exists()


def test_a_second_one_of_the_same_and_one_too_many_are_refused(scene):
    for number in range(MOST - 1):
        scene["owner"].act("/settings/webhooks/add", FORM | {"url": f"https://example.org/{number}"})
    twice = scene["owner"].act("/settings/webhooks/add", {"list": "/papers", "url": URL})
    assert (twice.status_code, "There is a webhook of this list to this address" in twice.content.decode()) == (
        409,
        True,
    )
    more = scene["owner"].act("/settings/webhooks/add", FORM)
    assert (more.status_code, f"{MOST} webhooks are the maximum" in more.content.decode()) == (400, True)
    assert Webhook.objects.filter(user__username="owner").count() == MOST


def test_the_page_shows_deliveries_with_status_and_next_attempt(scene):
    DeliveryFactory(
        webhook_id=9_000_002,
        key="other",
        is_test=True,
        state="delivered",
        next_at=None,
        status=204,
        duration=1234,
        attempts=1,
        tried_at=timezone.now(),
    )
    shown = page(scene["owner"])
    for text in ("3 papers: waiting", "2 attempts", "status 503", "next attempt on 10 September, 12:00"):
        assert text in shown, text
    for text in ("Test: delivered", "1 attempt<", "status 204", "1,234 ms"):
        assert text in shown, text
    assert "/settings/webhooks/9000002/deliveries/own/redeliver" in shown
    assert SECRET not in shown


def test_the_page_costs_the_same_with_more_webhooks_and_deliveries(scene):
    def cost() -> int:
        with CaptureQueriesContext(connection) as statements:
            scene["owner"].get("/settings/webhooks")
        return len(statements)

    before = cost()
    for number in range(3):
        DeliveryFactory(webhook=WebhookFactory(user=User.objects.get(username="owner")), key=str(number))
    assert cost() == before


def test_the_address_of_a_list_fills_the_form(scene):
    tools = scene["other"].get("/papers/trending?has=code").content.decode()
    link = "/settings/webhooks?list=%2Fpapers%2Ftrending%3Fhas%3Dcode"
    assert link in tools
    assert 'value="/papers/trending?has=code"' in page(scene["other"], link)


@pytest.mark.parametrize("base", ["/settings/webhooks", "/orgs/lab/webhooks"])
def test_verbs_do_what_they_say_and_twice_is_once(scene, base):
    pk, key = (9_000_002, "own") if "settings" in base else (9_000_001, "hush")

    def act(verb) -> Webhook | None:
        for _ in range(2):
            assert scene["owner"].act(f"{base}/{pk}/{verb}").status_code in (200, 302)
        return Webhook.objects.filter(pk=pk).first()

    assert act("pause").state == "paused"
    assert act("resume").state == "active"
    assert act("test").deliveries.filter(is_test=True).count() == 1
    Delivery.objects.filter(key=key).update(state="failed", next_at=None)
    act(f"deliveries/{key}/redeliver")
    assert Delivery.objects.get(key=key).is_waiting
    assert act("renew-secret").secret != SECRET
    assert act("delete") is None


@pytest.mark.parametrize("who", PEOPLE)
def test_only_owners_and_admins_see_and_change_those_of_an_organisation(scene, who):
    shown = page(scene[who], "/orgs/lab/webhooks")
    assert ("address-of-a-webhook" in shown) is (who in ("owner", "admin"))
    for verb in VERBS:
        before = contents(Webhook, Delivery)
        answer = scene[who].act(f"/orgs/lab/webhooks/{verb}", FORM)
        if who in ("owner", "admin"):
            assert answer.status_code in (200, 302)
        else:
            assert (answer.status_code, contents(Webhook, Delivery) == before) == (403, True)


@pytest.mark.parametrize("who", ["admin", "other", "moderator"])
@pytest.mark.parametrize(
    "base", ["/settings/webhooks/9000002", "/orgs/club/webhooks/9000001", "/orgs/lab/webhooks/9000002"]
)
def test_those_of_others_are_not_found_whatever_the_address(scene, who, base):
    before = contents(Webhook, Delivery)
    for verb in ("pause", "resume", "test", "renew-secret", "delete", "deliveries/own/redeliver"):
        answer = scene[who].act(f"{base}/{verb}")
        assert answer.status_code in (302, 403, 404)
        assert contents(Webhook, Delivery) == before
    assert "address-of-a-webhook" not in page(scene[who])


VERBS_OF_ROWS = {
    "make": lambda actor, hook: Webhook.objects.make(actor, hook.owner, hook, URL),
    "pause": lambda actor, hook: hook.pause(actor),
    "resume": lambda actor, hook: hook.resume(actor),
    "renew_secret": lambda actor, hook: hook.renew_secret(actor),
    "end": lambda actor, hook: hook.end(actor),
    "send_test": lambda actor, hook: hook.send_test(actor),
    "redeliver": lambda actor, hook: hook.deliveries.get().redeliver(actor),
}


@pytest.mark.parametrize("verb", VERBS_OF_ROWS)
@pytest.mark.parametrize("pk", [9_000_001, 9_000_002])
def test_verbs_ask_for_permission_themselves(scene, verb, pk):
    suspended = User.objects.get(username="owner")
    User.objects.get(pk=suspended.pk).suspend(User.objects.get(username="mo"), "Spam")
    before = contents(Webhook, Delivery)
    for actor in (*User.objects.filter(username__in=["member", "former", "mo", "other"]), suspended):
        with pytest.raises(NotAllowed):
            VERBS_OF_ROWS[verb](actor, Webhook.objects.get(pk=pk))
        assert contents(Webhook, Delivery) == before


def test_the_log_of_the_organisation_names_the_host_but_neither_address_nor_secret(scene):
    for verb in ("pause", "resume", "renew-secret", "delete"):
        scene["admin"].act(f"/orgs/lab/webhooks/9000001/{verb}")
    lab = User.objects.get(username="admin").memberships.get().organisation
    assert [str(event) for event in lab.events.order_by("-id")[:4]] == [
        "admin deleted the webhook to example.org",
        "admin made a new secret of the webhook to example.org",
        "admin resumed the webhook to example.org",
        "admin paused the webhook to example.org",
    ]


def test_the_export_has_webhooks_without_secrets(scene):
    rows = list(takeout.FILES["webhooks"](User.objects.get(username="owner")))
    assert [(row["address"], row["url"], row["state"]) for row in rows] == [("/papers", URL, "active")]
    assert SECRET not in str(rows)
