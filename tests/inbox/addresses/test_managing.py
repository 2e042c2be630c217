"""What comes to an address, managed by the link from a mail or signed in; and stopping it."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Suppression
from accounts.models.suppression import Why
from inbox import signed_links
from inbox.models import Subscription
from papers.models import Collection
from tests.factories import LetterFactory, SubscriptionFactory, UserFactory
from tests.inbox.conftest import SITE, link, text
from tests.orgs.conftest import confirm

SARA = "sara@example.org"
PURPOSES = (signed_links.CONFIRM, signed_links.NEVER, signed_links.MANAGE, signed_links.UNSUBSCRIBE)
SETTINGS = {"cadence": "monthly", "hour": "0", "zone": "Asia/Kolkata", "most": "50", "min_votes": "9"}


@pytest.fixture
def row(db):
    return SubscriptionFactory(email=SARA)


@pytest.fixture(params=["link", "account"])
def desk(request, row, stranger, signed_in):
    """Who manages what comes to Sara, and the address of the page."""
    if request.param == "link":
        return stranger, signed_links.MANAGE.link(signed_links.WholeAddress(row.key)).removeprefix(SITE)
    return signed_in(confirm(UserFactory(email=SARA))), "/settings/letters"


def state(row) -> str:
    row.refresh_from_db()
    return row.state


def test_all_of_the_address_and_nothing_of_others(desk, row):
    reader, page = desk
    SubscriptionFactory(email=SARA, address="/papers/trending", title="Another list")
    SubscriptionFactory(email="other@example.org", title="Of others")
    LetterFactory(subscription=row, state="sent", sent_at=timezone.now(), key="kept")
    shown = text(reader.get(page))
    assert all(word in shown for word in ("Papers", "Trending", "every day at 07:00 (UTC)", "/letters/2025-09-11/kept"))
    assert "Of others" not in shown


def test_a_page_costs_the_same_for_1_and_30(desk, row):
    reader, page = desk
    counts = set()
    for number in (1, 30):
        for n in range(1, number):
            one = SubscriptionFactory(email=SARA, address=f"/papers?min_votes={n}")
            LetterFactory(subscription=one, state="sent", sent_at=timezone.now())
        reader.get(page)
        with CaptureQueriesContext(connection) as statements:
            assert reader.get(page).content.decode().count('/change" class="choices"') == number
        counts.add(len(statements))
    assert len(counts) == 1


def test_change(desk, row, time_machine):
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    reader, page = desk
    for _ in range(2):
        assert reader.act(f"{page}/{row.key}/change", SETTINGS).url == page
        row.refresh_from_db()
        assert (row.cadence, row.hour, row.zone, row.most) == ("monthly", 0, "Asia/Kolkata", 50)
        assert (row.address, row.title) == ("/papers?min_votes=9", "Papers · Minimum upvotes: 9")
        assert row.next_at.isoformat() == "2026-11-30T18:30:00+00:00"
    reader.act(f"{page}/{row.key}/change", SETTINGS | {"min_votes": ""})
    row.refresh_from_db()
    assert row.address == "/papers"


def test_what_cannot_be_changed(desk, row):
    reader, page = desk
    SubscriptionFactory(email=SARA, address="/papers?min_votes=9")
    before = Subscription.objects.filter(pk=row.pk).values().get()
    wrong = reader.act(f"{page}/{row.key}/change", SETTINGS | {"zone": "Nowhere"})
    assert (wrong.status_code, "Unknown time zone" in text(wrong)) == (400, True)
    taken = reader.act(f"{page}/{row.key}/change", SETTINGS)
    assert (taken.status_code, "another subscription with the same filters" in text(taken)) == (400, True)
    assert Subscription.objects.filter(pk=row.pk).values().get() == before


def test_end_and_resume(desk, row):
    reader, page = desk
    for verb, expected in (("end", "ended"), ("end", "ended"), ("resume", "active"), ("resume", "active")):
        assert reader.act(f"{page}/{row.key}/{verb}").url == page
        assert state(row) == expected
    reader.act(f"{page}/{row.key}/end")
    assert "you unsubscribed" in text(reader.get(page))


def test_end_all(desk, row):
    reader, page = desk
    SubscriptionFactory(email=SARA, address="/papers/trending")
    other = SubscriptionFactory()
    for _ in range(2):
        reader.act(f"{page}/end")
    assert {one.state for one in Subscription.objects.of_addresses([SARA])} == {"ended"}
    assert state(other) == "active"


def test_the_link_in_a_letter_is_for_its_subscription_alone(row, stranger):
    """Since letters are passed on."""
    other = SubscriptionFactory(email=SARA, address="/papers/trending", title="Another list")
    path = signed_links.MANAGE.link(row).removeprefix(SITE)
    page = text(stranger.get(path))
    assert ("Another list" in page, SARA in page, "End all" in page) == (False, False, False)
    for verb in ("change", "end", "resume"):
        assert stranger.act(f"{path}/{other.key}/{verb}", SETTINGS).status_code == 404
    stranger.act(f"{path}/end")
    assert (state(other), state(row)) == ("active", "ended")


def test_a_link_of_what_was_forgotten_opens_nothing_of_others(row, stranger):
    for one in (row, SubscriptionFactory(title="Another")):
        one.end("unsubscribed")
        Subscription.objects.filter(pk=one.pk).update(email="")
    page = text(stranger.get(signed_links.MANAGE.link(signed_links.WholeAddress(row.key)).removeprefix(SITE)))
    assert "No email digests yet." in page
    assert "Another" not in page


def test_what_others_have_is_not_there(desk, row):
    reader, page = desk
    other = SubscriptionFactory()
    for verb in ("change", "end", "resume"):
        assert reader.act(f"{page}/{other.key}/{verb}", SETTINGS).status_code == 404
    assert state(other) == "active"


def test_what_came_back_cannot_be_resumed(desk, row):
    reader, page = desk
    Suppression.objects.add(SARA, Why.BOUNCED)
    shown = text(reader.get(page))
    assert ("email to this address bounced" in shown, "/resume" in shown) == (True, False)
    assert reader.act(f"{page}/{row.key}/resume").status_code == 400
    assert state(row) == "ended"


def test_resuming_beside_a_new_one_is_none_too_many(desk, row):
    reader, page = desk
    row.end("unsubscribed")
    SubscriptionFactory(email=SARA)
    reader.act(f"{page}/{row.key}/resume")
    assert Subscription.objects.of_addresses([SARA]).not_ended().count() == 1


def test_an_unconfirmed_address_shows_nothing(row, signed_in):
    page = text(signed_in(UserFactory(email=SARA, confirmed=False)).get("/settings/letters"))
    assert ("No email digests yet" in page, row.key in page) == (True, False)


def test_a_link_to_manage_lasts_thirty_days_and_is_mailed_anew(row, stranger, post, time_machine):
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    old = signed_links.MANAGE.link(row).removeprefix(SITE)
    time_machine.shift(timedelta(days=29))
    assert stranger.get(old).status_code == 200
    time_machine.shift(timedelta(days=2))
    page = stranger.get(old)
    assert (page.status_code, "Get a link by email" in text(page)) == (410, True)
    assert stranger.post(f"{old}/{row.key}/end").status_code == 400
    assert state(row) == "active"
    stranger.post("/letters/manage", {"email": SARA.upper()})
    stranger.post("/letters/manage", {"email": "nobody@example.org"})
    (mail,) = post()
    assert mail.to == [SARA]
    assert "Papers" in text(stranger.get(link(mail, "manage")))


@pytest.mark.parametrize("own", PURPOSES, ids=lambda purpose: purpose.name)
def test_a_link_opens_what_it_is_for_and_nothing_else(own, row, stranger):
    token = own.token(row)
    for purpose in (*PURPOSES, signed_links.RESUME):
        path = f"/letters/{purpose.name}/{token}"
        if purpose != signed_links.RESUME:
            assert stranger.get(path).status_code == (200 if purpose == own else 400)
        if purpose != own:
            assert stranger.post(path).status_code in {400, 405}
            assert stranger.post(f"{path}/end").status_code in {400, 404}
    assert (state(row), Suppression.objects.count()) == ("active", 0)


@pytest.mark.parametrize("purpose", PURPOSES, ids=lambda purpose: purpose.name)
def test_no_link_leaks(purpose, row, stranger):
    answer = stranger.get(purpose.link(row).removeprefix(SITE))
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert stranger.cookies == {}
    assert SARA not in purpose.link(row)


def test_one_click(row, stranger):
    """RFC 8058: a POST with this body, no cookie, no redirect, from no page of ours."""
    path = signed_links.UNSUBSCRIBE.link(row).removeprefix(SITE)
    assert "Unsubscribe from “Papers”?" in text(stranger.get(path))
    assert state(row) == "active"
    for _ in range(2):
        answer = stranger.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        assert (answer.status_code, "You are unsubscribed" in text(answer)) == (200, True)
        assert (state(row), row.end_reason) == ("ended", "unsubscribed")
    form = stranger.post(path, {"List-Unsubscribe": "One-Click"})  # as multipart/form-data
    assert "You are unsubscribed" in text(form)


def test_to_unsubscribe_works_for_ever_and_resuming_does_not(row, stranger, time_machine):
    time_machine.move_to("2026-11-28T10:00Z")
    path = signed_links.UNSUBSCRIBE.link(row).removeprefix(SITE)
    resume = f"/letters/resume/{signed_links.RESUME.token(row)}"
    assert resume.rpartition("/")[0] in text(stranger.post(path))
    assert stranger.get(resume).status_code == 405
    assert stranger.post(resume).url.startswith("/letters/unsubscribe/")
    assert state(row) == "active"
    time_machine.shift(timedelta(days=4000))
    assert "You are unsubscribed" in text(stranger.post(path))
    time_machine.shift(timedelta(days=2))
    assert "/letters/resume/" not in text(stranger.post(path))
    assert stranger.post(resume).status_code == 400
    assert state(row) == "ended"


def test_to_unsubscribe_what_is_gone_is_no_error(row, stranger):
    path = signed_links.UNSUBSCRIBE.link(row).removeprefix(SITE)
    row.delete()
    assert "This email digest is no longer sent to you" in text(stranger.post(path))


def test_a_list_that_is_gone_can_be_ended_but_not_changed(desk, row, alice):
    reader, page = desk
    Collection.objects.create(key="c", name="C", user=alice, visibility="public")
    Subscription.objects.filter(pk=row.pk).update(address="/collections/gone", title="Gone")
    assert "Gone" in text(reader.get(page))
    assert reader.act(f"{page}/{row.key}/change", SETTINGS).status_code == 404
    reader.act(f"{page}/{row.key}/end")
    assert state(row) == "ended"


@pytest.mark.django_db(transaction=True)
def test_who_changes_what_ends_meanwhile_does_not_bring_it_back(monkeypatch):
    row = SubscriptionFactory()
    ends = Thread(target=lambda: (Subscription.objects.get(pk=row.pk).end("bounced"), connection.close()))
    apply = Subscription.apply

    def slowly(self, settings):
        ends.start()
        ends.join(0.5)
        apply(self, settings)

    monkeypatch.setattr(Subscription, "apply", slowly)
    row.change(row.settings | {"hour": 9})
    ends.join()
    row.refresh_from_db()
    assert (row.state, row.end_reason, row.next_at) == ("ended", "bounced", None)
