"""Subscribing to a list: the answer, the mail, and confirming it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import Suppression
from accounts.models.suppression import Why
from inbox.models import Subscription
from orgs.models import Membership
from papers.models import Collection, OrganisationFollow
from tests.factories import PaperFactory, SubscriptionFactory, UserFactory
from tests.inbox.conftest import link, text
from tests.orgs.conftest import confirm, unconfirm

SARA = "sara@example.org"


def test_from_the_box_to_the_first_letters_due(paper, stranger, post, time_machine):
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    front = stranger.get("/papers").content.decode()
    assert '<form class="subscribe-line" method="post" action="/subscribe">' in front
    assert "csrfmiddlewaretoken" not in front
    answer = stranger.post("/subscribe", {"email": "Sara@Example.org"}, REMOTE_ADDR="203.0.113.7")
    assert f"We sent an email to {SARA}." in text(answer)
    assert stranger.cookies == {}
    (mail,) = post()
    assert (mail.to, mail.subject) == ([SARA], "[Broadsheet] Confirm your subscription")
    assert "http://127.0.0.1:8000/papers." in mail.body
    assert "from the IP address 203.0.113.7 on 28 November 2026, 10:00 UTC" in mail.body
    assert "every day at 07:00 (UTC)" in mail.body
    path = link(mail, "confirm")
    assert "Subscribe" in text(stranger.get(path))
    assert Subscription.objects.get().state == "pending"
    for _ in range(2):
        assert "You are subscribed" in text(stranger.post(path))
        row = Subscription.objects.get()
        assert (row.email, row.address, row.state, row.user) == (SARA, "/papers", "active", None)
        assert row.next_at.isoformat() == "2026-11-29T07:00:00+00:00"
        assert row.confirmed_at == timezone.now()


def test_all_that_can_be_chosen(stranger, post, lab):
    form = {"email": SARA, "list": "/orgs/lab?has=code&older=x", "cadence": "weekly", "hour": "21"}
    form |= {"zone": "europe/LISBON", "most": "3", "min_votes": "20"}
    stranger.post("/subscribe", form)
    (mail,) = post()
    row = Subscription.objects.get()
    assert row.address == "/orgs/lab?min_votes=20&has=code"
    assert row.title == "The Lab · Minimum upvotes: 20 · Has: code"
    assert (row.cadence, row.hour, row.zone, row.most) == ("weekly", 21, "Europe/Lisbon", 3)
    assert "http://127.0.0.1:8000/orgs/lab, narrowed by words or filters that the page shows." in mail.body


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"email": ""}, "This field is required"),
        ({"email": "nobody"}, "Enter a valid email address"),
        ({"email": "a@example.org\nBcc: b@example.org"}, "Enter a valid email address"),
        ({"zone": "Atlantis/Center"}, "Unknown time zone"),
        ({"hour": "24"}, "Select a valid choice"),
        ({"most": "51"}, "less than or equal to 50"),
        ({"most": "0"}, "greater than or equal to 1"),
        ({"min_votes": "-1"}, "greater than or equal to 0"),
        ({"cadence": "hourly"}, "Select a valid choice"),
        ({"list": "/papers?min_votes=many"}, "can&#x27;t be read"),
        ({"list": "/papers?q=" + "word" * 120 + "&author=" + "é" * 200 + "&topic=" + "é" * 120}, "too long"),
        ({"list": "/papers?q=" + "word+" * 2000}, "too long"),
        ({"list": "/bookmarks"}, "Bookmarks have no email digest"),
    ],
)
def test_what_cannot_be(db, stranger, post, params, message):
    answer = stranger.post("/subscribe", {"email": SARA} | params)
    assert (answer.status_code, message in text(answer)) == (400, True)
    assert (post(), Subscription.objects.count()) == ([], 0)


@pytest.mark.parametrize("address", ["/nowhere", "/papers/submit", "/orgs/none", "//evil.example", "/papers/following"])
def test_what_is_no_list_for_a_stranger(db, stranger, post, address):
    answer = stranger.post("/subscribe", {"email": SARA, "list": address})
    assert (answer.status_code, post()) == (404, [])


@pytest.mark.parametrize(
    "address", ["/", "/papers", "/papers/week", "/papers/date/2025-09-10", "", "/papers?sort=votes"]
)
def test_one_list_has_one_address(paper, stranger, post, address):
    stranger.post("/subscribe", {"email": SARA, "list": address})
    post()
    assert Subscription.objects.get().address == "/papers"


def test_a_list_page_leads_here_with_its_own_address(paper, lab, alice, signed_in, stranger):
    page = stranger.get("/orgs/lab?has=code").content.decode()
    assert 'href="/subscribe?list=%2Forgs%2Flab%3Fhas%3Dcode" rel="nofollow"' in page
    assert "The Lab · Has: code" in text(stranger.get("/subscribe?list=%2Forgs%2Flab%3Fhas%3Dcode"))
    assert "/subscribe?list" not in signed_in(alice).get("/bookmarks").content.decode()
    assert "/subscribe?list=%2Fpapers%2Ffollowing" in signed_in(alice).get("/papers/following").content.decode()
    assert "/subscribe?list" not in signed_in(alice).get("/orgs/lab/preview").content.decode()


def test_a_preview_is_todays_letter_and_leaves_nothing(stranger, post, time_machine):
    time_machine.move_to("2025-09-11T06:00Z")
    PaperFactory(title="Loved", imported_votes=50)
    PaperFactory(title="Unseen")
    page = text(stranger.get("/subscribe?preview=1&email=&min_votes=5&cadence=weekly"))
    assert ("Loved" in page, "Unseen" in page) == (True, False)
    assert '<option value="weekly" selected>' in page
    assert "no email would be sent today" in text(stranger.get("/subscribe?preview=1&min_votes=99"))
    assert "Unknown time zone" in text(stranger.get("/subscribe?preview=1&zone=Nowhere"))
    assert (post(), ProcrastinateJob.objects.count(), Subscription.objects.count()) == ([], 0, 0)


def test_the_answer_and_its_price_are_the_same_for_every_address(db, stranger, post, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    SubscriptionFactory(email="has@example.org", title="Papers")
    SubscriptionFactory(email="ended@example.org", state="ended", end_reason="unsubscribed", ended_at=timezone.now())
    confirm(UserFactory(email="account@example.org"))
    Suppression.objects.add("never@example.org", Why.REFUSED)
    emails = ["has@example.org", "ended@example.org", "account@example.org", "never@example.org", "new@example.org"]
    for path in ("/subscribe", "/letters/manage"):
        answers = set()
        stranger.post(path, {"email": "first@example.org"})
        for email in emails:
            with CaptureQueriesContext(connection) as statements:
                answer = stranger.post(path, {"email": email})
            body = answer.content.decode().replace(email, "")
            headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
            answers.add((answer.status_code, body, len(statements), str(headers)))
        assert len(answers) == 1
    assert {mail.to[0] for mail in post()} >= {"has@example.org", "new@example.org"}


def test_who_has_it_already_is_told_by_mail_and_keeps_the_settings(db, stranger, post):
    row = SubscriptionFactory(email=SARA, most=7)
    stranger.post("/subscribe", {"email": SARA, "most": "50", "hour": "3"})
    (mail,) = post()
    assert (mail.subject, "/letters/confirm/" in mail.body) == ("[Broadsheet] You are already subscribed", False)
    assert "Email digests" in text(stranger.get(link(mail, "manage")))
    row.refresh_from_db()
    assert (row.most, row.hour, Subscription.objects.count()) == (7, 7, 1)


def test_to_ask_again_before_it_is_confirmed_replaces_what_was_chosen(db, stranger, post):
    stranger.post("/subscribe", {"email": SARA, "most": "5"})
    stranger.post("/subscribe", {"email": SARA, "most": "6"})
    first, second = post()
    assert Subscription.objects.get().most == 6
    for mail in (first, second):
        stranger.post(link(mail, "confirm"))
    assert Subscription.objects.get().state == "active"


def test_a_suppressed_address_gets_nothing(db, stranger, post):
    Suppression.objects.add(SARA, Why.BOUNCED)
    stranger.post("/subscribe", {"email": SARA})
    stranger.post("/letters/manage", {"email": SARA})
    assert (post(), Subscription.objects.count()) == ([], 0)


def test_nothing_that_a_stranger_typed_is_in_the_mail(db, stranger, post):
    stranger.post("/subscribe", {"email": SARA, "list": "/papers?q=win+at+evil.example&topic=casino"})
    (mail,) = post()
    assert not any(word in mail.body + mail.subject for word in ("evil", "casino", "win"))
    assert "evil.example" in text(stranger.get(link(mail, "confirm")))


def test_never_again(db, stranger, post):
    SubscriptionFactory(email=SARA, address="/papers/trending")
    stranger.post("/subscribe", {"email": SARA})
    path = link(post()[0], "never")
    assert "Stop all email to sara@example.org?" in text(stranger.get(path))
    assert not Suppression.objects.has(SARA)
    for _ in range(2):
        assert "Email is off" in text(stranger.post(path))
    assert {row.state for row in Subscription.objects.all()} == {"ended"}
    stranger.post("/subscribe", {"email": SARA})
    assert post() == []


def test_a_link_of_before_never_again_confirms_nothing(db, stranger, post):
    stranger.post("/subscribe", {"email": SARA})
    stranger.post("/subscribe", {"email": SARA, "list": "/papers/trending"})
    first, second = post()
    stranger.post(link(first, "never"))
    assert stranger.post(link(second, "confirm")).status_code == 400
    assert not Subscription.objects.filter(state="active").exists()


def test_the_link_to_confirm_lasts_three_days(db, stranger, post, time_machine):
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    stranger.post("/subscribe", {"email": SARA})
    path = link(post()[0], "confirm")
    time_machine.shift(timedelta(days=2, hours=23))
    assert "Confirm your subscription" in text(stranger.get(path))
    time_machine.shift(timedelta(hours=2))
    for answer in (stranger.get(path), stranger.post(path)):
        assert (answer.status_code, "subscribe again" in text(answer)) == (410, True)
    assert Subscription.objects.get().state == "pending"


def test_who_is_signed_in_subscribes_an_own_address_at_once(alice, signed_in, post):
    confirm(alice)
    reader = signed_in(alice)
    for _ in range(2):
        assert reader.act("/subscribe", {"email": "Alice@example.org"}).url == "/settings/letters"
    row = Subscription.objects.get()
    assert (row.email, row.state, row.user, post()) == ("alice@example.org", "active", None, [])


def test_for_any_other_address_they_are_a_stranger(alice, signed_in, post):
    reader = signed_in(confirm(alice))
    assert f"We sent an email to {SARA}" in text(reader.act("/subscribe", {"email": SARA}))
    assert post()[0].to == [SARA]


def test_who_is_signed_in_needs_the_token(alice, post):
    reader = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    reader.force_login(confirm(alice))
    assert reader.post("/subscribe", {"email": "alice@example.org"}).status_code == 403
    assert (post(), Subscription.objects.count()) == ([], 0)


def test_what_one_follows_comes_to_oneself_only(alice, lab, signed_in, post):
    OrganisationFollow.objects.make(alice, lab)
    reader = signed_in(confirm(alice))
    answer = reader.act("/subscribe", {"email": SARA, "list": "/papers/following"})
    assert (answer.status_code, "an address of your account" in text(answer), post()) == (400, True, [])
    reader.act("/subscribe", {"email": "alice@example.org", "list": "/papers/following"})
    assert (Subscription.objects.get().user, Subscription.objects.get().title) == (alice, "Following")


def test_a_collection_of_an_organisation_comes_to_its_members(alice, bob, carol, lab, signed_in):
    Collection.objects.create(key="hush", name="Roadmap", organisation=lab)
    form = {"list": "/collections/hush"}
    signed_in(confirm(bob)).act("/subscribe", form | {"email": bob.email})
    assert (Subscription.objects.get().user, Subscription.objects.get().title) == (bob, "Roadmap")
    assert signed_in(confirm(carol)).act("/subscribe", form | {"email": carol.email}).status_code == 404
    assert Membership.objects.filter(user=carol).count() == 0


def test_a_suppressed_address_of_ones_own_says_what_to_do(alice, signed_in):
    confirm(alice)
    Suppression.objects.add(alice.email, Why.COMPLAINED)
    reader = signed_in(alice)
    assert "under “Email digests”" in text(reader.act("/subscribe", {"email": alice.email}))
    assert "an email was reported as spam" in text(reader.get("/settings/letters"))
    reader.act("/settings/letters/allow", {"email": SARA})
    assert Suppression.objects.has(alice.email)
    reader.act("/settings/letters/allow", {"email": alice.email})
    reader.act("/subscribe", {"email": alice.email})
    assert Subscription.objects.get().state == "active"


def test_no_address_lifts_what_another_asked_for(alice, bob, signed_in):
    unconfirm(alice)
    Suppression.objects.add(alice.email, Why.REFUSED)
    signed_in(confirm(bob)).act("/settings/letters/allow", {"email": alice.email})
    signed_in(alice).act("/settings/letters/allow", {"email": alice.email})  # who has not confirmed it
    assert Suppression.objects.has(alice.email)


def test_there_is_a_last_one(db, stranger, post):
    for n in range(30):
        SubscriptionFactory(email=SARA, address=f"/papers?min_votes={n}")
    stranger.post("/subscribe", {"email": SARA})
    answer = stranger.post(link(post()[0], "confirm"))
    assert "is the maximum" in text(answer)
    assert Subscription.objects.filter(state="active").count() == 30


def test_the_mail_says_who_asked(alice, signed_in, stranger, post):
    signed_in(alice).act("/subscribe", {"email": SARA})
    stranger.post("/subscribe", {"email": "another@example.org"})
    bodies = {mail.to[0]: mail.body for mail in post()}
    assert bodies[SARA].startswith("The reader “alice” asked Broadsheet")
    assert bodies["another@example.org"].startswith("Someone asked Broadsheet")
