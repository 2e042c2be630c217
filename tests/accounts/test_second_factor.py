"""Staff need a second factor: without one neither the admin nor any page of moderation opens, nor does a verb there."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.urls import get_resolver

from orgs.models import Invitation
from orgs.roles import Role
from tests.accounts.entrance import add_app, browser_of, code, link_in, register, send, set_up_app, sign_in
from tests.conftest import Reader

ARGUMENTS = {"pk": "1", "username": "mo", "subject": "comment", "decision": "hide"}
PUBLIC = {"log", "feed", "action", "decision", "answer", "suspended"}  # which everybody reads, or those concerned


def of_staff() -> list[str]:
    """Every address of moderators, taken from the URL configuration itself, and some of the admin."""
    resolver, found = get_resolver(), []
    for included in resolver.url_patterns:
        for pattern in getattr(included, "url_patterns", [included]):
            route = str(included.pattern) * hasattr(included, "url_patterns") + str(pattern.pattern)
            if route.startswith("moderation") and pattern.name not in PUBLIC:
                found.append("/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: ARGUMENTS[part[1]], route))
    return [*found, "/admin/", "/admin/accounts/user/", "/admin/accounts/user/1/change/", "/admin/password_change/"]


@pytest.fixture
def mo(db):
    return register("mo", is_staff=True, is_superuser=True)


def opens(reader: Reader) -> list[int]:
    return [reader.get(path).status_code for path in ("/moderation/claims", "/moderation/staff", "/admin/")]


def test_no_page_and_no_verb_of_staff_opens_without_one(mo):
    reader, paths = browser_of("mo"), of_staff()
    assert len(paths) >= 12
    for path in paths:
        for answer in (reader.get(path), reader.act(path)):
            if answer.status_code != 405:
                assert answer.status_code == 403, path
                assert "Two-factor authentication required" in answer.content.decode(), path
                assert 'href="/accounts/2fa/totp/activate/"' in answer.content.decode(), path


@pytest.mark.django_db(transaction=True)
def test_it_is_set_up_where_the_page_says_and_opens_what_was_closed(mo):
    reader = browser_of("mo")
    assert opens(reader) == [403] * 3
    set_up_app(reader)
    assert opens(reader) == [200] * 3


def test_a_session_without_it_is_not_enough(mo):
    reader = browser_of("mo")
    secret = add_app(mo)  # in another browser
    assert opens(reader) == [403] * 3
    page = reader.get("/moderation/claims").content.decode()
    assert 'href="/accounts/2fa/reauthenticate/?next=/moderation/claims"' in page
    answer = send(reader, "/accounts/2fa/reauthenticate/?next=/moderation/claims", {"code": code(secret)})
    assert answer.url == "/moderation/claims"
    assert opens(reader) == [200] * 3


@pytest.mark.parametrize("path", ["/orgs/lab/members", "/orgs/lab/log"])
def test_without_it_nobody_acts_as_a_moderator_elsewhere(mo, lab, path):
    Invitation.objects.send(lab.memberships.get(role="owner").user, lab, "guest@example.org", Role.MEMBER)
    reader = browser_of("mo")
    secret = add_app(mo)  # in another browser
    answer = reader.get(path)
    assert (answer.status_code, "Alice Ash" in answer.content.decode()) == (403, False)
    assert path not in reader.get("/orgs/lab").content.decode()
    send(reader, "/accounts/2fa/reauthenticate/", {"code": code(secret)})
    assert path in reader.get("/orgs/lab").content.decode()
    assert "Alice Ash" in reader.get(path).content.decode()


def test_a_member_who_is_a_moderator_sees_what_members_see(mo, lab):
    Invitation.objects.send(lab.memberships.get(role="owner").user, lab, "guest@example.org", Role.MEMBER)
    lab.memberships.create(user=mo, role=Role.MEMBER)
    page = browser_of("mo").get("/orgs/lab/members").content.decode()
    assert ("Bob Birch" in page, "guest@example.org" in page) == (True, False)


def test_a_session_that_was_made_with_it_is(mo):
    secret = add_app(mo)
    _, reader = sign_in("mo")
    assert opens(reader) == [302] * 3
    send(reader, "/accounts/2fa/authenticate/", {"code": code(secret)})
    assert opens(reader) == [200] * 3
    mo.authenticator_set.all().delete()
    assert opens(reader) == [403] * 3


def test_a_code_of_the_app_and_one_of_recovery_open_once(mo):
    for proof in (code(add_app(mo)), RecoveryCodes.activate(mo).get_unused_codes()[0]):
        opened = []
        for _ in range(2):
            _, reader = sign_in("mo")
            send(reader, "/accounts/2fa/authenticate/", {"code": proof})
            opened.append(opens(reader))
        assert opened == [[200] * 3, [302] * 3]


def test_a_new_password_by_mail_does_not_replace_it(mo, mailoutbox):
    add_app(mo)
    reader = Reader()
    send(reader, "/accounts/password/reset/", {"email": "mo@example.org"})
    send(reader, reader.get(link_in(mailoutbox[-1])).url, {"password1": "another horse", "password2": "another horse"})
    assert opens(reader) == [302] * 3
    answer, reader = sign_in("mo", "another horse")
    assert answer.url.startswith("/accounts/2fa/authenticate/")
    assert "Enter one of your recovery codes" in reader.get(answer.url).content.decode()
    assert opens(reader) == [302] * 3


def test_the_proof_of_one_person_is_none_of_another(mo, signed_in):
    secret = add_app(register("ann"))
    _, reader = sign_in("ann")
    send(reader, "/accounts/2fa/authenticate/", {"code": code(secret)})
    reader.force_login(mo)
    session = reader.session
    session["second_factor"] = Authenticator.objects.get(user__username="ann").pk
    session.save()
    assert opens(reader) == [403] * 3


def test_the_admin_shows_no_secret_of_a_second_factor(mo):
    secret = add_app(mo)
    _, reader = sign_in("mo")
    send(reader, "/accounts/2fa/authenticate/", {"code": code(secret)})
    index = reader.get("/admin/").content.decode()
    assert "/admin/accounts/user/" in index
    assert reader.get("/admin/password_change/").url == "/accounts/password/change/"  # where it is logged and mailed
    for model in ("mfa/authenticator", "socialaccount/socialapp", "socialaccount/socialtoken"):
        assert f"/admin/{model}/" not in index
        assert reader.get(f"/admin/{model}/").status_code == 404
    pk = Authenticator.objects.get().pk
    assert secret not in reader.get(f"/admin/mfa/authenticator/{pk}/change/", follow=True).content.decode()
