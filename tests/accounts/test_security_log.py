"""A stolen session does not become the account: it must prove itself again, its owner gets mail, and a log has it."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import HASH_SESSION_KEY
from django.utils import timezone

from accounts.models import SecurityEvent
from accounts.tasks import forget_security_events
from papers.models import DataExport, FeedKey
from papers.people import takeout, tasks
from tests.accounts.entrance import (
    OTHER_NETWORK,
    PASSWORD,
    add_app,
    browser_of,
    change_password,
    code,
    is_signed_in,
    link_in,
    press,
    register,
    reset_password,
    send,
    set_up_app,
    sign_in,
)
from tests.factories import NOON

PAGE = "/settings/security"
SESSIONS = "/accounts/sessions/"


@pytest.fixture(autouse=True)
def _commits(django_capture_on_commit_callbacks):
    """What happens after a commit happens in these tests, too."""
    with django_capture_on_commit_callbacks(execute=True):
        yield


def kinds(user) -> list[str]:
    return list(user.security_events.order_by("pk").values_list("kind", flat=True))


def change_address(reader, mailoutbox):
    send(reader, "/accounts/email/", {"email": "new@example.org", "action_add": ""})
    assert mailoutbox[-1].to == ["new@example.org"]
    send(reader, link_in(mailoutbox[-1]), {})


def disconnect(reader, mailoutbox):
    account = SocialAccount.objects.get()
    send(reader, "/accounts/3rdparty/", {"account": account.pk})
    assert not SocialAccount.objects.exists()


CHANGES = {
    "password_changed": (change_password, "Your password has been changed"),
    "password_reset": (reset_password, "Your password has been reset"),
    "email_changed": (change_address, "from dora@example.org to new@example.org"),
    "disconnected": (disconnect, "GitHub"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_mailed_to_the_address_that_was_there_before(dora, mailoutbox, settings, kind):
    github = {"APPS": [{"client_id": "id", "secret": "secret"}]}
    settings.SOCIALACCOUNT_PROVIDERS = settings.SOCIALACCOUNT_PROVIDERS | {"github": github}
    SocialAccount.objects.create(user=dora, provider="github", uid="7")
    change, words = CHANGES[kind]
    change(browser_of("dora"), mailoutbox)
    assert kind in kinds(dora)
    assert words in mailoutbox[-1].body
    assert "Browser: Firefox on Linux" in mailoutbox[-1].body
    assert mailoutbox[-1].to == ["dora@example.org"]


@pytest.mark.django_db(transaction=True)
def test_a_second_factor_that_comes_or_goes_is_mailed(dora, mailoutbox):
    reader = browser_of("dora")
    secret = set_up_app(reader)
    assert "activated" in mailoutbox[-1].body
    assert kinds(dora)[-2:] == ["factor_added", "factor_added"]  # the app, and the recovery codes that come with it
    send(reader, "/accounts/2fa/recovery-codes/generate/", {})
    assert "recovery codes" in mailoutbox[-1].body
    assert kinds(dora)[-1] == "codes_renewed"
    send(reader, "/accounts/2fa/totp/deactivate/", {})
    assert "deactivated" in mailoutbox[-1].body
    assert {mail.to[0] for mail in mailoutbox} == {"dora@example.org"}
    assert kinds(dora)[-2:] == ["factor_removed", "factor_removed"]
    assert secret not in "".join(mail.body for mail in mailoutbox)


STOLEN = {
    "/accounts/email/": {"email": "thief@example.org", "action_add": ""},
    "/accounts/2fa/totp/activate/": {"code": "123456"},
    "/settings/delete": {"username": "dora"},
}


@pytest.mark.parametrize("path", STOLEN)
def test_a_session_alone_does_not_change_the_account(dora, path):
    _, reader = sign_in("dora")
    answer = send(reader, path, STOLEN[path])
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert [address.email for address in EmailAddress.objects.all()] == ["dora@example.org"]
    assert not dora.authenticator_set.exists()


@pytest.mark.parametrize("path", [*STOLEN, "/accounts/password/set/"])
def test_a_session_alone_does_not_change_an_account_without_a_password(dora, path, time_machine):
    _, reader = sign_in("dora")
    dora.set_unusable_password()
    dora.save()
    session = reader.session
    session[HASH_SESSION_KEY] = dora.get_session_auth_hash()
    session.save()
    time_machine.move_to(timezone.now() + timedelta(minutes=6))
    answer = send(
        reader, path, STOLEN.get(path, {"password1": "correct mule battery", "password2": "correct mule battery"})
    )
    assert answer.url == f"/settings/sign-in-again?next={path.replace('/', '%2F')}"
    assert "you signed in some time ago" in reader.get(answer.url).content.decode()
    assert send(reader, answer.url, {}).url == f"/accounts/login/?next={path}"
    assert "_auth_user_id" not in reader.session
    dora.refresh_from_db()
    assert not dora.has_usable_password()


def test_a_session_alone_does_not_fetch_the_export(dora, settings, tmp_path):
    settings.EXPORT_ROOT = tmp_path
    export = DataExport.objects.ask(dora)
    tasks.make_export(export.token)
    path = f"/settings/data/{export.token}"
    _, reader = sign_in("dora")
    assert reader.get(path).url == f"/accounts/reauthenticate/?next={path.replace('/', '%2F')}"
    answer = send(reader, f"/accounts/reauthenticate/?next={path}", {"password": PASSWORD})
    assert (answer.url, reader.get(path).getvalue()[:2]) == (path, b"PK")


def test_the_log_says_when_from_where_and_how(dora):
    secret = add_app(dora)
    sign_in("dora", "wrong password")
    _, reader = sign_in("dora")
    for number in ("000000", code(secret)):
        send(reader, "/accounts/2fa/authenticate/", {"code": number})
    register("eve")
    page = browser_of("eve", OTHER_NETWORK).get(PAGE).content.decode()
    assert ("203.0.113.0/24" in page, "Wrong password" in page) == (True, False)
    page = reader.get(PAGE).content.decode()
    latest_first = ["Signed in: password, authenticator app", "Wrong code", "Wrong password"]
    assert sorted(latest_first, key=page.index) == latest_first
    assert "<span>Firefox on Linux</span><span>198.51.100.0/24</span>" in page
    assert "203.0.113" not in page


@pytest.mark.parametrize(("path", "page"), [(f"{PAGE}/sign-out", PAGE), (SESSIONS, SESSIONS)])
def test_signing_out_everywhere_else_ends_sessions_and_feeds(dora, stranger, path, page):
    here, other = browser_of("dora"), browser_of("dora", OTHER_NETWORK)
    feed = f"/bookmarks.atom?key={FeedKey.objects.make(dora)}"
    assert (is_signed_in(other), stranger.get(feed).status_code) == (True, 200)
    for _ in range(2):
        assert press(here, path, {}).url == page
        assert "signed out everywhere else" in here.get(page).content.decode()
        assert (is_signed_in(here), is_signed_in(other)) == (True, False)
        assert stranger.get(feed).status_code == 404
    assert stranger.get(f"/bookmarks.atom?key={FeedKey.objects.of(dora)}").status_code == 200
    assert kinds(dora)[-1] == "sessions_ended"


@pytest.mark.parametrize("path", [f"{PAGE}/sign-out", SESSIONS])
def test_a_session_alone_ends_no_other_one(dora, path):
    _, thief = sign_in("dora")
    owner = browser_of("dora", OTHER_NETWORK)
    answer = send(thief, path, {})
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert is_signed_in(owner)
    assert "sessions_ended" not in kinds(dora)
    send(thief, answer.url, {"password": PASSWORD, "next": path})  # if it is the owner after all
    assert kinds(dora)[-1] == "sessions_ended"
    assert (is_signed_in(thief), is_signed_in(owner)) == (True, False)


def test_new_addresses_of_feeds_are_in_the_log(dora, signed_in):
    signed_in(dora).act("/feeds/renew", {"key": FeedKey.objects.make(dora)})
    assert kinds(dora) == ["feed_key_renewed"]


def test_a_long_log_is_turned_over(dora, signed_in):
    events = [SecurityEvent(user=dora, kind="signed_in", detail=f"way {n}.", created_at=NOON) for n in range(60)]
    SecurityEvent.objects.bulk_create(events)
    reader = signed_in(dora)
    page = reader.get(PAGE).content.decode()
    older = page.split('href="?older=')[1].split('"')[0]
    rest = reader.get(f"{PAGE}?older={older}").content.decode()
    assert ("way 59." in page, "way 9." in page, "way 9." in rest, 'href="?older=' in rest) == (
        True,
        False,
        True,
        False,
    )


def test_the_log_is_kept_for_a_year_and_goes_with_the_account(dora):
    for days in (364, 366):
        created_at = timezone.now() - timedelta(days=days)
        SecurityEvent.objects.create(user=dora, kind="signed_in", detail=str(days), created_at=created_at)
    forget_security_events(0)
    [row] = takeout.FILES["security_log"](dora)
    assert row["detail"] == "364"
    dora.leave()
    assert not SecurityEvent.objects.exists()
