"""Webhooks of private lists stop when access is revoked; making one and its secret take the password once more."""

import pytest
from django.core.cache import cache

from accounts.models import User
from api.models import Webhook
from api.webhooks import reading
from lib.refusals import NotAllowed
from tests.accounts.entrance import PASSWORD, browser_of, press, register, send, sign_in
from tests.api.tokens.test_tokens import change_password, end_sessions, reset_password
from tests.factories import UserFactory, WebhookFactory, appoint

PAGE = "/settings/webhooks"
FORM = {"list": "/bookmarks", "url": "https://example.org/in"}


@pytest.fixture
def dora(db):
    cache.clear()  # in which django-allauth counts
    return register("dora")


def is_suspended(reader, mailoutbox):
    User.objects.get(username="dora").suspend(appoint(UserFactory()), "Spam")


@pytest.mark.parametrize("change", [change_password, reset_password, end_sessions, is_suspended])
def test_what_is_private_pauses_when_access_is_revoked(
    dora, alice, mailoutbox, django_capture_on_commit_callbacks, change
):
    own = WebhookFactory(user=dora, is_private=True, address="/bookmarks")
    by_hand = WebhookFactory(user=dora, is_private=True, address="/papers/following", state="paused")
    disabled = WebhookFactory(user=dora, is_private=True, address="/bookmarks", state="disabled", reason="gone")
    public, of_another = WebhookFactory(user=dora), WebhookFactory(user=alice, is_private=True, address="/bookmarks")
    reader = browser_of("dora")
    with django_capture_on_commit_callbacks(execute=True):
        change(reader, mailoutbox)
    states = dict(Webhook.objects.values_list("pk", "state"))
    assert [states[row.pk] for row in (own, by_hand, disabled, public, of_another)] == [
        *("paused", "paused", "disabled", "active", "active")
    ]
    assert set(Webhook.objects.filter(reason="revoked")) == {own, by_hand}
    assert dora.security_events.get(kind="webhook_paused").detail == "example.org, example.org"


def test_who_proved_a_former_password_adds_and_resumes_none(dora):
    paused = WebhookFactory(user=dora, is_private=True, address="/bookmarks", state="paused")
    changed = User.objects.get(pk=dora.pk)
    changed.set_password("another horse")
    changed.save()
    acts = [
        lambda: Webhook.objects.make(dora, dora, reading.find("/bookmarks", dora, dora), "https://example.org/in"),
        lambda: paused.resume(dora),
    ]
    for act in acts:
        with pytest.raises(NotAllowed, match="password was changed"):
            act()
    paused.refresh_from_db()
    assert (Webhook.objects.count(), paused.state) == (1, "paused")


def test_the_page_says_why_and_its_person_resumes_it(dora):
    own = WebhookFactory(user=dora, is_private=True, address="/bookmarks")
    reader = browser_of("dora")
    press(reader, "/settings/security/sign-out", {})
    assert "Paused: sessions were ended, the password was changed" in reader.get(PAGE).content.decode()
    press(reader, f"{PAGE}/{own.pk}/resume", {})
    own.refresh_from_db()
    assert (own.state, own.reason) == ("active", "")


def test_a_session_alone_adds_none_and_the_password_completes_it(dora):
    _, reader = sign_in("dora")
    reader.get(PAGE)
    answer = press(reader, f"{PAGE}/add", FORM)
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert not Webhook.objects.exists()
    answer = send(reader, answer.url, {"password": PASSWORD, "next": f"{PAGE}/add"})
    assert Webhook.objects.get().secret in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert [str(event) for event in dora.security_events.filter(kind="webhook_added")] == ["Webhook added"]


def test_a_session_alone_makes_no_new_secret_and_one_is_an_event(dora):
    webhook = WebhookFactory(user=dora)
    _, reader = sign_in("dora")
    reader.get(PAGE)
    path = f"{PAGE}/{webhook.pk}/renew-secret"
    assert press(reader, path, {}).url.startswith("/accounts/reauthenticate/")
    assert Webhook.objects.get().secret == webhook.secret
    press(browser_of("dora"), path, {})
    assert Webhook.objects.get().secret != webhook.secret
    assert dora.security_events.get(kind="webhook_renewed").detail == "example.org"
