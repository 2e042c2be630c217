"""Moderators are appointed by superusers: nobody becomes one in another way, and nobody stays one in passing."""

import pytest
from django.db import connection
from django.dispatch import receiver
from django.test.utils import CaptureQueriesContext

from accounts.moderators import demand_moderator
from accounts.signals import moderator_appointed
from lib.refusals import BadInput, NotAllowed
from tests.accounts.entrance import browser_of, register, set_up_app
from tests.factories import UserFactory, appoint
from tests.race import race

PAGE = "/moderation/moderators"


@pytest.fixture
def root(db):
    return appoint(UserFactory(username="root", name="Rita Root"), is_superuser=True, is_appointed_moderator=False)


@pytest.fixture
def appointments():
    """What the signal said: who appointed or dismissed whom."""
    signals = []

    @receiver(moderator_appointed)
    def note(actor, user, appointed, **kwargs):
        signals.append((actor.username, user.username, appointed))

    yield signals
    moderator_appointed.disconnect(note)


def is_moderator(user) -> bool:
    user.refresh_from_db()
    return user.is_moderator


def test_a_superuser_appoints_and_dismisses_and_twice_is_once(root, alice, signed_in, appointments):
    reader = signed_in(root)
    for _ in range(2):
        assert reader.act(f"{PAGE}/appoint", {"username": "Alice"}).url == PAGE
        page = reader.get(PAGE).content.decode()
        assert ('href="/people/alice"' in page, "no two-factor authentication yet" in page) == (True, True)
        assert is_moderator(alice)
    for _ in range(2):
        assert reader.act(f"{PAGE}/alice/dismiss").url == PAGE
        assert 'href="/people/alice"' not in reader.get(PAGE).content.decode()
        assert not is_moderator(alice)
    assert appointments == [("root", "alice", True), ("root", "alice", False)]
    assert list(alice.security_events.values_list("kind", "detail").order_by("pk")) == [
        ("appointed", "by Rita Root"),
        ("dismissed", "by Rita Root"),
    ]
    log = signed_in(alice).get("/settings/security").content.decode()
    assert "Appointed as a moderator: by Rita Root" in log


@pytest.mark.parametrize(
    ("username", "words"), [("nobody", "No account has the username “nobody”"), ("bob", "bob is not active")]
)
def test_whom_nobody_can_appoint(root, bob, signed_in, username, words):
    bob.is_active = False
    bob.save()
    answer = signed_in(root).act(f"{PAGE}/appoint", {"username": username})
    assert (answer.status_code, words in answer.content.decode()) == (400, True)
    with pytest.raises(BadInput, match="not active"):
        bob.appoint(root)
    assert not is_moderator(bob)


def test_the_list_costs_the_same_for_few_and_many_and_says_who_cannot_act(root, alice, signed_in):
    reader, counts = signed_in(root), []
    alice.appoint(root)
    for _ in range(2):
        with CaptureQueriesContext(connection) as statements:
            page = reader.get(PAGE).content.decode()
        counts.append(len(statements))
        for _ in range(20):
            appoint(UserFactory())
    assert counts[0] == counts[1]
    assert (page.count("Dismiss</button>"), page.count("no two-factor authentication yet")) == (21, 1)
    alice.suspend(root, "Away")
    page = reader.get(PAGE).content.decode()
    assert ("(suspended)" in page, 'href="/people/alice"' in page) == (True, False)


@pytest.mark.parametrize("who", ["reader", "moderator", "staff", "former superuser"])
def test_nobody_else_finds_the_page_or_appoints(root, alice, signed_in, who):
    fields = {"moderator": {}, "staff": {"is_staff": True}, "former superuser": {}, "reader": {}}[who]
    person = appoint(UserFactory(), **fields, is_appointed_moderator=who == "moderator")
    reader = signed_in(person)
    paths = [f"{PAGE}/appoint", f"{PAGE}/root/dismiss"]
    assert [reader.get(PAGE).status_code, *(reader.act(path, {"username": "alice"}).status_code for path in paths)] == [
        404
    ] * 3
    person.is_superuser = who == "former superuser"  # as the request read it
    for change in (alice.appoint, alice.dismiss):
        with pytest.raises(NotAllowed, match="Only superusers"):
            change(person)
    assert not is_moderator(alice)


@pytest.mark.django_db(transaction=True)
def test_the_appointed_set_up_a_second_factor_first(root, alice):
    dora = register("dora")
    dora.appoint(root)
    reader = browser_of("dora")
    answer = reader.get("/moderation/claims")
    assert answer.status_code == 403
    assert 'href="/accounts/2fa/totp/activate/"' in answer.content.decode()
    set_up_app(reader)
    assert reader.get("/moderation/claims").status_code == 200
    dora.dismiss(root)
    assert reader.get("/moderation/claims").status_code == 404
    assert "Moderation</a>" not in reader.get("/papers").content.decode()


def test_staff_have_the_admin_and_nothing_else(alice, signed_in, lab):
    reader = signed_in(appoint(UserFactory(), is_appointed_moderator=False, is_staff=True))
    assert reader.get("/admin/").status_code == 200
    assert [
        reader.get(path).status_code for path in ("/moderation/claims", "/moderation/staff", "/moderation/jobs")
    ] == [404] * 3
    assert reader.get("/orgs/lab/log").status_code == 403


def test_a_role_that_was_just_lost_gives_no_permission(root, alice):
    moderator = appoint(alice)
    type(alice).objects.get(pk=alice.pk).dismiss(root)
    assert moderator.is_moderator  # as the request read it
    with pytest.raises(NotAllowed, match="Only moderators"):
        demand_moderator(moderator)


@pytest.mark.django_db(transaction=True)
def test_two_appointments_at_once_are_one(root, alice, appointments):
    copies = [type(alice).objects.get(pk=alice.pk) for _ in range(2)]
    assert sorted(race(*(lambda copy=copy: copy.appoint(root) for copy in copies))) == [False, True]
    assert appointments == [("root", "alice", True)]
