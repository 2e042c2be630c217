"""Accounts by allauth in our house: sign up, confirm, sign in by name or mail, reset, change, leave."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone
from lxml import html

from accounts.models import User
from lib.templatetags.house import sentence_case
from tests.accounts.entrance import PASSWORD, link_in, send
from tests.conftest import Reader
from tests.factories import appoint

SIGN_UP = {"username": "dora", "email": "dora@example.org", "password1": PASSWORD, "password2": PASSWORD}


def test_sign_up_needs_the_mail_to_be_confirmed(stranger, mailoutbox):
    answer = send(stranger, "/accounts/signup/", SIGN_UP)
    assert answer.url == "/accounts/confirm-email/"
    assert "_auth_user_id" not in stranger.session
    assert mailoutbox[0].to == ["dora@example.org"]
    assert send(stranger, link_in(mailoutbox[0]), {}).url == "/papers/following/start"
    assert EmailAddress.objects.get(email="dora@example.org").verified
    assert "It was used already, or it has expired." in stranger.get(link_in(mailoutbox[0])).content.decode()


def test_who_signed_up_on_the_way_goes_on_there(stranger, mailoutbox):
    send(stranger, "/accounts/signup/?next=/papers/2509.08721", SIGN_UP | {"next": "/papers/2509.08721"})
    assert send(stranger, link_in(mailoutbox[0]), {}).url == "/papers/2509.08721"


@pytest.mark.parametrize("login", ["dora", "DORA", "dora@example.org"])
def test_sign_in_by_name_or_mail_and_back(dora, stranger, login):
    answer = send(stranger, "/accounts/login/?next=/papers/trending", {"login": login, "password": PASSWORD})
    assert answer.url == "/papers/trending"
    assert send(stranger, "/accounts/logout/", {}).url == "/papers"
    assert "_auth_user_id" not in stranger.session


def test_reset_by_mail(dora, stranger, mailoutbox):
    send(stranger, "/accounts/password/reset/", {"email": "dora@example.org"})
    form = stranger.get(link_in(mailoutbox[0])).url
    new = "another horse entirely"
    send(stranger, form, {"password1": new, "password2": new})
    dora.refresh_from_db()
    assert dora.check_password(new)


def test_a_link_to_reset_a_password_opens_once_and_for_three_hours(dora, stranger, mailoutbox, time_machine):
    start = timezone.now()
    send(stranger, "/accounts/password/reset/", {"email": "dora@example.org"})
    link = link_in(mailoutbox[0])
    time_machine.move_to(start + timedelta(hours=3, seconds=2))
    assert "password1" not in stranger.get(link, follow=True).content.decode()
    time_machine.move_to(start + timedelta(hours=2, minutes=59))
    form = stranger.get(link).url
    send(stranger, form, {"password1": "another horse entirely", "password2": "another horse entirely"})
    assert "password1" not in Reader().get(link, follow=True).content.decode()


def test_reset_does_not_tell_who_is_here(dora, stranger, mailoutbox):
    member = send(stranger, "/accounts/password/reset/", {"email": "dora@example.org"})
    nobody = send(stranger, "/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (member.status_code, member.url) == (nobody.status_code, nobody.url)


def test_a_new_mail_address_counts_once_confirmed(dora, signed_in, mailoutbox):
    reader = signed_in(dora)
    send(reader, "/accounts/reauthenticate/", {"password": PASSWORD})
    send(reader, "/accounts/email/", {"email": "new@example.org", "action_add": ""})
    assert EmailAddress.objects.get(user=dora, primary=True).email == "dora@example.org"
    send(reader, link_in(mailoutbox[-1]), {})
    assert EmailAddress.objects.get(user=dora, primary=True).email == "new@example.org"


@pytest.mark.parametrize("username", ["admin", "Support", "a/b", "x" * 40, "dora", "Dora", ""])
def test_names_that_cannot_be_had(dora, stranger, username):
    answer = send(stranger, "/accounts/signup/", SIGN_UP | {"username": username, "email": "other@example.org"})
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
    send(reader, "/accounts/reauthenticate/", {"password": PASSWORD})
    page = reader.get(path).content.decode()
    assert 'class="masthead"' in page
    assert 'aria-label="Settings"' in page
    assert stranger.get(path).status_code == 302


def test_the_admin_asks_for_the_same_sign_in(stranger, signed_in, alice):
    assert "/accounts/login/" in stranger.get("/admin/", follow=True).redirect_chain[-1][0]
    alice.is_superuser = True
    assert "Site administration" in signed_in(appoint(alice, is_staff=True)).get("/admin/").content.decode()


@pytest.mark.parametrize("provider", ["github", "orcid", "huggingface"])
def test_other_sign_ins_show_only_when_configured(stranger, settings, provider):
    assert provider not in stranger.get("/accounts/login/").content.decode()
    app = {"client_id": "id", "secret": "secret"}
    if provider == "huggingface":
        app |= {"provider_id": provider, "name": "Hugging Face", "settings": {"server_url": "https://huggingface.co"}}
    key = "openid_connect" if provider == "huggingface" else provider
    settings.SOCIALACCOUNT_PROVIDERS = settings.SOCIALACCOUNT_PROVIDERS | {key: {"APPS": [app]}}
    assert f"/{provider}/login/" in stranger.get("/accounts/login/").content.decode()


def test_headings_are_sentences(dora, stranger, mailoutbox):
    """allauth writes them in Title Case."""
    page = html.fromstring(stranger.get("/accounts/login/").content)
    assert [h.text_content().strip() for h in page.xpath("//h1 | //main//button")][:2] == ["Sign in", "Sign in"]
    send(stranger, "/accounts/password/reset/", {"email": "dora@example.org"})
    assert mailoutbox[0].subject == "[Broadsheet] Password reset email"


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("Two-Factor Authentication", "Two-factor authentication"),
        ("Papers That I Submitted", "Papers that I submitted"),
        ("Sign In Via GitHub", "Sign in via GitHub"),
        ("Sign In Via Hugging Face", "Sign in via Hugging Face"),
        ("ORCID iD. Next sentence", "ORCID iD. Next sentence"),
    ],
)
def test_names_stay_as_they_are(title, sentence):
    assert sentence_case(title) == sentence


def test_connected_accounts_are_named(dora, signed_in, settings):
    app = {"client_id": "id", "secret": "secret"}
    settings.SOCIALACCOUNT_PROVIDERS = {"github": {"APPS": [app]}}
    SocialAccount.objects.create(user=dora, provider="github", uid="7", extra_data={"login": "dora-on-github"})
    page = signed_in(dora).get("/accounts/3rdparty/").content.decode()
    assert "dora-on-github" in page
    assert "Connect an account" in page
