"""No way to sign in leads past a suspension, and none tells of it before the person has proved who it is."""

import re
from datetime import UTC, datetime

import pytest
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import EmailAddress, Login
from allauth.core import context
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.socialaccount.internal.flows.login import complete_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage import default_storage
from django.test import RequestFactory

from accounts import suspension
from accounts.models import User
from accounts.sessions import SessionStore
from tests.accounts.entrance import PASSWORD, add_app, code, is_signed_in, link_in, register, send, sign_in
from tests.factories import UserFactory, appoint

UNTIL = datetime(2100, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def suspended(dora):
    """Dora, who is suspended."""
    suspend(dora)
    return dora


def suspend(person) -> None:
    User.objects.get(pk=person.pk).suspend(appoint(UserFactory(name="Mo Moss")), "Advertising", UNTIL)


def says_suspended(answer, person) -> bool:
    """Whether the answer says until when and why the person is suspended, and where to answer."""
    page = answer.content.decode()
    assert ("Mo Moss" in page, "Account suspended" in page) == (False, answer.status_code == 403)
    words = ["until 3 February 2100, 04:05 (UTC)", "Reason: Advertising"]
    tokens = re.findall(r'href="/moderation/suspended/([^"]+)"', page)
    return (
        answer.status_code == 403
        and all(word in page for word in words)
        and list(map(suspension.read, tokens)) == [person]
    )


@pytest.mark.parametrize("login", ["dora", "dora@example.org"])
def test_the_right_password(suspended, login):
    answer, reader = sign_in(login)
    assert (says_suspended(answer, suspended), is_signed_in(reader)) == (True, False)


def test_a_wrong_password_is_answered_as_for_everybody(suspended):
    register("eve")
    pages = [sign_in(name, "wrong password")[0].content.decode() for name in ("dora", "eve", "nobody")]
    assert [("Wrong username or password" in page, "suspended" in page) for page in pages] == [(True, False)] * 3


def test_a_code_of_a_second_factor_that_is_typed_too_late(dora):
    secret = add_app(dora)
    answer, reader = sign_in("dora")
    assert answer.url == "/accounts/2fa/authenticate/"
    suspend(dora)
    answer = send(reader, "/accounts/2fa/authenticate/", {"code": code(secret)})
    assert (says_suspended(answer, dora), is_signed_in(reader)) == (True, False)


def test_the_link_that_confirms_an_address(stranger, mailoutbox):
    form = {"username": "dora", "email": "dora@example.org", "password1": PASSWORD, "password2": PASSWORD}
    send(stranger, "/accounts/signup/", form)
    dora = User.objects.get()
    suspend(dora)
    answer = send(stranger, link_in(mailoutbox[0]), {})
    assert (says_suspended(answer, dora), is_signed_in(stranger)) == (True, False)
    assert EmailAddress.objects.get(user=dora).verified


def test_a_new_password_by_mail(dora, stranger, mailoutbox):
    send(stranger, "/accounts/password/reset/", {"email": dora.email})
    link = link_in(mailoutbox[0])
    suspend(dora)
    answers = [send(stranger, "/accounts/password/reset/", {"email": email}) for email in (dora.email, "x@example.org")]
    assert (answers[0].url, len(mailoutbox)) == (answers[1].url, 1)
    send(stranger, stranger.get(link).url, {"password1": "another horse", "password2": "another horse"})
    assert not is_signed_in(stranger)
    assert says_suspended(sign_in("dora", "another horse")[0], dora)


def by_another_site(request, dora):
    account = SocialAccount.objects.create(user=dora, provider="github", uid="7")
    return complete_login(request, SocialLogin(account=SocialAccount(provider="github", uid=account.uid), user=User()))


def by_passkey(request, dora):
    passkey = dora.authenticator_set.create(type="webauthn", data={"name": "Key"})
    return perform_passwordless_login(request, passkey, Login(user=dora))


OTHER_WAYS = {
    "another site": by_another_site,
    "passkey": by_passkey,
    "any other": lambda request, dora: perform_login(request, Login(user=dora)),
}


@pytest.mark.parametrize("is_suspended", [True, False])
@pytest.mark.parametrize("way", OTHER_WAYS)
def test_other_ways(dora, settings, way, is_suspended):
    github = {"APPS": [{"client_id": "id", "secret": "secret"}]}
    settings.SOCIALACCOUNT_PROVIDERS = settings.SOCIALACCOUNT_PROVIDERS | {"github": github}
    if is_suspended:
        suspend(dora)
        dora.refresh_from_db()
    request = RequestFactory().get("/accounts/login/")
    request.session, request.user, request.htmx = SessionStore(), AnonymousUser(), False
    request._messages = default_storage(request)
    with context.request_context(request):
        answer = OTHER_WAYS[way](request, dora)
        if is_suspended:
            assert says_suspended(answer, dora)
        else:
            assert answer.url == "/papers"
    assert ("_auth_user_id" in request.session) is not is_suspended


def test_a_deactivated_account_keeps_its_page(dora):
    User.objects.filter(pk=dora.pk).update(is_active=False)
    answer, reader = sign_in("dora")
    assert (answer.url, is_signed_in(reader)) == ("/accounts/inactive/", False)
    assert "suspended" not in reader.get(answer.url).content.decode()
