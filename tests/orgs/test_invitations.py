"""Invitations: whom they reach, whom they let in, how long, how many, and what they never tell."""

import hashlib
import re
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accounts.models import Suppression
from accounts.models.suppression import Why
from orgs.models import Invitation, Membership
from orgs.roles import Role
from tests.factories import OrganisationFactory, UserFactory
from tests.orgs.conftest import confirm, join, unconfirm
from tests.race import race

PASSWORD = "correct horse battery"


def invite(reader, invited, role="member"):
    return reader.act("/orgs/lab/invite", {"invited": invited, "role": role})


def test_a_letter_leads_in_once(lab, alice, carol, signed_in, mailed, log):
    confirm(carol)
    letters = mailed(lambda: invite(signed_in(alice), "Carol", "admin"))
    assert [(letter.to, letter.subject) for letter in letters] == [
        (["carol@example.org"], "[Broadsheet] Invitation to “The Lab”")
    ]
    path = re.search(r"http://127.0.0.1:8000(/invitations/\S+)", letters[0].body)[1]
    reader = signed_in(carol)
    page = reader.get(path)
    assert "Alice Ash invited you to The Lab" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert lab.role_of(carol) is None
    assert reader.act(f"{path}/accept").url == "/orgs/lab"
    assert reader.act(f"{path}/accept").url == "/orgs/lab"
    assert lab.role_of(carol) == "admin"
    assert log(lab) == ["Carol Cedar accepted the invitation of Alice Ash", "Alice Ash invited carol as an admin"]
    Membership.objects.remove(alice, lab, carol)
    assert "it was accepted" in reader.act(f"{path}/accept").content.decode()
    assert lab.role_of(carol) is None


