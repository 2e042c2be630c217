"""Accounts by allauth in our house: sign up, confirm, sign in by name or mail, reset, change, leave."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache

from accounts.models import User

PASSWORD = "correct horse battery"
SIGN_UP = {"username": "dora", "email": "dora@example.org", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture(autouse=True)
def _fresh_throttles(db):
    cache.clear()


@pytest.fixture
def dora(db):
    user = User.objects.create_user("dora", "dora@example.org", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def post(reader, path, data):
    """What a person does: open the page, fill in the form, send it."""
    reader.get(path)
    return reader.post(path, data | {"csrfmiddlewaretoken": reader.cookies["csrftoken"].value})


def link_in(mail) -> str:
    return re.search(r"http://[^/]+(/accounts/\S+)", mail.body)[1]


def test_sign_up_needs_the_mail_to_be_confirmed(stranger, mailoutbox):
    answer = post(stranger, "/accounts/signup/", SIGN_UP)
    assert answer.url == "/accounts/confirm-email/"
    assert "_auth_user_id" not in stranger.session
    assert mailoutbox[0].to == ["dora@example.org"]
    assert post(stranger, link_in(mailoutbox[0]), {}).url == "/papers"
    assert EmailAddress.objects.get(email="dora@example.org").verified


@pytest.mark.parametrize("login", ["dora", "DORA", "dora@example.org"])
def test_sign_in_by_name_or_mail_and_back(dora, stranger, login):
    answer = post(stranger, "/accounts/login/?next=/papers/trending", {"login": login, "password": PASSWORD})
    assert answer.url == "/papers/trending"
    assert post(stranger, "/accounts/logout/", {}).url == "/papers"
    assert "_auth_user_id" not in stranger.session


def test_wrong_passwords_are_throttled(dora, stranger):
    for _ in range(6):
        answer = post(stranger, "/accounts/login/", {"login": "dora", "password": "wrong"})
    assert "Too many failed login attempts" in answer.content.decode()
    assert "_auth_user_id" not in stranger.session


def test_reset_by_mail(dora, stranger, mailoutbox):
    post(stranger, "/accounts/password/reset/", {"email": "dora@example.org"})
    form = stranger.get(link_in(mailoutbox[0])).url
    new = "another horse entirely"
    post(stranger, form, {"password1": new, "password2": new})
    dora.refresh_from_db()
    assert dora.check_password(new)


def test_reset_does_not_tell_who_is_here(dora, stranger, mailoutbox):
    known = post(stranger, "/accounts/password/reset/", {"email": "dora@example.org"})
    unknown = post(stranger, "/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_a_new_mail_address_counts_once_confirmed(dora, signed_in, mailoutbox):
    reader = signed_in(dora)
    post(reader, "/accounts/email/", {"email": "new@example.org", "action_add": ""})
    assert EmailAddress.objects.get(user=dora, primary=True).email == "dora@example.org"
    post(reader, link_in(mailoutbox[-1]), {})
    assert EmailAddress.objects.get(user=dora, primary=True).email == "new@example.org"


@pytest.mark.parametrize("username", ["admin", "Support", "a/b", "x" * 40, "dora", "Dora", ""])
def test_names_that_cannot_be_had(dora, stranger, username):
    answer = post(stranger, "/accounts/signup/", SIGN_UP | {"username": username, "email": "other@example.org"})
    assert 'class="errorlist"' in answer.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "path",
    [
        "/settings/profile",
        "/settings/data",
        "/settings/delete",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/totp/activate/",
        "/accounts/sessions/",
        "/accounts/3rdparty/",
        "/accounts/logout/",
    ],
)
def test_settings_are_in_the_house_style_and_for_the_signed_in(dora, signed_in, stranger, path):
    reader = signed_in(dora)
    post(reader, "/accounts/reauthenticate/", {"password": PASSWORD})
    page = reader.get(path).content.decode()
    assert 'class="masthead"' in page
    assert 'aria-label="Settings"' in page
    assert stranger.get(path).status_code == 302


def test_the_admin_asks_for_the_same_sign_in(stranger, signed_in, alice):
    assert "/accounts/login/" in stranger.get("/admin/", follow=True).redirect_chain[-1][0]
    alice.is_staff = alice.is_superuser = True
    alice.save()
    assert "Site administration" in signed_in(alice).get("/admin/").content.decode()


@pytest.mark.parametrize("provider", ["github", "orcid", "huggingface"])
def test_other_sign_ins_show_only_when_configured(stranger, settings, provider):
    assert provider not in stranger.get("/accounts/login/").content.decode()
    app = {"client_id": "id", "secret": "secret"}
    if provider == "huggingface":
        app |= {"provider_id": provider, "name": "Hugging Face", "settings": {"server_url": "https://huggingface.co"}}
    key = "openid_connect" if provider == "huggingface" else provider
    settings.SOCIALACCOUNT_PROVIDERS = settings.SOCIALACCOUNT_PROVIDERS | {key: {"APPS": [app]}}
    assert f"/{provider}/login/" in stranger.get("/accounts/login/").content.decode()