def test_the_token_is_kept_as_a_digest_only(lab, alice, link):
    token = link(alice, lab, "dora@example.org").rsplit("/", 1)[1]
    row = Invitation.objects.values().get()
    assert row["digest"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(row)


def test_somebody_without_an_account_makes_one_on_the_way(lab, alice, stranger, link, mailed):
    cache.clear()
    path = link(alice, lab, "Dora@Example.org")
    page = stranger.get(path).content.decode()
    sign_up = re.search(r'href="(/accounts/signup/\?next=[^"]+)"', page)[1]
    stranger.get(sign_up)
    form = {"username": "dora", "email": "dora@example.org", "password1": PASSWORD, "password2": PASSWORD}
    letters = mailed(lambda: stranger.act(sign_up, form | {"next": path}))
    confirmation = re.search(r"http://[^/]+(/accounts/\S+)", letters[-1].body)[1]
    stranger.get(confirmation)
    assert stranger.act(confirmation).url == path
    assert stranger.act(f"{path}/accept").url == "/orgs/lab"
    assert lab.memberships.get(user__username="dora").role == "member"


@pytest.mark.parametrize("address", ["other@example.org", None])
def test_only_who_confirmed_the_address_may_take_it(lab, alice, carol, signed_in, link, address):
    path = link(alice, lab, "carol@example.org")
    unconfirm(carol)
    if address:
        confirm(carol, address)
    reader = signed_in(carol)
    page = reader.get(path).content.decode()
    assert "has not confirmed" in page
    assert "carol@example.org" not in page
    for what in ("accept", "refuse"):
        answer = reader.act(f"{path}/{what}")
        assert answer.status_code == 403
        assert "was sent to an address" in answer.content.decode()
    assert Invitation.objects.open().exists()
    assert lab.role_of(carol) is None


def test_the_form_does_not_tell_whether_an_address_has_an_account(lab, alice, bob, carol, signed_in, mailed):
    for person in (bob, carol):
        confirm(person)
    reader, answers = signed_in(alice), []
    addresses = ["bob@example.org", "carol@example.org", "nobody@example.org"]
    for address in addresses:
        letters = mailed(lambda address=address: invite(reader, address))
        page = reader.get("/orgs/lab/members").content.decode()
        answers.append((letters[-1].to, page.count("Invitation sent to"), address in page))
    assert answers == [([address], 1, True) for address in addresses]
    invite(reader, "carol")
    assert "carol</" in reader.get("/orgs/lab/members").content.decode().replace(" <small>", "</")
    assert Invitation.objects.filter(email="carol@example.org").count() == 2


def test_a_user_name_does_not_give_the_address_away(lab, alice, carol, signed_in, link, log):
    confirm(carol)
    link(alice, lab, "carol")
    link(alice, lab, "dora@secret.example")
    assert "carol@example.org" not in signed_in(alice).get("/orgs/lab/members").content.decode()
    assert log(lab) == [
        "Alice Ash invited an address at secret.example as a member",
        "Alice Ash invited carol as a member",
    ]


@pytest.mark.parametrize(
    ("invited", "role", "words"),
    [
        ("nobody", "member", "No account has the username “nobody”"),
        ("bob", "member", "Bob Birch is already a member"),
        ("carol", "member", "Carol Cedar has no confirmed email address"),
        ("not@an@address", "member", "Enter a valid email address"),
        ("", "member", "This field is required"),
        ("x@example.org", "king", "Select a valid choice"),
    ],
)
def test_what_cannot_be_sent_is_explained_and_kept(lab, alice, carol, signed_in, mailed, invited, role, words):
    unconfirm(carol)
    reader, answers = signed_in(alice), []
    assert mailed(lambda: answers.append(invite(reader, invited, role))) == []
    page = answers[0].content.decode()
    assert answers[0].status_code == 400
    assert words in page
    assert f'value="{invited}"' in page or not invited
    assert not Invitation.objects.exists()


def test_inviting_twice_sends_one_letter_until_it_is_revoked_or_expired(lab, alice, link, mailed):
    link(alice, lab, "dora@example.org")
    again = partial(Invitation.objects.send, alice, lab, "DORA@example.org", Role.MEMBER)
    assert len(mailed(again)) == 1
    lab.invitations.get().revoke(alice)
    assert len(mailed(again)) == 2
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert not lab.invitations.open().exists()
        assert len(mailed(again)) == 3


@pytest.mark.parametrize(
    ("days", "revoked", "words"), [(15, False, "it has expired"), (13, True, "it was revoked"), (13, False, None)]
)
def test_an_invitation_ends(lab, alice, carol, signed_in, link, days, revoked, words):
    path = link(alice, confirm(carol) and lab, "carol")
    if revoked:
        lab.invitations.get().revoke(alice)
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        reader = signed_in(carol)
        page, answer = reader.get(path).content.decode(), reader.act(f"{path}/accept")
    if words:
        assert words in page
        assert answer.status_code == 409
        assert words in answer.content.decode()
    assert (lab.role_of(carol) == "member") is (words is None)


def test_a_refusal_ends_it_and_can_be_repeated(lab, alice, carol, signed_in, link):
    path = link(alice, confirm(carol) and lab, "carol")
    reader = signed_in(carol)
    for _ in range(2):
        assert "Declined the invitation" in reader.act(f"{path}/refuse", follow=True).content.decode()
    assert "it was declined" in reader.act(f"{path}/accept").content.decode()
    assert lab.role_of(carol) is None


def test_an_invitation_changes_no_role_that_one_has(lab, alice, bob, link):
    confirm(bob)
    path = link(alice, lab, "bob@example.org", Role.ADMIN)
    Invitation.objects.of(path.rsplit("/", 1)[1]).accept(bob)
    assert lab.role_of(bob) == "member"


@pytest.mark.parametrize(("verb", "role"), [("join", "member"), ("decline", None)])
def test_a_notice_of_it_is_answered_where_it_stands(lab, alice, carol, signed_in, work, verb, role):
    Invitation.objects.send(alice, confirm(carol) and lab, "carol", Role.MEMBER)
    work()
    reader = signed_in(carol)
    page = reader.get("/notifications").content.decode()
    assert [f'formaction="/orgs/lab/{name}"' in page for name in ("join", "decline")] == [True, True]
    assert signed_in(alice).act(f"/orgs/lab/{verb}").status_code == 404  # she was not invited
    for _ in range(2):
        assert reader.act(f"/orgs/lab/{verb}").url == "/orgs/lab"
    assert lab.role_of(carol) == role
    assert 'formaction="/orgs/lab/' not in reader.get("/notifications").content.decode()


def test_an_unknown_link_is_not_there(lab, stranger, alice, signed_in):
    assert stranger.get("/invitations/nothing").status_code == 404
    assert signed_in(alice).act("/invitations/nothing/accept").status_code == 404


def test_no_more_than_may_be(lab, alice, signed_in):
    for n in range(20):
        Invitation.objects.send(alice, lab, f"reader{n}@example.org", "member")
    answer = invite(signed_in(alice), "one-more@example.org")
    assert answer.status_code == 400
    assert "20 invitations a day" in answer.content.decode()
    for n in range(30):
        Invitation.objects.send(join(lab, Role.ADMIN), lab, f"other{n}@example.org", "member")
    answer = invite(signed_in(join(lab, Role.ADMIN)), "one-more@example.org")
    assert "50 invitations are open" in answer.content.decode()
    assert lab.invitations.count() == 50


def test_a_mail_server_that_is_down_fails_no_request_and_is_loud(lab, alice, signed_in, mailed, settings, caplog):
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 9},
        }
    }
    answers = []
    mailed(lambda: answers.append(invite(signed_in(alice), "dora@example.org")))
    assert answers[0].url == "/orgs/lab/members"
    assert ("ERROR", True) in [(r.levelname, "EmailMessage.send" in r.message) for r in caplog.records]


@pytest.mark.django_db(transaction=True)
def test_twenty_windows_accept_at_once(mailed):
    lab = OrganisationFactory()
    owner, dora = join(lab, Role.OWNER), confirm(UserFactory(username="dora"))
    invitation = Invitation.objects.send(owner, lab, "dora", Role.MEMBER)
    race(*(partial(Invitation.objects.get(pk=invitation.pk).accept, dora) for _ in range(20)))
    assert (lab.memberships.filter(user=dora).count(), lab.events.filter(actor=dora).count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_ten_windows_send_at_once_at_most_what_is_allowed():
    lab = OrganisationFactory()
    owner = join(lab, Role.OWNER)
    for n in range(15):
        Invitation.objects.send(owner, lab, f"reader{n}@example.org", Role.MEMBER)
    race(*(partial(Invitation.objects.send, owner, lab, f"more{n}@example.org", Role.MEMBER) for n in range(10)))
    assert lab.invitations.count() == 20


def test_a_mail_says_nothing_in_the_words_of_who_sends_it(lab, alice, signed_in, mailed):
    """Names are quoted, on one line and cut: nobody makes a mail of their own out of them."""
    body = "\r\n\r\nYour account is locked. Sign in at evil.example/" + "x" * 40
    reader = signed_in(alice)
    reader.act("/settings/profile", {"name": f"Security notice{body}"})
    reader.act("/orgs/lab/edit", {"name": f"” Act now{body}"})
    lab.refresh_from_db()
    reader.act("/orgs/lab/publish", {"revision": lab.revision})
    [letter] = mailed(lambda: invite(reader, "victim@example.org"))
    assert letter.subject.startswith("[Broadsheet] Invitation to “' Act now Your account is locked.")
    assert letter.subject.endswith("”")
    lines = letter.body.splitlines()
    assert lines[0].startswith("You are invited to become a member of the organisation “' Act now")
    assert [line for line in lines if line.startswith(("Security", "'", "Your account", "evil"))] == []
    quotations = re.findall("“(.*?)”", letter.body)
    assert [max(map(len, quotations)) <= 80, quotations[-1]] == [True, "alice"]


def test_names_from_before_are_written_on_one_line(lab, alice, link, mailoutbox):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET name = %s", ["Bank\n\nPay here: evil.example"])
    alice.refresh_from_db()
    link(alice, lab, "victim@example.org")
    assert "“Bank Pay here: evil.example”" in mailoutbox[0].body


def test_a_mailbox_gets_few_invitations_and_nobody_is_told(lab, alice, signed_in, mailed):
    reader, pages = signed_in(alice), []
    for n in range(5):
        letters = mailed(lambda n=n: pages.append(invite(reader, f"victim+{n}@example.org")))
    assert len(letters) == 3
    assert {(page.status_code, page.url) for page in pages} == {(302, "/orgs/lab/members")}
    assert Invitation.objects.count() == 5


def test_who_wants_no_mail_gets_no_invitation(lab, alice, carol, signed_in, mailed):
    Suppression.objects.add("victim@example.org", Why.REFUSED)
    Suppression.objects.add(confirm(carol).email, Why.REFUSED)
    reader = signed_in(alice)
    assert mailed(lambda: [invite(reader, invited) for invited in ("victim+a@example.org", "carol")]) == []
    assert Invitation.objects.count() == 2


def test_a_network_sends_so_many_invitations_an_hour(lab, alice, carol, signed_in, mailed):
    club = OrganisationFactory(slug="club")
    Membership.objects.create(organisation=club, user=carol, role=Role.OWNER)
    readers = {"lab": signed_in(alice), "club": signed_in(carol)}
    answers = [
        readers[slug].act(f"/orgs/{slug}/invite", {"invited": f"reader{n}@{slug}.example", "role": "member"})
        for n in range(11)
        for slug in readers
    ]
    assert [answer.status_code for answer in answers] == [302] * 20 + [429] * 2
    assert "Too many emails were requested from your network" in answers[-1].content.decode()
